/** The expert's judgement with its evidence, and how the routing came to that expert. */

import type { Evaluation } from "../../../../shared/domain/evaluation.ts";
import type { RoutingVote } from "../../../../shared/domain/improvement.ts";
import type { ModelCall } from "../../../../shared/domain/model-call.ts";
import { Evaluated } from "./evaluated.tsx";
import { ModelCalls } from "./model-calls.tsx";

interface JudgementProps {
  readonly evaluation: Evaluation | undefined;
  readonly routing: readonly RoutingVote[] | undefined;
  readonly calls: readonly ModelCall[] | undefined;
}

export function Judgement({ evaluation, routing, calls = [] }: JudgementProps) {
  if (evaluation === undefined && (routing === undefined || routing.length === 0) && calls.length === 0) return null;
  return (
    <section>
      <h2>Expert judgement</h2>
      {evaluation !== undefined && <Evaluated evaluation={evaluation} />}
      {calls.length > 0 && <ModelCalls calls={calls} />}
      {routing !== undefined && routing.length > 0 && (
        <details>
          <summary>How it was routed</summary>
          <div class="scroll">
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
          </div>
        </details>
      )}
    </section>
  );
}
