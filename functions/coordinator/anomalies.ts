/** What is known of anomalies: how far the watch is, and the last alarm of each kind. */
import { alarmText } from "../../shared/anomalies/alarms.ts";
import { anomalyBook } from "../../shared/pipeline/anomaly-book.ts";
import type { School } from "./school.ts";

export async function anomalies({ redis, keys, settings }: Pick<School, "redis" | "keys" | "settings">) {
  const book = anomalyBook(redis, keys);
  const [samples, newest, state, alarms] = await Promise.all([
    book.count(),
    book.newest(),
    book.state(),
    book.alarms(),
  ]);
  const refusing = settings.ANOMALY_INTERVAL === 0 ? "it is switched off" : (state?.refusing ?? null);
  return {
    intervalSeconds: settings.ANOMALY_INTERVAL,
    samples,
    newest: newest === undefined ? null : moment(newest.at),
    /** -log10 of the probability of the newest sample. */
    surprise: newest?.surprise ?? null,
    learned: {
      samples: state?.samples ?? 0,
      distinct: state?.distinct ?? 0,
      features: state?.features ?? 0,
      constant: state?.constant ?? 0,
    },
    learnedAt: state?.learnedAt === undefined ? null : moment(state.learnedAt),
    learnedBecause: state?.learnedBecause ?? null,
    refusing,
    alarms: alarms.map((alarm) => ({
      kind: alarm.kind,
      state: alarm.state,
      since: moment(alarm.since),
      last: moment(alarm.last),
      over: alarm.overAt === undefined ? null : moment(alarm.overAt),
      surprise: alarm.surprise,
      text: alarmText({ alarm, what: "began" }),
      standing: alarm.standing,
    })),
  };
}
export type Anomalies = Awaited<ReturnType<typeof anomalies>>;

function moment(at: number): string {
  return new Date(at).toISOString();
}
