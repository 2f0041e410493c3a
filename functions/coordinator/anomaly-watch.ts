/** One round of the anomaly detection: a reading, a sample of the time since the last one, and what is to be said of it. */
import { alarmFacts, alarmText } from "../../shared/anomalies/alarms.ts";
import { breather } from "../../shared/anomalies/breather.ts";
import { type Reading, sampleBetween } from "../../shared/anomalies/sample.ts";
import { watcher } from "../../shared/anomalies/watcher.ts";
import { anomalyBook } from "../../shared/pipeline/anomaly-book.ts";
import { sendNotice } from "../../shared/pipeline/notices.ts";
import { stageReadings } from "../../shared/pipeline/stage-readings.ts";
import type { School } from "./school.ts";

/** Requests wait no longer than this while the usual is learned. */
const SLICE_MS = 10;
/** Two coordinators look at nearly the same moments: one sample of each interval is enough. */
const LEAST_GAP = 0.75;

export interface AnomalyWatch {
  /** Throws what Redis says; the next round then stands for the longer time. */
  round(): Promise<void>;
}

export function anomalyWatch(
  { redis, keys, log, wake }: Pick<School, "redis" | "keys" | "log" | "wake">,
  intervalMs: number,
): AnomalyWatch {
  const book = anomalyBook(redis, keys);
  const readings = stageReadings(redis, keys);
  const watch = watcher({ past: () => book.samples(), breathe: breather(SLICE_MS) });
  let before: Reading | undefined;
  return {
    async round() {
      const reading = await readings.read();
      const sample = before === undefined ? undefined : sampleBetween(before, reading, intervalMs);
      before = reading;
      await watch.prepare(reading.at);
      if (sample === undefined) return await book.keepState(watch.state());
      const known = await book.alarms();
      const looked = watch.look(sample, known);
      const { surprise, alarming } = looked ?? {};
      const judged = {
        ...sample,
        ...(surprise === undefined ? {} : { surprise: Number(surprise.toFixed(3)) }),
        ...(alarming === true ? { alarming } : {}),
      };
      // Whoever keeps the sample speaks.
      if (!(await book.keep(judged, intervalMs * LEAST_GAP))) return;
      await book.keepState(watch.state());
      if (looked === undefined) return;
      for (const telling of looked.tell) {
        const text = alarmText(telling);
        log.warn({ kind: telling.alarm.kind, what: telling.what }, text);
        await sendNotice(redis, keys, { about: "anomaly", text, facts: alarmFacts(telling) }, "coordinator");
        wake("notify");
      }
      // After the notices: rather told twice than not at all.
      await book.keepAlarms(looked.alarms);
    },
  };
}
