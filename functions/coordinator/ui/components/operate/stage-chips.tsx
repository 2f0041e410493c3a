/** Which stage's dead letters are shown; every choice is an address. */
import { STAGES } from "../../../../../shared/stages.ts";
import { pageAddress } from "../../logic/address.ts";
import { number } from "../../logic/time.ts";
import { Link } from "../link.tsx";

export function StageChips({
  counts,
  stage,
}: {
  readonly counts: Readonly<Record<string, number>>;
  readonly stage: string | undefined;
}) {
  const shown = STAGES.filter((name) => (counts[name] ?? 0) > 0 || name === stage);
  const all = Object.values(counts).reduce((sum, count) => sum + count, 0);
  return (
    <nav aria-label="Stage">
      <ul class="chips">
        <li>
          <Link href={pageAddress("dead-letters")} class="chip" current={stage === undefined}>
            All <span class="count">{number(all)}</span>
          </Link>
        </li>
        {shown.map((name) => (
          <li key={name}>
            <Link href={pageAddress("dead-letters", { stage: name })} class="chip bad" current={stage === name}>
              {name} <span class="count">{number(counts[name] ?? 0)}</span>
            </Link>
          </li>
        ))}
      </ul>
    </nav>
  );
}
