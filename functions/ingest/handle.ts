/**
 * ingest: reads one source, extracts what it recommends with the quoted sentence and its time, and proposes it. The
 * only stage that sees raw source text; what leaves it is validated, length-capped and free of orders to the reader.
 */
import { Proposal } from "../../shared/domain/events.ts";
import { cleanLine } from "../../shared/domain/text.ts";
import type { History } from "../../shared/ports.ts";
import type { Platform } from "../../shared/repository/platform.ts";
import type { OutcomeOf } from "../../shared/runtime/outcome.ts";
import type { Context, InputOf } from "../../shared/runtime/stage.ts";
import { findAdvice } from "./extract.ts";
import { canonicalAddress, contentHash, sourceId } from "./identity.ts";
import { propose } from "./propose.ts";
import { readSource } from "./read.ts";
import { sentencesOf } from "./sentences.ts";
import { type Transcript, Unreadable } from "./transcript.ts";

export interface IngestPorts {
  readonly history: Pick<History, "source">;
  /** The user's repository as it stands now. Throws RetryLater when it is out of reach. */
  readonly platform: (signal: AbortSignal) => Promise<Platform>;
  /** Bytes of one source. */
  readonly sizeLimit: number;
}

export async function ingest(
  { source }: InputOf<"ingest">,
  { history, platform, sizeLimit }: IngestPorts,
  { log, signal }: Context,
): Promise<OutcomeOf<"ingest">> {
  const { content } = source;
  // What is too large is refused below; hashing all of it first would cost more than reading what is allowed.
  const id = sourceId(content === undefined ? source : { ...source, content: content.slice(0, sizeLimit + 1) });
  const known = { id, ...(source.address === undefined ? {} : { address: canonicalAddress(source.address) }) };
  if (content === undefined) {
    const because = `nothing was sent with the address ${canonicalAddress(source.address ?? "")}: send the transcript as content`;
    return { kind: "source-failed", source: { ...known, title: titleOf(source.title, known.address) }, because };
  }

  const hash = contentHash(content.slice(0, sizeLimit + 1));
  let transcript: Transcript;
  try {
    transcript = readSource(content, sizeLimit, source.format);
  } catch (error) {
    if (!(error instanceof Unreadable)) throw error;
    const failed = { ...known, title: titleOf(source.title, known.address), contentHash: hash };
    return { kind: "source-failed", source: failed, because: error.message };
  }

  const title = titleOf(source.title ?? transcript.title, known.address);
  const read = { ...known, title, contentHash: hash };
  const before = await history.source(id);
  const wasRead = before?.state === "read" || before?.state === "nothing_found";
  if (!source.again && wasRead && before.contentHash === hash)
    return { kind: "source-known", because: `already read: the content of ${id} has not changed` };

  const sentences = sentencesOf(transcript.pieces);
  const { found, refused } = await findAdvice(sentences);
  const notes = notesOf(
    transcript,
    sentences.filter(({ order }) => order !== undefined).length,
    refused.map(({ topic }) => topic.id),
  );
  if (found.length === 0 && transcript.claims.length === 0) {
    const because = `${sentences.length} sentences, none recommends anything about the infrastructure${notes}`;
    return { kind: "source-read", source: read, proposals: [], because };
  }

  const origin = { ...read, ...(transcript.videoId === undefined ? {} : { videoId: transcript.videoId }) };
  const proposals = propose(found, transcript.claims, origin, await platform(signal));
  for (const proposal of proposals) Proposal.parse(proposal);
  log.info({ format: transcript.format, sentences: sentences.length, proposals: proposals.length }, "source read");
  const because =
    proposals.length === 0
      ? `everything proposed was an order to the reader${notes}`
      : `${proposals.length} proposals from ${sentences.length} sentences (${transcript.format})${notes}`;
  return { kind: "source-read", source: read, proposals, because };
}

function notesOf({ setAside }: Transcript, orders: number, refused: readonly string[]): string {
  const notes = [
    orders === 0 ? "" : `${orders} sentences were orders to the reader and were dropped`,
    setAside.length === 0 ? "" : `${setAside.length} blocks of pasted manifests were set aside`,
    refused.length === 0 ? "" : `the speaker warns against ${refused.join(", ")}`,
  ].filter((note) => note !== "");
  return notes.length === 0 ? "" : `; ${notes.join("; ")}`;
}

function titleOf(title: string | undefined, address: string | undefined): string {
  const line = cleanLine(title ?? "").slice(0, 300);
  return line === "" ? (address ?? "untitled source").slice(0, 300) : line;
}
