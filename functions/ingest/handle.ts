/**
 * ingest: reads one source, fetched first where only its address is known, extracts what it recommends with the quoted sentence and its time, and proposes it. The
 * only stage that sees raw source text; what leaves it is validated, length-capped and free of orders to the reader.
 */
import type { SubmittedSource } from "../../shared/domain/events.ts";
import { cleanLine } from "../../shared/domain/text.ts";
import type { History } from "../../shared/ports.ts";
import type { OutcomeOf } from "../../shared/runtime/outcome.ts";
import type { Context, InputOf } from "../../shared/runtime/stage.ts";
import type { KnownSource, SourceText } from "../../shared/source-ports.ts";
import { type ExaminePorts, examine } from "./examine.ts";
import { type FetchPorts, fetchSource, type Place, watchOf } from "./fetch.ts";
import { canonicalAddress, contentHash, sourceId } from "./identity.ts";
import { readSource } from "./read.ts";
import { type Transcript, Unreadable } from "./transcript.ts";

export interface IngestPorts extends FetchPorts, Pick<ExaminePorts, "platform" | "model"> {
  readonly history: Pick<History, "source"> & Partial<Pick<History, "recent">>;
  /** Bytes of one source. */
  readonly sizeLimit: number;
}

export async function ingest(
  { source }: InputOf<"ingest">,
  ports: IngestPorts,
  context: Context,
): Promise<OutcomeOf<"ingest">> {
  if (source.content !== undefined) return learn(sent(source, source.content, ports.sizeLimit), ports, context);
  const fetched = await fetchSource(source, ports, context);
  if (fetched.kind !== "text") return fetched;
  const { text, place } = fetched;
  const same = await readElsewhere(text, place, ports, source.again);
  if (same !== undefined) return same;
  return learn({ ...text, ...place, title: source.title ?? text.title, again: source.again }, ports, context);
}

/** One text with all that is known of where it comes from. */
interface Material {
  readonly id: string;
  readonly address?: string;
  readonly watch?: string;
  readonly title?: string | undefined;
  readonly content: string;
  readonly format?: SubmittedSource["format"];
  readonly notes?: readonly string[];
  readonly again: boolean;
}

function sent(source: SubmittedSource, content: string, sizeLimit: number): Material {
  const { address, title, format, again } = source;
  return {
    // What is too large is refused later; hashing all of it first would cost more than reading what is allowed.
    id: sourceId({ ...source, content: content.slice(0, sizeLimit + 1) }),
    ...(address === undefined ? {} : { address: canonicalAddress(address) }),
    title,
    content,
    format,
    again,
  };
}

/** The same text under the address it really has: several ways lead there, and it is learned from once. */
async function readElsewhere(
  { address, content, title }: SourceText,
  place: Place,
  { history, sizeLimit }: IngestPorts,
  again: boolean,
): Promise<OutcomeOf<"ingest"> | undefined> {
  const id = sourceId({ address, again: false });
  if (again || id === place.id) return undefined;
  const hash = contentHash(content.slice(0, sizeLimit + 1));
  const before = await history.source(id);
  if (!wasRead(before) || before?.contentHash !== hash) return undefined;
  const source = { ...place, title: titleOf(title, place.address), contentHash: hash };
  return { kind: "source-read", source, proposals: [], because: `already read as ${canonicalAddress(address)}` };
}

async function learn(
  material: Material,
  { history, platform, model, sizeLimit }: IngestPorts,
  { log, signal }: Context,
): Promise<OutcomeOf<"ingest">> {
  const { content, format, again } = material;
  const { id, address } = material;
  const known = { id, ...(address === undefined ? {} : { address }), ...watchOf(material) };
  const hash = contentHash(content.slice(0, sizeLimit + 1));
  let transcript: Transcript;
  try {
    transcript = readSource(content, sizeLimit, format);
  } catch (error) {
    if (!(error instanceof Unreadable)) throw error;
    const failed = { ...known, title: titleOf(material.title, address), contentHash: hash };
    return { kind: "source-failed", source: failed, because: error.message };
  }

  const title = titleOf(material.title ?? transcript.title, address);
  const read = { ...known, title, contentHash: hash };
  const before = await history.source(id);
  if (!again && wasRead(before) && before?.contentHash === hash) {
    const because = `already read: the content of ${id} has not changed`;
    return { kind: "source-known", because, ...watchOf(material) };
  }

  const notes = material.notes ?? [];
  const origin = { ...read, ...(transcript.videoId === undefined ? {} : { videoId: transcript.videoId }), notes };
  const examined = await examine(transcript, origin, { platform, model, recent: history.recent }, signal);
  const { proposals, corroborates, sentences, because } = examined;
  log.info({ format: transcript.format, sentences, proposals: proposals.length }, "source read");
  return {
    kind: "source-read",
    source: read,
    proposals,
    ...(corroborates.length === 0 ? {} : { corroborates }),
    because,
  };
}

function wasRead(before: KnownSource | undefined): boolean {
  return before?.state === "read" || before?.state === "nothing_found";
}

function titleOf(title: string | undefined, address: string | undefined): string {
  const line = cleanLine(title ?? "").slice(0, 300);
  return line === "" ? (address ?? "untitled source").slice(0, 300) : line;
}
