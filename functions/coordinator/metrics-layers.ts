/** What is measured of layers that come and go: the founding platform's names. A layer is a group of stages. */
import type { Redis } from "ioredis";
import { COLD_BOUNDS } from "../../shared/pipeline/durations.ts";
import type { Keys } from "../../shared/pipeline/keys.ts";
import type { StageLoad } from "../../shared/pipeline/overview.ts";
import { workersAlive } from "../../shared/pipeline/presence.ts";
import { histogramOf } from "../../shared/routing/report/buckets.ts";
import { STAGES, type StageName, stageEntry } from "../../shared/stages.ts";
import type { Sink } from "./metrics.ts";
import { WAKE_OUTCOMES } from "./wake/outcomes.ts";

/** `now`: milliseconds since the epoch by Redis's clock. */
export async function collectLayers(
  { redis, keys, loads }: { redis: Redis; keys: Keys; loads: Readonly<Record<StageName, StageLoad>> },
  count: (field: string) => number,
  now: number,
  sink: Sink,
): Promise<void> {
  const alive = await workersAlive(redis, keys, now);
  sink.counter(
    "cortex_activator_cold_starts_total",
    "Processes of a function that started while none of it was alive",
    STAGES.map((stage) => [labels(stage), count(`cold:${stage}`)]),
  );
  sink.histogram(
    "cortex_activator_cold_start_seconds",
    "From the first event seen waiting for a cold function to the first look at its list by a new process",
    STAGES.map((stage) => {
      const sum = count(`cold_ms_sum:${stage}`) / 1_000;
      return [labels(stage), histogramOf(count, `cold_seconds:${stage}`, COLD_BOUNDS, sum)];
    }),
  );
  sink.counter(
    "cortex_activator_wakes_total",
    "What asking the Kubernetes API for a cold function came to; woken: it was scaled from 0 to 1",
    STAGES.flatMap((stage) =>
      WAKE_OUTCOMES.map((result) => [{ ...labels(stage), result }, count(`woke:${stage}:${result}`)] as const),
    ),
  );
  sink.gauge(
    "cortex_activator_pending_requests",
    "What KEDA scales a function by: events that wait, are worked on, or fall due within two minutes",
    STAGES.map((stage) => {
      const { waiting, inFlight, delayed } = loads[stage];
      return [labels(stage), waiting + inFlight + delayed];
    }),
  );
  sink.gauge(
    "cortex_activator_layer_up",
    "1 while a process of the function has given a sign of life in the last seconds; 0 at scale zero, too",
    STAGES.map((stage) => [labels(stage), alive[stage] > 0 ? 1 : 0]),
  );
  sink.gauge(
    "cortex_school_stage_workers",
    "Processes of a function that gave a sign of life in the last seconds",
    STAGES.map((stage) => [{ stage }, alive[stage]]),
  );
}

function labels(stage: StageName): Readonly<Record<string, string>> {
  return { layer: stageEntry(stage).layer, stage };
}
