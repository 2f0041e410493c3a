import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseEvent } from "../../../../shared/domain/events.ts";
import type { Improvement } from "../../../../shared/domain/improvement.ts";
import { decodeImprovement, encodePatch } from "../../../../shared/domain/improvement-fields.ts";
import { STATUSES } from "../../../../shared/domain/lifecycle.ts";
import { eventOfRecord } from "../../../../shared/domain/platform-records.ts";
import { broughtForward, NewerSchema, newest, type Step } from "../../../../shared/domain/schema/chain.ts";
import { DATA_SCHEMA, EVENT_SCHEMA, EVENT_STEPS, newerThanRead } from "../../../../shared/domain/schema/event.ts";
import {
  changesBetween,
  type Fields,
  RECORD_SCHEMA,
  recordForward,
  recordSchemaOf,
} from "../../../../shared/domain/schema/record.ts";
import { RECORD_STEPS } from "../../../../shared/domain/schema/record-steps.ts";

/** What earlier versions of the school wrote, as it lay in their Redis: `<record version>-<what that school was known for>.json`. */
const GOLDEN = path.join(import.meta.dirname, "golden");
interface Golden {
  readonly records: readonly Fields[];
  readonly events: readonly { readonly list: string; readonly event: string }[];
}
const golden = readdirSync(GOLDEN).map((file) => ({
  file,
  version: Number(/^(\d+)-/.exec(file)?.[1]),
  ...(JSON.parse(readFileSync(path.join(GOLDEN, file), "utf8")) as Golden),
}));

describe("the steps of a record", () => {
  test("lead from version to version without a gap, the last to today's", () => {
    expect(RECORD_STEPS.map(({ to }) => to)).toEqual(RECORD_STEPS.map((_, i) => i + 2));
    expect(newest(RECORD_STEPS)).toBe(RECORD_SCHEMA);
  });

  test("every version but today's has a golden record", () => {
    const versions = new Set(golden.map(({ version }) => version));
    for (const { to } of RECORD_STEPS) expect(versions, `a record of version ${to - 1}`).toContain(to - 1);
  });

  // Old and damaged and foreign: whatever text stands in whatever field.
  const record = fc.dictionary(fc.stringMatching(/^[a-z_]{1,12}$/), fc.string(), { maxKeys: 8 }).map((fields) => {
    const { schema_version: _, ...rest } = fields;
    return { ...rest, id: "a", status: "raw" };
  });

  test("keep what they do not know, and change nothing they were not told to", () => {
    fc.assert(
      fc.property(record, (old) => {
        const forward = recordForward(old);
        expect(forward).toMatchObject(old);
        expect(recordSchemaOf(forward)).toBe(RECORD_SCHEMA);
      }),
    );
  });

  test("are pure, and a record in today's form stays the very same", () => {
    fc.assert(
      fc.property(record, (old) => {
        const before = structuredClone(old);
        const once = recordForward(Object.freeze(old));
        expect(old).toEqual(before);
        expect(recordForward(once)).toBe(once);
        expect(changesBetween(once, recordForward(once))).toBeUndefined();
      }),
    );
  });

  test("what they change, written over the old record, is the new one", () => {
    const renames: readonly Step<Fields>[] = [
      ...RECORD_STEPS,
      {
        to: RECORD_SCHEMA + 1,
        says: "a field has another name",
        migrate: ({ title = "", ...rest }) => ({ ...rest, name: title }),
      },
    ];
    fc.assert(
      fc.property(record, (old) => {
        const forward = recordForward(old, renames);
        const { set, remove } = changesBetween(old, forward) ?? { set: {}, remove: [] };
        const written = Object.fromEntries(
          Object.entries({ ...old, ...set }).filter(([name]) => !remove.includes(name)),
        );
        expect(written).toEqual(forward);
      }),
    );
  });
});

describe.each(golden)("what a school wrote once: $file", ({ records, events, version }) => {
  test.each(records.map((fields) => [fields["status"], fields] as const))("%s", (status, fields) => {
    expect(recordSchemaOf(fields)).toBe(version);
    const forward = recordForward(fields);
    expect(forward).toMatchObject(fields);
    const improvement = decodeImprovement(forward);
    expect(improvement).toMatchObject({ id: fields["id"], status, schema_version: String(RECORD_SCHEMA) });
    expect(Array.isArray(improvement.quotes) && typeof improvement.implementation_notes === "string").toBe(true);
    // Not a fact is lost on the way through the code and back.
    const { set, remove } = encodePatch(improvement as Improvement);
    const parsed = (text: string | undefined) =>
      /^[[{]/.test(text ?? "") ? (JSON.parse(text as string) as unknown) : text;
    for (const [field, value] of Object.entries(fields)) expect(parsed(set[field]), field).toEqual(parsed(value));
    expect(remove).toEqual([]);
  });

  test("a record of every status it could leave behind is among them", () => {
    expect(records.length).toBeGreaterThanOrEqual(12);
    for (const { status } of records) expect(STATUSES).toContain(status);
  });

  test("its events are still understood", () => {
    expect(events.length).toBeGreaterThan(5);
    for (const { event } of events) expect(eventOfRecord(event) ?? parseEvent(event)).toHaveProperty("event");
  });
});

describe("what a newer version wrote", () => {
  test("is refused by name, with both versions", () => {
    const newer = { id: "a", status: "raw", schema_version: String(RECORD_SCHEMA + 1) };
    expect(() => recordForward(newer)).toThrow(NewerSchema);
    expect(() => recordForward(newer)).toThrow(
      `the record improvement:a is of version ${RECORD_SCHEMA + 1}; this program reads up to version ${RECORD_SCHEMA}`,
    );
  });

  test.each(["", "0", "two", "-1", "1.5", "1e3", "99999999"])(
    "a version %j is damage, not a version",
    (schema_version) => {
      expect(() => recordForward({ id: "a", schema_version })).toThrow(SyntaxError);
    },
  );

  test("an event says so by its dataschema; somebody else's dataschema says nothing", () => {
    const event = {
      specversion: "1.0",
      id: "e",
      source: "/x",
      type: "ai.cortex.school.improvement.raw",
      data: { id: "a" },
    };
    const read = (extra: object) => parseEvent(JSON.stringify({ ...event, ...extra }));
    expect(read({ dataschema: DATA_SCHEMA })).toHaveProperty("event");
    expect(read({ dataschema: "https://example.org/schema/7" })).toHaveProperty("event");
    expect(read({ dataschema: 7 })).toHaveProperty("event");
    const later = DATA_SCHEMA.replace(/\d+$/, String(EVENT_SCHEMA + 1));
    expect(read({ dataschema: later, type: "ai.cortex.school.improvement.polished" })).toMatchObject({
      newer: { version: EVENT_SCHEMA + 1, reads: EVENT_SCHEMA },
    });
    expect(newerThanRead(null)).toBeUndefined();
    expect(newest(EVENT_STEPS)).toBe(EVENT_SCHEMA);
  });
});

test("a chain goes through all steps after its version, in their order, and stops at those before", () => {
  const step = (to: number): Step<string> => ({ to, says: "", migrate: (old) => `${old}${to}` });
  const steps = [step(2), step(3), step(4)];
  expect([1, 2, 3, 4].map((version) => broughtForward("it", steps, version, ""))).toEqual(["234", "34", "4", ""]);
  expect(() => broughtForward("it", steps, 5, "")).toThrow("it is of version 5; this program reads up to version 4");
});
