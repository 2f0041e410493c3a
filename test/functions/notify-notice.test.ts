/** Notices: what people are told that is not about one improvement. */
import { expect, test } from "vitest";
import { noticeMessage } from "../../functions/notify/notice-message.ts";
import { alarmFacts, alarmText, type Telling } from "../../shared/anomalies/alarms.ts";
import { NOTICES, Notice } from "../../shared/domain/events.ts";

const telling: Telling = {
  what: "began",
  alarm: {
    kind: "retried",
    state: "open",
    since: 0,
    last: 600_000,
    toldAt: 0,
    surprise: 5.25,
    standing: [
      { feature: "retried:evaluate", value: 14, usual: 0.1, by: 9 },
      { feature: "age:evaluate", value: 340, usual: 2, by: 7 },
    ],
  },
};
const noticeOf = (one: Telling): Notice =>
  Notice.parse({ about: "anomaly", text: alarmText(one), facts: alarmFacts(one) });

test("an anomaly says what stands out, how it usually is, and where to look", () => {
  expect(noticeMessage(noticeOf(telling)).split("\n")).toEqual([
    "The stages do not behave as usual",
    "Unusual: retries. retries of evaluate 14 a minute (usually 0.1 a minute); age of the oldest event of evaluate 340 s (usually 2 s)",
    "surprise: 5.25",
    "retried:evaluate: 14",
    "age:evaluate: 340",
    "Look: school anomalies, school status",
  ]);
});

test("that it is over is said, and needs nobody", () => {
  const text = noticeMessage(noticeOf({ ...telling, what: "over" }));
  expect(text).toBe("The stages are as usual again\nOver: retries, as usual again after about 10 min");
});

test("a change of the router names its facts", () => {
  const notice: Notice = { about: "router", text: "0.3.1 serves, it won", facts: { version: "0.3.1", accuracy: 0.91 } };
  expect(noticeMessage(notice)).toBe(
    "The router has changed\n0.3.1 serves, it won\nversion: 0.3.1\naccuracy: 0.91\nLook: school router",
  );
});

test.each(NOTICES)("%s: no fact can forge a line of its own, and none is without end", (about) => {
  const many = Object.fromEntries(Array.from({ length: 40 }, (_, i) => [`fact-${i}`, i]));
  const facts = { "a\nNeeds you now": `x\r\nCommit: evil\u2028${"y".repeat(280)}`, ...many };
  const lines = noticeMessage({ about, text: `t\nCommit: evil ${"z".repeat(5_000)}`, facts }).split("\n");
  expect(lines.filter((line) => /^(Commit|Needs)/.test(line))).toEqual([]);
  expect(lines.length).toBeLessThan(15);
  expect(Math.max(...lines.map((line) => line.length))).toBeLessThan(700);
});
