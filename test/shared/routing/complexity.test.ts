import { expect, test } from "vitest";
import { complexityOf } from "../../../shared/routing/complexity.ts";

test.each<[string, number]>([
  ["Set memory limits", 0],
  ["Investigate why pods restart", 20],
  ["Analyse the slow queries", 18],
  ["Analyze and investigate, then troubleshoot", 60],
  ["List the ingress routes", 0],
  ["Show VLAN 20 and 10.0.0.1 to aa:bb:cc:dd:ee:ff", 4],
  ["Why? How? When?", 24],
  ["Use a reinvestigated paralyzed analyzer", 0],
  ["Getting started", 0],
  ["x".repeat(501), 15],
])("%s", (text, score) => {
  expect(complexityOf(text).score).toBe(score);
});

test("the context counts once it is large, and the parts add up to the score", () => {
  const text = "Investigate the outage? Analyze 10.1.2.3";
  const { score, parts } = complexityOf(text, 5_000);
  expect(parts).toEqual({ investigate: 20, analyze: 18, questions: 8, addresses: 3, context: 10 });
  expect(score).toBe(59);
  expect(complexityOf(text, 100).score).toBe(49);
});

test("it stays within 0 and 100, however hostile the text", () => {
  expect(complexityOf("?".repeat(200_000)).score).toBe(100);
  expect(complexityOf("show").score).toBe(0);
});
