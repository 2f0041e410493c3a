/** What `school extract` does once its options are read: the very quarantine of the stage, without a school around it. */
import { lstatSync } from "node:fs";
import path from "node:path";
import { examine } from "../../functions/ingest/examine.ts";
import { canonicalAddress, sourceId } from "../../functions/ingest/identity.ts";
import type { IdentifiedProposal } from "../../functions/ingest/propose.ts";
import { readSource } from "../../functions/ingest/read.ts";
import { type Transcript, Unreadable } from "../../functions/ingest/transcript.ts";
import { ledgeredModel } from "../../shared/adapters/llm/ledgered.ts";
import { cleanLine } from "../../shared/domain/text.ts";
import { memoryLedger } from "../../shared/models/memory-ledger.ts";
import type { Platform } from "../../shared/repository/platform.ts";
import { understand } from "../../shared/repository/understand.ts";
import type { Environment } from "../../shared/runtime/config.ts";
import type { Shell } from "../cli/command.ts";
import type { ExtractOptions } from "../cli/commands/extract.ts";
import { Failure, UsageError } from "../cli/failure.ts";
import { momentOf } from "../cli/moment.ts";
import { readFolder } from "../policy/read-folder.ts";
import { showProposals } from "./show.ts";
import { type Text, textsOf } from "./texts.ts";

/** What is printed of one text. */
export interface Extracted {
  readonly source: { readonly id: string; readonly title: string; readonly address?: string; readonly format: string };
  /** What was found, and everything that was left out and why. */
  readonly because: string;
  readonly proposals: readonly Linked[];
}
export type Linked = Omit<IdentifiedProposal, "quotes"> & {
  readonly quotes: readonly { readonly text: string; readonly at?: string; readonly link?: string }[];
};

const NOTHING_FOUND = 3;
const DEFAULT_BYTES = 5_000_000;
const FORMATS = ["vtt", "srt", "text", "json"] as const;

/** Throws Failure and UsageError. */
export async function answerExtract(
  name: string,
  { gitops, json }: ExtractOptions,
  { terminal, stdin, stopped, fail }: Shell,
  env: Environment,
): Promise<void> {
  const platform = await platformOf(gitops);
  const { texts, notes } = await textsOf(name, stdin, env, stopped);
  const results: Extracted[] = [];
  const unreadable: string[] = [];
  for (const text of texts) {
    const one = await extracted(text, name, platform, env, stopped);
    if (typeof one === "string") unreadable.push(one);
    else results.push(one);
  }
  if (results.length === 0) throw new Failure(unreadable.join("; "));
  const left = [...notes, ...unreadable];
  const proposals = results.flatMap((one) => one.proposals);
  if (json === true) {
    const [only, ...more] = results;
    // One source is one object; a feed holds several.
    terminal.json({
      ...(more.length === 0
        ? only
        : { sources: results.map(({ source, because }) => ({ source, because })), proposals }),
      ...(left.length === 0 ? {} : { notes: left }),
    });
  } else {
    showProposals(terminal, results, gitops !== undefined);
    for (const note of left) terminal.note(note);
  }
  if (proposals.length === 0) fail(NOTHING_FOUND);
}

/** Or why it cannot be read. */
async function extracted(
  text: Text,
  name: string,
  platform: Platform,
  env: Environment,
  signal: AbortSignal,
): Promise<Extracted | string> {
  const { content, address, notes } = text;
  const limit = Number(env["MAX_SOURCE_BYTES"] ?? DEFAULT_BYTES);
  let transcript: Transcript;
  try {
    transcript = readSource(
      content,
      limit,
      FORMATS.find((format) => format === text.format),
    );
  } catch (error) {
    if (error instanceof Unreadable) return `${address ?? name} cannot be read: ${error.message}`;
    throw error;
  }
  const title = cleanLine(text.title ?? transcript.title ?? "").slice(0, 300) || (address ?? "untitled source");
  const place = address === undefined ? {} : { address: canonicalAddress(address) };
  const id = sourceId({ ...place, content: content.slice(0, limit + 1), again: false });
  const { videoId } = transcript;
  const origin = { id, title, ...place, notes, ...(videoId === undefined ? {} : { videoId }) };
  const ports = { platform: async () => platform, model: modelOf(env) };
  const { proposals, because } = await examine(transcript, origin, ports, signal);
  return {
    source: { id, title, ...place, format: transcript.format },
    because,
    proposals: proposals.map(withLinks),
  };
}

function withLinks(proposal: IdentifiedProposal): Linked {
  return {
    ...proposal,
    quotes: proposal.quotes.map(({ text, at }) => {
      const link = momentOf(proposal, at);
      return { text, ...(at === undefined ? {} : { at }), ...(link === undefined ? {} : { link }) };
    }),
  };
}

/** Only where somebody asks for it: a command typed in passing should cost nothing. */
function modelOf(env: Environment) {
  const chosen = env["EXTRACT_MODEL"];
  if (chosen === undefined) return undefined;
  return ledgeredModel(env, memoryLedger(), { variable: "EXTRACT_MODEL", chosen, purpose: "ingest" });
}

async function platformOf(gitops: string | undefined): Promise<Platform> {
  if (gitops === undefined) return understand("", new Map());
  const root = path.resolve(gitops);
  if (lstatSync(root, { throwIfNoEntry: false })?.isDirectory() !== true)
    throw new UsageError(`${gitops} is no folder`);
  return understand("", await readFolder(root, []));
}
