/** What is measured of the watch over the stages' metrics. */
import { anomalies } from "./anomalies.ts";
import type { Sink } from "./metrics.ts";
import type { School } from "./school.ts";

export async function collectAnomalies(school: Pick<School, "redis" | "keys" | "settings">, sink: Sink): Promise<void> {
  const { samples, surprise, refusing, learnedAt, alarms } = await anomalies(school);
  sink.gauge("school_anomaly_samples", "Samples of the stages' metrics that are kept", [[{}, samples]]);
  sink.gauge("school_anomaly_ready", "1 while alarms are possible: enough was learned", [
    [{}, refusing === null && learnedAt !== null ? 1 : 0],
  ]);
  if (surprise !== null) {
    sink.gauge("school_anomaly_surprise", "-log10 of how often usual samples are like the newest", [[{}, surprise]]);
  }
  sink.gauge(
    "school_anomaly_alarm",
    "1 while an alarm of this kind is open",
    alarms.map(({ kind, state }) => [{ kind }, state === "open" ? 1 : 0]),
  );
}
