/** Lists of the founding platform (`youtube:improvements`): what lies there goes onto the ingest list, as it is. */
import type { Keys } from "./keys.ts";
import type { OperatorScripts } from "./scripts/load-operator.ts";

export type Moved =
  | { readonly kind: "moved"; readonly count: number; readonly left: number }
  /** The key holds another type of data; it was left alone. */
  | { readonly kind: "no-list"; readonly type: string };

/** At most `max` elements, oldest first. The name is taken as it is, without the school's prefix. */
export async function moveLegacy(scripts: OperatorScripts, list: string, max: number): Promise<Moved> {
  const [count, rest] = (await scripts.schoolLegacy(list, max)) as [number, number | string];
  if (count < 0) return { kind: "no-list", type: String(rest) };
  return { kind: "moved", count, left: Number(rest) };
}

/** The names in a setting (`a,b`), and one sentence per name that cannot be a legacy list. */
export function legacyLists(setting: string, { prefix }: Keys): { lists: string[]; problems: string[] } {
  const lists = [...new Set(setting.split(",").map((name) => name.trim()))].filter((name) => name !== "");
  const ours = [`${prefix}school:`, `${prefix}improvement:`, `${prefix}improvements:`];
  const problems = lists
    .filter((name) => ours.some((start) => name.startsWith(start)))
    .map(
      (name) => `LEGACY_LIST: ${name} is a key of the school itself; name the list that the platform's ingester writes`,
    );
  return { lists, problems };
}
