/**
 * Takes the commit back by a pull request, where the branch takes nothing else. The school asks the forge to merge it at
 * once; where reviews or checks are missing a person has to, and until then the change stays live.
 */
import type { Improvement } from "../../shared/domain/improvement.ts";
import { revertBranch, revertText } from "../../shared/domain/request-text.ts";
import type { ChangeRequest, ChangeRequests } from "../../shared/forge-ports.ts";
import type { Context } from "../../shared/runtime/stage.ts";
import { inTheWay, type Step } from "./step.ts";

export type RevertRequests = Pick<ChangeRequests, "find" | "openRevert" | "merge">;

export interface ToRevert {
  readonly commit: string;
  readonly since?: string;
  readonly base: string;
  /** Message of the commit. */
  readonly message: string;
  readonly reason: string;
}

export async function revertByRequest(
  improvement: Improvement,
  { reason, ...revert }: ToRevert,
  requests: RevertRequests,
  context: Context,
): Promise<Step> {
  const branch = revertBranch(improvement);
  const found = await requests.find(branch, context.signal);
  if (found === undefined) {
    const opened = await requests.openRevert({ branch, ...revert, ...revertText(improvement, revert.commit, reason) });
    if (opened === undefined) return reverted(revert.commit, revert.base, "somebody took it back already");
    if ("kind" in opened) return inTheWay(opened);
    return answer(revert.commit, branch, opened.state.kind === "open" ? await requests.merge(branch) : opened);
  }
  return answer(revert.commit, branch, found.state.kind === "open" ? await requests.merge(branch) : found);
}

function answer(commit: string, branch: string, { number, url, state }: ChangeRequest): Step {
  const patch = { rollback_request: { number, url, branch } };
  switch (state.kind) {
    case "merged":
      return reverted(commit, state.landed.last, `${url} is merged`, patch);
    case "closed": {
      const by = state.by === undefined ? "" : ` by ${state.by}`;
      return { kind: "blocked", because: `${url}, which takes it back, was closed${by} without being merged`, patch };
    }
    case "open": {
      const missing = state.waitsFor === undefined ? "somebody has to merge it" : state.waitsFor;
      return { kind: "wait", because: `${url} takes it back and is not merged: ${missing}`, patch };
    }
  }
}

function reverted(commit: string, by: string, how: string, patch = {}): Step {
  const because = `${commit} is taken back by ${by} (${how})`;
  return { kind: "step", because, patch: { ...patch, rollback_commit: by, rollback_verification: null }, afterMs: 0 };
}
