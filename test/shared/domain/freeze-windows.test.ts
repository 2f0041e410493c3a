import { describe, expect, test } from "vitest";
import { frozenBy, parseFreezeWindows } from "../../../shared/domain/freeze-windows.ts";

function frozen(text: string, at: string): boolean {
  const windows = parseFreezeWindows(text);
  if (typeof windows === "string") throw new Error(windows);
  return frozenBy(windows, Date.parse(at)) !== undefined;
}

test.each([
  // 2026-01-16 is a Friday.
  ["Fri 16:00 - Mon 07:00", "2026-01-16T15:59:59Z", false],
  ["Fri 16:00 - Mon 07:00", "2026-01-16T16:00:00Z", true],
  ["Fri 16:00 - Mon 07:00", "2026-01-18T23:59:00Z", true],
  ["Fri 16:00 - Mon 07:00", "2026-01-19T06:59:00Z", true],
  ["Fri 16:00 - Mon 07:00", "2026-01-19T07:00:00Z", false],
  ["friday 16:00 - monday 7:00", "2026-01-17T00:00:00Z", true],
  ["Fri 16:00 - Mon 07:00 Europe/Berlin", "2026-01-16T15:00:00Z", true],
  ["Fri 16:00 - Mon 07:00 Europe/Berlin", "2026-01-16T14:59:00Z", false],
  // The same wall clock in summer is another instant.
  ["Fri 16:00 - Mon 07:00 Europe/Berlin", "2026-07-17T14:00:00Z", true],
  ["22:00 - 06:00", "2026-01-15T23:00:00Z", true],
  ["22:00 - 06:00", "2026-01-15T05:59:00Z", true],
  ["22:00 - 06:00", "2026-01-15T06:00:00Z", false],
  ["12:00 - 13:00", "2026-01-15T12:30:00Z", true],
  ["12:00 - 24:00", "2026-01-15T23:59:00Z", true],
  ["00:00 - 24:00", "2026-01-15T11:59:00Z", true],
  ["2026-12-20 - 2027-01-03", "2026-12-19T23:59:00Z", false],
  ["2026-12-20 - 2027-01-03", "2026-12-20T00:00:00Z", true],
  ["2026-12-20 - 2027-01-03", "2027-01-03T23:59:59Z", true],
  ["2026-12-20 - 2027-01-03", "2027-01-04T00:00:00Z", false],
  ["2026-12-20 18:00 - 2026-12-21 06:00 America/New_York", "2026-12-20T22:59:00Z", false],
  ["2026-12-20 18:00 - 2026-12-21 06:00 America/New_York", "2026-12-20T23:00:00Z", true],
  ["12:00 - 13:00; Sat 00:00 - Mon 00:00", "2026-01-17T03:00:00Z", true],
  ["", "2026-01-17T03:00:00Z", false],
] as const)("%s holds %s: %s", (text, at, expected) => {
  expect(frozen(text, at)).toBe(expected);
});

test("the window that holds is named as it was written", () => {
  const windows = parseFreezeWindows("12:00 - 13:00;  Fri 16:00 -  Mon 07:00   Europe/Berlin ");
  expect(typeof windows === "string" ? windows : frozenBy(windows, Date.parse("2026-01-17T03:00:00Z"))?.text).toBe(
    "Fri 16:00 - Mon 07:00 Europe/Berlin",
  );
});

describe("what is no window is told", () => {
  test.each([
    ["weekends", "is not a window"],
    ["Fri 16:00", "is not a window"],
    ["Fri 25:00 - Mon 07:00", "is not a window"],
    ["Fri 16:00 - 07:00", "is not a window"],
    ["Fry 16:00 - Mon 07:00", "is not a window"],
    ["2026-02-30 - 2026-03-02", "is not a window"],
    ["2026-03-02 - 2026-02-20", "is not a window"],
    ["22:00 - 06:00 Middle/Earth", "Middle/Earth"],
  ])("%s", (text, said) => {
    expect(parseFreezeWindows(text)).toContain(said);
  });
});
