/** Scripts are defined by those who run them: a function's start need not carry what only the coordinator runs. */
import type { Redis } from "ioredis";
import { prelude } from "./prelude.ts";

type Argument = string | number;
/** One method per script: the arguments after the prefix, flat. */
export type Defined<Name extends string> = Readonly<Record<Name, (...args: Argument[]) => Promise<unknown>>>;

/**
 * Registers scripts on one client; EVALSHA with automatic reload after SCRIPT FLUSH or a restart. `prefix` is the first
 * argument of each; the keys are built from it inside.
 */
export function defineScripts<Name extends string>(
  redis: Redis,
  prefix: string,
  scripts: Readonly<Record<Name, string>>,
): Defined<Name> {
  const bound: Partial<Record<Name, (...args: Argument[]) => Promise<unknown>>> = {};
  for (const [name, lua] of Object.entries(scripts) as [Name, string][]) {
    redis.defineCommand(name, { numberOfKeys: 0, lua });
    const command = (redis as unknown as Record<string, (...args: Argument[]) => Promise<unknown>>)[name];
    if (command === undefined) throw new Error(`ioredis did not define ${name}`);
    bound[name] = (...args) => command.call(redis, prefix, ...args);
  }
  return bound as Defined<Name>;
}

/** The same for scripts that stand on the prelude. */
export function definePipelineScripts<Name extends string>(
  redis: Redis,
  prefix: string,
  scripts: Readonly<Record<Name, string>>,
): Defined<Name> {
  const entries = Object.entries(scripts) as [Name, string][];
  const whole = Object.fromEntries(entries.map(([name, body]) => [name, prelude + body])) as Record<Name, string>;
  return defineScripts(redis, prefix, whole);
}
