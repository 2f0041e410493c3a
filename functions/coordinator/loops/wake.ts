/**
 * Finds layers that have got work and have nobody for it, instead of leaving them to KEDA's poll. Two ways: the stream of
 * transitions says at once which stages a settle has just given something; and all lists are looked at twice a second,
 * for what no transition tells of: what strangers push, whoever waited for a lock, notices, retries that fell due.
 */
import type { Redis } from "ioredis";
import { STATUSES } from "../../../shared/domain/lifecycle.ts";
import { nextTransitions, streamEnd } from "../../../shared/pipeline/event-stream.ts";
import { listenersOf, STAGES } from "../../../shared/stages.ts";
import type { School } from "../school.ts";
import type { Lookout } from "../wake/lookout.ts";
import { every, type Loop } from "./every.ts";

const BLOCK_MS = 5_000;
/** Shorter than a cold start, so that it does not count; thirteen lengths a look are nothing to Redis. */
const LOOK_MS = 500;

/** Looks at all lists. Also where nothing is woken: the time of a cold start begins when its first event is seen. */
export function startLookout({ log }: Pick<School, "log">, { now }: Lookout): Loop {
  return every("lookout", log, 1_000, async () => {
    await now(STAGES);
    return LOOK_MS;
  });
}

/** Follows the transitions. `connection` is this loop's own: it blocks. It is disconnected when the loop stops. */
export function startWake({ keys, log }: Pick<School, "keys" | "log">, connection: Redis, { soon }: Lookout): Loop {
  let last: string | undefined;
  const loop = every("wake", log, 1_000, async () => {
    last ??= await streamEnd(connection, keys);
    const entries = await nextTransitions(connection, keys, last, BLOCK_MS);
    last = entries.at(-1)?.entry ?? last;
    const reached = new Set(entries.map(({ to }) => to));
    soon(...STATUSES.filter((status) => reached.has(status)).flatMap(listenersOf));
    return 0;
  });
  return {
    async stop() {
      const stopped = loop.stop();
      connection.disconnect();
      await stopped;
    },
  };
}
