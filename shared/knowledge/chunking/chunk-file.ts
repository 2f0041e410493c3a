/** Cuts a file of a repository into what is indexed: by headings, by object, or as the text it is. Pure. */
import type { Chunk, Corpus } from "../../knowledge-ports.ts";
import { redactText } from "../../repository/redact.ts";
import { isDecisionChunk } from "../decisions/looks.ts";
import { newChunk } from "./chunk.ts";
import { cutMarkdown } from "./markdown.ts";
import { type Lines, linesOf, textOf } from "./piece.ts";
import { leftOutByContent } from "./readable.ts";
import { cutText } from "./text.ts";
import { cutYaml, type Part } from "./yaml.ts";

export interface ReadableFile {
  readonly corpus: Corpus;
  /** `gitops`, `docs`, … */
  readonly source: string;
  readonly path: string;
  readonly text: string;
}

/**
 * Chunks in the order of the file. Every line that is not blank is in one of them, without its secrets; only what
 * `leftOutByContent` names has none. Secrets are looked for in the whole file before it is cut: no half of one is left.
 */
export function chunksOfFile({ corpus, source, path, text }: ReadableFile): readonly Chunk[] {
  if (leftOutByContent(text) !== undefined) return [];
  const plain = text.replace(/^\ufeff/, "").replaceAll("\r\n", "\n");
  // The same lines as before, so that what was found in the one is cut out of the other.
  const lines = linesOf(redactText(plain));
  const parts = partsOf(path, linesOf(plain), lines);
  const counts = new Map<string, number>();
  return parts.flatMap(({ named, units }) =>
    units.flatMap((unit): readonly Chunk[] => {
      const { from, to } = withoutBlank(unit.from, unit.to, lines);
      if (from > to) return [];
      const place = placeOf(path, named, unit.path);
      const part = counts.get(place) ?? 0;
      counts.set(place, part + 1);
      const cut = { corpus, source, path, place, ...safe(named), from, to, text: textOf({ ...unit, from, to }, lines) };
      return [
        newChunk({ ...cut, ...(corpus === "documents" && isDecisionChunk(cut) ? { decision: true } : {}) }, part),
      ];
    }),
  );
}

function partsOf(path: string, plain: Lines, lines: Lines): readonly Part[] {
  if (/\.(md|markdown|mdx|mkd)$/i.test(path)) return [{ named: {}, units: cutMarkdown(lines) }];
  // JSON is YAML. Structure is read before secrets are taken out, which may leave no YAML behind.
  if (/\.(ya?ml|json|tpl|template)$/i.test(path)) return cutYaml(plain, lines);
  return [{ named: {}, units: cutText(path, lines) }];
}

/** Headings or keys; the object with the entry; the name of the file where there is neither. */
function placeOf(path: string, { kind, namespace, name }: Part["named"], inside: readonly string[]): string {
  const file = (path.split("/").at(-1) ?? path).replace(/\.[^.]+$/, "");
  const own = name === undefined ? [] : [namespace === undefined ? name : `${namespace}/${name}`];
  const object = kind === undefined ? [] : [[kind, ...own].join(" ")];
  const place = [...object, ...inside.filter((title) => title !== "")].join(" > ");
  return redactText(place === "" ? file : place).replaceAll(/\s+/g, " ");
}

function safe({ kind, namespace, name }: Part["named"]): Part["named"] {
  return {
    ...(kind === undefined ? {} : { kind }),
    ...(namespace === undefined ? {} : { namespace: redactText(namespace) }),
    ...(name === undefined ? {} : { name: redactText(name) }),
  };
}

function withoutBlank(from: number, to: number, { all }: Lines): { readonly from: number; readonly to: number } {
  let [first, last] = [from, to];
  while (first <= last && (all[first - 1] ?? "").trim() === "") first += 1;
  while (last >= first && (all[last - 1] ?? "").trim() === "") last -= 1;
  return { from: first, to: last };
}
