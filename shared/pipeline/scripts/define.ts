/** Scripts that only the coordinator runs are defined where they are used; a function's start need not carry them. */
import type { Redis } from "ioredis";

type Argument = string | number;

/**
 * Registers scripts on one client; EVALSHA with automatic reload after SCRIPT FLUSH or a restart. `prefix` is the first
 * argument of each; the keys are built from it inside.
 */
export function defineScripts<Name extends string>(
  redis: Redis,
  prefix: string,
  scripts: Readonly<Record<Name, string>>,
): Readonly<Record<Name, (...args: Argument[]) => Promise<unknown>>> {
  const bound: Partial<Record<Name, (...args: Argument[]) => Promise<unknown>>> = {};
  for (const [name, lua] of Object.entries(scripts) as [Name, string][]) {
    redis.defineCommand(name, { numberOfKeys: 0, lua });
    const command = (redis as unknown as Record<string, (...args: Argument[]) => Promise<unknown>>)[name];
    if (command === undefined) throw new Error(`ioredis did not define ${name}`);
    bound[name] = (...args) => command.call(redis, prefix, ...args);
  }
  return bound as Readonly<Record<Name, (...args: Argument[]) => Promise<unknown>>>;
}
