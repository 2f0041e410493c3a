/** The school's name and whether its page is live. */
import type { LiveState } from "../live/follow.ts";
import { Link } from "./link.tsx";

export function Brand() {
  return (
    <Link href="/" class="brand">
      Cortex Online School
    </Link>
  );
}

const WORDS: Readonly<Record<LiveState, string>> = {
  connecting: "connecting",
  live: "live",
  lost: "not connected",
  outage: "Redis away",
};

export function LiveMark({ state }: { state: LiveState }) {
  return (
    <span class={`live ${state}`} role="status">
      <span>{WORDS[state]}</span>
    </span>
  );
}
