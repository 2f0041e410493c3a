/** From an address to the text it holds, or to the answer when it holds none: a listing, nothing new, nothing readable. */
import type { SubmittedSource } from "../../shared/domain/events.ts";
import { cleanLine } from "../../shared/domain/text.ts";
import type { History } from "../../shared/ports.ts";
import { LeaseLost, PermanentError, RetryLater } from "../../shared/runtime/errors.ts";
import type { SourceFailed, SourceKnown, SourceListed } from "../../shared/runtime/outcome.ts";
import type { Context } from "../../shared/runtime/stage.ts";
import type { SourceKind, SourceReader, SourceReading, SourceText, WatchedSource } from "../../shared/source-ports.ts";
import { canonicalAddress, sourceId } from "./identity.ts";
import { listedSources } from "./listing.ts";

export interface FetchPorts {
  readonly history: Pick<History, "source">;
  /** The reader of this kind, or of whatever kind the address looks like; undefined: none reads such addresses. */
  readonly readerFor: (address: string, kind: SourceKind | undefined) => SourceReader | undefined;
  /** Configured sources by their name. */
  readonly watches: ReadonlyMap<string, WatchedSource>;
  /** After so many tries a source that is out of reach has failed; somebody may hand it in again. */
  readonly maxAttempts: number;
}

/** Of listings nobody configured. */
const DAILY_LIMIT = 50;

/** `place`: who the source is, whatever comes of it. */
export type Fetched =
  | { readonly kind: "text"; readonly text: SourceText; readonly place: Place }
  | SourceListed
  | SourceKnown
  | SourceFailed;
export interface Place {
  readonly id: string;
  readonly address: string;
  readonly watch?: string;
}

/** Throws RetryLater while what is asked is out of reach. */
export async function fetchSource(source: SubmittedSource, ports: FetchPorts, context: Context): Promise<Fetched> {
  const watched = source.watch === undefined ? undefined : ports.watches.get(source.watch);
  const asked = watched?.address ?? source.address ?? "";
  const place: Place = {
    id: sourceId({ ...source, address: asked }),
    address: canonicalAddress(asked),
    ...(watched === undefined ? {} : { watch: watched.name }),
  };
  const failed = (because: string): SourceFailed => {
    return { kind: "source-failed", source: { ...place, title: titleOf(source, place.address) }, because };
  };
  if (source.watch !== undefined && watched === undefined)
    return failed(`no source is watched as ${source.watch}: the file SOURCES names does not have it`);

  const reader = ports.readerFor(asked, watched?.kind ?? source.kind);
  if (reader === undefined)
    return failed(`nothing reads addresses like ${place.address.slice(0, 300)}: send the text itself as content`);
  const before = await ports.history.source(place.id);
  const known = before?.state === "listed" && !source.again ? before.validators : undefined;
  const request = { address: asked, options: watched?.options ?? {}, ...(known === undefined ? {} : { known }) };
  const reading = await patiently(() => reader.read(request, context.signal), ports.maxAttempts, context);
  switch (reading.kind) {
    case "unreadable":
      return failed(reading.because);
    case "unchanged":
      return { kind: "source-known", because: `nothing new at ${place.address}`, ...watchOf(place) };
    case "text":
      return { kind: "text", text: reading, place };
    case "listing":
      break;
  }
  // One look must not become a crawl.
  if (source.listed_by !== undefined)
    return failed("it is a listing, and it stands in one itself: hand it in by its own address to read what it lists");
  const { entries, because } = listedSources(reading.entries);
  const title = cleanLine(reading.title).slice(0, 300) || titleOf(source, place.address);
  return {
    kind: "source-listed",
    source: { ...place, title },
    entries,
    validators: reading.validators,
    dailyLimit: watched?.dailyLimit ?? DAILY_LIMIT,
    because,
  };
}

/** A source that stays out of reach has failed, with the last reason; its event need not become a dead letter. */
async function patiently(
  read: () => Promise<SourceReading>,
  maxAttempts: number,
  { attempt, signal, log }: Context,
): Promise<SourceReading> {
  try {
    return await read();
  } catch (error) {
    const isFree = error instanceof RetryLater && error.free;
    const isFinal = error instanceof PermanentError || error instanceof LeaseLost;
    if (signal.aborted || isFree || isFinal || attempt < maxAttempts) throw error;
    log.warn({ err: error, attempt }, "A source is out of reach and is given up; it may be handed in again");
    const message = cleanLine(error instanceof Error ? error.message : String(error)).slice(0, 400);
    return { kind: "unreadable", because: `tried ${attempt} times: ${message}` };
  }
}

export function watchOf({ watch }: { readonly watch?: string }): { readonly watch?: string } {
  return watch === undefined ? {} : { watch };
}

function titleOf({ title }: SubmittedSource, address: string): string {
  const line = cleanLine(title ?? "").slice(0, 300);
  return line === "" ? address.slice(0, 300) || "untitled source" : line;
}
