/** The cluster's objects in memory, with the bookkeeping of an API server: uid, resourceVersion, generation. */
import { isDeepStrictEqual } from "node:util";
import { digest, type JsonMap } from "./json.ts";
import { groupOf } from "./kinds.ts";

export interface Metadata {
  readonly name: string;
  readonly namespace?: string;
  readonly uid?: string;
  readonly resourceVersion?: string;
  readonly generation?: number;
  readonly creationTimestamp?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly ownerReferences?: readonly JsonMap[];
  readonly finalizers?: readonly string[];
}

export interface KubeObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: Metadata;
  readonly [field: string]: unknown;
}

export interface Ref {
  readonly group: string;
  readonly kind: string;
  readonly namespace: string | undefined;
  readonly name: string;
}

export interface Change {
  readonly before: KubeObject | undefined;
  readonly after: KubeObject | undefined;
}

export function refOf(object: KubeObject): Ref {
  const { name, namespace } = object.metadata;
  return { group: groupOf(object.apiVersion), kind: object.kind, namespace, name };
}

/** One text per object, also for people: `apps/Deployment:shop/web`. */
export function keyOf({ group, kind, namespace, name }: Ref): string {
  return `${group}/${kind}:${namespace ?? ""}/${name}`;
}

export class ObjectStore {
  readonly #objects = new Map<string, KubeObject>();
  readonly #kinds = new Map<string, Map<string, KubeObject>>();
  readonly #listeners: ((change: Change) => void)[] = [];
  readonly #now: () => number;
  #version = 0;

  constructor(now: () => number) {
    this.#now = now;
  }

  get version(): string {
    return String(this.#version);
  }

  onChange(listener: (change: Change) => void): void {
    this.#listeners.push(listener);
  }

  get(ref: Ref): KubeObject | undefined {
    return this.#objects.get(keyOf(ref));
  }

  /** Objects of one kind, sorted by namespace and name; without `namespace`, those of all. */
  list(group: string, kind: string, namespace?: string): readonly KubeObject[] {
    const all = [...(this.#kinds.get(`${group}/${kind}`)?.values() ?? [])];
    const chosen = namespace === undefined ? all : all.filter((object) => object.metadata.namespace === namespace);
    return chosen.sort((a, b) => (keyOf(refOf(a)) < keyOf(refOf(b)) ? -1 : 1));
  }

  inNamespace(namespace: string): readonly KubeObject[] {
    return this.all().filter((object) => object.metadata.namespace === namespace);
  }

  all(): readonly KubeObject[] {
    return [...this.#objects.values()];
  }

  /** Creates or replaces. Nothing happens, and nobody is told, when the content is the same. */
  put(object: KubeObject): KubeObject {
    const key = keyOf(refOf(object));
    const before = this.#objects.get(key);
    const candidate = this.#stamped(object, before, key);
    if (before !== undefined && isDeepStrictEqual(candidate, before)) return before;
    this.#version += 1;
    const after = { ...candidate, metadata: { ...candidate.metadata, resourceVersion: this.version } };
    this.#objects.set(key, after);
    const kind = `${groupOf(object.apiVersion)}/${object.kind}`;
    const ofKind = this.#kinds.get(kind) ?? new Map<string, KubeObject>();
    this.#kinds.set(kind, ofKind.set(key, after));
    this.#tell({ before, after });
    return after;
  }

  remove(ref: Ref): void {
    const key = keyOf(ref);
    const before = this.#objects.get(key);
    if (before === undefined) return;
    this.#version += 1;
    this.#objects.delete(key);
    this.#kinds.get(`${ref.group}/${ref.kind}`)?.delete(key);
    this.#tell({ before, after: undefined });
  }

  #stamped(object: KubeObject, before: KubeObject | undefined, key: string): KubeObject {
    const old = before?.metadata;
    const generation = before === undefined ? 1 : (old?.generation ?? 1) + (sameIntent(before, object) ? 0 : 1);
    const metadata = {
      ...object.metadata,
      uid: old?.uid ?? uid(`${key}#${this.#version}`),
      creationTimestamp: old?.creationTimestamp ?? new Date(this.#now()).toISOString().replace(/\.\d+Z$/, "Z"),
      ...(old?.resourceVersion === undefined ? {} : { resourceVersion: old.resourceVersion }),
      generation,
    };
    return { ...object, metadata };
  }

  #tell(change: Change): void {
    for (const listener of this.#listeners) listener(change);
  }
}

/** Generation counts changes of what is wanted: status and metadata do not count. */
function sameIntent(a: KubeObject, b: KubeObject): boolean {
  const { metadata: _a, status: _as, operation: _ao, ...left } = a;
  const { metadata: _b, status: _bs, operation: _bo, ...right } = b;
  return isDeepStrictEqual(left, right);
}

function uid(seed: string): string {
  const hex = digest(seed, 32);
  return [hex.slice(0, 8), hex.slice(8, 12), `4${hex.slice(13, 16)}`, `8${hex.slice(17, 20)}`, hex.slice(20)].join("-");
}
