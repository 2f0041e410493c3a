/** What a part of a manifest is for, in everyday words: a question rarely has the words of an API. */
import type { Chunk } from "../../knowledge-ports.ts";
import { kindGlosses } from "./kind-glosses.ts";
import { settingGlosses } from "./setting-glosses.ts";

/** By the name of the file, where what is in it has no kind. */
const fileGlosses: readonly (readonly [RegExp, string])[] = [
  [/(^|\/)values[^/]*\.ya?ml$/i, "settings, configuration of a Helm chart"],
  [/(^|\/)Chart\.ya?ml$/, "Helm chart: name, version, dependencies"],
  [/(^|\/)kustomization\.ya?ml$/i, "which files are deployed together, patched"],
];

/** Empty where nothing is known. The same for the same chunk: nothing else may decide what is embedded. */
export function glossOf({ path, kind, text }: Pick<Chunk, "path" | "kind" | "text">): string {
  const ofKind =
    kind === undefined
      ? fileGlosses.filter(([name]) => name.test(path)).map(([, words]) => words)
      : Object.hasOwn(kindGlosses, kind)
        ? [kindGlosses[kind] ?? ""]
        : [];
  const ofSettings = settingGlosses.filter(([key]) => key.test(text)).map(([, words]) => words);
  return [...ofKind, ...ofSettings].join("\n");
}
