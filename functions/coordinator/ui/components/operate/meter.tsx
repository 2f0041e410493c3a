/** How much of a budget is spent: a bar, and the same in words. */
import { number } from "../../logic/time.ts";

interface MeterProps {
  readonly name: string;
  readonly used: number;
  /** Null: not limited, so there is no bar. */
  readonly limit: number | null;
  readonly shown?: (value: number) => string;
}

/** From this share on it is worth a look. */
const NEARLY = 0.8;

export function Meter({ name, used, limit, shown = number }: MeterProps) {
  const share = limit === null ? 0 : limit === 0 ? 1 : Math.min(1, used / limit);
  const tone = share >= 1 ? "bad" : share >= NEARLY ? "person" : "moving";
  const words = limit === null ? `${shown(used)}, no limit` : `${shown(used)} of ${shown(limit)}`;
  return (
    <div class="meter">
      <span class="meter-name">{name}</span>
      <span class="meter-words">{words}</span>
      {limit !== null && (
        <svg class={`meter-bar ${tone}`} viewBox="0 0 100 6" preserveAspectRatio="none" aria-hidden="true">
          <rect class="meter-all" width="100" height="6" />
          <rect class="meter-used" width={share * 100} height="6" />
        </svg>
      )}
    </div>
  );
}
