/** How the pods of a workload come to know that a ConfigMap changed: by themselves, or by a checksum in their template. */
import { createHash } from "node:crypto";
import { mostCommon } from "../../../repository/conventions.ts";
import { oncePer } from "../../../repository/lookup.ts";
import type { Platform, Resource } from "../../../repository/platform.ts";
import { stringsAt } from "../../../repository/values.ts";
import { type RepositoryWorkload, workloadsOf } from "../../../repository/workloads.ts";
import { placedContainers } from "../../edit/workload-edit.ts";
import { addStep, type Step, setStep } from "../../edit/yaml-steps.ts";
import { imageName } from "../../resource-values.ts";

export type Notice =
  /** Nothing in Git has to change for it. */
  | { readonly kind: "itself"; readonly because: string }
  | { readonly kind: "checksum"; readonly step: Step; readonly because: string };

const CHECKSUM = /checksum|(?:config|settings)[-_.]?(?:hash|sha|version|revision)/i;
const RELOADING = /^(?:.*config-?reloader|configmap-reload|.*configmap-reloader|k8s-sidecar|.*config-reload)$/;

/** `data` is what the ConfigMap holds afterwards. */
export function noticeOf(platform: Platform, workload: RepositoryWorkload, config: Resource, data: unknown): Notice {
  const { kind, name, resource, templatePath } = workload;
  if (kind === "CronJob" || kind === "Job")
    return { kind: "itself", because: `the next run of ${kind} ${name} reads it` };
  const reloader = reloaderOf(stringsAt(resource.object, "metadata", "annotations"), config.name);
  if (reloader !== undefined) return { kind: "itself", because: `${reloader} restarts ${kind} ${name}` };
  const sidecar = placedContainers(workload).find(({ image }) => RELOADING.test(imageName(image)));
  if (sidecar !== undefined) return { kind: "itself", because: `container ${sidecar.name} tells ${name} of it` };
  const sum = createHash("sha256").update(JSON.stringify(data)).digest("hex");
  const annotations = stringsAt(resource.object, ...templatePath, "metadata", "annotations");
  const key = annotationFor(annotations, config.name);
  const path = [...templatePath, "metadata"];
  if (key !== undefined) {
    const step = setStep([...path, "annotations", key], sum);
    return { kind: "checksum", step, because: `Pods of ${kind} ${name} are made anew (annotation ${key})` };
  }
  const usual = usualAnnotation(platform);
  const fresh = annotations[usual] === undefined ? usual : `checksum/${config.name}`;
  const step = addStep(path, { annotations: { [fresh]: sum } }, ["labels", "name"]);
  return { kind: "checksum", step, because: `Pods of ${kind} ${name} are made anew (new annotation ${fresh})` };
}

/** Stakater's Reloader and Pusher's Wave restart what names a ConfigMap that changed (their READMEs). */
function reloaderOf(annotations: Readonly<Record<string, string>>, config: string): string | undefined {
  const named = annotations["configmap.reloader.stakater.com/reload"]?.split(",").map((one) => one.trim());
  const isReloaded = ["reloader.stakater.com/auto", "configmap.reloader.stakater.com/auto"].some(
    (key) => annotations[key] === "true",
  );
  if (isReloaded || named?.includes(config) === true) return "Reloader";
  return annotations["wave.pusher.com/update-on-config-change"] === "true" ? "Wave" : undefined;
}

/** The checksum that is meant for this ConfigMap: the only one, or the one that names it. */
function annotationFor(annotations: Readonly<Record<string, string>>, config: string): string | undefined {
  const sums = Object.keys(annotations).filter((key) => CHECKSUM.test(key));
  const named = sums.find((key) => key.slice(key.indexOf("/") + 1) === config);
  return named ?? (sums.length === 1 ? sums[0] : undefined);
}

/** The key the repository gives such checksums. */
const usualAnnotation = oncePer((platform): string => {
  const keys = workloadsOf(platform).flatMap(({ resource, templatePath }) =>
    Object.keys(stringsAt(resource.object, ...templatePath, "metadata", "annotations")).filter((key) =>
      key.startsWith("checksum/config"),
    ),
  );
  return mostCommon(keys) ?? "checksum/config";
});
