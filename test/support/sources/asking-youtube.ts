/** Asks the reader of YouTube about the one video of a fake YouTube. */
import { readSource } from "../../../functions/ingest/read.ts";
import { readerFor, sourceReaders } from "../../../functions/ingest/sources/open.ts";
import { RetryLater } from "../../../shared/runtime/errors.ts";
import type { CaptionProgram, SourceReading, SourceText } from "../../../shared/source-ports.ts";
import { type AskedOfHost, fakeHosts } from "./hosts.ts";
import { type FakeTrack, type FakeYouTube, fakeYouTube, VIDEO } from "./youtube.ts";

export const ADDRESS = `https://www.youtube.com/watch?v=${VIDEO}`;
export const NOW = Date.parse("2026-11-21T12:00:00Z");
export const EN: FakeTrack = { language: "en", says: "we moved every service behind the gateway" };
export const GATED: FakeTrack = { language: "en", gated: true };
export const BOT = { status: "LOGIN_REQUIRED", reason: "Sign in to confirm you’re not a bot" };
export const DESCRIPTION =
  "In this talk we show how a small team moved all of its services to Kubernetes and what went wrong.";

interface Asking {
  readonly languages?: readonly string[];
  readonly captionProgram?: CaptionProgram;
  readonly address?: string;
}

export async function reading(
  situation: FakeYouTube,
  { languages = ["en"], captionProgram, address = ADDRESS }: Asking = {},
): Promise<{ reading: SourceReading | RetryLater; asked: readonly AskedOfHost[] }> {
  await using hosts = await fakeHosts(fakeYouTube(situation));
  const readers = sourceReaders({
    web: hosts.web,
    languages,
    now: () => NOW,
    ...(captionProgram === undefined ? {} : { captionProgram }),
  });
  const reader = readerFor(readers, address);
  if (reader?.kind !== "youtube") throw new Error(`${address} belongs to ${reader?.kind}`);
  try {
    return { reading: await reader.read({ address, options: {} }, new AbortController().signal), asked: hosts.asked };
  } catch (error) {
    if (error instanceof RetryLater) return { reading: error, asked: hosts.asked };
    throw error;
  }
}

export async function text(situation: FakeYouTube, asking: Asking = {}): Promise<SourceText> {
  const { reading: read } = await reading(situation, asking);
  if (read instanceof RetryLater || read.kind !== "text")
    throw new Error(JSON.stringify(read, ["kind", "because", "message"]));
  return read;
}

/** What `ingest` makes of the content. */
export function words({ content, format }: SourceText): string {
  return readSource(content, 1_000_000, format)
    .pieces.map((piece) => piece.text)
    .join(" ");
}
