/** Manifests in a file, read as Argo CD reads them (reposerver/repository/repository.go, findManifests). */
import { parseAllDocuments, type Tags } from "yaml";
import { at, isMap, type JsonMap, listAt, textAt } from "./json.ts";
import type { KubeObject } from "./store.ts";

/** Manifests cannot be produced; the message becomes a ComparisonError. */
export class RenderError extends Error {
  constructor(message: string) {
    super(message);
    this.name = "RenderError";
  }
}

/**
 * Every object of one YAML or JSON file. A broken file throws RenderError when it looks like a manifest (it names
 * apiVersion, kind and metadata, or a part of it is one) and is passed over when it does not, such as Helm values.
 */
export function parseManifests(path: string, text: string): readonly KubeObject[] {
  if (text.includes("+argocd:skip-file-rendering")) return [];
  const objects: KubeObject[] = [];
  const problem = collect(path, text, objects);
  if (problem === undefined) return objects;
  const looksLikeManifest = ["apiVersion:", "kind:", "metadata:"].every((field) => text.includes(field));
  if (objects.length === 0 && !looksLikeManifest && !path.endsWith(".json")) return [];
  throw new RenderError(`Failed to unmarshal "${path.split("/").at(-1)}": ${problem}`);
}

function collect(path: string, text: string, objects: KubeObject[]): string | undefined {
  // A key given twice is no error to Argo CD: the last one counts.
  const documents = parseAllDocuments(text, { version: "1.1", customTags: goTags, uniqueKeys: false });
  if (!Array.isArray(documents)) return undefined;
  for (const document of documents) {
    const error = document.errors[0];
    if (error !== undefined) return `error converting YAML to JSON: yaml: ${error.message.split("\n")[0] ?? ""}`;
    const value = withoutNulls(toJson(document));
    if (value === null || value === undefined) continue;
    const found = objectsIn(value);
    if (typeof found === "string") return `${found} in document of ${path}`;
    objects.push(...found);
  }
  return undefined;
}

function toJson(document: { toJS(): unknown }): unknown {
  return document.toJS();
}

/** Kubernetes reads YAML 1.1 through Go, which knows neither dates nor sexagesimal numbers. */
function goTags(tags: Tags): Tags {
  return tags.filter((tag) => {
    return typeof tag === "string" || !(tag.tag.endsWith(":timestamp") || ("format" in tag && tag.format === "TIME"));
  });
}

function objectsIn(value: unknown): readonly KubeObject[] | string {
  if (!isMap(value)) return "Object 'Kind' is missing";
  const kind = textAt(value, "kind");
  if (kind === undefined || kind === "") return "Object 'Kind' is missing";
  if (kind === "List" || (kind.endsWith("List") && Array.isArray(at(value, "items")))) {
    const items = listAt(value, "items").map(objectsIn);
    const broken = items.find((item) => typeof item === "string");
    return typeof broken === "string" ? broken : items.flatMap((item) => (typeof item === "string" ? [] : item));
  }
  const apiVersion = textAt(value, "apiVersion");
  const metadata = at(value, "metadata");
  return [{ ...value, apiVersion: apiVersion ?? "", kind, metadata: isMap(metadata) ? named(metadata) : { name: "" } }];
}

function named(metadata: JsonMap): KubeObject["metadata"] {
  const { name } = metadata;
  return { ...metadata, name: typeof name === "string" ? name : "" };
}

/** The API server drops nulls in maps. */
function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNulls);
  if (!isMap(value)) return value;
  const kept = Object.entries(value).filter(([, inner]) => inner !== null);
  return Object.fromEntries(kept.map(([key, inner]) => [key, withoutNulls(inner)]));
}
