/** Which arm of the router serves an improvement: sticky by its id, whatever process asks and however often. */
import { createHash } from "node:crypto";
import type { Arm } from "../routing-ports.ts";

/** 0..1, evenly spread. The salt keeps it apart from anything else that is divided by the id. */
export function bucketOf(improvement: string): number {
  return createHash("sha256").update(`router-arm:${improvement}`).digest().readUInt32BE(0) / 2 ** 32;
}

/** `share` (0..1) of all improvements is served by the learned arm; who is in stays in when the share grows. */
export function armOf(bucket: number, share: number): Arm {
  return bucket < share ? "learned" : "rules";
}
