/**
 * implement: commit the exact change set that was approved, exactly once, onto an Application that is well; or propose it as
 * a pull request, where that is how the branch is changed.
 */
import { workloadsHurt } from "../../shared/domain/blast-radius.ts";
import type { ObjectRef } from "../../shared/domain/change-set.ts";
import type { CheckSettings } from "../../shared/domain/check-settings.ts";
import { implementMessage } from "../../shared/domain/commit-message.ts";
import type { Baseline } from "../../shared/domain/health.ts";
import type { Improvement, Patch } from "../../shared/domain/improvement.ts";
import type { ChangeRequests } from "../../shared/forge-ports.ts";
import { checkSettingsIn } from "../../shared/policy/check-settings.ts";
import type { PolicySettings } from "../../shared/policy/settings.ts";
import type { ArgoCd, Gate, GitReader, GitWriter } from "../../shared/ports.ts";
import { lockName } from "../../shared/repository/lock.ts";
import type { PlatformOptions } from "../../shared/repository/platform.ts";
import { RetryLater } from "../../shared/runtime/errors.ts";
import { again, moveTo, type OutcomeOf } from "../../shared/runtime/outcome.ts";
import type { Context } from "../../shared/runtime/stage.ts";
import { type Approved, approvedChange, isAutomatic } from "./approval.ts";
import { findLanded } from "./landed.ts";
import { propose } from "./propose.ts";
import { notReady, READY_LIMIT_MS, READY_LOOK_MS } from "./readiness.ts";
import { iso, review, stillApproved, stoppedBy } from "./still-approved.ts";

export interface ImplementPorts {
  readonly git: GitReader & GitWriter;
  readonly gate: Gate;
  readonly argocd: ArgoCd;
  /** What is true before the push, by the queries verification will ask again. */
  readonly baseline: (of: {
    readonly objects: readonly ObjectRef[];
    /** Workloads that depend on them. */
    readonly dependents: ReturnType<typeof workloadsHurt>;
    readonly settings: CheckSettings | undefined;
    /** Milliseconds since the epoch. */
    readonly now: number;
    readonly signal: AbortSignal;
  }) => Promise<Baseline>;
  /** Absent where no forge is configured. */
  readonly requests?: Pick<ChangeRequests, "open"> | undefined;
  readonly approvalSecret: string;
  readonly settings: {
    /** `pull-request`: nothing is pushed to the branch itself. */
    readonly mode: "direct" | "pull-request";
    readonly platform: PlatformOptions;
    readonly policy: PolicySettings;
  };
}

type Outcome = OutcomeOf<"implement">;

/** Other writers share the branch; each try reads, renders and asks again from the start. */
const PUSH_TRIES = 5;

export async function implement(
  { improvement }: { readonly improvement: Improvement },
  ports: ImplementPorts,
  context: Context,
): Promise<Outcome> {
  const approved = approvedChange(improvement, ports.approvalSecret);
  if (typeof approved === "string") return review(`${approved}; approve it again`);

  let current = improvement;
  for (let tries = 1; tries <= PUSH_TRIES; tries += 1) {
    const head = await ports.git.head(context.signal);
    const landed = await landedEarlier(current, approved, head, ports, context);
    if (landed !== undefined) return landed;

    if (ports.settings.mode === "pull-request") return propose(current, approved, head, ports, context);
    const ready = await prepare(current, approved, head, ports, context);
    if ("kind" in ready) return ready;
    current = await aboutToPush(current, head, ready, context);

    const { changeSet, verdict, changes } = ready.rendered;
    const signed = { approval: approved.approval, changeSet: changeSet.hash };
    const message = implementMessage(improvement, changes, signed);
    const pushed = await ports.git.commit({ base: head, files: changeSet.files, message });
    if (pushed.kind === "pushed") {
      return committed(pushed.commit, { change_set: changeSet, verdict }, `committed ${pushed.commit}`, context);
    }
    if (pushed.kind === "protected") {
      context.log.info({ because: pushed.because }, "the branch takes pull requests only");
      return propose(current, approved, head, ports, context, pushed.because);
    }
    context.log.info({ head, tries }, "the branch moved; reading it again");
  }
  throw new RetryLater(`the branch moved ${PUSH_TRIES} times while the change was being committed`, 5_000, {
    free: true,
  });
}

