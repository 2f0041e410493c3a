/** What vendors say about their limits. */
import { expect, test } from "vitest";
import { spentFor, statedWait } from "../../../shared/models/rates.ts";

const now = Date.parse("2026-11-21T10:00:00Z");
const THEIRS = "Sat, 21 Nov 2026 12:00:00 GMT";

test.each<[string, Record<string, string>, number | undefined]>([
  ["nothing", {}, undefined],
  ["seconds", { "retry-after": "7" }, 7_000],
  ["parts of seconds", { "retry-after": " 0.5 " }, 500],
  ["milliseconds before all", { "retry-after-ms": "20", "retry-after": "7" }, 20],
  ["a moment, by our clock", { "retry-after": "Sat, 21 Nov 2026 10:00:30 GMT" }, 30_000],
  [
    "a moment, by theirs where they say what it is",
    { "retry-after": "Sat, 21 Nov 2026 12:00:05 GMT", date: THEIRS },
    5_000,
  ],
  ["a moment that has passed", { "retry-after": "Sat, 21 Nov 2026 09:00:00 GMT" }, undefined],
  ["no time at all", { "retry-after": "0" }, undefined],
  ["words", { "retry-after": "soon", "retry-after-ms": "later" }, undefined],
  ["less than nothing", { "retry-after": "-5" }, undefined],
])("retry-after: %s", (_name, headers, expected) => {
  expect(statedWait(new Headers(headers), now)).toBe(expected);
});

test.each<[string, Record<string, string>, number | undefined]>([
  ["nothing is announced", {}, undefined],
  ["something is left", { "x-ratelimit-remaining-requests": "1", "x-ratelimit-reset-requests": "9s" }, undefined],
  ["OpenAI's times", { "x-ratelimit-remaining-tokens": "0", "x-ratelimit-reset-tokens": "1m30.5s" }, 90_500],
  ["milliseconds", { "x-ratelimit-remaining-requests": "0", "x-ratelimit-reset-requests": "20ms" }, 20],
  [
    "Anthropic's moments",
    { "anthropic-ratelimit-requests-remaining": "0", "anthropic-ratelimit-requests-reset": "2026-11-21T10:00:12Z" },
    12_000,
  ],
  [
    "the longest counts",
    {
      "x-ratelimit-remaining-requests": "0",
      "x-ratelimit-reset-requests": "1s",
      "x-ratelimit-remaining-tokens": "0",
      "x-ratelimit-reset-tokens": "6m0s",
    },
    360_000,
  ],
  ["an end that is not said", { "x-ratelimit-remaining-requests": "0" }, undefined],
  ["nonsense", { "x-ratelimit-remaining-requests": "none", "x-ratelimit-reset-requests": "9s" }, undefined],
  ["an empty word", { "x-ratelimit-remaining-requests": "", "x-ratelimit-reset-requests": "9s" }, undefined],
])("announced limits: %s", (_name, headers, expected) => {
  expect(spentFor(new Headers(headers), now)).toBe(expected);
});
