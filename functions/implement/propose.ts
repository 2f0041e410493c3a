/**
 * The change as a pull request: a branch of its own, no lock, no baseline yet. Whoever merges it decides when it lands;
 * `sync` follows the request from here.
 */
import { implementMessage } from "../../shared/domain/commit-message.ts";
import type { Improvement } from "../../shared/domain/improvement.ts";
import { requestBranch, requestText } from "../../shared/domain/request-text.ts";
import { moveTo, type OutcomeOf } from "../../shared/runtime/outcome.ts";
import type { Context } from "../../shared/runtime/stage.ts";
import { type Approved, isAutomatic } from "./approval.ts";
import type { ImplementPorts } from "./handle.ts";
import { review, stillApproved, stoppedBy } from "./still-approved.ts";

/** `because`: why not directly, where the branch itself was tried first. */
export async function propose(
  improvement: Improvement,
  approved: Approved,
  head: string,
  ports: ImplementPorts,
  context: Context,
  because?: string,
): Promise<OutcomeOf<"implement">> {
  const { requests, gate } = ports;
  if (requests === undefined) {
    const why = because ?? "changes of this branch go through pull requests";
    return review(`${why}; the school has no forge to open one: set GITHUB_TOKEN or a GitHub App`);
  }
  const still = await stillApproved(approved, head, ports, context);
  if ("kind" in still) return still;
  const { approval } = approved;
  const answer = await gate.admit({ improvement: improvement.id, automatic: isAutomatic(approval) });
  const stopped = answer.kind === "busy" ? undefined : stoppedBy(answer);
  if (stopped !== undefined) return stopped;

  const { changeSet, verdict, changes } = still.rendered;
  const request = await requests.open({
    branch: requestBranch(improvement),
    base: head,
    files: changeSet.files,
    message: implementMessage(improvement, changes, { approval, changeSet: changeSet.hash }),
    ...requestText(improvement, changes, { verdict, approvedBy: approval.actor }),
  });
  const { number, url, state } = request;
  const opened = { number, url, branch: requestBranch(improvement) };
  // Whatever became of it meanwhile, the next look of `sync` tells; the lock is for what is merged.
  const patch = { change_set: changeSet, verdict, request: opened, lock: null, not_ready_since: null };
  return moveTo("implementation", patch, `${url} proposes it`, { request: opened, state: state.kind, head });
}
