/** The checks as one repository wants them: its limits, its queries, what it has switched off. */
import type { CheckSetting, CheckSettings } from "../domain/check-settings.ts";
import type { CheckLimits } from "../domain/health.ts";
import { allChecks } from "./all.ts";
import { type Check, notApplicable } from "./check.ts";
import { queryCheck } from "./own-query.ts";
import { intervalWithin, NO_LIMIT, type Schedule } from "./schedule.ts";

/** Without settings, and with ones that cannot be followed, every check as it is by itself. */
export function checksFor(settings: CheckSettings | undefined): readonly Check[] {
  const { checks = {}, queries = [] } = settings ?? {};
  return [
    ...allChecks.map((check) => configured(check, checks[check.name])),
    ...queries.map((own) => configured(queryCheck(own), own)),
  ];
}

/** Said with every verdict when the repository's own settings could not be followed; "" otherwise. */
export function settingsRemark(settings: CheckSettings | undefined): string {
  return settings?.problem === undefined ? "" : ` (by the checks' own settings, because ${settings.problem})`;
}

function configured(check: Check, setting: CheckSetting | undefined): Check {
  if (setting === undefined) return check;
  const limits = (schedule: Schedule) => limitsWith(check.limits(schedule), setting, schedule);
  if (setting.off === true) {
    const because = `switched off by the repository: ${setting.reason ?? "no reason is given"}`;
    return { ...check, limits, look: async () => notApplicable(because) };
  }
  return { ...check, limits, ...(setting.dryRun === true ? { dryRun: true } : {}) };
}

/** A short verification shrinks delays and intervals, so that the limits still mean something. */
export function limitsWith(limits: CheckLimits, setting: CheckSetting, schedule: Schedule): CheckLimits {
  const { count, consecutiveSuccess } = setting;
  const intervalMs = intervalWithin(schedule, setting.intervalMs ?? limits.intervalMs);
  const scaled = Math.max(1, Math.ceil((limits.inconclusiveLimit * limits.intervalMs) / intervalMs));
  return {
    failureLimit: setting.failureLimit ?? limits.failureLimit,
    inconclusiveLimit: setting.inconclusiveLimit ?? (limits.inconclusiveLimit === NO_LIMIT ? NO_LIMIT : scaled),
    consecutiveErrorLimit: setting.consecutiveErrorLimit ?? limits.consecutiveErrorLimit,
    initialDelayMs: Math.min(setting.initialDelayMs ?? limits.initialDelayMs, Math.floor(schedule.durationMs / 2)),
    intervalMs,
    minSuccessful: Math.min(limits.minSuccessful, count ?? limits.minSuccessful),
    // Looks may come a little early or late, so a row of them spans half an interval less at worst.
    steadyMs:
      count === undefined ? limits.steadyMs : Math.min(limits.steadyMs, Math.max(0, (count - 1.5) * intervalMs)),
    ...(count === undefined ? {} : { count }),
    ...(consecutiveSuccess === undefined ? {} : { consecutiveSuccess }),
  };
}
