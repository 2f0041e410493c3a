/** Filters of the review queue; every choice is an address. */
import { REVIEWED } from "../../../../shared/domain/review-order.ts";
import { pageAddress, type Query } from "../logic/address.ts";
import { CATEGORY_NAMES, EXPERT_NAMES, inWords } from "../logic/words.ts";
import { goTo } from "../state/use-place.ts";

export function ReviewFilters({ query, kinds }: { query: Query; kinds: readonly string[] }) {
  const choices: readonly (readonly [field: string, name: string, values: readonly string[]])[] = [
    ["status", "Status", REVIEWED],
    ["category", "Category", CATEGORY_NAMES],
    ["expert", "Expert", EXPERT_NAMES],
    ["intent", "Kind of change", kinds],
  ];
  function choose(field: string, value: string): void {
    const { at: _, ...others } = query;
    goTo(pageAddress("review", { ...others, [field]: value }));
  }
  return (
    <search class="filters">
      <div class="fields">
        {choices.map(([field, name, values]) => {
          const chosen = query[field] ?? "";
          const all = chosen === "" || values.includes(chosen) ? values : [...values, chosen];
          return (
            <select
              key={field}
              aria-label={name}
              value={chosen}
              onChange={({ currentTarget }) => choose(field, currentTarget.value)}
            >
              <option value="">{name}: all</option>
              {all.map((value) => (
                <option key={value} value={value}>
                  {inWords(value)}
                </option>
              ))}
            </select>
          );
        })}
        <label class="choice">
          <input
            type="checkbox"
            checked={query["deferred"] === "yes"}
            onChange={({ currentTarget }) => choose("deferred", currentTarget.checked ? "yes" : "")}
          />
          Only what is put off
        </label>
      </div>
    </search>
  );
}
