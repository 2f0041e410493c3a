/** Samples the stages' metrics at intervals and says when they are not as usual. */
import type { School } from "../school.ts";
import { every, type Loop } from "./every.ts";

/** The detectors are loaded by the first round, which is none of the first things a coordinator does. */
export function startAnomalies(school: Pick<School, "redis" | "keys" | "log" | "wake">, intervalMs: number): Loop {
  let opening: Promise<{ round(): Promise<void> }> | undefined;
  return every("anomalies", school.log, intervalMs, async () => {
    opening ??= import("../anomaly-watch.ts").then(({ anomalyWatch }) => anomalyWatch(school, intervalMs));
    await (await opening).round();
    return intervalMs;
  });
}
