/** What all channels for people show alike. */
import type { Told } from "../../domain/notification.ts";
import type { Message } from "../../notify-ports.ts";

const SIGNS: Readonly<Record<Told, string>> = {
  implementation: "🚀",
  pending_review: "👀",
  conflicts: "⚔️",
  verified: "✅",
  rolling_back: "↩️",
  failed: "⚠️",
  held: "✋",
  rollback_blocked: "🚨",
  dead: "💀",
  breaker: "🚨",
  anomaly: "📈",
  router: "🧭",
  retrain: "🧭",
  test: "🔔",
};

/** The sign of what it is about, and the headline. */
export function signed({ event, headline }: Pick<Message, "event" | "headline">): string {
  return `${SIGNS[event]} ${headline}`;
}

/** Undefined: nothing is uncertain. */
export function repeated({ again }: Pick<Message, "again">): string | undefined {
  return again ? "Sent once more, because the first attempt got no answer: it may be here twice." : undefined;
}
