/** How the record of one improvement stands, for entrances that judge an event before they let it in. */
import type { Redis } from "ioredis";
import { STATUSES, type Status } from "../domain/lifecycle.ts";
import type { Keys } from "./keys.ts";

/** `damage`: the key holds something that is no record, in words for the caller. */
export type Standing = { readonly status: Status | undefined } | { readonly damage: string };

/** Undefined status: there is no record. */
export async function standingOf(redis: Redis, keys: Keys, id: string): Promise<Standing> {
  const type = await redis.type(keys.record(id));
  if (type === "none") return { status: undefined };
  if (type !== "hash") return { damage: `the key of improvement ${id} holds a ${type}, not a record` };
  const status = await redis.hget(keys.record(id), "status");
  const known = STATUSES.find((one) => one === status);
  if (known === undefined) return { damage: `the record of improvement ${id} has no status; run school doctor` };
  return { status: known };
}
