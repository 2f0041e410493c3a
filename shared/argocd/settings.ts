/** How long and how often a sync is waited for; what `sync` and `rollback` read from the environment. */
import * as z from "zod";

const seconds = (fallback: number) => z.coerce.number().positive().default(fallback);

export const syncSettings = {
  /** Seconds between two looks at the Application. */
  SYNC_INTERVAL: seconds(10),
  /** Seconds after which a commit that is not live is left to a person. */
  SYNC_TIMEOUT: seconds(600),
};
const schema = z.object(syncSettings);

export interface SyncTiming {
  readonly intervalMs: number;
  readonly timeoutMs: number;
}

export function syncTiming({ SYNC_INTERVAL, SYNC_TIMEOUT }: z.infer<typeof schema>): SyncTiming {
  return { intervalMs: SYNC_INTERVAL * 1_000, timeoutMs: SYNC_TIMEOUT * 1_000 };
}
