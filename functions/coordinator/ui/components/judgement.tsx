/** The expert's judgement with its evidence, and how the routing came to that expert. */
import type { Evaluation, RoutingVote } from "../../../../shared/domain/improvement.ts";
import { inWords } from "../logic/words.ts";

interface JudgementProps {
  readonly evaluation: Evaluation | undefined;
  readonly routing: readonly RoutingVote[] | undefined;
}

export function Judgement({ evaluation, routing }: JudgementProps) {
  if (evaluation === undefined && (routing === undefined || routing.length === 0)) return null;
  return (
    <section>
      <h2>Expert judgement</h2>
      {evaluation !== undefined && <Evaluated evaluation={evaluation} />}
      {routing !== undefined && routing.length > 0 && (
        <details>
          <summary>How it was routed</summary>
          <table>
            <thead>
              <tr>
                <th scope="col">Tier</th>
                <th scope="col">Expert</th>
                <th scope="col" class="figure-cell">
                  Confidence
                </th>
                <th scope="col">Because</th>
              </tr>
            </thead>
            <tbody>
              {routing.map(({ tier, expert, confidence, because }) => (
                <tr key={tier}>
                  <th scope="row">{tier}</th>
                  <td>{expert ?? "abstained"}</td>
                  <td class="figure-cell">{confidence.toFixed(2)}</td>
                  <td>{because}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </details>
      )}
    </section>
  );
}

function Evaluated({ evaluation }: { evaluation: Evaluation }) {
  const { expert, by, feasibility, impact, effort, priority, risks } = evaluation;
  const judged = Object.entries({ feasibility, impact, effort, priority });
  return (
    <>
      <p class="help">
        By the {expert} expert ({by}).
      </p>
      <dl class="judged">
        {judged.map(([name, { value, evidence }]) => (
          <div key={name}>
            <dt>{inWords(name)}</dt>
            <dd>
              <span class={`level ${value}`}>{value}</span> <span class="evidence">{evidence}</span>
            </dd>
          </div>
        ))}
      </dl>
      {risks.length > 0 && (
        <>
          <h3>Risks</h3>
          <ul class="findings">
            {risks.map(({ risk, mitigated, evidence }) => (
              <li key={risk}>
                <span class={mitigated ? "result pass" : "result conflict"}>{mitigated ? "mitigated" : "open"}</span>
                <span>
                  {risk} <span class="evidence">{evidence}</span>
                </span>
              </li>
            ))}
          </ul>
        </>
      )}
    </>
  );
}
