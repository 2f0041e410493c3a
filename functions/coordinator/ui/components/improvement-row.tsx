/** One line of the list, at its place among all of them. */
import { forecastLine } from "../../../../shared/domain/forecast-words.ts";
import type { Line } from "../api/answers.ts";
import { improvementAddress } from "../logic/address.ts";
import { Link } from "./link.tsx";
import { Moment } from "./moment.tsx";
import { StatusBadge } from "./status-badge.tsx";

interface RowProps {
  readonly line: Line | undefined;
  readonly at: number;
  /** How many there are; -1 where nobody knows. */
  readonly of: number;
  /** Pixels. */
  readonly height: number;
}

export function ImprovementRow({ line, at, of, height }: RowProps) {
  // Set by the script (CSSOM), which the policy allows; there is no style in the markup.
  const place = { transform: `translateY(${at * height}px)` };
  if (line === undefined) {
    return (
      <li class="row waits" style={place} aria-posinset={at + 1} aria-setsize={of}>
        <span class="what">Loading …</span>
      </li>
    );
  }
  const { id, status, title, category, relevance, updated_at: moved } = line;
  return (
    <li class="row" style={place} data-row={at} aria-posinset={at + 1} aria-setsize={of}>
      <StatusBadge status={status} />
      <div class="what">
        <Link href={improvementAddress(id)}>{title ?? id}</Link>
        <p class="why">{aboutOf(line)}</p>
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
function aboutOf(line: Line): string | undefined {
  const { source_title: source, forecast } = line;
  switch (line.status) {
    case "pending_review": {
      const expected = forecast === undefined ? undefined : forecastLine(forecast);
      return [line.review_reason ?? source, expected].filter((part) => part !== undefined).join(" · ");
    }
    case "conflicts":
      return line.review_reason ?? source;
    case "dead":
      return line.dead_reason ?? source;
    case "failed":
    case "rolling_back":
    case "rollback_blocked":
    case "held":
      return line.failure_reason ?? source;
    default:
      return source;
  }
}
