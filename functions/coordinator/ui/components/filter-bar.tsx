/** Status, category and search; every choice is an address, so that it can be kept, shared and gone back to. */
import { useEffect, useRef, useState } from "preact/hooks";
import { STATUSES } from "../../../../shared/domain/lifecycle.ts";
import type { StatusAnswer } from "../api/answers.ts";
import { type Filters, listAddress } from "../logic/address.ts";
import { number } from "../logic/time.ts";
import { CATEGORY_NAMES, inWords, NEEDS_PERSON, toneOf } from "../logic/words.ts";
import { goTo } from "../state/use-place.ts";
import { Link } from "./link.tsx";

interface FilterProps {
  readonly filters: Filters;
  readonly counts: StatusAnswer["counts"] | undefined;
}

/** While somebody types, the list follows after a short rest. */
const REST_MS = 250;

export function FilterBar({ filters, counts }: FilterProps) {
  return (
    <div class="filters">
      <div class="fields">
        <Search filters={filters} />
        <select
          aria-label="Category"
          value={filters.category ?? ""}
          onChange={({ currentTarget }) => goTo(listAddress({ ...filters, category: currentTarget.value }))}
        >
          <option value="">All categories</option>
          {CATEGORY_NAMES.map((name) => (
            <option key={name} value={name}>
              {inWords(name)}
            </option>
          ))}
        </select>
      </div>
      {counts !== undefined && <Statuses filters={filters} counts={counts} />}
    </div>
  );
}

function Statuses({ filters, counts }: { filters: Filters; counts: StatusAnswer["counts"] }) {
  const shown = STATUSES.filter((status) => counts[status] > 0 || filters.status === status);
  const { status: chosen, ...others } = filters;
  const all = STATUSES.reduce((sum, status) => sum + counts[status], 0);
  const waiting = NEEDS_PERSON.reduce((sum, status) => sum + counts[status], 0);
  const person = NEEDS_PERSON.join(",");
  return (
    <nav aria-label="Status">
      <ul class="chips">
        <li>
          <Link href={listAddress(others)} class="chip" current={chosen === undefined}>
            All <span class="count">{number(all)}</span>
          </Link>
        </li>
        <li>
          <Link href={listAddress({ ...others, status: person })} class="chip person" current={chosen === person}>
            Needs a person <span class="count">{number(waiting)}</span>
          </Link>
        </li>
        {shown.map((status) => (
          <li key={status}>
            <Link
              href={listAddress({ ...others, status })}
              class={`chip ${toneOf(status)}`}
              current={chosen === status}
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
