/** Who did what, when and why: one list of all that people did, and the same as a file. */
import type { AuditAnswer, AuditEntry } from "../api/operating.ts";
import { AUDIT_FILTERS, AuditFilters } from "../components/operate/audit-filters.tsx";
import { AuditRow } from "../components/operate/audit-row.tsx";
import { Loaded, More } from "../components/operate/loaded.tsx";
import { Empty } from "../components/states.tsx";
import type { Query } from "../logic/address.ts";
import { useNews } from "../state/use-news.ts";
import { useEvery, useOperating } from "../state/use-operating.ts";
import { usePages } from "../state/use-pages.ts";

const GAP_MS = 3_000;
const LOOK_EVERY_MS = 15_000;

export function AuditPage({ query }: { query: Query }) {
  const { audit } = useOperating();
  const wanted = new URLSearchParams(
    AUDIT_FILTERS.flatMap((field) => (query[field] === undefined ? [] : [[field, query[field]]])),
  );
  const answer = usePages<AuditAnswer, AuditEntry>(
    `audit ${wanted}`,
    (cursor, signal) => {
      const asked = new URLSearchParams(wanted);
      asked.set("limit", "100");
      if (cursor !== undefined) asked.set("cursor", cursor);
      return audit(asked, signal);
    },
    (page) => page.entries,
  );
  // Whoever reads on a later page keeps their place.
  const look = () => {
    if (!answer.isLong) answer.reload();
  };
  useNews(look, () => true, GAP_MS);
  useEvery(look, LOOK_EVERY_MS);
  const file = wanted.size === 0 ? "/api/audit/export" : `/api/audit/export?${wanted}`;
  return (
    <>
      <h1 tabIndex={-1}>Audit</h1>
      <p class="lead">Who did what, when and why.</p>
      <p class="audit-file">
        <a href={file} download="audit.jsonl">
          Download as JSONL
        </a>
      </p>
      <AuditFilters query={query} />
      <Loaded what="the audit" answer={answer}>
        {({ decisions_since: since }) => (
          <>
            {answer.rows.length === 0 && answer.more === undefined ? (
              <Empty title={wanted.size === 0 ? "Nobody has done anything yet" : "Nothing fits these filters"}>
                <p>Decisions, flags, locks, dead letters, sources and sessions appear here as people act.</p>
              </Empty>
            ) : (
              <ol class="entries">
                {answer.rows.map((entry) => (
                  <AuditRow key={entry.entry} entry={entry} />
                ))}
              </ol>
            )}
            <More more={answer.more} what="entries" />
            {since !== null && query["improvement"] === undefined && (
              <p class="help audit-since">
                Decisions are listed since {new Date(since).toLocaleString()}; those before are in the trail of each
                improvement.
              </p>
            )}
          </>
        )}
      </Loaded>
    </>
  );
}
