/** Which image a new service runs: one the repository runs already, else the catalogue's own. */
import { isPinned, registryOf, withoutVersion } from "../../policy/images.ts";
import { mostCommon } from "../../repository/conventions.ts";
import { oncePer } from "../../repository/lookup.ts";
import type { Platform } from "../../repository/platform.ts";
import { itemsAt, textAt } from "../../repository/values.ts";
import { type Container, type RepositoryWorkload, workloadsIn, workloadsOf } from "../../repository/workloads.ts";
import { imageName } from "../resource-values.ts";
import type { CatalogueService } from "./catalogue/entry.ts";

export interface UsedImage {
  readonly image: string;
  readonly workload: RepositoryWorkload;
  readonly container: Container;
}

/** Images applied workloads run, as manifests write them. */
export const usedImages: (platform: Platform) => readonly UsedImage[] = oncePer((platform) =>
  workloadsOf(platform)
    .filter(({ resource }) => resource.application !== undefined)
    .flatMap((workload) => workload.containers.map((container) => ({ image: container.image, workload, container }))),
);

/** Builds that start in another way than the image they are named after. */
const OTHER_BUILDS = /bitnami|rapidfort|chainguard|linuxserver|cgr\.dev/;

/** The image of a catalogue service: the version the repository trusts already, else one of ours from a registry it uses. */
export function catalogueImage(platform: Platform, { same, images }: CatalogueService): string {
  const used = usedImages(platform).map(({ image }) => image);
  const known = used.filter((image) => same.test(imageName(image)) && isPinned(image) && !OTHER_BUILDS.test(image));
  const registries = new Set(used.map(registryOf));
  return mostCommon(known) ?? images.find((image) => registries.has(registryOf(image))) ?? images[0];
}

/** `registry/repository` of an image, written out in full. */
export function repositoryOf(image: string): string {
  return `${registryOf(image)}/${imageName(image)}`;
}

/** The very image the repository runs under that name; a text says why there is none to take. */
export function ownImage(platform: Platform, asked: string): UsedImage | string {
  const repository = repositoryOf(asked);
  const used = usedImages(platform).filter(({ image }) => repositoryOf(image) === repository);
  if (used.length === 0) return `no workload here runs an image of ${repository.slice(0, 200)}`;
  const isExact = asked !== withoutVersion(asked);
  const fitting = used.filter(({ image }) => isPinned(image) && (!isExact || versionOf(image) === versionOf(asked)));
  const chosen = mostCommon(fitting.map(({ image }) => image));
  const found = fitting.find(({ image }) => image === chosen);
  return (
    found ??
    `no workload here runs ${isExact ? asked.slice(0, 200) : `a pinned version of ${repository.slice(0, 200)}`}`
  );
}

function versionOf(image: string): string {
  return image.slice(withoutVersion(image).length);
}

/**
 * The Secrets the kubelet needs for images of this registry in `namespace`: those others take there. A text: it needs one
 * elsewhere, and nobody shows which it is here.
 */
export function pullSecretsFor(platform: Platform, namespace: string, image: string): readonly string[] | string {
  const registry = registryOf(image);
  const takers = (workloads: readonly RepositoryWorkload[]) =>
    workloads.filter(({ containers }) => containers.some((one) => registryOf(one.image) === registry));
  const near = takers(workloadsIn(platform, namespace));
  const [model] = near;
  if (model !== undefined) return secretsOf(model);
  const elsewhere = takers(workloadsOf(platform)).find((workload) => secretsOf(workload).length > 0);
  return elsewhere === undefined
    ? []
    : `${elsewhere.resource.path} takes images of ${registry.slice(0, 100)} with Secret ${secretsOf(elsewhere)[0]}, and nothing shows one in ${namespace}`;
}

function secretsOf({ podSpec }: RepositoryWorkload): readonly string[] {
  return itemsAt(podSpec, "imagePullSecrets").flatMap((one) => textAt(one, "name") ?? []);
}
