/** The parts of a page that have an address of their own, and the way to them. */
import type { ComponentChildren } from "preact";
import { improvementAddress } from "../logic/address.ts";
import type { PartName } from "../logic/parts.ts";
import { goTo } from "../state/use-place.ts";

/** `wide`: beside nothing. */
interface PartProps {
  readonly name: PartName;
  readonly title: ComponentChildren;
  readonly children: ComponentChildren;
}

export function PartSection({ name, title, children }: PartProps) {
  return (
    <section id={idOf(name)} aria-labelledby={`${idOf(name)}-title`}>
      <h2 id={`${idOf(name)}-title`} tabIndex={-1}>
        {title}
      </h2>
      {children}
    </section>
  );
}

/** Only parts that are there; `names` in the order of the page. */
export function PartsNav({
  id,
  names,
  current,
}: {
  readonly id: string;
  readonly names: readonly (readonly [PartName, string])[];
  readonly current: string | undefined;
}) {
  return (
    <nav class="parts" aria-label="Parts of this improvement">
      <ul>
        {names.map(([name, title]) => (
          <li key={name}>
            <a
              href={partAddress(id, name)}
              aria-current={current === name ? "location" : undefined}
              onClick={(event) => {
                if (event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
                event.preventDefault();
                goTo(partAddress(id, name), { replace: true });
                showPart(name);
              }}
            >
              {title}
            </a>
          </li>
        ))}
      </ul>
    </nav>
  );
}

function partAddress(id: string, name: PartName): string {
  return `${improvementAddress(id)}?part=${name}`;
}

function idOf(name: string): string {
  return `part-${name}`;
}

/** Brings a part into sight and its heading into focus, so that reading goes on there. */
export function showPart(name: PartName): void {
  const part = document.getElementById(idOf(name));
  part?.scrollIntoView({ block: "start" });
  part?.querySelector<HTMLElement>("h2")?.focus({ preventScroll: true });
}
