/** Takes the commit back in Git, exactly once, by a three-way merge: later work on the same files survives. */
import { operationRuns } from "../../shared/argocd/live.ts";
import { appliedRevisions, requestedRevisions } from "../../shared/argocd/revisions.ts";
import type { ChangeSet } from "../../shared/domain/change-set.ts";
import { rollbackMessage, trailersOf } from "../../shared/domain/commit-message.ts";
import type { Improvement } from "../../shared/domain/improvement.ts";
import type { ArgoCd, ClusterReader, GitReader, GitWriter } from "../../shared/ports.ts";
import type { GitPreview } from "../../shared/preview-ports.ts";
import type { PlatformOptions } from "../../shared/repository/platform.ts";
import { RetryLater } from "../../shared/runtime/errors.ts";
import type { Context } from "../../shared/runtime/stage.ts";
import { examine } from "./examine.ts";
import { type RevertRequests, revertByRequest } from "./revert-request.ts";
import { inTheWay, OPTIONS, type Step } from "./step.ts";

export interface RevertPorts {
  readonly git: GitReader & Pick<GitWriter, "findOurs" | "revert"> & Pick<GitPreview, "previewRevert">;
  readonly argoCd: ArgoCd;
  readonly cluster: Pick<ClusterReader, "object">;
  /** How the repository is known to Argo CD. */
  readonly platform: PlatformOptions;
  /** Absent where no forge is configured. */
  readonly requests?: RevertRequests | undefined;
  /** `pull-request`: nothing is pushed to the branch itself. */
  readonly mode: "direct" | "pull-request";
}

/** Other writers share the branch; a try that lost starts over from the new head. */
const PUSH_TRIES = 5;

export async function revert(
  improvement: Improvement,
  { commit, changeSet }: { readonly commit: string; readonly changeSet: ChangeSet },
  ports: RevertPorts,
  context: Context,
): Promise<Step> {
  await endBadSync(changeSet.application, commit, ports, context);
  const { git, requests } = ports;
  const since = improvement.landed?.before;
  const reason = improvement.failure_reason ?? "a person asked to take it back";
  const message = rollbackMessage(improvement, { commit, reason });
  let after = improvement.rollback_head_before;

  for (let tries = 1; tries <= PUSH_TRIES; tries += 1) {
    const head = await git.head(context.signal);
    if (after === undefined) {
      // Stored before the first push: a crash after it is recognised by what lies between this head and the next.
      await context.save({ rollback_head_before: head });
      after = head;
    } else {
      const earlier = await revertOf(commit, { after, head, improvement: improvement.id }, git);
      if (earlier !== undefined) return reverted(earlier, commit, "by an earlier try");
    }
    const range = { commit, ...(since === undefined ? {} : { since }) };
    const examined = await examine(changeSet, { ...range, base: head }, ports, context);
    if (examined.kind === "blocked") return examined.step;
    const byRequest = async (forge: RevertRequests) =>
      examined.onto(await revertByRequest(improvement, { ...range, base: head, message, reason }, forge, context));
    const opened = improvement.rollback_request !== undefined;
    if (requests !== undefined && (opened || ports.mode === "pull-request")) return byRequest(requests);
    const pushed = await git.revert({ ...range, base: head, message });
    switch (pushed.kind) {
      case "pushed":
        return examined.onto(
          reverted(pushed.commit, commit, pushed.commit === head ? "already, by somebody else" : ""),
        );
      case "conflict":
        return inTheWay(pushed);
      case "protected":
        if (requests === undefined) return { kind: "blocked", because: `${pushed.because}. ${OPTIONS}` };
        return byRequest(requests);
      case "moved":
        context.log.info({ head, tries }, "the branch moved; reverting on its new head");
    }
  }
  throw new RetryLater(`the branch moved ${PUSH_TRIES} times while the commit was being taken back`, 5_000);
}

/**
 * A sync of the bad commit that keeps being retried holds up the revert (argo-cd#11494). Best effort: the revert in Git
 * must not wait for a cluster that may be ill, and waiting for the resync meets the same operation again.
 */
async function endBadSync(name: string, bad: string, { argoCd, git }: RevertPorts, context: Context): Promise<void> {
  try {
    const application = await argoCd.application(name, context.signal);
    if (application === undefined || !operationRuns(application)) return;
    if (application.status?.operationState?.phase === "Terminating") return;
    const revisions = [...appliedRevisions(application), ...requestedRevisions(application)];
    const contains = await Promise.all(revisions.map((revision) => git.isAncestor(bad, revision)));
    if (revisions.length === 0 || contains.includes(true)) await argoCd.terminateOperation(name, context.signal);
  } catch (error) {
    context.signal.throwIfAborted();
    context.log.warn({ err: error, application: name }, "cannot end the running sync; reverting nevertheless");
  }
}

/** Our own revert of `commit`, if an earlier try pushed it and died before it could say so. */
async function revertOf(
  commit: string,
  range: { readonly after: string; readonly head: string; readonly improvement: string },
  git: RevertPorts["git"],
): Promise<string | undefined> {
  const ours = await git.findOurs(range.after, range.head, range.improvement);
  return ours.find(({ message }) => trailersOf(message).get("Reverts") === commit)?.commit;
}

function reverted(rollbackCommit: string, commit: string, how: string): Step {
  const because = `${commit} is taken back by ${rollbackCommit}${how === "" ? "" : ` (${how})`}`;
  return { kind: "step", because, patch: { rollback_commit: rollbackCommit, rollback_verification: null }, afterMs: 0 };
}
