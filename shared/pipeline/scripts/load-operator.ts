/** What the coordinator runs beside the scripts of the functions: loops, decisions by people, doctor. */
import type { Redis } from "ioredis";
import { askRollbackScript, breakerOpenedScript } from "./breaker.ts";
import { claimFunctions } from "./claim.ts";
import { type Defined, definePipelineScripts } from "./define.ts";
import { indexScript, staleLockScript, strandedScript } from "./examine.ts";
import { feedbackScript } from "./feedback.ts";
import { legacyScript } from "./legacy.ts";
import { loadScripts, type Scripts } from "./load.ts";
import { lookAtWatchScript } from "./look-at-watch.ts";
import {
  decideScript,
  hurryScript,
  reapScript,
  redriveScript,
  reviveScript,
  timersScript,
  unlockScript,
} from "./operate.ts";
import { allowAgainScript, deferScript, endDeferralsScript } from "./put-off.ts";
import { requestIndexScript } from "./request-index.ts";

const scripts = {
  schoolTimers: timersScript,
  schoolReap: claimFunctions + reapScript,
  schoolDecide: decideScript,
  schoolRedrive: redriveScript,
  schoolRevive: reviveScript,
  schoolHurry: hurryScript,
  schoolUnlock: unlockScript,
  schoolIndex: indexScript,
  schoolStaleLock: staleLockScript,
  schoolStranded: strandedScript,
  schoolLegacy: legacyScript,
  schoolBreakerOpened: breakerOpenedScript,
  schoolAskRollback: askRollbackScript,
  schoolFeedback: feedbackScript,
  schoolRequestIndex: requestIndexScript,
  schoolLookAtWatch: lookAtWatchScript,
  schoolDefer: deferScript,
  schoolEndDeferrals: endDeferralsScript,
  schoolAllowAgain: allowAgainScript,
} as const;

export type OperatorScripts = Scripts & Defined<keyof typeof scripts>;

/** `prefix` goes before every key. */
export function loadOperatorScripts(redis: Redis, prefix: string): OperatorScripts {
  return { ...loadScripts(redis, prefix), ...definePipelineScripts(redis, prefix, scripts) };
}
