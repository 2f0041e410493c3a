/** The configuration in force, by name; secrets are told of, never shown. */
import type { Setting } from "../../api/operating.ts";
import { pageAddress } from "../../logic/address.ts";
import { goTo } from "../../state/use-place.ts";

const FROM = { environment: "environment", default: "default", unset: "" } as const;

export function Configuration({ settings, wanted }: { settings: readonly Setting[]; wanted: string }) {
  const shown = settings.filter(({ name }) => name.includes(wanted.toUpperCase()));
  return (
    <>
      <p class="help">Of the coordinator. Each function has its own; they are changed where the school is deployed.</p>
      <search class="fields">
        <input
          type="search"
          aria-label="Search settings"
          placeholder="Name"
          maxLength={80}
          value={wanted}
          onInput={({ currentTarget }) => goTo(pageAddress("settings", { q: currentTarget.value }), { replace: true })}
        />
      </search>
      {shown.length === 0 ? (
        <p class="help">No setting has a name like that.</p>
      ) : (
        <dl class="configured">
          {shown.map((one) => (
            <div key={one.name}>
              <dt>
                <code>{one.name}</code>
              </dt>
              <dd>
                <Value {...one} />
              </dd>
              <dd class="help">{FROM[one.from]}</dd>
            </div>
          ))}
        </dl>
      )}
    </>
  );
}

function Value({ value, secret, from }: Setting) {
  if (from === "unset") return <span class="help">not set</span>;
  if (secret) return <span class="tag">set, secret</span>;
  return <code>{value}</code>;
}
