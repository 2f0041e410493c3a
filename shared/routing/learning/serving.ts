/** The classifier that serves: the promoted one, else the one before it, else the one that came with the school. */
import type { Classifier, ModelEntry, ModelShelf, RouterBook } from "../../routing-ports.ts";
import type { Serving } from "../classifier-vote.ts";
import { AWAY, GONE, loadEntry, textOf } from "./load-entry.ts";

/** The part of a logger this needs. */
export interface Warns {
  warn(facts: object, text: string): void;
}

type Book = Pick<RouterBook, "shelf" | "bytes" | "note" | "events">;

/** Between two looks at which model serves. */
const POINTER_MS = 5_000;

interface State {
  lookedAt: number;
  looking: Promise<Serving> | undefined;
  serving: Serving;
  /** Loaded once; those that cannot be loaded are not tried again while they are the same. */
  readonly loaded: Map<string, Classifier | string>;
  readonly noted: Set<string>;
}

const states = new WeakMap<object, State>();

/**
 * Never throws: what is wrong with a better model is in `note`, and in the book as `damaged`, once. Looks at most every five
 * seconds which one serves, and loads each once; `clock` in milliseconds.
 */
export async function servingClassifier(book: Book, log: Warns, clock = () => performance.now()): Promise<Serving> {
  const state = states.get(book) ?? {
    lookedAt: Number.NEGATIVE_INFINITY,
    looking: undefined,
    serving: {},
    loaded: new Map<string, Classifier | string>(),
    noted: new Set<string>(),
  };
  states.set(book, state);
  if (clock() - state.lookedAt < POINTER_MS) return state.serving;
  state.looking ??= look(book, log, state).finally(() => {
    state.looking = undefined;
    state.lookedAt = clock();
  });
  state.serving = await state.looking;
  return state.serving;
}

async function look(book: Book, log: Warns, state: State): Promise<Serving> {
  let shelf: ModelShelf;
  try {
    shelf = await book.shelf("router");
  } catch (error) {
    // Whatever was loaded before is better than none.
    const { classifier } = state.serving;
    const note = `the models' store cannot be read: ${textOf(error)}`;
    return classifier === undefined ? seed(note) : { classifier, note };
  }
  const { current, previous } = shelf;
  const wanted = [current, previous].filter((entry) => entry !== undefined);
  forgetOthers(state, wanted);
  const problems: string[] = [];
  if (current === undefined && previous !== undefined) problems.push("the entry of the current model cannot be read");
  for (const entry of wanted) {
    const loaded = state.loaded.get(keyOf(entry)) ?? (await loadEntry(book, entry));
    if (typeof loaded !== "string") {
      state.loaded.set(keyOf(entry), loaded);
      return {
        classifier: loaded,
        ...(problems.length > 0 ? { note: `${problems.join("; ")}; the one before serves` } : {}),
      };
    }
    problems.push(`the model ${entry.version} cannot be used: ${loaded}`);
    // What is away, or gone, may be back at the next look; bytes that are damaged stay so.
    if (!loaded.startsWith(AWAY) && !state.noted.has(keyOf(entry))) {
      state.noted.add(keyOf(entry));
      await noteOnce(book, log, entry, loaded);
    }
    if (!loaded.startsWith(AWAY) && loaded !== GONE) state.loaded.set(keyOf(entry), loaded);
  }
  return seed(problems.length > 0 ? `${problems.join("; ")}; the one the school came with serves` : undefined);
}

async function seed(note: string | undefined): Promise<Serving> {
  try {
    const { seedClassifier } = await import("../classifier/seed.ts");
    return { classifier: await seedClassifier(), ...(note === undefined ? {} : { note }) };
  } catch (error) {
    const own = `the model the school came with cannot be used: ${textOf(error)}`;
    return { note: note === undefined ? own : `${note}; ${own}` };
  }
}

/** Every process of the school finds it out; one of them says so. */
async function noteOnce(book: Book, log: Warns, { version, checksum }: ModelEntry, problem: string): Promise<void> {
  log.warn({ model: version, problem }, "A model of the router cannot be used; the one before it serves");
  const because = `the model ${version} (${checksum.slice(0, 12)}) cannot be used: ${problem}`;
  try {
    const said = await book.events(200);
    if (said.some((event) => event.what === "damaged" && event.because === because)) return;
    await book.note({ at: new Date().toISOString(), what: "damaged", because });
  } catch (error) {
    log.warn({ err: error }, "That could not be written into the router's book");
  }
}

function forgetOthers({ loaded }: State, wanted: readonly ModelEntry[]): void {
  const keep = new Set(wanted.map(keyOf));
  for (const key of loaded.keys()) if (!keep.has(key)) loaded.delete(key);
}

function keyOf({ version, checksum }: ModelEntry): string {
  return `${version} ${checksum}`;
}
