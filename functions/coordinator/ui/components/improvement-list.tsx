/** The list: newest move first, filtered by the address, longer on demand. */
import { forecastLine } from "../../../../shared/domain/forecast-words.ts";
import type { Line, StatusAnswer } from "../api/answers.ts";
import { type Filters, improvementAddress, listAddress } from "../logic/address.ts";
import { useList } from "../state/use-list.ts";
import { useNews } from "../state/use-news.ts";
import { FilterBar } from "./filter-bar.tsx";
import { Link } from "./link.tsx";
import { Moment } from "./moment.tsx";
import { Empty, FailureNote, Loading } from "./states.tsx";
import { StatusBadge } from "./status-badge.tsx";

const GAP_MS = 1_500;

interface ListProps {
  readonly filters: Filters;
  readonly counts: StatusAnswer["counts"] | undefined;
}

export function ImprovementList({ filters, counts }: ListProps) {
  const { lines, failure, more, busy, filling, reload } = useList(filters);
  useNews(reload, () => true, GAP_MS);
  return (
    <>
      <FilterBar filters={filters} counts={counts} />
      {failure !== undefined && (lines === undefined || failure.kind !== "unreachable") && (
        <FailureNote failure={failure} onRetry={reload} />
      )}
      {filling && (
        <p class="note">The search index is still being filled; some improvements that fit may be missing yet.</p>
      )}
      {lines === undefined && failure === undefined && <Loading what="improvements" />}
      {lines?.length === 0 && (more === undefined ? <NothingFound filters={filters} /> : <NotFoundYet />)}
      {lines !== undefined && lines.length > 0 && (
        <ul class="list" aria-label="Improvements, newest move first">
          {lines.map((line) => (
            <Row key={line.id} line={line} />
          ))}
        </ul>
      )}
      {more !== undefined && (
        <p class="more">
          <button type="button" onClick={more} disabled={busy}>
            {busy ? "Loading …" : lines?.length === 0 ? "Search further back" : "Load more"}
          </button>
        </p>
      )}
    </>
  );
}

function Row({ line }: { line: Line }) {
  const { id, status, title, category, relevance, source_title: source, updated_at: moved, forecast } = line;
  return (
    <li class="row">
      <StatusBadge status={status} />
      <div class="what">
        <Link href={improvementAddress(id)}>{title ?? id}</Link>
        <p class="why">{whyOf(line) ?? source}</p>
        {status === "pending_review" && forecast !== undefined && <p class="forecast">{forecastLine(forecast)}</p>}
      </div>
      <span class="category">{category}</span>
      <span class="relevance" title="Relevance">
        {relevance?.toFixed(2)}
      </span>
      <span class="moved">
        <Moment at={moved} />
      </span>
    </li>
  );
}

/** What a reader of the list needs to know to decide whether to look. */
function whyOf(line: Line): string | undefined {
  switch (line.status) {
    case "pending_review":
    case "conflicts":
      return line.review_reason;
    case "dead":
      return line.dead_reason;
    case "failed":
    case "rolling_back":
    case "rollback_blocked":
    case "held":
      return line.failure_reason;
    default:
      return undefined;
  }
}

/** One request looks at a bounded number of improvements, so a rare filter may need several. */
function NotFoundYet() {
  return <Empty title="Nothing among the newest improvements" />;
}

function NothingFound({ filters }: { filters: Filters }) {
  if (Object.keys(filters).length === 0) {
    return (
      <Empty title="No improvements yet">
        <p>
          Hand in a talk and they appear here: <code>./build/cli/school.mjs learn talk.vtt</code>
        </p>
      </Empty>
    );
  }
  return (
    <Empty title="Nothing fits these filters">
      <p>
        <Link href={listAddress({})}>Show all improvements</Link>
      </p>
    </Empty>
  );
}
