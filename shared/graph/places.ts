/** Evidence as a place people can open: path, lines, and what is written there. */
import type { Citation } from "../domain/improvement.ts";
import type { Platform } from "../repository/platform.ts";
import { positionIn } from "../repository/positions.ts";
import { redactText } from "../repository/redact.ts";
import { type Evidence, type GraphNode, nameOf } from "./graph.ts";

export interface Place {
  readonly path: string;
  /** From 1; 0 where the file does not tell. */
  readonly line: number;
  /** Trimmed, at most 400 characters, secrets taken out. */
  readonly quote: string;
}

const LONGEST = 400;

/** Reads the file once more for its positions; ask for those of one file together. */
export function placeOf(platform: Platform, evidence: Evidence): Place {
  const { path } = evidence;
  const file = platform.files.get(path);
  const content = file?.content ?? "";
  const line = file === undefined ? 0 : (evidence.line ?? lineOf(platform, evidence));
  const text = line === 0 ? "" : (content.split("\n", line)[line - 1] ?? "");
  return { path, line, quote: redactText(text.trim().slice(0, LONGEST)) };
}

/** `path:line`, or the path alone. */
export function placeText({ path, line }: Pick<Place, "path" | "line">): string {
  return line === 0 ? path : `${path}:${line}`;
}

export function citationOf(
  platform: Platform,
  evidence: Evidence,
  by: Pick<GraphNode, "kind" | "namespace" | "name">,
): Citation {
  const { path, line, quote } = placeOf(platform, evidence);
  const at = Math.max(1, line);
  return { corpus: "manifests", path, place: nameOf(by), from: at, to: at, quote };
}

/** The key's line; of a longer text the first line from there on that holds the very words. */
function lineOf(platform: Platform, { path, document, item, keys, text }: Evidence): number {
  const file = platform.files.get(path);
  if (file === undefined || document === undefined) return 0;
  if (isTemplate(platform, path)) return text === undefined ? 0 : lineWith(file.content ?? "", text, 1);
  const inside = item === undefined ? keys : ["items", item, ...keys];
  const start = positionIn(file, document, inside)?.line ?? 0;
  return text === undefined || start === 0 ? start : lineWith(file.content ?? "", text, start) || start;
}

/** Positions in what Helm makes of a template are none of the template's own. */
function isTemplate({ unreadable }: Platform, path: string): boolean {
  return path.includes("templates/") && unreadable.some((one) => one.path === path);
}

function lineWith(content: string, text: string, from: number): number {
  let offset = 0;
  for (let line = 1; line < from; line += 1) offset = content.indexOf("\n", offset) + 1;
  const found = content.indexOf(text, offset);
  return found === -1 ? 0 : from + content.slice(offset, found).split("\n").length - 1;
}
