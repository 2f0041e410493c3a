/** Brings keys and records to the newest form after an upgrade, and says that this coordinator is alive, and of which build. */
import { NewerLayout } from "../../../shared/domain/schema/layout.ts";
import { redisNow } from "../../../shared/pipeline/services.ts";
import { coordinatorLeaves, signCoordinator } from "../../../shared/pipeline/upgrade/builds-alive.ts";
import { upgradeRound } from "../../../shared/pipeline/upgrade/upgrade.ts";
import type { School } from "../school.ts";
import { every, type Loop } from "./every.ts";

const LOOK_MS = 5_000;
/** Between two batches: others get their turn at Redis. */
const PAUSE_MS = 20;

/** `tooOld`: a newer coordinator moved the keys on; this one must end. */
export function startUpgrade(
  { redis, keys, scripts, log }: Pick<School, "redis" | "keys" | "scripts" | "log">,
  name: string,
  tooOld: (why: NewerLayout) => void,
): Loop {
  const stopping = new AbortController();
  let last: string | undefined;
  let trusts = false;
  const loop = every("upgrade", log, LOOK_MS, async () => {
    const now = await redisNow(redis);
    await signCoordinator(redis, keys, name, now);
    try {
      const round = await upgradeRound({ redis, keys, scripts, name, now, signal: stopping.signal, trusts });
      trusts ||= round === "done";
      if (round === "done" && last !== undefined && last !== "done") log.info("all records are in the newest form");
      last = round;
      return round === "more" ? PAUSE_MS : LOOK_MS;
    } catch (error) {
      if (!(error instanceof NewerLayout)) throw error;
      tooOld(error);
      return LOOK_MS;
    }
  });
  return {
    async stop() {
      stopping.abort();
      await loop.stop();
      // Who goes without a word is forgotten a little later.
      if (redis.status === "ready") await coordinatorLeaves(redis, keys, name).catch(() => undefined);
    },
  };
}
