/** Trains the router, judges what came of it against what serves, and has the better one serve. */
import type { Notice } from "../../shared/domain/events.ts";
import type { Judgement } from "../../shared/routing/learning/gate.ts";
import { heldOut, mayJudge, ownRows } from "../../shared/routing/learning/rows.ts";
import type { Candidate, Trainer } from "../../shared/routing/learning/trainer.ts";
import type { ModelEntry, RouterBook, TrainingTurns } from "../../shared/routing-ports.ts";
import { RetryLater } from "../../shared/runtime/errors.ts";
import { type Observed, observed } from "../../shared/runtime/outcome.ts";
import type { Context } from "../../shared/runtime/stage.ts";
import { type HeldTurn, holdTurn, TURN_MS } from "./turn.ts";

export interface RetrainPorts {
  readonly router: RouterBook;
  readonly turns: TrainingTurns;
  readonly trainer: Trainer;
}

type When = Pick<Context, "now" | "signal">;

/**
 * One process of the school at a time; another one comes again later, as does whoever is stopped in the middle: nothing is
 * marked as learned before a candidate is judged. A notice that says after which training it was asked for (`trained`,
 * milliseconds) is done when there has been one since.
 */
export async function retrain(notice: Notice, ports: RetrainPorts, { now, signal }: When): Promise<Observed> {
  const { router, turns } = ports;
  if (await isDone(notice, router)) return observed("the router was trained meanwhile");
  const token = await turns.take(TURN_MS);
  if (token === undefined) throw new RetryLater("another process trains the router", TURN_MS, { free: true });
  const turn = holdTurn(turns, token);
  try {
    // Whoever had the turn a moment ago may have been at the end of it.
    if (await isDone(notice, router)) return observed("the router was trained meanwhile");
    return observed(await train(ports, turn, { now, signal: AbortSignal.any([signal, turn.lost]) }));
  } finally {
    await turn.end();
  }
}

async function isDone({ facts }: Notice, router: RouterBook): Promise<boolean> {
  const after = facts["trained"];
  if (typeof after !== "number") return false;
  const { at } = await router.sinceTraining();
  return (at ?? 0) > after;
}

async function train({ router, trainer }: RetrainPorts, turn: HeldTurn, { now, signal }: When): Promise<string> {
  const startedAt = now();
  const { labels } = await router.sinceTraining();
  const rows = await router.rows();
  const own = ownRows(rows);
  const tell = (what: string, because: string) => router.note({ at: new Date(now()).toISOString(), what, because });
  if (own.length === 0) {
    await router.trained(startedAt, labels);
    await tell("retrained", "not trained: nobody has said yet which experts were right");
    return "there is no label to learn from";
  }
  const judges = new Set(ownRows(rows.filter(mayJudge)).map(({ id }) => id));
  const { training, judging } = heldOut(own, ({ id }) => judges.has(id));
  const { current } = await router.shelf("router");
  const version = versionOf(startedAt);
  const job = { version, training, judging, current: await servingNow(router, current) };

  let entry: ModelEntry | undefined;
  let found: Candidate | undefined;
  const judgement = await trainer.train(
    job,
    async (candidate) => {
      found = candidate;
      if (candidate.checksum === current?.checksum) return;
      entry = entryOf(candidate, { version, startedAt, own: training.length });
      await turn.confirm();
      await router.stage("router", entry, candidate.bytes);
    },
    signal,
  );
  if (found === undefined) throw new Error("the training ended without a model");
  const made = madeOf(found, training.length, judging.length);
  await turn.confirm();
  if (entry === undefined) {
    await router.trained(startedAt, labels);
    await tell("retrained", `${made}: the same model as the one that serves`);
    return `trained: ${version} is the model that serves already`;
  }
  await conclude(router, { entry, bytes: found.bytes, judgement, against: current?.version });
  await router.trained(startedAt, labels);
  await tell("retrained", `${version}: ${made}`);
  await tell(judgement.promoted ? "promoted" : "lost", `${version} ${judgement.because}`);
  return `trained ${version}; it ${judgement.because}`;
}

interface Concluded {
  readonly entry: ModelEntry;
  readonly bytes: Uint8Array;
  readonly judgement: Judgement;
  /** The version it was judged against. */
  readonly against: string | undefined;
}

async function conclude(router: RouterBook, { entry, bytes, judgement, against }: Concluded): Promise<void> {
  const { promoted, because, figures } = judgement;
  const { current } = await router.shelf("router");
  if (current?.version !== against) {
    throw new RetryLater("another model was made to serve while this one was judged", 1_000, { free: true });
  }
  if (!promoted) return router.discard("router", because);
  await router.stage("router", { ...entry, because, figures: { ...entry.figures, ...figures } }, bytes);
  await router.promote("router", entry.version, because);
}

/** Undefined: the model the school came with serves, because nothing was promoted or its bytes are gone. */
async function servingNow(router: RouterBook, current: ModelEntry | undefined) {
  if (current === undefined) return undefined;
  const { version, checksum } = current;
  const bytes = await router.bytes("router", version);
  return bytes === undefined ? undefined : { version, checksum, bytes };
}

/** Names the moment, so that people see at a glance which is newer. */
function versionOf(at: number): string {
  return `r${new Date(at).toISOString().replace(/[-:.TZ]/g, "")}`;
}

function entryOf(
  { bytes, checksum, kind, rows, rowsHash, figures, tookMs }: Candidate,
  { version, startedAt, own }: { version: string; startedAt: number; own: number },
): ModelEntry {
  const measured = Object.entries(figures).filter(([, figure]) => Number.isFinite(figure));
  return {
    version,
    at: new Date(startedAt).toISOString(),
    checksum,
    bytes: bytes.byteLength,
    kind,
    rows,
    rowsHash,
    figures: { ...Object.fromEntries(measured), own_training_rows: own },
    because: "it is being judged",
    tookMs,
  };
}

function madeOf({ kind, rows, tookMs, figures }: Candidate, own: number, judging: number): string {
  const accuracy = figures["accuracy"];
  const said = accuracy === undefined ? "" : `, ${(accuracy * 100).toFixed(1)} % right on rows it had not seen`;
  return `${kind} from ${rows} rows (${own} of the school's own, ${judging} more held out) in ${(tookMs / 1_000).toFixed(1)} s${said}`;
}
