/** The texts behind a name: a file, standard input, or an address with what it lists. */
import { canonicalAddress } from "../../functions/ingest/identity.ts";
import { gitHubAccesses } from "../../functions/ingest/sources/github-access.ts";
import { readerFor, sourceReaders } from "../../functions/ingest/sources/open.ts";
import { captionProgram } from "../../shared/adapters/caption-program.ts";
import { webPort } from "../../shared/adapters/web/open.ts";
import { localTurns } from "../../shared/adapters/web/turns.ts";
import type { Environment } from "../../shared/runtime/config.ts";
import { RetryLater } from "../../shared/runtime/errors.ts";
import type { SourceText } from "../../shared/source-ports.ts";
import { Failure } from "../cli/failure.ts";
import { readSource } from "../cli/source-files.ts";

export type Text = Pick<SourceText, "content" | "notes"> & {
  readonly title?: string;
  readonly address?: string;
  readonly format?: string;
};
/** Of a listing; the newest. */
const ENTRIES = 10;

/** At least one. Throws Failure that says what is wrong and what to do. */
export async function textsOf(
  name: string,
  stdin: NodeJS.ReadableStream,
  env: Environment,
  signal: AbortSignal,
): Promise<{ readonly texts: readonly Text[]; readonly notes: readonly string[] }> {
  const source = await readSource(name, stdin).catch((error: unknown) => {
    throw error instanceof Failure ? new Failure(`${name === "-" ? "standard input" : name} ${error.message}`) : error;
  });
  const { address, content, title, format } = source;
  if (content !== undefined)
    return {
      texts: [
        {
          content,
          notes: [],
          ...(title === undefined ? {} : { title }),
          ...(format === undefined ? {} : { format }),
        },
      ],
      notes: [],
    };
  return fetched(address ?? name, env, signal);
}

async function fetched(address: string, env: Environment, signal: AbortSignal) {
  // Whoever types an address means its host; everything else that is forbidden to a school stays forbidden.
  const hosts = [URL.parse(address)?.host ?? ""].filter((host) => host !== "");
  const readers = sourceReaders({
    web: webPort(env, { turns: localTurns(), hosts }),
    languages: (env["SOURCE_LANGUAGES"] ?? "en").split(",").map((language) => language.trim()),
    ...(env["YT_DLP"] === undefined ? {} : { captionProgram: captionProgram({ command: env["YT_DLP"], env }) }),
    github: gitHubAccesses(env["SOURCE_GITHUB_TOKEN"], env["GITHUB_API_URL"]),
  });
  const read = async (place: string) => {
    const reader = readerFor(readers, place);
    if (reader === undefined) throw new Failure(`${place}: nothing here reads such addresses`);
    return reader.read({ address: place, options: {} }, signal).catch((error: unknown) => {
      if (error instanceof RetryLater) throw new Failure(`${place} is out of reach for now: ${error.message}`);
      throw error;
    });
  };
  const reading = await read(address);
  switch (reading.kind) {
    case "text":
      return { texts: [{ ...reading, address: canonicalAddress(reading.address) }], notes: [] };
    case "unchanged":
      throw new Failure(`${address} says that nothing changed, although nothing was known of it`);
    case "unreadable":
      throw new Failure(`${address} cannot be read: ${reading.because}`);
    case "listing":
  }
  const texts: Text[] = [];
  const notes: string[] = [];
  for (const entry of reading.entries.slice(0, ENTRIES)) {
    if (entry.content !== undefined) {
      texts.push({ content: entry.content, title: entry.title, address: canonicalAddress(entry.address), notes: [] });
      continue;
    }
    try {
      const one = await read(entry.address);
      if (one.kind === "text") texts.push({ ...one, address: canonicalAddress(one.address) });
      else notes.push(`${entry.address}: ${one.kind === "unreadable" ? one.because : `is a ${one.kind}`}`);
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      notes.push(error.message);
    }
  }
  const left = reading.entries.length - ENTRIES;
  if (left > 0) notes.push(`${left} older entries of ${reading.title} were left out`);
  if (texts.length === 0)
    throw new Failure(`nothing that ${address} lists can be read: ${notes.join("; ") || "it is empty"}`);
  return { texts, notes };
}
