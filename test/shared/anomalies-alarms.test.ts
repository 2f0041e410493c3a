import { describe, expect, test } from "vitest";
import {
  type Alarm,
  alarmText,
  type Memory,
  NO_MEMORY,
  nextStep,
  readAlarm,
  type Telling,
} from "../../shared/anomalies/alarms.ts";
import type { Judged, Standing } from "../../shared/anomalies/ensemble.ts";
import type { Sample } from "../../shared/anomalies/sample.ts";
import { watcher } from "../../shared/anomalies/watcher.ts";
import { quietWeek } from "../support/stage-samples.ts";

const MINUTE = 60_000;
const standing = (feature: string, by = 8): Standing => ({ feature, value: 50, usual: 2, by });
const judged = (surprise: number, ...features: readonly string[]): Judged => ({
  surprise,
  detectors: { nearest: surprise, autoencoder: surprise, "robust-z": surprise },
  standing: features.map((feature) => standing(feature)),
});

/** One sample a minute. */
function run(all: readonly Judged[]): { told: (Telling & { minute: number })[]; alarms: readonly Alarm[] } {
  let alarms: readonly Alarm[] = [];
  let memory: Memory = NO_MEMORY;
  const told: (Telling & { minute: number })[] = [];
  for (const [minute, one] of all.entries()) {
    const step = nextStep(one, minute * MINUTE, alarms, memory);
    ({ alarms, memory } = step);
    told.push(...step.tell.map((telling) => ({ ...telling, minute })));
  }
  return { told, alarms };
}
const calm = (count: number) => Array.from({ length: count }, () => judged(0.3));
const brief = (all: ReturnType<typeof run>["told"]) =>
  all.map(({ minute, what, alarm }) => `${minute} ${what} ${alarm.kind}`);

describe("alarms", () => {
  test.each<[string, readonly Judged[], readonly string[]]>([
    ["nothing unusual", calm(50), []],
    ["one very unusual sample", [...calm(3), judged(6, "age:plan"), ...calm(9)], ["3 began age", "8 over age"]],
    ["one that is a little unusual", [...calm(3), judged(3.5, "age:plan"), ...calm(9)], []],
    [
      "two such in a row",
      [judged(3.5, "age:plan"), judged(3.2, "age:plan"), ...calm(5)],
      ["1 began age", "6 over age"],
    ],
    ["it lasts: told once", Array.from({ length: 30 }, () => judged(6, "age:plan")), ["0 began age"]],
    [
      "it is over only when it has been calm for a while",
      [judged(6, "age:plan"), ...calm(4), judged(2, "age:plan"), ...calm(5)],
      ["0 began age", "10 over age"],
    ],
    [
      "again within the hour: not told again, nor that it is over",
      [judged(6, "age:plan"), ...calm(5), judged(6, "age:plan"), ...calm(5)],
      ["0 began age", "5 over age"],
    ],
    [
      "again after an hour",
      [judged(6, "age:plan"), ...calm(60), judged(6, "age:plan")],
      ["0 began age", "5 over age", "61 began age"],
    ],
    [
      "one trouble that shows in several measures",
      [judged(6, "age:plan", "retried:plan"), judged(6, "retried:plan"), judged(6, "waiting:plan", "age:plan")],
      ["0 began age"],
    ],
    ["two troubles", [judged(6, "age:plan"), judged(6, "tokens")], ["0 began age", "1 began tokens"]],
    ["no number by itself", [judged(6)], ["0 began mixture"]],
  ])("%s", (_name, all, wanted) => {
    expect(brief(run(all).told)).toEqual(wanted);
  });

  test("an open alarm keeps the worst of what was seen", () => {
    const { alarms } = run([judged(5, "age:plan"), judged(7, "age:plan", "tokens"), judged(6, "age:plan")]);
    expect(alarms).toMatchObject([{ kind: "age", state: "open", surprise: 7, since: 0, last: 2 * MINUTE }]);
    expect(alarms[0]?.standing).toHaveLength(2);
  });

  test("what was written down can be read again, and nothing else", () => {
    const { alarms } = run([judged(6, "age:plan")]);
    expect(readAlarm(JSON.stringify(alarms[0]))).toEqual(alarms[0]);
    for (const text of ["{", "null", "[]", '{"kind":"age"}', JSON.stringify({ ...alarms[0], standing: [{}] })])
      expect(readAlarm(text)).toBeUndefined();
  });

  test("no feature stands out: the text says so", () => {
    const { told } = run([judged(6)]);
    expect(told[0] === undefined ? "" : alarmText(told[0])).toMatch(
      /the stages together\. No single number stands out/,
    );
  });
});

describe("the watch", () => {
  const past = quietWeek({ seed: 6, minutes: 1_500 }).reverse();
  const newest = past[0] as Sample;
  const later = (minutes: number, values: Sample["values"] = newest.values): Sample => ({
    at: newest.at + minutes * MINUTE,
    span: MINUTE,
    values,
  });
  const watching = (samples: readonly Sample[]) => {
    const reads = { count: 0 };
    const watch = watcher({
      past: async () => {
        reads.count += 1;
        return samples;
      },
      breathe: () => undefined,
    });
    return { watch, reads };
  };

  test("it learns once, and again when two hours are over", async () => {
    const { watch, reads } = watching(past);
    await watch.prepare(newest.at);
    for (let minute = 1; minute <= 30; minute += 1) {
      watch.look(later(minute), []);
      await watch.prepare(newest.at + minute * MINUTE);
    }
    expect(reads.count).toBe(1);
    await watch.prepare(newest.at + 121 * MINUTE);
    expect(reads.count).toBe(2);
    expect(watch.state()).toMatchObject({ samples: 1_500, learnedBecause: "it was learned some time ago" });
  });

  test("with too little it says why, looks at nothing, and tries again when there is more", async () => {
    const { watch, reads } = watching(past.slice(0, 80));
    await watch.prepare(newest.at);
    expect(watch.look(later(1), [])).toBeUndefined();
    expect(watch.state().refusing).toMatch(/^not enough data: 80 of 200/);
    for (let minute = 2; minute < 25; minute += 1) watch.look(later(minute), []);
    await watch.prepare(newest.at + 25 * MINUTE);
    expect(reads.count).toBe(2);
  });

  test("what has changed for good is learned", async () => {
    const { watch, reads } = watching(past);
    await watch.prepare(newest.at);
    const slower = Object.fromEntries(
      Object.entries(newest.values).map(([name, value]) => [name, name.startsWith("duration:") ? value * 6 : value]),
    );
    for (let minute = 1; minute <= 61; minute += 1) watch.look(later(minute, slower), []);
    await watch.prepare(newest.at + 62 * MINUTE);
    expect(reads.count).toBe(2);
    expect(watch.state().learnedBecause).toBe("what is usual has changed");
  });
});
