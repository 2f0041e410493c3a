/**
 * Preloaded into a process: its wall clock is wrong by CHAOS_SKEW_MS, and its monotonic clock runs by the factor
 * CHAOS_DRIFT. Real timers stay as they are, as they do where NTP has lost a machine.
 */
const skew = Number(process.env.CHAOS_SKEW_MS ?? "0");
const drift = Number(process.env.CHAOS_DRIFT ?? "1");
const RealDate = Date;
const realNow = Date.now.bind(Date);
const realPerformance = performance.now.bind(performance);
const begun = realNow();
const now = () => Math.round(begun + skew + (realNow() - begun) * drift);

class SkewedDate extends RealDate {
  constructor(...given) {
    if (given.length === 0) super(now());
    else super(...given);
  }
}
SkewedDate.now = now;
globalThis.Date = SkewedDate;
performance.now = () => realPerformance() * drift;
