/** What is measured of versions: which builds run, and how far records and keys are on their way to the newest form. */
import type { Redis } from "ioredis";
import { LAYOUT } from "../../shared/domain/schema/layout.ts";
import { RECORD_SCHEMA } from "../../shared/domain/schema/record.ts";
import type { Keys } from "../../shared/pipeline/keys.ts";
import { buildsAlive } from "../../shared/pipeline/upgrade/builds-alive.ts";
import { STAGES } from "../../shared/stages.ts";
import { upgradeState } from "./about.ts";
import type { Sink } from "./metrics.ts";

/** `now`: milliseconds since the epoch by Redis's clock. */
export async function collectUpgrade(
  { redis, keys }: { redis: Redis; keys: Keys },
  count: (field: string) => number,
  now: number,
  sink: Sink,
): Promise<void> {
  const [alive, { state, layout, records }] = await Promise.all([
    buildsAlive(redis, keys, now),
    upgradeState({ redis, keys }),
  ]);
  sink.gauge(
    "cortex_build_info",
    "Processes that gave a sign of life in the last seconds, by part and by the build they run",
    alive.map(({ part, build, recordSchema, workers }) => {
      const [version = ""] = build.split("+", 1);
      return [{ part, version, build, record_schema: String(recordSchema) }, workers];
    }),
  );
  sink.gauge("cortex_school_upgrade_done", "1 when keys and records are in the newest form", [
    [{}, state === "done" ? 1 : 0],
  ]);
  sink.gauge(
    "cortex_school_schema_version",
    "Versions of what is stored: what all of it has at least, and the newest",
    [
      [{ of: "records", which: "stored" }, records.atLeast ?? 1],
      [{ of: "records", which: "newest" }, RECORD_SCHEMA],
      [{ of: "layout", which: "stored" }, layout.stored],
      [{ of: "layout", which: "newest" }, LAYOUT],
    ],
  );
  sink.counter("cortex_school_records_migrated_total", "Records brought to a newer form", [[{}, count("migrated")]]);
  sink.counter(
    "cortex_school_stage_newer_total",
    "Events given back because a newer version of the school wrote their records",
    STAGES.map((stage) => [{ stage }, count(`newer:${stage}`)]),
  );
}
