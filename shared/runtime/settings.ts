/** Settings every function has. What only one stage needs is read in its own wiring. */
import * as z from "zod";
import { parseFreezeWindows } from "../domain/freeze-windows.ts";

const positive = (fallback: number) => z.coerce.number().int().positive().default(fallback);

export const RuntimeSettings = z.object({
  REDIS_URL: z.url({ protocol: /^rediss?$/, error: "must be redis://host:port or rediss://host:port" }),
  /** Goes before every key; a hash tag such as `{cortex}:` on Redis Cluster. */
  KEY_PREFIX: z.string().default(""),
  /** How events arrive: `list` pulls them from Redis, `http` answers CloudEvents that are posted. */
  SCHOOL_MODE: z.enum(["list", "http"], { error: "must be list or http" }).default("list"),
  LOG_LEVEL: z
    .string()
    .toLowerCase()
    .pipe(z.enum(["trace", "debug", "info", "warn", "error", "fatal"]))
    .default("info"),
  /** Port of the probes; 0 takes any free one. */
  PORT: z.coerce.number().int().min(0).max(65_535).default(8080),
  /** Seconds until a silent worker's event goes to somebody else; a heartbeat extends it at a third. */
  LEASE_SECONDS: positive(30),
  /** Events worked on at once; the registry's figure unless given. */
  PER_POD: z.coerce.number().int().positive().optional(),
  MAX_ATTEMPTS: positive(5),
  BREAKER_ROLLBACKS_PER_HOUR: positive(3),
  /** Minutes the breaker stays open after the last rollback that was one too many. */
  BREAKER_TIMEOUT: z.coerce.number().positive().default(60),
  /** Minutes after a rollback in which a person decides about changes of the same Application; 0: none. */
  ROLLBACK_COOLDOWN: z.coerce.number().min(0).default(30),
  COMMITS_PER_HOUR: positive(20),
  COMMITS_PER_DAY: positive(100),
  /** Times in which nothing is committed, joined by `;`. */
  FREEZE_WINDOWS: z
    .string()
    .default("")
    .transform((text, context) => {
      const windows = parseFreezeWindows(text);
      if (typeof windows !== "string") return windows;
      context.addIssue({ code: "custom", message: windows });
      return z.NEVER;
    }),
});
export type RuntimeSettings = z.infer<typeof RuntimeSettings>;
