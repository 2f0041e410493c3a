/** An image of the repository with which a script can ask the Kubernetes API. */
import { isPinned, withoutVersion } from "../../policy/images.ts";
import { mostCommon } from "../../repository/conventions.ts";
import { oncePer } from "../../repository/lookup.ts";
import type { Platform } from "../../repository/platform.ts";
import { listAt } from "../../repository/values.ts";
import { workloadsOf } from "../../repository/workloads.ts";
import { type PlacedContainer, placedContainers } from "../edit/workload-edit.ts";
import { imageName } from "../resource-values.ts";

/** Images with kubectl and a shell beside it, by their last two parts; the official one has no shell. */
const WITH_SHELL = /(^|\/)((bitnami|bitnamilegacy|alpine)\/kubectl|alpine\/k8s|dtzar\/helm-kubectl)$/;

export interface KubectlImage {
  readonly image: string;
  readonly pullSecrets: readonly unknown[];
}

/**
 * A pinned image that has kubectl, a shell and the usual small tools: known for it, or seen to run kubectl in a script. One
 * that is pulled with a Secret of another namespace could not be pulled in this one.
 */
export function kubectlImage(platform: Platform, namespace: string): KubectlImage | undefined {
  const usable = images(platform).filter((one) => one.namespace === namespace || one.pullSecrets.length === 0);
  const near = usable.filter((one) => one.namespace === namespace);
  const image = mostCommon((near.length > 0 ? near : usable).map((one) => one.image));
  return usable.find((one) => one.image === image && (near.length === 0 || one.namespace === namespace));
}

const images = oncePer((platform) =>
  workloadsOf(platform)
    .filter(({ resource }) => resource.application !== undefined)
    .flatMap((workload) => {
      const pullSecrets = listAt(workload.podSpec, "imagePullSecrets");
      const found = placedContainers(workload).filter((one) => isPinned(one.image) && runsKubectl(one));
      return found.map(({ image }) => ({ image, pullSecrets, namespace: workload.namespace }));
    }),
);

function runsKubectl({ image, spec }: PlacedContainer): boolean {
  if (WITH_SHELL.test(withoutVersion(image))) return true;
  const words = [spec["command"], spec["args"]].flat().map(String);
  const isShell = /^(\/(usr\/)?bin\/)?(ba|da|a)?sh$/.test(words[0] ?? "");
  return isShell && /kubectl/.test(imageName(image)) && words.some((word) => /\bkubectl\b/.test(word));
}
