/**
 * Pull-request mode: the change is proposed, and people decide on the forge when it lands and as what. One look per call;
 * while it is open the baseline is taken anew, so that the last one before the merge is what verification compares with.
 */
import { workloadsHurt } from "../../shared/domain/blast-radius.ts";
import type { ObjectRef } from "../../shared/domain/change-set.ts";
import type { CheckSettings } from "../../shared/domain/check-settings.ts";
import { trailersOf } from "../../shared/domain/commit-message.ts";
import type { Baseline } from "../../shared/domain/health.ts";
import type { Improvement, LandedCommit, Patch } from "../../shared/domain/improvement.ts";
import type { ChangeRequests } from "../../shared/forge-ports.ts";
import { checkSettingsIn, readCheckSettings } from "../../shared/policy/check-settings.ts";
import type { PolicySettings } from "../../shared/policy/settings.ts";
import type { Gate, GitReader, GitWriter } from "../../shared/ports.ts";
import { loadPlatform } from "../../shared/repository/load.ts";
import { lockName } from "../../shared/repository/lock.ts";
import type { PlatformOptions } from "../../shared/repository/platform.ts";
import { RetryLater } from "../../shared/runtime/errors.ts";
import { again, moveTo, type OutcomeOf } from "../../shared/runtime/outcome.ts";
import type { Context } from "../../shared/runtime/stage.ts";
import { whatLanded } from "./edited.ts";

export interface RequestPorts {
  /** Absent where no forge is configured. */
  readonly requests?: Pick<ChangeRequests, "find"> | undefined;
  readonly git: GitReader & Pick<GitWriter, "findOurs">;
  readonly gate: Pick<Gate, "lock">;
  readonly baseline: (of: {
    readonly objects: readonly ObjectRef[];
    /** Workloads that depend on them. */
    readonly dependents: ReturnType<typeof workloadsHurt>;
    readonly settings: CheckSettings | undefined;
    /** Milliseconds since the epoch. */
    readonly now: number;
    readonly signal: AbortSignal;
  }) => Promise<Baseline>;
  /** Milliseconds between two looks at an open request; a webhook is faster. */
  readonly requestLookMs: number;
  readonly settings: { readonly platform: PlatformOptions; readonly policy: PolicySettings };
}

type Outcome = OutcomeOf<"sync">;

/** The improvement once its change is on the branch and its Application is locked; an outcome as long as it is not. */
export async function followRequest(
  improvement: Improvement,
  ports: RequestPorts,
  context: Context,
): Promise<Outcome | Improvement> {
  const landed = improvement.landed === undefined ? await landing(improvement, ports, context) : improvement;
  if ("kind" in landed) return landed;
  const { id, lock, change_set: changeSet, verdict } = landed;
  const name = lock ?? changeSet?.application ?? "";
  const answer = await ports.gate.lock({ improvement: id, lock: name });
  if (answer.kind === "busy") {
    return { kind: "behind-lock", lock: name, because: `it is merged, and ${answer.holder} holds the lock of ${name}` };
  }
  if (landed.landed_edited !== "true" || verdict?.decision !== "deny") return landed;
  const rules = verdict.rules.filter(({ decision }) => decision === "deny");
  const said = rules.map(({ rule, message }) => `${rule}: ${message}`).join("; ");
  const because = `it was changed before it was merged, and policy denies it as it is now: ${said}`;
  const patch: Patch = { failure_reason: because, held_from: "implementation" };
  return moveTo("held", patch, because, { landed: landed.landed, rules });
}

async function landing(
  improvement: Improvement,
  ports: RequestPorts,
  context: Context,
): Promise<Outcome | Improvement> {
  const { request, change_set: changeSet } = improvement;
  const { requests, requestLookMs } = ports;
  if (request === undefined || changeSet === undefined) return improvement;
  if (requests === undefined) {
    const because = `${request.url} is a pull request, but no forge is configured here (GITHUB_TOKEN or a GitHub App)`;
    return again(requestLookMs, {}, because);
  }
  const found = await requests.find(request.branch, context.signal).catch(passing);
  if (found instanceof RetryLater) return again(Math.max(found.afterMs, requestLookMs), {}, found.message);
  if (found === undefined) return again(requestLookMs, {}, `${request.url} cannot be found`);
  switch (found.state.kind) {
    case "open": {
      const { objects } = changeSet;
      const { signal } = context;
      const settings = await readCheckSettings(ports.git, await ports.git.head(signal));
      const dependents = workloadsHurt(improvement.planning?.blast_radius);
      const baseline = await ports.baseline({ objects, dependents, settings, now: context.now(), signal });
      const missing = found.state.waitsFor === undefined ? "" : `: ${found.state.waitsFor}`;
      return again(
        requestLookMs,
        { baseline, check_settings: settings ?? null, sync_started_at: null },
        `${found.url} is open${missing}`,
      );
    }
    case "closed": {
      const by = found.state.by === undefined ? "" : ` by ${found.state.by}`;
      return rejected(`${found.url} was closed${by} without being merged`);
    }
    case "merged":
      return merged(improvement, found.state.landed, ports, context);
  }
}

async function merged(
  improvement: Improvement,
  landed: LandedCommit,
  ports: RequestPorts,
  context: Context,
): Promise<Outcome | Improvement> {
  const { git, settings } = ports;
  const head = await git.head(context.signal);
  const ours = await git.findOurs(landed.last, head, improvement.id);
  const taken = ours.find(({ message }) => trailersOf(message).get("Reverts") === landed.last);
  if (taken !== undefined) return rejected(`${landed.last} was merged and taken back by ${taken.commit}`);
  const change = await whatLanded(improvement, landed, git, settings, context.now());
  if (change.kind === "nothing") return rejected(`${landed.last} was merged, and changes nothing`);
  const platform = await loadPlatform(git, landed.last, settings.platform);
  // Nobody looked while it was open: then nothing was measured by other settings.
  const checks = improvement.baseline === undefined ? checkSettingsIn(platform.files) : undefined;
  const patch = {
    change_set: change.changeSet,
    ...(checks === undefined ? {} : { check_settings: checks }),
    ...(change.kind === "edited" ? { verdict: change.verdict, landed_edited: "true" as const } : {}),
    landed,
    git_commit: landed.last,
    implemented_at: new Date(context.now()).toISOString(),
    lock: lockName(change.changeSet.application, platform),
  };
  await context.save(patch);
  context.log.info({ landed, edited: change.kind === "edited" }, "its pull request was merged");
  return { ...improvement, ...patch };
}

/** People said no to it: it does not come back with the next talk. */
function rejected(because: string): Outcome {
  return moveTo("rejected", { failure_reason: because, tombstone: because, approval: null }, because);
}

/** An outage is a reason to look again, not an attempt that failed. */
function passing(error: unknown): RetryLater {
  if (error instanceof RetryLater) return error;
  throw error;
}