/** An earlier try may have pushed and died before it could say so: then nothing is pushed again. */
async function landedEarlier(
  { git_head_before: after }: Improvement,
  { approval }: Approved,
  head: string,
  { git }: ImplementPorts,
  context: Context,
): Promise<Outcome | undefined> {
  const landed = await findLanded(git, { after, head }, approval);
  switch (landed.kind) {
    case "nothing":
      return undefined;
    case "this":
      return committed(landed.commit, {}, `${landed.commit} was committed by an earlier try`, context);
    case "taken-back": {
      const because = `its approval was used already: ${landed.commit} was committed and taken back by ${landed.by}`;
      return moveTo("rejected", { approval: null }, because);
    }
    case "another":
      return review(`${landed.commit} is on the branch already: an earlier approval of another change set`);
  }
}

/** Everything that has to be true before a push, asked anew for each head. An outcome: it is not. */
async function prepare(
  improvement: Improvement,
  approved: Approved,
  head: string,
  { git, gate, argocd, baseline, settings }: ImplementPorts,
  context: Context,
) {
  const still = await stillApproved(approved, head, { git, settings }, context);
  if ("kind" in still) return still;
  const { rendered, platform } = still;

  const { application, objects } = rendered.changeSet;
  const lock = lockName(application, platform);
  const automatic = isAutomatic(approved.approval);
  const answer = await gate.take({ improvement: improvement.id, lock, automatic });
  if (answer.kind === "busy") {
    return { kind: "behind-lock", lock, because: `${answer.holder} holds the lock of ${lock}` } as const;
  }
  const stopped = stoppedBy(answer);
  if (stopped !== undefined) return stopped;

  const checks = checkSettingsIn(platform.files);
  try {
    const trouble = notReady(application, await argocd.application(application, context.signal));
    if (trouble !== undefined) return waitOrAsk(improvement, trouble, context);
    const dependents = workloadsHurt(improvement.planning?.blast_radius);
    const { signal } = context;
    const measured = await baseline({ objects, dependents, settings: checks, now: context.now(), signal });
    return { rendered, lock, baseline: measured, checks };
  } catch (error) {
    // Nothing is pushed yet: a cluster or a Prometheus out of reach is waited for, it is no attempt that failed.
    if (error instanceof RetryLater) return waitOrAsk(improvement, error.message, context);
    throw error;
  }
}

/** Stored before the push: where to look for the commit if this process dies, and what was true until now. */
async function aboutToPush(
  improvement: Improvement,
  head: string,
  {
    baseline,
    checks,
    lock,
  }: { readonly baseline: Baseline; readonly checks: CheckSettings | undefined; readonly lock: string },
  context: Context,
): Promise<Improvement> {
  const { not_ready_since: _over, ...facts } = improvement;
  const git_head_before = improvement.git_head_before ?? head;
  await context.save({ git_head_before, baseline, check_settings: checks ?? null, lock, not_ready_since: null });
  return { ...facts, git_head_before };
}

function waitOrAsk(improvement: Improvement, trouble: string, context: Context): Outcome {
  const now = context.now();
  const since = improvement.not_ready_since === undefined ? now : Date.parse(improvement.not_ready_since);
  if (now - since >= READY_LIMIT_MS) return review(`${trouble}, for ${READY_LIMIT_MS / 60_000} minutes`);
  return again(READY_LOOK_MS, { not_ready_since: iso(since) }, trouble);
}

function committed(commit: string, facts: Patch, because: string, context: Context): Outcome {
  const patch: Patch = {
    ...facts,
    git_commit: commit,
    landed: { kind: "commit", first: commit, last: commit },
    implemented_at: iso(context.now()),
    not_ready_since: null,
  };
  return moveTo("implementation", patch, because, { commit });
}
