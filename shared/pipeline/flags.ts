/**
 * Operator flags. Restricting ones (`auto_approve_none`, `freeze`, `manual_rollback`, `pause_sources`) are honoured in any form, also as the founding bare
 * key. Permissive ones count only when complete (value, author, reason, expiry in the future); otherwise they are
 * ignored and named in `warnings`.
 */
import type { Redis } from "ioredis";
import * as z from "zod";
import type { Keys } from "./keys.ts";

export const RESTRICTING = ["auto_approve_none", "freeze", "manual_rollback", "pause_sources"] as const;
export const PERMISSIVE = ["auto_approve_all", "auto_approve_integrations", "auto_approve_security"] as const;
export const FLAGS = [...RESTRICTING, ...PERMISSIVE] as const;
export type FlagName = (typeof FLAGS)[number];

export const Flag = z.object({
  value: z.boolean(),
  author: z.string().trim().min(1),
  reason: z.string().trim().min(1),
  /** Milliseconds since the epoch; a restricting flag may go without. */
  expires_at: z.number().optional(),
});
export type Flag = z.infer<typeof Flag>;

export interface FlagState {
  /** Flags in force now. */
  readonly on: ReadonlySet<FlagName>;
  readonly details: Readonly<Partial<Record<FlagName, Flag>>>;
  readonly warnings: readonly string[];
}

export async function readFlags(redis: Redis, keys: Keys, now: number): Promise<FlagState> {
  const stored = await redis.hgetall(keys.flags);
  const on = new Set<FlagName>();
  const details: Partial<Record<FlagName, Flag>> = {};
  const warnings: string[] = [];
  for (const name of FLAGS) {
    const bare = await bareKey(redis, `${keys.prefix}${name}`);
    const raw = stored[name];
    const flag = raw === undefined ? undefined : parse(raw);
    if (flag !== undefined) details[name] = flag;
    if ((RESTRICTING as readonly string[]).includes(name)) {
      if (
        isTruthy(bare) ||
        (raw !== undefined && (flag === undefined ? isTruthy(raw) : flag.value && !isOver(flag, now)))
      )
        on.add(name);
      continue;
    }
    if (isTruthy(bare))
      warnings.push(
        `the bare key ${name} is ignored: set it with an author, a reason and an expiry (school flags set)`,
      );
    if (raw === undefined) continue;
    if (flag === undefined || flag.expires_at === undefined)
      warnings.push(`flag ${name} is incomplete and ignored: it needs author, reason and expiry`);
    else if (flag.value && !isOver(flag, now)) on.add(name);
  }
  return { on, details, warnings };
}

/** Sets or (null) clears a flag. A permissive flag without an expiry is refused. */
export async function writeFlag(redis: Redis, keys: Keys, name: FlagName, flag: Flag | null): Promise<void> {
  if (flag === null) {
    await redis.hdel(keys.flags, name);
    return;
  }
  const permissive = (PERMISSIVE as readonly string[]).includes(name);
  if (permissive && flag.expires_at === undefined) throw new Error(`${name} needs an expiry`);
  await redis.hset(keys.flags, name, JSON.stringify(Flag.parse(flag)));
}

/** The founding platform set flags as bare string keys; any other type under that name counts as set. */
async function bareKey(redis: Redis, key: string): Promise<string | undefined> {
  const type = await redis.type(key);
  if (type === "none") return undefined;
  return type === "string" ? ((await redis.get(key)) ?? undefined) : "true";
}

function isTruthy(value: string | undefined): boolean {
  return value !== undefined && !["", "0", "false"].includes(value.toLowerCase());
}

function parse(raw: string): Flag | undefined {
  try {
    return Flag.safeParse(JSON.parse(raw)).data;
  } catch {
    // Not JSON: the caller treats a restricting flag as set and a permissive one as incomplete.
    return undefined;
  }
}

function isOver(flag: Flag, now: number): boolean {
  return flag.expires_at !== undefined && flag.expires_at <= now;
}
