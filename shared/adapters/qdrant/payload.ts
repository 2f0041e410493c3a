/** Chunks as payload: the fields of StoredChunk under their own names. */
import { CORPORA, type Corpus, type StoredChunk } from "../../knowledge-ports.ts";

/** What filters ask for. */
export const INDEXED = {
  source: "keyword",
  path: "keyword",
  kind: "keyword",
  namespace: "keyword",
  decision: "bool",
} as const;

export function payloadOf(chunk: StoredChunk): Record<string, unknown> {
  return { ...chunk };
}

/** Undefined when it is no chunk of ours. */
export function chunkOf(payload: Readonly<Record<string, unknown>> | null | undefined): StoredChunk | undefined {
  if (payload === null || payload === undefined) return undefined;
  const { id, corpus, source, path, place, text, hash, commit, from, to, redacted } = payload;
  const texts = [id, source, path, place, text, hash, commit];
  if (texts.some((one) => typeof one !== "string") || !isCorpus(corpus)) return undefined;
  if ([from, to, redacted].some((one) => typeof one !== "number")) return undefined;
  return {
    id: String(id),
    corpus,
    source: String(source),
    path: String(path),
    place: String(place),
    from: Number(from),
    to: Number(to),
    text: String(text),
    hash: String(hash),
    redacted: Number(redacted),
    commit: String(commit),
    ...optional(payload, "kind"),
    ...optional(payload, "namespace"),
    ...optional(payload, "name"),
    ...optional(payload, "status"),
    ...(payload["decision"] === true ? { decision: true } : {}),
  };
}

function optional<Name extends string>(payload: Readonly<Record<string, unknown>>, name: Name) {
  const value = payload[name];
  return (typeof value === "string" ? { [name]: value } : {}) as { readonly [N in Name]?: string };
}

function isCorpus(value: unknown): value is Corpus {
  return typeof value === "string" && (CORPORA as readonly string[]).includes(value);
}
