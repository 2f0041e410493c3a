/** Reads the documents of one manifest file. Never throws: what cannot be read is reported with its reason. */
import { type Document, parseAllDocuments } from "yaml";
import type { RepositoryFile } from "./platform.ts";

export interface ParsedDocument {
  /** Position in the file, from 0. */
  readonly document: number;
  readonly value: Readonly<Record<string, unknown>>;
}

export interface ParsedFile {
  readonly documents: readonly ParsedDocument[];
  readonly unreadable: readonly string[];
}

/** Larger files are data, not manifests; the API server refuses objects above 3 MiB anyway. */
const MAX_CHARACTERS = 4_000_000;
const NOTHING: ParsedFile = { documents: [], unreadable: [] };
const known = new WeakMap<RepositoryFile, ParsedFile>();

/** True for names Argo CD reads in a plain directory (its reposerver's `manifestFile` pattern, without jsonnet) and for a bare `Kustomization`. */
export function isManifestPath(path: string): boolean {
  return /\.(ya?ml|json)$|(^|\/)Kustomization$/.test(path);
}

/** The documents of `file`, remembered as long as the file object lives. */
export function parseFile(file: RepositoryFile): ParsedFile {
  const before = known.get(file);
  if (before !== undefined) return before;
  const parsed = parse(file.path, file.content);
  known.set(file, parsed);
  return parsed;
}

/**
 * What a file of values holds, mappings and lists alike: its first document, null when it is empty. Undefined when it
 * cannot be read.
 */
export function parseValues({ path, content }: RepositoryFile): unknown {
  if (content === null || content.length > MAX_CHARACTERS) return undefined;
  return parseDocument(content, path.endsWith(".json"));
}

/** The same for a text inside another. */
export function parseDocument(content: string, isJson = false): unknown {
  try {
    if (isJson) return JSON.parse(withoutMark(content)) as unknown;
    const [document] = readDocuments(content);
    if (document === undefined) return null;
    if (document.errors.length > 0) return undefined;
    const value: unknown = document.toJS({ maxAliasCount: 100 });
    return holdsItself(value) ? undefined : (value ?? null);
  } catch {
    // Said by its result: whoever asks says in which words it matters.
    return undefined;
  }
}

function parse(path: string, content: string | null): ParsedFile {
  if (!isManifestPath(path)) return NOTHING;
  if (content === null) return { documents: [], unreadable: ["not text in UTF-8"] };
  if (content.length > MAX_CHARACTERS) return { documents: [], unreadable: ["larger than 4 million characters"] };
  return path.endsWith(".json") ? parseJson(withoutMark(content)) : parseYaml(content);
}

function parseJson(content: string): ParsedFile {
  try {
    const value: unknown = JSON.parse(content);
    return isRecord(value) ? { documents: [{ document: 0, value }], unreadable: [] } : NOTHING;
  } catch (error) {
    return { documents: [], unreadable: [`not JSON: ${message(error)}`] };
  }
}

/** JSON.parse does not take the byte order mark some editors write; YAML does. */
function withoutMark(content: string): string {
  return content.startsWith("\ufeff") ? content.slice(1) : content;
}

function parseYaml(content: string): ParsedFile {
  const documents: ParsedDocument[] = [];
  const unreadable: string[] = [];
  let parsed: readonly Document[];
  try {
    parsed = readDocuments(content);
  } catch (error) {
    return { documents, unreadable: [message(error)] };
  }
  for (const [document, node] of parsed.entries()) {
    const value = toValue(node, content.includes("*"));
    if (typeof value === "string") unreadable.push(`document ${document}: ${templateHint(content)}${value}`);
    else if (value !== null) documents.push({ document, value });
  }
  return { documents, unreadable };
}

/** All documents with source positions; an empty file has none. */
export function readDocuments(content: string): readonly Document[] {
  const parsed = parseAllDocuments(content, { merge: true, prettyErrors: false, logLevel: "silent" });
  return "empty" in parsed ? [] : parsed;
}

/** The mapping a document holds, null when it holds something else, or the reason why it cannot be read. */
function toValue(node: Document, mayHaveAliases: boolean): Readonly<Record<string, unknown>> | string | null {
  const problem = node.errors[0];
  if (problem !== undefined) return firstLine(problem.message);
  try {
    const value: unknown = node.toJS({ maxAliasCount: 100 });
    if (mayHaveAliases && holdsItself(value)) return "an alias inside what it stands for";
    return isRecord(value) ? value : null;
  } catch (error) {
    return message(error);
  }
}

/** No API takes such an object, and nobody who walks through it comes to an end. */
function holdsItself(value: unknown, above = new Set<unknown>()): boolean {
  if (typeof value !== "object" || value === null) return false;
  if (above.has(value)) return true;
  above.add(value);
  const found = Object.values(value).some((inner) => holdsItself(inner, above));
  above.delete(value);
  return found;
}

function templateHint(content: string): string {
  return content.includes("{{") ? "a template, not YAML: " : "";
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function message(error: unknown): string {
  return firstLine(error instanceof Error ? error.message : String(error));
}

function firstLine(text: string): string {
  return (text.split("\n")[0] ?? "").slice(0, 200);
}
