/** What has been read so far, newest first. Never writes. */
import type { Redis } from "ioredis";
import type { Keys } from "./keys.ts";

export interface SourceLine {
  readonly id: string;
  readonly state: string;
  readonly title: string;
  readonly address?: string;
  readonly because?: string;
  readonly read_at?: string;
  /** Ids of the improvements proposed from it. */
  readonly improvements: readonly string[];
  /** How many of them existed already. */
  readonly known: number;
}

export async function listSources(redis: Redis, keys: Keys, limit: number): Promise<SourceLine[]> {
  const ids = await redis.zrevrange(keys.sources, 0, limit - 1);
  const batch = redis.pipeline();
  for (const id of ids) batch.hgetall(keys.source(id));
  const replies = (await batch.exec()) ?? [];
  return replies.flatMap(([error, hash], i) => {
    if (error !== null) return [];
    const { state = "unknown", title = "", address, because, read_at: readAt, improvements, known } = hash as Hash;
    return [
      {
        id: ids[i] as string,
        state,
        title,
        ...(address === undefined ? {} : { address }),
        ...(because === undefined ? {} : { because }),
        ...(readAt === undefined ? {} : { read_at: readAt }),
        improvements: improvements === undefined ? [] : (JSON.parse(improvements) as string[]),
        known: Number(known ?? 0),
      },
    ];
  });
}
type Hash = Readonly<Record<string, string>>;
