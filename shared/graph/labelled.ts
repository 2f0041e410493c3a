/** Finds what carries certain labels without looking at everything: by the rarest of the pairs asked for. */
import { matchesLabels } from "../repository/label-selector.ts";
import { stringsAt } from "../repository/values.ts";

type Labels = Readonly<Record<string, string>>;

export interface Labelled<T> {
  /** What a LabelSelector picks in a namespace, in the order it was given. */
  readonly picked: (namespace: string, selector: unknown) => readonly T[];
  readonly in: (namespace: string) => readonly T[];
  readonly namespaces: () => readonly string[];
}

export function labelled<T>(
  items: readonly T[],
  placeOf: (item: T) => { readonly namespace: string | undefined; readonly labels: Labels },
): Labelled<T> {
  const all = new Map<string, T[]>();
  const byPair = new Map<string, T[]>();
  const add = (map: Map<string, T[]>, key: string, item: T) => {
    const list = map.get(key);
    if (list === undefined) map.set(key, [item]);
    else list.push(item);
  };
  for (const item of items) {
    const { namespace = "", labels } = placeOf(item);
    add(all, namespace, item);
    for (const [key, value] of Object.entries(labels)) add(byPair, `${namespace} ${key}=${value}`, item);
  }
  return {
    in: (namespace) => all.get(namespace) ?? [],
    namespaces: () => [...all.keys()],
    picked(namespace, selector) {
      const pairs = Object.entries(stringsAt(selector, "matchLabels"));
      const lists = pairs.map(([key, value]) => byPair.get(`${namespace} ${key}=${value}`) ?? []);
      const fewest = lists.sort((a, b) => a.length - b.length)[0] ?? all.get(namespace) ?? [];
      return fewest.filter((item) => matchesLabels(selector, placeOf(item).labels));
    },
  };
}
