/** How models move on their shelf: pure, so that every move is one comparison and one write in Redis. */
import type { ModelEntry, ModelShelf } from "../routing-ports.ts";

/** Archived entries beyond these are forgotten, with their bytes. */
export const ARCHIVED_MODELS = 10;

export interface Move {
  readonly shelf: ModelShelf;
  /** Versions whose bytes nobody can want any more. */
  readonly gone: readonly string[];
  /** Version whose bytes have to be there. */
  readonly needs?: string;
}

/** A candidate that nobody judged makes room: it never served, so its bytes go. Throws where the version is taken. */
export function staged(shelf: ModelShelf, entry: ModelEntry): Move {
  const { staging: before } = shelf;
  const others = [shelf.current, shelf.previous, ...shelf.archive];
  if (others.some((other) => other?.version === entry.version))
    throw new Error(`the store has a model of the version ${entry.version} already`);
  const replaced = before === undefined || before.version === entry.version ? undefined : before;
  const archived =
    replaced === undefined ? [] : [{ ...replaced, because: `${entry.version} came before it was judged` }];
  return archiving(
    { ...shelf, staging: entry },
    archived,
    archived.map(({ version }) => version),
  );
}

/** `since`: now, ISO 8601. What was `previous` is archived with its bytes: it served, and may be wanted again. Throws when it is not there. */
export function promoted(shelf: ModelShelf, version: string, because: string, since: string): Move {
  const { current, previous, staging, archive } = shelf;
  const chosen = [staging, previous, ...archive].find((entry) => entry?.version === version);
  if (chosen === undefined) {
    const place = current?.version === version ? "is current already" : "is not in the store";
    throw new Error(`the model ${version} ${place}`);
  }
  const next: ModelShelf = {
    current: { ...chosen, because, since },
    previous: current ?? (previous?.version === version ? undefined : previous),
    staging: staging?.version === version ? undefined : staging,
    archive: archive.filter((entry) => entry.version !== version),
  };
  const leaves = current === undefined || previous === undefined || previous.version === version ? [] : [previous];
  return { ...archiving(next, leaves, []), needs: version };
}

/** Throws when there is nothing to step back from. */
export function steppedBack(shelf: ModelShelf, because: string, since: string): Move {
  const { current } = shelf;
  const previous = shelf.previous === undefined ? undefined : { ...shelf.previous, since };
  if (current === undefined) throw new Error("no model of the store serves: there is nothing to step back from");
  return archiving({ ...shelf, current: previous, previous: undefined }, [{ ...current, because }], []);
}

/** Throws when nothing waits to be judged. */
export function discarded(shelf: ModelShelf, because: string): Move {
  const { staging } = shelf;
  if (staging === undefined) throw new Error("no model waits to be judged");
  return archiving({ ...shelf, staging: undefined }, [{ ...staging, because }], [staging.version]);
}

function archiving(shelf: ModelShelf, entries: readonly ModelEntry[], gone: readonly string[]): Move {
  const all = [...entries, ...shelf.archive];
  const forgotten = all.slice(ARCHIVED_MODELS).map(({ version }) => version);
  return { shelf: { ...shelf, archive: all.slice(0, ARCHIVED_MODELS) }, gone: [...new Set([...gone, ...forgotten])] };
}
