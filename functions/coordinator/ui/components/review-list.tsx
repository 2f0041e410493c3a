/** What waits for a person, in the order to look; the one that is open is marked. */
import type { ReviewRow } from "../api/review.ts";
import { pageAddress, type Query } from "../logic/address.ts";
import { useSchool } from "../state/school.ts";
import { Link } from "./link.tsx";
import { Moment } from "./moment.tsx";
import { StatusBadge } from "./status-badge.tsx";

interface ReviewListProps {
  readonly rows: readonly ReviewRow[];
  readonly query: Query;
  readonly open: string | undefined;
  /** Ids whose diff was opened: only these can be decided together. */
  readonly read: ReadonlyMap<string, string>;
  readonly chosen: ReadonlySet<string>;
  readonly onChoose: (id: string, on: boolean) => void;
}

export function ReviewList({ rows, query, open, read, chosen, onChoose }: ReviewListProps) {
  const { person } = useSchool();
  return (
    <ol class="review-list" aria-label="Waiting for a person">
      {rows.map((row) => (
        <li key={row.id} class={row.id === open ? "review-row open" : "review-row"}>
          {person.role !== "viewer" && read.has(row.id) && (
            <input
              type="checkbox"
              aria-label={`Choose ${row.title ?? row.id}`}
              checked={chosen.has(row.id)}
              onChange={({ currentTarget }) => onChoose(row.id, currentTarget.checked)}
            />
          )}
          <div>
            <p class="review-title">
              <Link href={pageAddress("review", { ...query, at: row.id })} current={row.id === open}>
                {row.title ?? row.id}
              </Link>
            </p>
            <p class="help">
              <StatusBadge status={row.status as never} /> <Moment at={row.updated_at} />
              {row.decision === "deny" && <span class="result conflict">denied</span>}
            </p>
            <p class="help review-why">{row.because.slice(0, 3).join("; ")}</p>
            {row.deferred !== undefined && (
              <p class="help">
                Put off until <Moment at={row.deferred.until} /> by {row.deferred.by.replace(/^person:/, "")}:{" "}
                {row.deferred.because}
              </p>
            )}
            {row.alike.length > 0 && (
              <details>
                <summary class="help">{row.alike.length} more like it</summary>
                <ul class="places">
                  {row.alike.map(({ id }) => (
                    <li key={id}>
                      <Link href={pageAddress("review", { ...query, at: id })}>{id}</Link>
                    </li>
                  ))}
                </ul>
              </details>
            )}
          </div>
          <span class="review-score" title={`risk ${row.risk} of 30, value ${row.value} of 30`}>
            <span class="unseen">score </span>
            {row.score}
          </span>
        </li>
      ))}
    </ol>
  );
}
