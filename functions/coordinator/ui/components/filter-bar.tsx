/** Search and filters; every choice is an address, so that it can be kept, shared and gone back to. */
import { useEffect, useRef, useState } from "preact/hooks";
import { STATUSES } from "../../../../shared/domain/lifecycle.ts";
import type { StatusAnswer } from "../api/answers.ts";
import { type Filters, listAddress } from "../logic/address.ts";
import { number } from "../logic/time.ts";
import { toggled, valuesOf } from "../logic/totals.ts";
import { CATEGORY_NAMES, EXPERT_NAMES, inWords, NEEDS_PERSON, toneOf } from "../logic/words.ts";
import { goTo } from "../state/use-place.ts";
import { Link } from "./link.tsx";
import { MoreFilters } from "./more-filters.tsx";

interface FilterProps {
  readonly filters: Filters;
  readonly counts: StatusAnswer["counts"] | undefined;
}

/** While somebody types, the list follows after a short rest. */
const REST_MS = 250;

export function FilterBar({ filters, counts }: FilterProps) {
  return (
    <search class="filters">
      <div class="fields">
        <Search filters={filters} />
        <Choice name="Category" field="category" all="All categories" values={CATEGORY_NAMES} filters={filters} />
        <Choice name="Expert" field="expert" all="All experts" values={EXPERT_NAMES} filters={filters} />
      </div>
      <MoreFilters filters={filters} />
      {counts !== undefined && <Statuses filters={filters} counts={counts} />}
    </search>
  );
}

interface ChoiceProps {
  readonly name: string;
  readonly field: "category" | "expert";
  readonly all: string;
  readonly values: readonly string[];
  readonly filters: Filters;
}

function Choice({ name, field, all, values, filters }: ChoiceProps) {
  const chosen = filters[field] ?? "";
  // A link may name several, which the field cannot: then they are one more choice.
  const several = chosen === "" || values.includes(chosen) ? [] : [chosen];
  return (
    <select
      aria-label={name}
      value={chosen}
      onChange={({ currentTarget }) => goTo(listAddress({ ...filters, [field]: currentTarget.value }))}
    >
      <option value="">{all}</option>
      {[...values, ...several].map((value) => (
        <option key={value} value={value}>
          {valuesOf(value).map(inWords).join(", ")}
        </option>
      ))}
    </select>
  );
}

function Statuses({ filters, counts }: { filters: Filters; counts: StatusAnswer["counts"] }) {
  const { status: text, ...others } = filters;
  const chosen = valuesOf(text);
  const shown = STATUSES.filter((status) => counts[status] > 0 || chosen.includes(status));
  const all = STATUSES.reduce((sum, status) => sum + counts[status], 0);
  const waiting = NEEDS_PERSON.reduce((sum, status) => sum + counts[status], 0);
  const person = NEEDS_PERSON.join(",");
  return (
    <nav aria-label="Status">
      <ul class="chips">
        <li>
          <Link href={listAddress(others)} class="chip" current={chosen.length === 0}>
            All <span class="count">{number(all)}</span>
          </Link>
        </li>
        <li>
          <Link href={listAddress({ ...others, status: person })} class="chip person" current={text === person}>
            Needs a person <span class="count">{number(waiting)}</span>
          </Link>
        </li>
        {shown.map((status) => (
          <li key={status}>
            <Link
              href={listAddress({ ...others, status: toggled(text === person ? "" : text, status) })}
              class={`chip ${toneOf(status)}`}
              current={text !== person && chosen.includes(status)}
            >
              {inWords(status)} <span class="count">{number(counts[status])}</span>
            </Link>
          </li>
        ))}
      </ul>
    </nav>
  );
}

function Search({ filters }: { filters: Filters }) {
  const [text, setText] = useState(filters.q ?? "");
  const latest = useRef(filters);
  latest.current = filters;
  // Going back changes the address under the field.
  useEffect(() => setText(filters.q ?? ""), [filters.q]);
  useEffect(() => {
    const wanted = text.trim();
    if (wanted === (latest.current.q ?? "")) return undefined;
    const timer = setTimeout(() => goTo(listAddress({ ...latest.current, q: wanted }), { replace: true }), REST_MS);
    return () => clearTimeout(timer);
  }, [text]);
  return (
    <input
      type="search"
      aria-label="Search improvements"
      placeholder="Search"
      maxLength={200}
      value={text}
      onInput={({ currentTarget }) => setText(currentTarget.value)}
    />
  );
}
