import { describe, expect, test } from "vitest";
import { fingerprint, severityOf, troubleIn } from "../../../shared/checks/fingerprint.ts";
import { cpuTimeOf } from "../../support/cpu-time.ts";

describe("severity", () => {
  test.each([
    "panic: runtime error: invalid memory address",
    "thread 'main' panicked at src/main.rs:4:5",
    "F0101 12:00:00.000000       1 main.go:12] cannot start",
    "2026-01-01 10:00:00.123 UTC [1] FATAL:  password authentication failed",
    '{"level":"fatal","msg":"no config"}',
    '{"level":60,"msg":"no config"}',
    "time=2026-01-01T00:00:00Z level=fatal msg=x",
    "Exception in thread main java.lang.OutOfMemoryError: Java heap space",
    "[FATAL] cannot open",
  ])("fatal: %s", (line) => expect(severityOf(line)).toBe("fatal"));

  test.each([
    "2026-01-01 ERROR com.example.Api - refused",
    '{"severity":"ERROR","message":"x"}',
    "level=error msg=x",
    "Traceback (most recent call last):",
    "TypeError: x is not a function",
    "E0101 12:00:00.000000       1 main.go:12] failed",
  ])("error: %s", (line) => expect(severityOf(line)).toBe("error"));

  test.each([
    "GET /errors 200",
    "INFO processed 10 items, 0 errors, non-fatal warnings: 2",
    "panic mode is off",
    '{"level":"info","msg":"a fatal error was avoided"}',
    "INFO user wrote: everything is FATAL and broken beyond the first few words of this line",
    "",
  ])("ordinary: %s", (line) => expect(severityOf(line)).toBeUndefined());
});

test("times, numbers and ids do not make another error", () => {
  const lines = [
    "2026-01-01T10:00:00Z ERROR request 17 of 3f2b8c1e-0000-4000-8000-00000000abcd failed after 30ms",
    "2026-02-03T11:22:33.5Z ERROR request 9 of 9e107d9d-372b-4b5c-8f3e-1d2c3b4a5f6e failed after 4ms",
  ];
  expect(new Set(lines.map(fingerprint)).size).toBe(1);
  expect(fingerprint("ERROR disk full")).not.toBe(fingerprint("ERROR disk gone"));
});

test("the worst comes first, once each, as one printable line", () => {
  const trouble = troubleIn(["ERROR a\u001b[31m red", "ERROR a\u001b[31m red", `panic: ${"x".repeat(5_000)}`, "fine"]);
  expect(trouble.map(({ severity }) => severity)).toEqual(["fatal", "error"]);
  expect(trouble[0]?.line.length).toBe(200);
  expect(trouble[1]?.line).toBe("ERROR a [31m red");
});

test("a hostile line of any length takes no time", () => {
  const used = cpuTimeOf(() => {
    severityOf(`${"a ".repeat(200_000)}FATA`);
    fingerprint("9a".repeat(200_000));
  });
  expect(used).toBeLessThan(1_000);
});
