/** The quarantine's way out: a transcript goes in, proposals with their evidence come out, and nothing else does. */
import { Proposal } from "../../shared/domain/events.ts";
import type { Improvement } from "../../shared/domain/improvement.ts";
import { topicOf } from "../../shared/domain/lexicon.ts";
import type { ModelCall } from "../../shared/domain/model-call.ts";
import { cleanLine } from "../../shared/domain/text.ts";
import type { LanguageModel } from "../../shared/model-ports.ts";
import type { Platform } from "../../shared/repository/platform.ts";
import type { Corroborated } from "../../shared/runtime/outcome.ts";
import { findAdvice } from "./extract.ts";
import type { ModelReading } from "./model-extract.ts";
import { type IdentifiedProposal, MOST_PROPOSALS, type Origin, propose } from "./propose.ts";
import { type Sentence, sentencesOf } from "./sentences.ts";
import type { Transcript } from "./transcript.ts";

export interface ExaminePorts {
  /** The user's repository as it stands now. Throws RetryLater when it is out of reach. */
  readonly platform: (signal: AbortSignal) => Promise<Platform>;
  /** Without one the rules read alone. */
  readonly model?: LanguageModel | undefined;
  /** Newest first, at most `limit`: see History.recent. Without it nothing is corroborated. */
  readonly recent?: ((limit: number) => Promise<readonly Improvement[]>) | undefined;
}

export interface Examined {
  /** Best first. */
  readonly proposals: readonly IdentifiedProposal[];
  readonly corroborates: readonly Corroborated[];
  readonly sentences: number;
  readonly calls: readonly ModelCall[];
  /** One sentence for the source's record: what was found, and everything that was left out and why. */
  readonly because: string;
}

/** Improvements of other sources that are compared. */
const REMEMBERED = 200;
/** As many as a record keeps. */
const MOST_CALLS = 50;

/** Throws the signal's reason, and what the ports throw. */
export async function examine(
  transcript: Transcript,
  origin: Origin & { readonly notes?: readonly string[] },
  { platform, model, recent }: ExaminePorts,
  signal: AbortSignal,
): Promise<Examined> {
  const sentences = sentencesOf(transcript.pieces);
  const { found, refused } = await findAdvice(sentences);
  const reading = model === undefined ? NOT_ASKED : await readBy(model, sentences, origin.title, signal);
  const warnings = refused.map(({ topic }) => topic.id);
  const said = (origin.notes ?? []).map((note) => cleanLine(note).slice(0, 300));
  const notes = [...said, ...notesOf(transcript, sentences, warnings), ...reading.notes];
  const told = notes.length === 0 ? "" : `; ${notes.join("; ")}`;
  const nothing = { proposals: [], corroborates: [], sentences: sentences.length, calls: reading.calls };
  if (found.length === 0 && transcript.claims.length === 0 && reading.found.length === 0)
    return {
      ...nothing,
      because: `${sentences.length} sentences, none recommends anything about the infrastructure${told}`,
    };

  const place = await platform(signal);
  const byRules = propose(found, transcript.claims, origin, place);
  const joined = reading.found.length === 0 ? byRules : await withModel(byRules, reading, new Set(warnings));
  const all = [...joined].sort((a, b) => b.relevance - a.relevance).slice(0, MOST_PROPOSALS);
  const past = (await recent?.(REMEMBERED)) ?? [];
  const { fresh, corroborates } = past.length === 0 ? { fresh: all, corroborates: [] } : await compared(all, past);
  const proposals = fresh.map((proposal) => withCalls(proposal, reading.calls));
  for (const proposal of proposals) Proposal.parse(proposal);
  const backed = corroborates.length === 0 ? "" : `; ${corroborates.length} of other sources are corroborated`;
  const count = `${proposals.length} proposals from ${sentences.length} sentences (${transcript.format})`;
  const because = all.length > 0 ? count : "everything proposed was an order to the reader or had nothing to rest on";
  return { ...nothing, proposals, corroborates, because: `${because}${backed}${told}` };

  async function withModel(ours: readonly IdentifiedProposal[], read: ModelReading, warned: ReadonlySet<string>) {
    const [{ fromModel }, { merged }] = await Promise.all([import("./from-model.ts"), import("./merge.ts")]);
    // What the model thinks of its own findings decides only which of two equal ones stands first.
    const ranked = read.found.toSorted((a, b) => b.reading.relevance - a.reading.relevance);
    const theirs = ranked.flatMap((one) => fromModel(one, read.known, origin, place) ?? []);
    // What the talk mostly warns against stays refused, whatever else a model reads out of it.
    return merged(
      ours,
      theirs.filter((proposal) => !warned.has(topicOf(proposal)?.id ?? "")),
    );
  }
}

// Loaded when they are needed: a cold start without a model, or without a past, has nothing to do with them.
async function readBy(model: LanguageModel, sentences: readonly Sentence[], title: string, signal: AbortSignal) {
  const { readWithModel } = await import("./model-extract.ts");
  return readWithModel(sentences, title, model, signal);
}

async function compared(proposals: readonly IdentifiedProposal[], past: readonly Improvement[]) {
  const { parted } = await import("./corroborate.ts");
  return parted(proposals, past);
}

const NOT_ASKED: ModelReading = { found: [], notes: [], calls: [], known: { told: new Set(), says: () => false } };

/** Every question is in the trail of everything that came of it. */
function withCalls(proposal: IdentifiedProposal, calls: readonly ModelCall[]): IdentifiedProposal {
  return calls.length === 0 ? proposal : { ...proposal, model_calls: calls.slice(0, MOST_CALLS) };
}

function notesOf(
  { setAside, blobs = 0 }: Transcript,
  sentences: readonly Sentence[],
  refused: readonly string[],
): string[] {
  const orders = sentences.filter(({ order }) => order !== undefined).length;
  return [
    orders === 0 ? "" : `${orders} sentences were orders to the reader and were dropped`,
    setAside.length === 0 ? "" : `${setAside.length} blocks of pasted manifests were set aside`,
    blobs === 0 ? "" : `${blobs} runs of encoded data were set aside`,
    refused.length === 0 ? "" : `the speaker warns against ${refused.join(", ")}`,
  ].filter((note) => note !== "");
}
