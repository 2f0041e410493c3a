/** What left the way to production, and why, by kinds of reasons. */
import type { PipelineAnswer } from "../api/pipeline-answers.ts";
import { listAddress } from "../logic/address.ts";
import { counted } from "../logic/pipeline.ts";
import { number } from "../logic/time.ts";
import { inWords, toneOf } from "../logic/words.ts";
import { Link } from "./link.tsx";
import { Moment } from "./moment.tsx";
import { StatusBadge } from "./status-badge.tsx";

const DAY_MS = 86_400_000;

export function LostOnTheWay({ answer, week }: { answer: PipelineAnswer; week: boolean }) {
  const { totals, reasons, others } = week ? answer.dropOffs.week : answer.dropOffs.day;
  const all = Object.entries(totals).filter(([, count]) => count > 0);
  const reachesBack = Date.parse(answer.since) <= Date.parse(answer.time) - (week ? 7 : 1) * DAY_MS + 60_000;
  return (
    <section aria-labelledby="drop-offs">
      <div class="section-head">
        <h2 id="drop-offs">Lost on the way, or stopped</h2>
        <nav aria-label="Span of time">
          <ul class="chips">
            <li>
              <Link href="/" class="chip" current={!week}>
                24 hours
              </Link>
            </li>
            <li>
              <Link href="/?span=week" class="chip" current={week}>
                7 days
              </Link>
            </li>
          </ul>
        </nav>
      </div>
      {!reachesBack && (
        <p class="help">
          The stream of events reaches back to <Moment at={answer.since} />; what was before is not counted.
        </p>
      )}
      {all.length === 0 ? (
        <p class="help">Nothing was lost or stopped in this time.</p>
      ) : (
        <>
          <ul class="chips totals" aria-label="How many">
            {all.map(([status, count]) => (
              <li key={status}>
                <Link href={listAddress({ status })} class={`chip ${toneOf(status)}`}>
                  {inWords(status)} <span class="count">{number(count)}</span>
                </Link>
              </li>
            ))}
          </ul>
          <Reasons reasons={reasons} others={others} />
        </>
      )}
    </section>
  );
}

function Reasons({ reasons, others }: Pick<PipelineAnswer["dropOffs"]["day"], "reasons" | "others">) {
  return (
    <table class="reasons">
      <thead>
        <tr>
          <th scope="col" class="figure-cell">
            How often
          </th>
          <th scope="col">Became</th>
          <th scope="col">Because</th>
          <th scope="col">By</th>
        </tr>
      </thead>
      <tbody>
        {reasons.map(({ status, stage, reason, count }) => (
          <tr key={`${status} ${stage} ${reason}`}>
            <td class="figure-cell">{number(count)}</td>
            <td>
              <StatusBadge status={status} />
            </td>
            <td>{reason}</td>
            <td>{stage ?? "a person"}</td>
          </tr>
        ))}
      </tbody>
      {others > 0 && (
        <tfoot>
          <tr>
            <td class="figure-cell">{number(others)}</td>
            <td colSpan={3}>{counted(others, "other reason", "for other reasons")}</td>
          </tr>
        </tfoot>
      )}
    </table>
  );
}
