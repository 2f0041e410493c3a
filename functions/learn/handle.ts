/**
 * learn: keeps one row per improvement that came to an end, the raw material for statistics; one for forecasts of whether
 * changes hold, where the cluster has decided; another for the router to learn from; and puts it where `validate` and
 * `route` find what was tried before. When there is enough to learn from, the router is trained: by a notice of its own, so
 * that no outcome waits for it.
 */
import type { Improvement } from "../../shared/domain/improvement.ts";
import { type ForecastBook, keepForecastRow } from "../../shared/forecast/rows.ts";
import type { Outcomes } from "../../shared/ports.ts";
import { routingExperience, trainingRow } from "../../shared/routing/learning/training-row.ts";
import type { RoutingMemoryWriter } from "../../shared/routing-ports.ts";
import { RetryLater } from "../../shared/runtime/errors.ts";
import { type Observed, observed } from "../../shared/runtime/outcome.ts";
import type { Context, InputOf, Reached } from "../../shared/runtime/stage.ts";
import { outcomeRow } from "./outcome-row.ts";
import { type RetrainPorts, retrain } from "./retrain.ts";
import type { RetrainRule } from "./settings.ts";
import { type WatchPorts, watchRouter } from "./watch.ts";

export interface LearnPorts {
  readonly outcomes: Outcomes;
  /** Undefined: nobody foretells anything. */
  readonly forecasts?: Pick<ForecastBook, "keep"> | undefined;
  /** Undefined: there is no index. */
  readonly past?:
    | { keep(improvement: Improvement, when: { now: () => number; signal: AbortSignal }): Promise<void> }
    | undefined;
  /** Undefined: there is no index. */
  readonly memory?: RoutingMemoryWriter | undefined;
  /** Undefined: the router learns nothing here. */
  readonly routing?: RoutingPorts | undefined;
}

export interface RoutingPorts extends RetrainPorts, WatchPorts {
  readonly rule: RetrainRule;
}

type LearnContext = Pick<Context, "now"> & Partial<Pick<Context, "signal">>;

/** Far enough away that no pod is kept up for it. */
const INDEX_RETRY_MS = 180_000;
/** Who asks for a training waits this long before it is asked for again. */
const ASKED_MS = 600_000;

export async function learn(
  input: InputOf<"learn">,
  ports: LearnPorts,
  { now, signal = new AbortController().signal }: LearnContext,
): Promise<Observed> {
  const { routing } = ports;
  if ("notice" in input) {
    if (input.notice.about === "retrain" && routing !== undefined)
      return retrain(input.notice, routing, { now, signal });
    return observed(`nothing to learn from a notice about ${input.notice.about}`);
  }
  const { improvement, reached } = input;
  await ports.outcomes.append(outcomeRow(improvement, reached, now()));
  if (ports.forecasts !== undefined) await keepForecastRow(ports.forecasts, improvement, reached, now());
  const told = routing === undefined ? [] : await keepRoute(input, routing, now);
  const isIndexed = await keepInIndex(input, ports, { now, signal });
  return observed([`outcome ${reached} kept${isIndexed ? ", and indexed" : ""}`, ...told].join("; "));
}

/** What followed from it, in words. */
async function keepRoute(
  { improvement, reached }: Reached,
  routing: RoutingPorts,
  now: () => number,
): Promise<string[]> {
  const { router } = routing;
  if (improvement.expert === undefined && improvement.routing === undefined) return [];
  const row = trainingRow(improvement, reached);
  await router.keepRow(row);
  if (row.by === undefined) return [];
  const asked = await askForTraining(routing, now());
  return [...(asked ? ["a training of the router is asked for"] : []), ...(await watchRouter(routing, now()))];
}

async function askForTraining({ router, turns, rule }: RoutingPorts, now: number): Promise<boolean> {
  const { labels, at } = await router.sinceTraining();
  const isLongAgo = at !== undefined && labels > 0 && now - at >= rule.afterMs;
  if (labels < rule.labels && !isLongAgo) return false;
  const text = `${labels} labels are new or changed since the router was last trained`;
  return turns.ask({ by: "learn", text, trained: at ?? 0, labels }, ASKED_MS);
}

/** An index that is away, or refuses the key, must cost no outcome: this is tried for as long as it takes. */
async function keepInIndex(
  { improvement, reached }: Reached,
  { past, memory }: LearnPorts,
  { now, signal }: Required<LearnContext>,
): Promise<boolean> {
  const experience = memory === undefined ? undefined : routingExperience(improvement, reached);
  const kept = await Promise.allSettled([
    past?.keep(improvement, { now, signal }),
    experience === undefined ? undefined : memory?.keep(experience, signal),
  ]);
  signal.throwIfAborted();
  for (const one of kept) {
    if (one.status === "fulfilled") continue;
    const error: unknown = one.reason;
    const said = error instanceof Error ? error.message : String(error);
    throw new RetryLater(`the outcome is kept, but not indexed yet: ${said}`, INDEX_RETRY_MS, {
      cause: error,
      free: true,
    });
  }
  return past !== undefined || experience !== undefined;
}
