/** What the router has learned, in Redis. */
import type { Redis } from "ioredis";
import type { RouterBook } from "../routing-ports.ts";
import type { Keys } from "./keys.ts";

export function routerBook(_redis: Redis, _keys: Keys): RouterBook {
  throw new Error("being written");
}
