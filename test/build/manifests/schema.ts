/**
 * Objects held against the schemas of their APIs, unknown fields refused, as an API server does that is asked to be strict. The
 * schemas' packages let unknown fields pass, so it is watched which fields a validator looks at: the others it does not know.
 */
import type { KubeObject } from "./rendered.ts";

/** The package that has the schemas of a group. */
const PACKAGES: Readonly<Record<string, string>> = {
  "keda.sh": "@kubernetes-models/keda",
  "serving.knative.dev": "@kubernetes-models/knative",
  "eventing.knative.dev": "@kubernetes-models/knative",
  "argoproj.io": "@kubernetes-models/argo-cd",
  "monitoring.coreos.com": "@kubernetes-models/prometheus-operator",
  "bitnami.com": "@kubernetes-models/sealed-secrets",
  "external-secrets.io": "@kubernetes-models/external-secrets",
};

type Model = new (object: unknown) => { validate(): void };

/** What is wrong with an object; empty when nothing is. */
export async function problemsOf(object: KubeObject): Promise<string[]> {
  const { apiVersion, kind } = object;
  const group = apiVersion.includes("/") ? apiVersion.slice(0, apiVersion.indexOf("/")) : "";
  const address = import.meta.resolve(`${PACKAGES[group] ?? "kubernetes-models"}/${apiVersion}/${kind}`);
  const models = (await import(address)) as Record<string, Model>;
  const model = models[kind];
  if (model === undefined) return [`${apiVersion} ${kind}: no schema`];
  const watch = watched(new model(object));
  try {
    watch.object.validate();
  } catch (error) {
    return [(error as Error).message];
  }
  return watch.unseen().map((field) => `unknown field ${field}`);
}

type Node = Record<PropertyKey, unknown>;

/** An object that remembers which of its fields were read; a map, whose keys are listed, is known as a whole. */
function watched<Root extends object>(root: Root): { readonly object: Root; unseen(): string[] } {
  const read = new Map<object, Set<PropertyKey>>();
  const listed = new Set<object>();

  function watch<Value>(value: Value): Value {
    if (typeof value !== "object" || value === null) return value;
    const fields = read.get(value) ?? new Set<PropertyKey>();
    read.set(value, fields);
    return new Proxy(value, {
      get(target, field, self) {
        fields.add(field);
        const found: unknown = Reflect.get(target, field, self);
        return typeof found === "function" ? found : watch(found);
      },
      ownKeys(target) {
        listed.add(target);
        return Reflect.ownKeys(target);
      },
    });
  }

  function unseenIn(node: Node, at: string): string[] {
    const fields = read.get(node);
    // Nothing was looked for in it: it may hold anything.
    if (fields === undefined || fields.size === 0) return [];
    const isMap = Array.isArray(node) || listed.has(node);
    return Object.entries(node).flatMap(([field, value]) => {
      const place = at === "" ? field : `${at}.${field}`;
      if (!isMap && !fields.has(field)) return [place];
      return typeof value === "object" && value !== null ? unseenIn(value as Node, place) : [];
    });
  }
  return { object: watch(root), unseen: () => unseenIn(root as Node, "") };
}
