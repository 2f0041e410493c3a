/** Putting a decision off, and taking back that nothing alike is ever to be proposed. */
import type { Deferral } from "../domain/deferral.ts";
import type { Improvement } from "../domain/improvement.ts";
import type { Status } from "../domain/lifecycle.ts";
import { REVIEWED } from "../domain/review-order.ts";
import { Refused } from "./operations.ts";
import type { OperatorScripts } from "./scripts/load-operator.ts";

/** `until` in milliseconds since the epoch, by Redis's clock. Throws Refused when nothing waits for a person, or it moved. */
export async function defer(
  scripts: Pick<OperatorScripts, "schoolDefer">,
  { id, status, updated_at: since }: Pick<Improvement, "id" | "status" | "updated_at">,
  { until, by, because }: { readonly until: number; readonly by: string; readonly because: string },
): Promise<Deferral> {
  if (!(REVIEWED as readonly Status[]).includes(status)) {
    throw new Refused(`it is ${status}; only what waits for a person can be put off (${REVIEWED.join(", ")})`);
  }
  const iso = new Date(until).toISOString();
  const deferral: Deferral = { until: iso, since, by, because };
  const text = `put off until ${iso}: ${because}`;
  okOrRefused(await scripts.schoolDefer(id, status, since, by, text, until, JSON.stringify(deferral)));
  return deferral;
}

/** Returns where it stands. Throws Refused when it has no tombstone. */
export async function allowAgain(
  scripts: Pick<OperatorScripts, "schoolAllowAgain">,
  id: string,
  actor: string,
  reason: string,
): Promise<string> {
  return okOrRefused(await scripts.schoolAllowAgain(id, actor, reason)) ?? "";
}

/** Brings back those whose time has come. Milliseconds until the next, -1 when there is none. */
export async function endDeferrals(scripts: Pick<OperatorScripts, "schoolEndDeferrals">): Promise<number> {
  const [ended, next] = (await scripts.schoolEndDeferrals()) as [number, number];
  return ended >= 100 ? 0 : next;
}

function okOrRefused(reply: unknown): string | undefined {
  const [answer, detail] = reply as [string, string?];
  if (answer !== "ok") throw new Refused(detail ?? "refused");
  return detail;
}
