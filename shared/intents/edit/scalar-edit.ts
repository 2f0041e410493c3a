/** Gives a scalar of a manifest another text in the form it has: quotes stay quotes, lines of a block that do not change stay. */
import { isScalar, parseDocument } from "yaml";
import type { FileChange } from "../../domain/change-set.ts";
import { readDocuments } from "../../repository/parse.ts";
import type { Platform, Resource } from "../../repository/platform.ts";
import { onlyChanges, type Path } from "./yaml-edit.ts";

/** The file of `resource` with `text` at `path`; a sentence says why its form is left alone. */
export function replaceText(platform: Platform, resource: Resource, path: Path, text: string): FileChange | string {
  const file = platform.files.get(resource.path);
  const content = file?.content ?? "";
  const node = readDocuments(content)[resource.document]?.getIn(path, true);
  const [start, end] = (isScalar(node) && node.anchor === undefined && node.tag === undefined && node.range) || [];
  const left = `${resource.path}: ${path.join(".")} is written in a form that is left alone`;
  if (!isScalar(node) || start === undefined || end === undefined) return left;
  const written = content.slice(start, end);
  const next =
    node.type === "BLOCK_LITERAL"
      ? inBlock(written, String(node.value), text)
      : written.includes("\n")
        ? undefined
        : inLine(written.charAt(0), text);
  if (next === undefined) return left;
  const after = content.slice(0, start) + next + content.slice(end);
  const proved = onlyChanges(content, after, resource, (object) => {
    const keys = path.slice(0, -1);
    const target = keys.reduce<unknown>((value, key) => (value as Record<string | number, unknown>)[key], object);
    (target as Record<string | number, unknown>)[path.at(-1) ?? ""] = text;
  });
  return proved ? { path: resource.path, before: file?.blob ?? null, after } : left;
}

function inLine(quote: string, text: string): string | undefined {
  if (quote === '"') return JSON.stringify(text);
  if (text.includes("\n")) return undefined;
  if (quote === "'") return `'${text.replaceAll("'", "''")}'`;
  return isPlain(text) ? text : undefined;
}

function isPlain(text: string): boolean {
  const document = parseDocument(`a: ${text}`);
  return document.errors.length === 0 && document.get("a") === text;
}

/** Only the lines between the common beginning and the common end are written anew. */
function inBlock(written: string, before: string, after: string): string | undefined {
  const newline = written.includes("\r\n") ? "\r\n" : "\n";
  const [header = "", ...lines] = written.split(/\r?\n/);
  if (/\d/.test(header)) return undefined;
  const [old, next] = [before.split("\n"), after.split("\n")];
  const indent = /^ */.exec(lines.find((line) => line.trim() !== "") ?? "")?.[0] ?? "";
  let head = 0;
  while (head < old.length && head < next.length && old[head] === next[head]) head++;
  let tail = 0;
  while (tail < old.length - head && tail < next.length - head && old.at(-1 - tail) === next.at(-1 - tail)) tail++;
  const fresh = next.slice(head, next.length - tail).map((line) => (line === "" ? "" : indent + line));
  const replaced = [...lines.slice(0, head), ...fresh, ...lines.slice(old.length - tail)];
  return [header, ...replaced].join(newline);
}
