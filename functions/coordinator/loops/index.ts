/** Has the index brought up to date when something changed that nobody told of, or when it is not complete. */
import type { RepositoryData } from "../../../shared/domain/events.ts";
import type { CorpusState } from "../../../shared/knowledge-ports.ts";
import type { School } from "../school.ts";
import { every, type Loop } from "./every.ts";

/** After a look that failed: Redis or a remote is away. */
const RETRY_MS = 60_000;

/** An index that lost something while no head moved is found out then. */
const WHOLE_LOOK_MS = 3_600_000;

/** Looks once at the start in any case: what happened while nobody looked is not known. */
export function startIndex({ index, log, wake }: Pick<School, "index" | "log" | "wake">, everyMs: number): Loop {
  let isFirst = true;
  return every("index", log, Math.min(everyMs, RETRY_MS), async () => {
    const due = isFirst ? new Map([["all", "the coordinator has started"] as const]) : await dueSources(index);
    for (const [source, because] of due) await index.request({ source, because, by: "coordinator" });
    if (due.size > 0) wake("index");
    isFirst = false;
    return everyMs;
  });
}

async function dueSources(index: School["index"]): Promise<ReadonlyMap<RepositoryData["source"], string>> {
  const due = new Map<RepositoryData["source"], string>();
  const problems: unknown[] = [];
  const last = await index.book.lastRun("all");
  if (last !== undefined && Date.now() - last > WHOLE_LOOK_MS)
    return new Map([["all", "nobody looked at all of it for an hour"]]);
  const states = await index.book.states();
  for (const reader of await index.readers()) {
    const source = reader.source as RepositoryData["source"];
    const state = states.find((one) => one.corpus === reader.corpus && one.source === source);
    try {
      const because = await reasonToLook(() => reader.version(), state);
      if (because !== undefined) due.set(source, because);
    } catch (error) {
      // The remote of one source must not keep the others from being looked at.
      problems.push(error);
    }
  }
  if (problems.length > 0 && due.size === 0) throw problems[0];
  return due;
}

async function reasonToLook(
  version: () => Promise<string>,
  state: CorpusState | undefined,
): Promise<string | undefined> {
  if (state === undefined) return "nothing is indexed yet";
  if (state.state !== "ready") return `its state is ${state.state}`;
  const now = await version();
  return now === state.commit ? undefined : `it stands at ${now.slice(0, 12)}`;
}
