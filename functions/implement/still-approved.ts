/** May what was approved still be committed, on this head and under these brakes? Asked anew for each try. */
import type { Patch } from "../../shared/domain/improvement.ts";
import type { PolicySettings } from "../../shared/policy/settings.ts";
import type { GateAnswer, GitReader } from "../../shared/ports.ts";
import { loadPlatform } from "../../shared/repository/load.ts";
import type { Platform, PlatformOptions } from "../../shared/repository/platform.ts";
import { again, askPerson, moveTo, type OutcomeOf } from "../../shared/runtime/outcome.ts";
import type { Context } from "../../shared/runtime/stage.ts";
import { type Approved, isExpired } from "./approval.ts";
import { type RenderedAgain, renderAgain } from "./render-again.ts";

type Outcome = OutcomeOf<"implement">;

export interface Still {
  readonly rendered: Extract<RenderedAgain, { kind: "same" }>;
  readonly platform: Platform;
}

/** The change set as it is on `head`, when it is what was approved and policy has not become stricter. */
export async function stillApproved(
  approved: Approved,
  head: string,
  ports: {
    readonly git: GitReader;
    readonly settings: { readonly platform: PlatformOptions; readonly policy: PolicySettings };
  },
  context: Context,
): Promise<Still | Outcome> {
  const { approval } = approved;
  if (isExpired(approval, context.now())) {
    return review(`the approval of ${approval.actor} ended on ${iso(approval.expiresAt)}; approve it again`);
  }
  const platform = await loadPlatform(ports.git, head, ports.settings.platform);
  const rendered = renderAgain(approved, platform, { ...ports.settings.policy, now: context.now() });
  if (rendered.kind === "refused") return review(`it cannot be applied any more: ${rendered.because}`);
  if (rendered.verdict.decision === "deny") {
    const rules = rendered.verdict.rules.filter(({ decision }) => decision === "deny");
    const because = rules.map(({ rule, message }) => `${rule}: ${message}`).join("; ");
    return moveTo("rejected", { approval: null, verdict: rendered.verdict }, `policy denies it: ${because}`);
  }
  if (rendered.kind === "differs") {
    const planned = { change_set: rendered.changeSet, verdict: rendered.verdict };
    return review(rendered.because, planned, rendered.difference);
  }
  return { rendered, platform };
}

/** What follows when the gate does not let it through; undefined: it does. */
export function stoppedBy(answer: Exclude<GateAnswer, { kind: "busy" }>): Outcome | undefined {
  switch (answer.kind) {
    case "refused":
      return review(`no longer automatic (${answer.rule}): ${answer.because}`, { approval_rule: answer.rule });
    case "wait":
      return again(answer.afterMs, { not_ready_since: null }, answer.because);
    case "taken":
      return undefined;
  }
}

/** The approval is spent: whoever decides next decides on what the record says then. */
export function review(because: string, facts: Patch = {}, evidence?: unknown): Outcome {
  const spent = { approval: null, approved_at: null, admitted_at: null, not_ready_since: null };
  const asked = askPerson("implement", because, { ...facts, ...spent });
  return evidence === undefined ? asked : { ...asked, evidence };
}

export function iso(milliseconds: number): string {
  return new Date(milliseconds).toISOString();
}
