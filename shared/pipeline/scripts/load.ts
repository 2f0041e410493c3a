/** The scripts that every function runs. What only the coordinator runs is in load-operator.ts. */
import type { Redis } from "ioredis";
import { admitScript, claimFunctions, claimScript } from "./claim.ts";
import { type Defined, definePipelineScripts } from "./define.ts";
import { admitRequestScript, gateScript, lockScript } from "./gate.ts";
import { migrateScript } from "./migrate.ts";
import { heartbeatScript, saveScript } from "./operate.ts";
import { outcomeScript } from "./outcome.ts";
import { settleScript } from "./settle.ts";

const scripts = {
  schoolClaim: claimFunctions + claimScript,
  schoolAdmit: admitScript,
  schoolSettle: claimFunctions + settleScript,
  schoolHeartbeat: heartbeatScript,
  schoolSave: saveScript,
  schoolMigrate: migrateScript,
  schoolGate: gateScript,
  schoolAdmitRequest: admitRequestScript,
  schoolLock: lockScript,
  schoolOutcome: outcomeScript,
} as const;

export type Scripts = Defined<keyof typeof scripts>;

/** `prefix` goes before every key. */
export function loadScripts(redis: Redis, prefix: string): Scripts {
  return definePipelineScripts(redis, prefix, scripts);
}
