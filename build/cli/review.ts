/** What waits for a person, and what that person may do about it. */
import { ACTIONS, FROM } from "../../functions/coordinator/decisions.ts";
import type { ImprovementLine } from "../../shared/pipeline/listing.ts";
import type { Client } from "./client.ts";
import type { Decision } from "./commands/decisions.ts";
import { given, pagesOf } from "./pages.ts";

/** Nothing goes on here by itself. */
export const WAITING = ["pending_review", "held", "rollback_blocked"] as const;

/** All that waits, the longest first. */
export async function waitingFor(client: Client, status: string | undefined): Promise<ImprovementLine[]> {
  const query = given({ status: status ?? WAITING.join(","), limit: "1000" });
  const { improvements } = await pagesOf<{ improvements: ImprovementLine[]; next?: string | null }>(
    client,
    "/api/improvements",
    query,
    "improvements",
    true,
  );
  return improvements.toReversed();
}

/** The decisions its status allows, in the order of the API's own list. Without an expert there is none to send it away from. */
export function possible({ status, expert }: { readonly status: string; readonly expert?: string }): Decision[] {
  const actions = ACTIONS.filter(
    (action) => (FROM[action] as readonly string[]).includes(status) && (action !== "reroute" || expert !== undefined),
  );
  return status === "dead" ? ["retry", ...actions] : actions;
}

/** Which rule asked, or which stage could not go on. */
export function askedBy(line: ImprovementLine): string {
  const { status, approval_rule: rule, review_stage: stage } = line;
  if (status !== "pending_review") return status;
  return rule ?? stage ?? "";
}

/** In words: why it waits. */
export function whyItWaits(line: ImprovementLine): string {
  return line.review_reason ?? line.failure_reason ?? line.dead_reason ?? "";
}
