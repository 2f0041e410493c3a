/** Where something of a manifest is written: line and column of a value by its keys. */
import { type Document, isCollection, isMap, isNode, isPair, isScalar } from "yaml";
import { readDocuments } from "./parse.ts";
import type { RepositoryFile } from "./platform.ts";

/** Both from 1, as editors count. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

export interface YamlError extends Position {
  readonly document: number;
  readonly code: string;
  readonly message: string;
}

interface ReadFile {
  readonly documents: readonly Document[];
  readonly lineStarts: readonly number[];
}

/** The file asked for last: questions come file by file, and source trees are too large to keep. */
let last: { readonly file: RepositoryFile; readonly read: ReadFile } | undefined;

/**
 * The place of the key at the end of `keys` (of the list entry, where that is a number) in a document; of the deepest
 * value on the way that is there. Undefined when the file has no such document or cannot be read.
 */
export function positionIn(
  file: RepositoryFile,
  document: number,
  keys: readonly (string | number)[],
): Position | undefined {
  const { documents, lineStarts } = readOnce(file);
  const node = documents[document];
  if (node === undefined) return undefined;
  const offset = offsetOf(node, keys);
  return offset === undefined ? undefined : positionAt(lineStarts, offset);
}

/** Why documents of the file cannot be read as YAML, with their places. */
export function yamlErrors(file: RepositoryFile): readonly YamlError[] {
  const { documents, lineStarts } = readOnce(file);
  return documents.flatMap(({ errors }, document) =>
    errors.map(({ pos, code, message }) => ({
      document,
      code,
      message: (message.split("\n")[0] ?? "").slice(0, 200),
      ...positionAt(lineStarts, pos[0]),
    })),
  );
}

function readOnce(file: RepositoryFile): ReadFile {
  if (last?.file === file) return last.read;
  const content = file.content ?? "";
  const read = { documents: documentsOf(content), lineStarts: lineStartsOf(content) };
  last = { file, read };
  return read;
}

/** JSON is YAML too. A file that breaks the reader has no positions; parseFile has said why it cannot be read. */
function documentsOf(content: string): readonly Document[] {
  try {
    return readDocuments(content);
  } catch {
    return [];
  }
}

function offsetOf({ contents }: Document, keys: readonly (string | number)[]): number | undefined {
  let current: unknown = contents;
  let offset = isNode(contents) ? contents.range?.[0] : undefined;
  for (const key of keys) {
    if (!isCollection(current)) return offset;
    const pair = isMap(current) ? current.items.find((one) => textOf(one.key) === String(key)) : undefined;
    const next: unknown = isPair(pair) ? pair.value : current.get(key, true);
    const place = isPair(pair) && isNode(pair.key) ? pair.key : next;
    if (!isNode(place)) return offset;
    offset = place.range?.[0] ?? offset;
    current = next;
  }
  return offset;
}

function textOf(key: unknown): string | undefined {
  return isScalar(key) ? String(key.value) : undefined;
}

function lineStartsOf(content: string): number[] {
  const starts = [0];
  for (let at = content.indexOf("\n"); at !== -1; at = content.indexOf("\n", at + 1)) starts.push(at + 1);
  return starts;
}

function positionAt(lineStarts: readonly number[], offset: number): Position {
  let [low, high] = [0, lineStarts.length - 1];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if ((lineStarts[middle] ?? 0) <= offset) low = middle;
    else high = middle - 1;
  }
  return { line: low + 1, column: offset - (lineStarts[low] ?? 0) + 1 };
}
