/** Objects nobody can judge as they stand: patches of kustomizations, and templates that happen to be YAML. */
import { directPatches } from "../repository/kustomize.ts";
import { oncePer } from "../repository/lookup.ts";
import type { Platform, Resource } from "../repository/platform.ts";
import type { Skipped } from "./finding.ts";

/** An unquoted `{{ .Values.x }}` reads as a mapping whose key is one. */
const TEMPLATED = /[{,]"\{ [^"]*(?:\\"[^"]*)* \}":/;

const patchesOf = oncePer(({ files }: Platform) => directPatches(files));

const templatesOf = oncePer(({ files, resources }: Platform) => {
  const paths = new Set<string>();
  for (const { path, object } of resources) {
    const mayBe = !paths.has(path) && files.get(path)?.content?.includes("{{") === true;
    if (mayBe && TEMPLATED.test(JSON.stringify(object))) paths.add(path);
  }
  return paths;
});

export function isLeftOut(platform: Platform, { path }: Resource): boolean {
  return patchesOf(platform).has(path) || templatesOf(platform).has(path);
}

/** The same repository with what can be judged. */
export const judgeable: (platform: Platform) => Platform = oncePer((platform) => ({
  ...platform,
  resources: platform.resources.filter((resource) => !isLeftOut(platform, resource)),
}));

export function leftOut(platform: Platform): readonly Skipped[] {
  return [
    ...[...templatesOf(platform)].map((path) => ({ path, because: "a template, not YAML" })),
    ...[...patchesOf(platform)].map((path) => ({ path, because: "a patch of a kustomization" })),
  ];
}
