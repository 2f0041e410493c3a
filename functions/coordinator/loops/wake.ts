/** Follows the stream of transitions and wakes the layers that have just got work, instead of waiting for KEDA's poll. */
import type { Redis } from "ioredis";
import { STATUSES } from "../../../shared/domain/lifecycle.ts";
import { nextTransitions, streamEnd } from "../../../shared/pipeline/event-stream.ts";
import { listenersOf, type StageName } from "../../../shared/stages.ts";
import type { School } from "../school.ts";
import { every, type Loop } from "./every.ts";

const BLOCK_MS = 5_000;

/** `connection` is this loop's own: it blocks. It is disconnected when the loop stops. */
export function startWake({ keys, log }: School, connection: Redis, wake: (stage: StageName) => void): Loop {
  let last: string | undefined;
  const loop = every("wake", log, 1_000, async () => {
    last ??= await streamEnd(connection, keys);
    const entries = await nextTransitions(connection, keys, last, BLOCK_MS);
    last = entries.at(-1)?.entry ?? last;
    const stages = new Set(
      entries.flatMap(({ to }) => {
        const status = STATUSES.find((one) => one === to);
        return status === undefined ? [] : listenersOf(status);
      }),
    );
    for (const stage of stages) wake(stage);
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
