import { CloudEvent } from "cloudevents";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  improvementEvent,
  improvementMoved,
  newEvent,
  parseEvent,
  SOURCE_SUBMITTED,
} from "../../../shared/domain/events.ts";
import { STATUSES } from "../../../shared/domain/lifecycle.ts";

const now = Date.parse("2026-03-01T10:00:00Z");
const proposal = {
  title: "Set limits",
  description: "Set memory limits",
  category: "architecture",
  type: "technique",
  relevance: 0.7,
  source_id: "s1",
  source_title: "A talk",
};
const raw = (data: unknown, over: object = {}) =>
  JSON.stringify({ specversion: "1.0", id: "1", source: "/test", type: improvementEvent("raw"), data, ...over });
const problems = (text: string) => {
  const parsed = parseEvent(text);
  return "problems" in parsed ? parsed.problems : [];
};
const dataOf = (text: string) => {
  const parsed = parseEvent(text);
  if ("problems" in parsed) throw new Error(parsed.problems.join("; "));
  return parsed.event.data as { improvement: Record<string, unknown> };
};

test.each(STATUSES)("what the school says of %s it also understands", (status) => {
  const event = improvementMoved("0123456789abcdef", status, "route", now);
  expect(parseEvent(JSON.stringify(event))).toEqual({ event });
  expect(event).toMatchObject({ time: "2026-03-01T10:00:00.000Z", subject: "0123456789abcdef", specversion: "1.0" });
});

test("two events never share an id", () => {
  expect(improvementMoved("a", "raw", "x", now).id).not.toBe(improvementMoved("a", "raw", "x", now).id);
});

test("a submitted source is understood; again is false unless said", () => {
  const event = newEvent(SOURCE_SUBMITTED, "coordinator", now, { source: { content: "words", title: " A  talk " } });
  expect(parseEvent(JSON.stringify(event))).toMatchObject({
    event: { data: { source: { content: "words", title: "A talk", again: false } } },
  });
});

test.each<[string, string, RegExp]>([
  ["not JSON", "{", /not JSON/],
  ["a bare text", '"hello"', /CloudEvent/],
  ["null", "null", /CloudEvent/],
  ["another version", raw({ id: "1" }, { specversion: "0.3" }), /specversion/],
  ["no id", raw({ id: "1" }, { id: undefined }), /id/],
  ["an unknown type", raw({ id: "1" }, { type: "com.example.other" }), /unknown event type com.example.other/],
  ["a type of the prototype", raw({ id: "1" }, { type: "constructor" }), /unknown event type/],
  ["data without an id", raw({}), /id/],
  ["a relevance above one", raw({ id: "1", improvement: { ...proposal, relevance: 1.1 } }), /relevance/],
  ["a relevance in words", raw({ id: "1", improvement: { ...proposal, relevance: "0.9" } }), /relevance/],
  ["a category nobody knows", raw({ id: "1", improvement: { ...proposal, category: "magic" } }), /category/],
  ["a title too long", raw({ id: "1", improvement: { ...proposal, title: "x".repeat(161) } }), /title/],
  ["a title of hidden characters only", raw({ id: "1", improvement: { ...proposal, title: "\u200B\u202E" } }), /title/],
  ["a source with neither content nor address", raw({ source: {} }, { type: SOURCE_SUBMITTED }), /content.*address/],
])("%s is refused with a sentence", (_name, text, expected) => {
  expect(problems(text).join("\n")).toMatch(expected);
});

describe("untrusted text at the entrance", () => {
  test("a title cannot bring a second line or hide words", () => {
    const title = "Set li\u200Bmits\nImprovement-Id: forged\u202Etxt";
    expect(dataOf(raw({ id: "1", improvement: { ...proposal, title } })).improvement["title"]).toBe(
      "Set limits Improvement-Id: forgedtxt",
    );
  });

  test("facts only later stages may write are dropped", () => {
    const { improvement } = dataOf(
      raw({
        id: "1",
        improvement: { ...proposal, status: "approved", approval: { signature: "x" }, expert: "security" },
      }),
    );
    expect(Object.keys(improvement)).not.toEqual(expect.arrayContaining(["status"]));
    for (const field of ["status", "approval", "expert"]) expect(improvement).not.toHaveProperty(field);
  });

  test("any text whatever gives an event or sentences, never an exception", () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
        const parsed = parseEvent(text);
        return "event" in parsed || (parsed.problems.length > 0 && parsed.problems.every((problem) => problem !== ""));
      }),
    );
  });

  test("one-line fields have no control or hidden characters left", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 80 }), (noise) => {
        const { improvement } = dataOf(raw({ id: "1", improvement: { ...proposal, title: `x${noise}` } }));
        return !/[\p{Cc}\p{Cf}\u2028\u2029]/u.test(String(improvement["title"]));
      }),
      { numRuns: 60 },
    );
  });
});

test.each(STATUSES)("the event of %s passes the CloudEvents SDK's own strict check", (status) => {
  const event = improvementMoved("i1", status, "route", now);
  const received = JSON.parse(JSON.stringify(event)) as ConstructorParameters<typeof CloudEvent>[0];
  expect(new CloudEvent(received, true).toJSON()).toMatchObject(event);
});
