/** What the store held a while ago: for reads that answer from a cache that lags behind. */
import { type Change, type KubeObject, keyOf, type ObjectStore, refOf } from "./store.ts";

/** What reads need of a store. */
export type ReadableStore = Pick<ObjectStore, "all" | "get" | "list" | "version">;

/** How long back can be looked, milliseconds. */
export const LONGEST_LAG_MS = 120_000;

export interface History {
  /** The store as it was `ago` milliseconds before now, at most LONGEST_LAG_MS. */
  before(ago: number): ReadableStore;
}

interface Entry extends Change {
  readonly at: number;
  /** Version of the store before this change. */
  readonly version: string;
}

/** Remembers every change of the store from now on; objects are never changed in place, so that they can be shared. */
export function keepHistory(store: ObjectStore, now: () => number): History {
  const entries: Entry[] = [];
  let version = store.version;
  store.onChange((change) => {
    entries.push({ ...change, at: now(), version });
    version = store.version;
    const kept = entries.findIndex(({ at }) => at >= now() - LONGEST_LAG_MS);
    if (kept > 0) entries.splice(0, kept);
  });
  return {
    before(ago) {
      const since = now() - Math.min(ago, LONGEST_LAG_MS);
      const undone = entries.filter(({ at }) => at > since);
      const objects = new Map(store.all().map((object) => [keyOf(refOf(object)), object]));
      for (const { before, after } of [...undone].reverse()) {
        if (before !== undefined) objects.set(keyOf(refOf(before)), before);
        else if (after !== undefined) objects.delete(keyOf(refOf(after)));
      }
      return view(objects, undone[0]?.version ?? store.version);
    },
  };
}

function view(objects: ReadonlyMap<string, KubeObject>, version: string): ReadableStore {
  return {
    version,
    all: () => [...objects.values()],
    get: (ref) => objects.get(keyOf(ref)),
    list(group, kind, namespace) {
      const prefix = `${group}/${kind}:${namespace === undefined ? "" : `${namespace}/`}`;
      const keys = [...objects.keys()].filter((key) => key.startsWith(prefix)).sort();
      return keys.flatMap((key) => objects.get(key) ?? []);
    },
  };
}
