/** What narrows the audit; every choice is in the address. */
import { useEffect, useState } from "preact/hooks";
import { pageAddress, type Query } from "../../logic/address.ts";
import { goTo } from "../../state/use-place.ts";

/** What stands before the dot of actions, with the words for it. */
const ACTIONS = [
  ["improvement", "Decisions"],
  ["flag", "Flags"],
  ["breaker", "Circuit breaker"],
  ["lock", "Locks"],
  ["dead_letters", "Dead letters"],
  ["router", "Router"],
  ["source,watch", "Sources"],
  ["knowledge", "Knowledge"],
  ["notification", "Notifications"],
  ["session", "Signing in"],
  ["stage", "Injected events"],
  ["doctor", "Repairs"],
] as const;
export const AUDIT_FILTERS = ["actor", "action", "improvement", "from", "to"] as const;
type Field = (typeof AUDIT_FILTERS)[number];

/** While somebody types, the list follows after a short rest. */
const REST_MS = 300;

export function AuditFilters({ query }: { query: Query }) {
  const action = query["action"] ?? "";
  const known = ACTIONS.some(([value]) => value === action);
  const change = (field: Field, value: string) => goTo(pageAddress("audit", { ...query, [field]: value.trim() }));
  return (
    <search class="fields audit-filters">
      <Words field="actor" label="Who" query={query} />
      <label>
        What
        <select value={action} onChange={({ currentTarget }) => change("action", currentTarget.value)}>
          <option value="">Everything</option>
          {ACTIONS.map(([value, words]) => (
            <option key={value} value={value}>
              {words}
            </option>
          ))}
          {action !== "" && !known && <option value={action}>{action}</option>}
        </select>
      </label>
      <Words field="improvement" label="Improvement" query={query} />
      {(["from", "to"] as const).map((field) => (
        <label key={field}>
          {field === "from" ? "From" : "Until"}
          <input
            type="date"
            value={(query[field] ?? "").slice(0, 10)}
            onChange={({ currentTarget }) => change(field, currentTarget.value)}
          />
        </label>
      ))}
      {AUDIT_FILTERS.some((field) => query[field] !== undefined) && (
        <button type="button" class="quiet" onClick={() => goTo(pageAddress("audit"))}>
          Show everything
        </button>
      )}
    </search>
  );
}

function Words({ field, label, query }: { field: Field; label: string; query: Query }) {
  const present = query[field] ?? "";
  const [text, setText] = useState(present);
  useEffect(() => setText(present), [present]);
  useEffect(() => {
    if (text.trim() === present) return undefined;
    const address = pageAddress("audit", { ...query, [field]: text.trim() });
    const timer = setTimeout(() => goTo(address, { replace: true }), REST_MS);
    return () => clearTimeout(timer);
  }, [text, present, field, query]);
  return (
    <label>
      {label}
      <input type="search" maxLength={80} value={text} onInput={({ currentTarget }) => setText(currentTarget.value)} />
    </label>
  );
}
