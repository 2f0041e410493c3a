/** Registers all scripts on one ioredis client; EVALSHA with automatic reload after SCRIPT FLUSH or a restart. */
import type { Redis } from "ioredis";
import { admitScript, claimFunctions, claimScript } from "./claim.ts";
import { indexScript, staleLockScript, strandedScript } from "./examine.ts";
import { importElementScript, importHistoryScript } from "./import.ts";
import { deliveredScript, deliveryFunctions, injectScript } from "./inject.ts";
import { legacyScript } from "./legacy.ts";
import {
  decideScript,
  gateScript,
  heartbeatScript,
  reapScript,
  redriveScript,
  reviveScript,
  saveScript,
  timersScript,
  unlockScript,
} from "./operate.ts";
import { prelude } from "./prelude.ts";
import { settleScript } from "./settle.ts";

const scripts = {
  schoolClaim: claimFunctions + claimScript,
  schoolAdmit: admitScript,
  schoolSettle: claimFunctions + settleScript,
  schoolInject: claimFunctions + deliveryFunctions + injectScript,
  schoolDelivered: deliveryFunctions + deliveredScript,
  schoolHeartbeat: heartbeatScript,
  schoolSave: saveScript,
  schoolGate: gateScript,
  schoolTimers: timersScript,
  schoolReap: claimFunctions + reapScript,
  schoolDecide: decideScript,
  schoolRedrive: redriveScript,
  schoolRevive: reviveScript,
  schoolUnlock: unlockScript,
  schoolIndex: indexScript,
  schoolStaleLock: staleLockScript,
  schoolStranded: strandedScript,
  schoolLegacy: legacyScript,
  schoolImportElement: importElementScript,
  schoolImportHistory: importHistoryScript,
} as const;

type Argument = string | number;
/** One method per script: the arguments after the prefix, flat. */
export type Scripts = { readonly [Name in keyof typeof scripts]: (...args: Argument[]) => Promise<unknown> };

/** `prefix` is the first argument of every script; the keys are built from it inside. */
export function loadScripts(redis: Redis, prefix: string): Scripts {
  const bound: Partial<Record<keyof typeof scripts, (...args: Argument[]) => Promise<unknown>>> = {};
  for (const [name, body] of Object.entries(scripts) as [keyof typeof scripts, string][]) {
    redis.defineCommand(name, { numberOfKeys: 0, lua: prelude + body });
    const command = (redis as unknown as Record<string, (...args: Argument[]) => Promise<unknown>>)[name];
    if (command === undefined) throw new Error(`ioredis did not define ${name}`);
    bound[name] = (...args) => command.call(redis, prefix, ...args);
  }
  return bound as Scripts;
}
