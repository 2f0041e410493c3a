/** What a rollback of one improvement would do now, without doing it: in Git, in the cluster, and to whoever waits. */
import type { Improvement } from "../../shared/domain/improvement.ts";
import { type Lock, listLocks } from "../../shared/pipeline/locks.ts";
import type { CommitSummary } from "../../shared/preview-ports.ts";
import type { Foreseen } from "../../shared/revert/foresee.ts";
import { ConfigurationError } from "../../shared/runtime/config.ts";
import { RetryLater } from "../../shared/runtime/errors.ts";
import { FROM, IN_FLIGHT } from "./decisions.ts";
import { type FileDiff, fileDiffs } from "./diff.ts";
import { Problem } from "./problem.ts";
import type { School } from "./school.ts";
import type { Sight } from "./sight.ts";

export interface RollbackPreview {
  readonly id: string;
  /** False: asked for now, it would be refused, or end in `rollback_blocked`. */
  readonly possible: boolean;
  /** Why it is not possible. */
  readonly because: string | null;
  /** How the revert would reach the branch; null when nothing would be written. */
  readonly way: "push" | "pull-request" | null;
  /** What would be taken back; everything after `since` up to it. */
  readonly commit: string | null;
  readonly since: string | null;
  /** The branch as it was looked at. */
  readonly head: string | null;
  readonly application: string | null;
  readonly lock: Lock | null;
  /** Files whose lines were changed again since. */
  readonly conflicts: readonly string[];
  readonly files: readonly FileDiff[];
  readonly objects: readonly Pick<
    Foreseen,
    "apiVersion" | "kind" | "namespace" | "name" | "effect" | "fate" | "because"
  >[];
  /** Commits on the same files since; what they wrote elsewhere in them stays. */
  readonly later: readonly CommitSummary[];
  readonly warnings: readonly string[];
}

/** Git may take this long to answer. */
const GIT_TIMEOUT_MS = 15_000;
const LATER_SHOWN = 20;

/** Throws Problem 503 when Git is out of reach. */
export async function previewRollback(improvement: Improvement, school: School): Promise<RollbackPreview> {
  const { id, status, landed, git_commit: single, change_set: changeSet, rollback_commit: reverted } = improvement;
  const commit = landed?.last ?? single ?? null;
  const since = landed?.before ?? null;
  const lock = await lockOf(improvement, school);
  const nothing: RollbackPreview = {
    id,
    possible: false,
    because: null,
    way: null,
    commit,
    since,
    head: null,
    application: changeSet?.application ?? null,
    lock,
    conflicts: [],
    files: [],
    objects: [],
    later: [],
    warnings: [],
  };
  if (commit === null) return { ...nothing, because: "the record names no commit, so there is nothing to take back" };
  const refusal = [...FROM.rollback, ...IN_FLIGHT].includes(status)
    ? null
    : `it is ${status}; to roll it back it must be ${FROM.rollback.join(" or ")}`;
  if (reverted !== undefined) {
    const warnings = [`It is taken back in Git already, by ${reverted}; only the cluster would be waited for again.`];
    return { ...nothing, possible: refusal === null, because: refusal, warnings };
  }
  const { files, ...seen } = await look(improvement, { commit, since }, school);
  const because = refusal ?? seen.because;
  const waits = lock?.holder !== undefined && lock.holder !== null && lock.holder !== id;
  const behind = waits ? [`${lock.holder} holds the lock of ${lock.name}: the rollback waits until it has ended.`] : [];
  return { ...nothing, ...seen, files, because, possible: because === null, warnings: [...behind, ...seen.warnings] };
}

type Seen = Pick<
  RollbackPreview,
  "because" | "way" | "head" | "conflicts" | "files" | "objects" | "later" | "warnings"
>;

async function look(
  improvement: Improvement,
  { commit, since }: { readonly commit: string; readonly since: string | null },
  school: School,
): Promise<Seen> {
  try {
    const sight = await school.sight();
    const { git } = sight;
    const head = await git.head(AbortSignal.timeout(GIT_TIMEOUT_MS));
    const range = { commit, base: head, ...(since === null ? {} : { since }) };
    const preview = await git.previewRevert(range);
    const paths =
      preview.kind === "conflict" ? preview.paths : (improvement.change_set?.files ?? []).map(({ path }) => path);
    const later = await git.commitsOn({ after: commit, head, paths, most: LATER_SHOWN });
    const seen: Seen = { because: null, way: null, head, conflicts: [], files: [], objects: [], later, warnings: [] };
    switch (preview.kind) {
      case "conflict": {
        const because = `later commits changed the same lines of ${preview.paths.join(", ")}: it would end in rollback_blocked`;
        return { ...seen, because, conflicts: preview.paths };
      }
      case "nothing":
        return { ...seen, warnings: ["The branch is already without it; only the cluster would be waited for."] };
      case "files": {
        const { loadPlatform } = await import("../../shared/repository/load.ts");
        const { foresee, objectionTo } = await import("../../shared/revert/foresee.ts");
        const platform = await loadPlatform(git, head, sight.platform);
        const foreseen = await foresee(preview.files, platform, { cluster: sight.cluster, unanswered: "unknown" });
        return {
          ...seen,
          because: objectionTo(foreseen) ?? null,
          way: wayOf(improvement, sight),
          files: await fileDiffs(preview.files, async () => git),
          objects: foreseen.map(withoutManifests),
          warnings: warningsOf(foreseen, later),
        };
      }
    }
  } catch (error) {
    const { name, message } = error as Error;
    if (!(error instanceof RetryLater || error instanceof ConfigurationError || name === "TimeoutError")) throw error;
    throw new Problem(503, `The GitOps repository cannot be looked at now: ${message.slice(0, 300)}`);
  }
}

function wayOf({ request, rollback_request: opened }: Improvement, { mode }: Sight): "push" | "pull-request" {
  return mode === "pull-request" || request !== undefined || opened !== undefined ? "pull-request" : "push";
}

function warningsOf(foreseen: readonly Foreseen[], later: readonly CommitSummary[]): string[] {
  const named = foreseen.flatMap(({ kind, namespace, name, fate, because = "" }) => {
    const object = `${kind} ${namespace === undefined ? name : `${namespace}/${name}`}`;
    switch (fate) {
      case "kept":
        return [`${object}: ${because}.`];
      case "lost":
        return [`${object} would be deleted, and data with it: ${because}. A rollback does not do that by itself.`];
      case "refused":
        return [`${object} would stay as it is, because Kubernetes refuses to change it back: ${because}.`];
      case "unknown":
        return [`${object}: nobody knows whether data hangs on it (${because}); the rollback asks again.`];
      case "applied":
        return [];
    }
  });
  const commits = later.length === 1 ? "1 later commit" : `${later.length} later commits`;
  const since = later.length === 0 ? [] : [`${commits} changed the same files; what they wrote stays.`];
  return [...named, ...since];
}

function withoutManifests({ before: _, after: __, ...object }: Foreseen): RollbackPreview["objects"][number] {
  return object;
}

async function lockOf({ lock, change_set: changeSet }: Improvement, { redis, keys }: School): Promise<Lock | null> {
  const name = lock ?? changeSet?.application;
  if (name === undefined) return null;
  const found = (await listLocks(redis, keys)).find((one) => one.name === name);
  return found ?? { name, holder: null, status: null, waiting: 0 };
}
