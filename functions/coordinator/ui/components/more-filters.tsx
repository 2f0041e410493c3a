/** Filters that are needed less often, and all that are in force, each to be taken away alone. */
import { STAGES } from "../../../../shared/stages.ts";
import { FILTERS, type Filters, listAddress } from "../logic/address.ts";
import { inWords } from "../logic/words.ts";
import { goTo } from "../state/use-place.ts";
import { Link } from "./link.tsx";

const TEXTS = ["application", "source", "type", "approval_rule"] as const;
const DATES = [
  ["updated_from", "Moved from"],
  ["updated_to", "Moved until"],
  ["created_from", "Proposed from"],
  ["created_to", "Proposed until"],
] as const;
const ELSEWHERE = new Set<string>(["q", "status", "category", "expert"]);
/** Characters of a value that is named in a link. */
const LONGEST = 60;

export function MoreFilters({ filters }: { filters: Filters }) {
  const inForce = FILTERS.filter((field) => !ELSEWHERE.has(field) && (filters[field] ?? "") !== "");
  const set = (field: keyof Filters, value: string) => goTo(listAddress({ ...filters, [field]: value.trim() }));
  return (
    <>
      <details class="more-filters">
        <summary>More filters{inForce.length > 0 && ` (${inForce.length} in force)`}</summary>
        <div class="fields">
          <label>
            Asked by
            <select
              value={filters.review_stage ?? ""}
              onChange={({ currentTarget }) => set("review_stage", currentTarget.value)}
            >
              <option value="">Any stage</option>
              {STAGES.map((stage) => (
                <option key={stage} value={stage}>
                  {inWords(stage)}
                </option>
              ))}
            </select>
          </label>
          {TEXTS.map((field) => (
            <label key={field}>
              {inWords(field)}
              <input
                type="text"
                maxLength={300}
                value={filters[field] ?? ""}
                onChange={({ currentTarget }) => set(field, currentTarget.value)}
              />
            </label>
          ))}
          {DATES.map(([field, name]) => (
            <label key={field}>
              {name}
              <input
                type="date"
                value={filters[field]?.slice(0, 10) ?? ""}
                onChange={({ currentTarget }) => set(field, currentTarget.value)}
              />
            </label>
          ))}
        </div>
      </details>
      {inForce.length > 0 && (
        <ul class="chips" aria-label="Filters in force">
          {inForce.map((field) => (
            <li key={field}>
              <Link href={listAddress({ ...filters, [field]: "" })} class="chip in-force">
                <span class="unseen">Remove </span>
                {inWords(field)}: {filters[field]?.slice(0, LONGEST)} <span aria-hidden="true">×</span>
              </Link>
            </li>
          ))}
          <li>
            <Link href={listAddress({})} class="chip">
              Clear all
            </Link>
          </li>
        </ul>
      )}
    </>
  );
}
