/** What each tier does, and what became of each expert's improvements. */
import type { RouterAnswer } from "../../api/router-answers.ts";
import { number, percent } from "../../logic/time.ts";
import { inWords } from "../../logic/words.ts";
import { ShareOf } from "./share.tsx";

export function Tiers({ tiers, memory }: Pick<RouterAnswer, "tiers" | "memory">) {
  return (
    <section aria-labelledby="tiers">
      <h2 id="tiers">Tiers</h2>
      <Served tiers={tiers} />
      <div class="scroll" tabIndex={0} role="group" aria-label="What each tier did">
        <table>
          <thead>
            <tr>
              <th scope="col">Tier</th>
              {["Decided", "Abstained", "Unknown", "Served"].map((name) => (
                <th key={name} scope="col" class="figure-cell">
                  {name}
                </th>
              ))}
              <th scope="col">Votes that were right</th>
              {["Confidence", "p50", "p95"].map((name) => (
                <th key={name} scope="col" class="figure-cell">
                  {name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {tiers.map(({ tier, votes, served, precision, meanConfidence, p50, p95 }) => (
              <tr key={tier}>
                <th scope="row">{tier}</th>
                <td class="figure-cell">{number(votes.decided)}</td>
                <td class="figure-cell">{number(votes.abstained)}</td>
                <td class="figure-cell">{number(votes.unknown)}</td>
                <td class="figure-cell">{number(served)}</td>
                <td>{tier !== "person" && <ShareOf of={precision} />}</td>
                <td class="figure-cell">{meanConfidence === null ? "" : percent(meanConfidence)}</td>
                <td class="figure-cell">{time(p50)}</td>
                <td class="figure-cell">{time(p95)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <p class="help">
        {memory.kept
          ? `Lookups of past improvements: ${number(memory.hit)} found something near, ${number(memory.miss)} nothing, ${number(memory.error)} could not be made.`
          : "There is no index to remember in: QDRANT_URL is not set."}
      </p>
    </section>
  );
}

/** Who served how much, for the eye: the table has the figures. */
function Served({ tiers }: Pick<RouterAnswer, "tiers">) {
  const all = tiers.reduce((sum, { served }) => sum + served, 0);
  if (all === 0) {
    return (
      <p class="help">Nothing was routed yet. The figures move with the first improvement that gets its expert.</p>
    );
  }
  return (
    <ul class="served" aria-label="Share of what each tier served">
      {tiers
        .filter(({ served }) => served > 0)
        .map(({ tier, served }) => (
          <li key={tier}>
            <span>{tier}</span>
            <svg viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true">
              <rect class="served-all" width="100" height="8" />
              <rect class="served-share" width={(served / all) * 100} height="8" />
            </svg>
            <span class="figure-cell">{percent(served / all)}</span>
          </li>
        ))}
    </ul>
  );
}

export function Experts({ experts }: Pick<RouterAnswer, "experts">) {
  return (
    <section aria-labelledby="experts">
      <h2 id="experts">Experts</h2>
      <div class="scroll" tabIndex={0} role="group" aria-label="What became of each expert's improvements">
        <table>
          <thead>
            <tr>
              <th scope="col">Expert</th>
              <th scope="col" class="figure-cell">
                Chosen
              </th>
              <th scope="col">Was right</th>
              <th scope="col">The change held</th>
            </tr>
          </thead>
          <tbody>
            {experts.map(({ expert, n, right, held }) => (
              <tr key={expert}>
                <th scope="row">{inWords(expert)}</th>
                <td class="figure-cell">{number(n)}</td>
                <td>
                  <ShareOf of={right} />
                </td>
                <td>
                  <ShareOf of={held} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

function time(ms: number | null): string {
  return ms === null ? "" : `${number(Math.round(ms * 10) / 10)} ms`;
}
