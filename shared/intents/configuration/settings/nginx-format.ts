/** Simple nginx directives: one name, its words, a semicolon, on a line of their own. */
import { type Located, onlyOne, type Place, placeOfText } from "./place.ts";

/** Blocks whose text is not nginx's own. */
const FOREIGN = /_by_lua_block|\bjs_|\bperl\b/;

export function locateInNginx(text: string, setting: string): Located {
  if (FOREIGN.test(text)) return { kind: "unclear", because: "it holds programs of its own" };
  const pattern = /^[ \t]*([a-z_]+)[ \t]+([^;{}\n]*?)[ \t]*;[ \t]*(?:#.*)?\r?$/dgm;
  const places: Place[] = [];
  for (const match of text.matchAll(pattern)) {
    const [from, to] = match.indices?.[2] ?? [];
    if (match[1] === setting && from !== undefined && to !== undefined) places.push(placeOfText(text, from, to));
  }
  return onlyOne(places, setting);
}

/** Inside of `http`, or at the top of a file that is included there. */
export function addDirective(
  text: string,
  setting: string,
  value: string,
): { readonly text: string } | { readonly because: string } {
  const line = `${setting} ${value};`;
  const http = [...text.matchAll(/^([ \t]*)http[ \t]*\{[ \t]*(?:#.*)?$/gm)];
  if (http.length > 1) return { because: "it has more than one http block" };
  const [block] = http;
  if (block !== undefined) {
    const start = block.index + block[0].length;
    const indent = /^\n([ \t]+)\S/.exec(text.slice(start))?.[1] ?? `${block[1] ?? ""}    `;
    return { text: `${text.slice(0, start)}\n${indent}${line}${text.slice(start)}` };
  }
  if (/^[ \t]*(?:events|worker_processes|user|include)\b/m.test(text))
    return { because: "it has no http block of a plain form" };
  const first = /^(?:[ \t]*#.*\n|[ \t]*\n)*/.exec(text)?.[0].length ?? 0;
  return { text: `${text.slice(0, first)}${line}\n${text.slice(first)}` };
}
