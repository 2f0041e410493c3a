/** Which version of the school this is, which others are at work beside it, and how far what they left is brought forward. */
import packageFile from "../../package.json" with { type: "json" };
import { EVENT_SCHEMA } from "../../shared/domain/schema/event.ts";
import { LAYOUT } from "../../shared/domain/schema/layout.ts";
import { RECORD_SCHEMA } from "../../shared/domain/schema/record.ts";
import { redisNow } from "../../shared/pipeline/services.ts";
import { buildsAlive } from "../../shared/pipeline/upgrade/builds-alive.ts";
import { readMeta } from "../../shared/pipeline/upgrade/meta.ts";
import { BUILD } from "../../shared/runtime/build-info.ts";
import type { School } from "./school.ts";

type Stored = Pick<School, "redis" | "keys">;

export async function aboutSchool({ redis, keys }: Stored) {
  const alive = await buildsAlive(redis, keys, await redisNow(redis));
  return {
    name: packageFile.name,
    version: packageFile.version,
    build: BUILD,
    reads: { record: RECORD_SCHEMA, event: EVENT_SCHEMA, layout: LAYOUT },
    running: alive.map(({ part, build, recordSchema, layout, workers }) => ({
      part,
      build,
      record: recordSchema,
      layout,
      workers,
    })),
    upgrade: await upgradeState({ redis, keys }),
  };
}
export type About = Awaited<ReturnType<typeof aboutSchool>>;

/** `state`: `done`, `running`, or `waiting` for programs of an older version, which `because` names. */
export async function upgradeState({ redis, keys }: Stored) {
  const { layout, records, sweep, swept, waitsFor } = await readMeta(redis, keys);
  const done = layout === LAYOUT && records === RECORD_SCHEMA;
  return {
    state: waitsFor !== undefined ? ("waiting" as const) : done ? ("done" as const) : ("running" as const),
    because: waitsFor ?? null,
    layout: { stored: layout, newest: LAYOUT },
    records: {
      /** All are at least of this version; null while that is not known. */
      atLeast: records ?? null,
      newest: RECORD_SCHEMA,
      looked: sweep?.looked ?? 0,
      migrated: sweep?.migrated ?? 0,
      /** Ids of the first ones that cannot be brought forward. */
      damaged: sweep?.damaged ?? swept?.damaged ?? [],
    },
  };
}
export type UpgradeState = Awaited<ReturnType<typeof upgradeState>>;
