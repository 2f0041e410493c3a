/** The part of kustomize the stand-in renders; a kustomization that uses more is an error, never half rendered. */
import { posix } from "node:path";
import { parse } from "yaml";
import type { Snapshot } from "./git-follower.ts";
import { at, isMap, type JsonMap, listAt, textAt, textsAt } from "./json.ts";
import { isNamespaced } from "./kinds.ts";
import { addLabels, type LabelRule } from "./kustomize-labels.ts";
import { prefixNames } from "./kustomize-names.ts";
import { parseManifests, RenderError } from "./manifests.ts";
import type { KubeObject } from "./store.ts";

export const KUSTOMIZATION_NAMES = ["kustomization.yaml", "kustomization.yml", "Kustomization"] as const;
const understood = new Set("apiVersion kind metadata resources namespace commonLabels labels namePrefix".split(" "));

/** Path of the kustomization in a folder, if there is one. */
export function kustomizationIn(snapshot: Snapshot, folder: string): string | undefined {
  return KUSTOMIZATION_NAMES.map((name) => posix.join(folder, name)).find((path) => snapshot.text(path) !== undefined);
}

/** Objects of a kustomization. Throws RenderError for anything missing, broken or beyond what is rendered here. */
export function renderKustomization(snapshot: Snapshot, folder: string, above: readonly string[] = []): KubeObject[] {
  const path = kustomizationIn(snapshot, folder);
  if (path === undefined) throw new RenderError(`no kustomization file in ${folder}`);
  if (above.includes(path)) throw new RenderError(`cycle of kustomizations: ${[...above, path].join(" -> ")}`);
  const kustomization = readKustomization(snapshot, path);
  const resources = listAt(kustomization, "resources").flatMap((entry) =>
    resourceObjects(snapshot, folder, entry, [...above, path]),
  );
  const prefix = textAt(kustomization, "namePrefix") ?? "";
  const namespace = textAt(kustomization, "namespace");
  return addLabels(prefixNames(resources, prefix), labelRules(kustomization)).map((object) => {
    if (namespace === undefined || !isNamespaced(object.kind)) return object;
    return { ...object, metadata: { ...object.metadata, namespace } };
  });
}

function readKustomization(snapshot: Snapshot, path: string): JsonMap {
  let content: unknown;
  try {
    content = parse(snapshot.text(path) ?? "");
  } catch (error) {
    throw new RenderError(`invalid Kustomization ${path}: ${error instanceof Error ? error.message : String(error)}`);
  }
  if (content === null) return {};
  if (!isMap(content)) throw new RenderError(`invalid Kustomization ${path}: not a map`);
  const surplus = Object.keys(content).filter((field) => !understood.has(field));
  if (surplus.length > 0) {
    throw new RenderError(`${path} uses ${surplus.join(", ")}, which this stand-in for kustomize does not render`);
  }
  return content;
}

function resourceObjects(
  snapshot: Snapshot,
  folder: string,
  entry: unknown,
  above: readonly string[],
): readonly KubeObject[] {
  if (typeof entry !== "string") throw new RenderError(`${above.at(-1)}: resources must be texts`);
  if (entry.includes("://") || entry.startsWith("git@")) {
    throw new RenderError(`${above.at(-1)}: remote resource ${entry} is not fetched by this stand-in for kustomize`);
  }
  const path = posix.join(folder, entry).replace(/\/$/, "");
  if (path.startsWith("..")) throw new RenderError(`${above.at(-1)}: ${entry} is outside the repository`);
  if (kustomizationIn(snapshot, path) !== undefined) return renderKustomization(snapshot, path, above);
  const text = snapshot.text(path);
  if (text === undefined) {
    throw new RenderError(`accumulating resources from '${entry}': ${path}: no such file or directory`);
  }
  const objects = parseManifests(path, text);
  if (objects.length === 0 && text.trim() !== "") {
    throw new RenderError(`accumulating resources from '${entry}': no Kubernetes object`);
  }
  return objects;
}

function labelRules(kustomization: JsonMap): LabelRule[] {
  const rules: LabelRule[] = listAt(kustomization, "labels").map((rule) => ({
    pairs: textsAt(rule, "pairs"),
    selectors: at(rule, "includeSelectors") === true,
    templates: at(rule, "includeSelectors") === true || at(rule, "includeTemplates") === true,
  }));
  const common = textsAt(kustomization, "commonLabels");
  return Object.keys(common).length === 0 ? rules : [...rules, { pairs: common, selectors: true, templates: true }];
}
