/** Before anything is pushed: what the revert would do to the cluster, and whether it may. */
import type { ChangeSet } from "../../shared/domain/change-set.ts";
import { loadPlatform } from "../../shared/repository/load.ts";
import { type Foreseen, foresee, named, objectionTo, withRetained } from "../../shared/revert/foresee.ts";
import type { Context } from "../../shared/runtime/stage.ts";
import type { RevertPorts } from "./revert.ts";
import { inTheWay, type Step } from "./step.ts";

export type Examined =
  | { readonly kind: "blocked"; readonly step: Step }
  /** `onto` adds to a step what was foreseen: what stays in the cluster is not waited for. */
  | { readonly kind: "clear"; readonly onto: (step: Step) => Step };

/**
 * A rollback destroys no data, and pushes nothing that Kubernetes would only refuse: the Application would stand there out of
 * sync, and locked until the time-out, for nothing. Throws what Git and the cluster throw.
 */
export async function examine(
  changeSet: ChangeSet,
  range: { readonly commit: string; readonly since?: string; readonly base: string },
  { git, cluster, platform }: Pick<RevertPorts, "git" | "cluster" | "platform">,
  { signal }: Context,
): Promise<Examined> {
  const preview = await git.previewRevert(range);
  if (preview.kind === "conflict") return { kind: "blocked", step: inTheWay(preview) };
  if (preview.kind === "nothing") return { kind: "clear", onto: (step) => step };
  const now = await loadPlatform(git, range.base, platform);
  const foreseen = await foresee(preview.files, now, { cluster, signal, unanswered: "throw" });
  const objection = objectionTo(foreseen);
  if (objection !== undefined) {
    return { kind: "blocked", step: { kind: "blocked", because: objection, evidence: { objects: told(foreseen) } } };
  }
  const objects = withRetained(changeSet.objects, foreseen);
  const said = remarks(foreseen);
  return {
    kind: "clear",
    onto: (step) => {
      if (step.kind !== "step" && step.kind !== "wait") return step;
      const marked = objects === changeSet.objects ? {} : { change_set: { ...changeSet, objects } };
      return { ...step, because: `${step.because}${said}`, patch: { ...step.patch, ...marked } };
    },
  };
}

function remarks(foreseen: readonly Foreseen[]): string {
  const kept = foreseen.filter(({ fate }) => fate === "kept");
  const refused = foreseen.filter(({ fate }) => fate === "refused");
  const parts = [
    ...(kept.length === 0 ? [] : [`what stays in the cluster: ${named(kept)}`]),
    ...(refused.length === 0 ? [] : [`what Kubernetes will refuse: ${named(refused)}`]),
  ];
  return parts.length === 0 ? "" : `; ${parts.join("; ")}`;
}

/** For the trail, without the manifests. */
function told(foreseen: readonly Foreseen[]): readonly object[] {
  return foreseen.map(({ kind, namespace, name, effect, fate, because }) => ({
    kind,
    namespace,
    name,
    effect,
    fate,
    because,
  }));
}
