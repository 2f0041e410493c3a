/**
 * Pins an image without a version to the one the same repository already runs elsewhere. No registry is asked: what
 * nobody here runs is not known to work. A store that keeps data is left alone, because what is running may be newer
 * than the neighbour's, and an older version may not read its data.
 */
import * as z from "zod";
import { isPinned } from "../../policy/images.ts";
import { oncePer } from "../../repository/lookup.ts";
import type { Platform } from "../../repository/platform.ts";
import { type RepositoryWorkload, workloadsOf } from "../../repository/workloads.ts";
import { keepsData } from "../databases/backup-plan.ts";
import {
  editResource,
  findWorkload,
  type PlacedContainer,
  placedContainers,
  referenceTo,
  templatedWorkload,
  workloadsAndCharts,
} from "../edit/workload-edit.ts";
import {
  bestFirst,
  type Candidate,
  type IntentDefinition,
  type OpenPlace,
  type Rendered,
  type Survey,
} from "../intent.ts";
import { objectName } from "../schema.ts";

const schema = z.strictObject({ kind: z.literal("pin-image"), workload: templatedWorkload, container: objectName });
export type PinImage = z.infer<typeof schema>;

export const pinImage: IntentDefinition<PinImage> = {
  kind: "pin-image",
  purpose: "A version or digest for an image that floats.",
  schema,
  sizesPods: false,
  candidates(platform) {
    return workloadsAndCharts(platform)
      .flatMap((workload) => unpinned(workload).map((container) => candidateFor(platform, workload, container)))
      .filter((candidate) => candidate !== undefined)
      .sort(bestFirst);
  },
  survey,
  render,
};

function unpinned(workload: RepositoryWorkload): readonly PlacedContainer[] {
  return placedContainers(workload).filter(({ image }) => !isPinned(image));
}

function candidateFor(
  platform: Platform,
  workload: RepositoryWorkload,
  { name: container, image }: PlacedContainer,
): Candidate<PinImage> | undefined {
  const reference = referenceTo(workload);
  if (reference === undefined) return undefined;
  const intent: PinImage = { kind: "pin-image", workload: reference, container };
  const version = versionFor(platform, workload, image);
  const rendered = typeof version === "string" ? undefined : render(intent, platform);
  if (typeof version === "string" || rendered?.kind !== "rendered") return undefined;
  const { kind, namespace, name } = reference;
  return {
    intent,
    target: `${kind} ${namespace}/${name}`,
    namespace,
    because: `container ${container} runs ${image.slice(0, 200)} without a version; ${version.because}`,
    application: rendered.application,
    // Many replicas may run many versions at once.
    rank: (kind === "CronJob" ? 0 : 3) + Math.min(workload.replicas, 3),
  };
}

function survey(platform: Platform): Survey {
  const done: string[] = [];
  const open: OpenPlace[] = [];
  for (const workload of workloadsAndCharts(platform)) {
    const reference = referenceTo(workload);
    if (reference === undefined) continue;
    const { kind, namespace, name } = reference;
    const target = `${kind} ${namespace}/${name}`;
    const found = findWorkload(platform, reference);
    const containers = unpinned(workload);
    if (containers.length === 0) done.push(`${workload.resource.path}: ${target}`);
    for (const { name: container, image } of containers) {
      const version = versionFor(platform, workload, image);
      const reason = typeof version === "string" ? version : version.because;
      open.push({
        target: `${target}, container ${container}`,
        namespace,
        because: typeof found === "string" ? found : reason,
      });
    }
  }
  return { done, open };
}

interface Version {
  /** The whole reference, with tag or digest. */
  readonly image: string;
  readonly because: string;
}

/** The one version of `image` the repository runs; else what is missing. */
function versionFor(platform: Platform, workload: RepositoryWorkload, image: string): Version | string {
  const repository = repositoryOf(image);
  if (repository === undefined) return `image ${image.slice(0, 200) || "(none)"} is not a plain reference`;
  if (keepsData(workload)) return `${repository} keeps data here; which version wrote it has to be looked up`;
  const versions = pinnedImages(platform).get(repository) ?? [];
  const [version, second] = versions;
  if (version === undefined) return `nothing here runs ${repository} with a version, and no registry is asked`;
  return second === undefined
    ? version
    : `${repository} runs in ${versions.length} versions here; which one is meant is not said`;
}

/** Image without tag or digest -> its pinned references and who runs them. */
const pinnedImages = oncePer((platform) => {
  const found = new Map<string, Version[]>();
  for (const workload of workloadsOf(platform)) {
    if (workload.resource.application === undefined || workload.replicas === 0) continue;
    for (const { image } of placedContainers(workload)) {
      const repository = repositoryOf(image);
      if (repository === undefined || !isPinned(image)) continue;
      const versions = found.get(repository) ?? [];
      const because = `${workload.kind} ${workload.namespace ?? ""}/${workload.name} runs ${image.slice(0, 200)}`;
      if (!versions.some((one) => one.image === image)) versions.push({ image, because });
      found.set(repository, versions);
    }
  }
  return found;
});

/** `registry.example.com:5000/team/app` of any reference to it; undefined when it is none. */
function repositoryOf(image: string): string | undefined {
  const match =
    /^([a-zA-Z0-9][a-zA-Z0-9._-]*(?::\d+)?(?:\/[a-z0-9]+(?:[._-]+[a-z0-9]+)*)*?)(?::([\w][\w.-]{0,127}))?(?:@sha256:[0-9a-f]{64})?$/.exec(
      image,
    );
  return match?.[1];
}

function render({ workload: reference, container: name }: PinImage, platform: Platform): Rendered {
  const found = findWorkload(platform, reference);
  if (typeof found === "string") return { kind: "refused", because: found };
  const { workload, application } = found;
  const { resource } = workload;
  const target = `container ${name} of ${reference.kind} ${reference.namespace}/${reference.name}`;
  const container = placedContainers(workload).find((one) => one.name === name);
  if (container === undefined) return { kind: "refused", because: `there is no ${target}` };
  if (isPinned(container.image)) return { kind: "refused", because: `${target} runs a version already` };
  const version = versionFor(platform, workload, container.image);
  if (typeof version === "string") return { kind: "refused", because: version };
  const edit = { path: [...container.path, "image"], replace: version.image };
  const file = editResource(platform, resource, [edit]);
  if (typeof file === "string") return { kind: "refused", because: file };
  return {
    kind: "rendered",
    files: [file],
    objects: [{ apiVersion: resource.apiVersion, ...reference, effect: "change" }],
    application: application.name,
    changes: [`Pinned the image of ${target} to ${version.image}`, `Known to run here: ${version.because}`],
  };
}
