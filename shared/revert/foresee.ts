/** What would become of every object if files were taken back, asked of the cluster where manifests alone cannot tell. */
import type { FileChange, ObjectRef } from "../domain/change-set.ts";
import { nameOf } from "../policy/review.ts";
import type { ClusterReader } from "../ports.ts";
import type { Platform } from "../repository/platform.ts";
import { lossOf, mayHoldData } from "./data.ts";
import { type Effect, effectsOf, isReplaced } from "./effects.ts";
import { mayBeRefused, refusalOf } from "./frozen.ts";

/**
 * `applied`: as the revert says. `kept`: it stays although Git no longer names it. `lost`: it goes, and data with it.
 * `refused`: the API server would not take it. `unknown`: the cluster could not be asked.
 */
export type Fate = "applied" | "kept" | "lost" | "refused" | "unknown";

export interface Foreseen extends Effect {
  readonly fate: Fate;
  /** Why it is not simply applied. */
  readonly because?: string;
}

interface Asking {
  /** Undefined where there is no cluster to ask. */
  readonly cluster: Pick<ClusterReader, "object"> | undefined;
  readonly signal?: AbortSignal;
  /** `throw`: an error of the reader ends the look. `unknown`: it is what is known of that object. */
  readonly unanswered: "throw" | "unknown";
}

/** In the order of the files. `files` as `GitPreview.previewRevert` gives them, `platform` at the same base. */
export async function foresee(
  files: readonly FileChange[],
  platform: Platform,
  asking: Asking,
): Promise<readonly Foreseen[]> {
  const foreseen: Foreseen[] = [];
  for (const effect of effectsOf(files, platform)) foreseen.push({ ...effect, ...(await fateOf(effect, asking)) });
  return foreseen;
}

async function fateOf(
  effect: Effect,
  { cluster, signal, unanswered }: Asking,
): Promise<Pick<Foreseen, "fate" | "because">> {
  if (!isDoubtful(effect)) return { fate: "applied" };
  if (cluster === undefined) return { fate: "unknown", because: "there is no cluster to ask" };
  try {
    const loss = await lossOf(effect, cluster, signal);
    if (loss !== undefined) return { fate: loss.kind, because: loss.because };
    const refusal = await refused(effect, cluster, signal);
    return refusal === undefined ? { fate: "applied" } : { fate: "refused", because: refusal };
  } catch (error) {
    signal?.throwIfAborted();
    if (unanswered === "throw") throw error;
    const why = error instanceof Error ? error.message : String(error);
    return { fate: "unknown", because: `the cluster could not be asked: ${why.slice(0, 300)}` };
  }
}

function isDoubtful({ effect, before, after, ...object }: Effect): boolean {
  if (before === undefined) return false;
  if (effect === "delete" || isReplaced(after)) return mayHoldData({ ...object, before });
  return after !== undefined && mayBeRefused(object.kind, before, after);
}

async function refused(
  { apiVersion, kind, namespace = "", name, before, after }: Effect,
  cluster: Pick<ClusterReader, "object">,
  signal?: AbortSignal,
): Promise<string | undefined> {
  if (before === undefined || after === undefined || isReplaced(after)) return undefined;
  const live = await cluster.object(apiVersion, kind, namespace, name, signal);
  return live === undefined ? undefined : refusalOf(kind, { before, after, live });
}

/** Why such a revert must not be pushed, with what a person can do; undefined when it may be. */
export function objectionTo(foreseen: readonly Foreseen[]): string | undefined {
  const lost = foreseen.filter(({ fate }) => fate === "lost");
  if (lost.length > 0) {
    return (
      `a revert would take data with it that nothing brings back: ${named(lost)}. ` +
      "Options: mark it argocd.argoproj.io/sync-options: Prune=false in the cluster, so that it stays, and take the change " +
      "back again; save what it holds, delete it by hand, and take the change back again; " +
      "or fix the change forward with a new commit and close this one"
    );
  }
  const refusals = foreseen.filter(({ fate }) => fate === "refused");
  if (refusals.length === 0 || refusals.length < foreseen.length) return undefined;
  return (
    `Kubernetes would refuse all that a revert asks for: ${named(refusals)}. ` +
    "Options: close it, and what it changed stays; fix it forward with a new commit; " +
    "or replace the object by hand and take the change back again"
  );
}

/** The objects of a change set, those marked that stay in the cluster whatever Git says. */
export function withRetained(objects: readonly ObjectRef[], foreseen: readonly Foreseen[]): readonly ObjectRef[] {
  const stays = foreseen.filter(({ effect, fate, kind }) => effect === "delete" && fate === "kept" && !leaves(kind));
  if (stays.length === 0) return objects;
  return objects.map((object) =>
    stays.some(
      ({ kind, namespace, name }) => kind === object.kind && name === object.name && namespace === object.namespace,
    )
      ? { ...object, retained: true }
      : object,
  );
}

/** A StatefulSet goes; what stays are the claims of its pods. */
function leaves(kind: string): boolean {
  return kind === "StatefulSet";
}

export function named(foreseen: readonly Foreseen[]): string {
  return foreseen
    .map(({ kind, namespace, name, because }) => {
      const object = nameOf({ kind, namespace, name });
      return because === undefined ? object : `${object} (${because})`;
    })
    .join(", ");
}
