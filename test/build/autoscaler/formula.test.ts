import fc from "fast-check";
import { expect, test } from "vitest";
import { compileFormula, FormulaError } from "../../../build/local/autoscaler/formula.ts";

const triggers = ["pending", "leases", "delayed"];

test.each<[string, number, number, number, number]>([
  // The composite values read from a real KEDA 2.20.2 for this formula.
  ["pending + leases + (delayed > 0 ? 1 : 0)", 0, 0, 0, 0],
  ["pending + leases + (delayed > 0 ? 1 : 0)", 0, 0, 7, 1],
  ["pending + leases + (delayed > 0 ? 1 : 0)", 3, 2, 5, 6],
  ["pending + leases + (delayed > 0 ? 1 : 0)", 100, 20, 9, 121],
  ["2 + 3 * pending - 4 / 2", 5, 0, 0, 15],
  ["10 - 3 - 2", 0, 0, 0, 5],
  ["-pending + 7 % 4", 1, 0, 0, 2],
  ["pending > 1 && !(leases >= 2) || delayed == 9 ? 1 : 0", 2, 1, 0, 1],
  ["pending < 1 ? 1 : leases < 1 ? 2 : 3", 1, 0, 0, 2],
])("%s with %i, %i, %i is %d", (text, pending, leases, delayed, value) => {
  expect(compileFormula(text, triggers)({ pending, leases, delayed })).toBe(value);
});

test("?? stands in for a value that could not be read, and binds tighter than arithmetic", () => {
  const formula = compileFormula("pending ?? 1 + 10", triggers);
  expect(formula({ pending: undefined })).toBe(11);
  expect(formula({ pending: 0 })).toBe(10);
});

test.each([
  "pending + waiting",
  "pending +",
  "(pending",
  "pending leases",
  "pending ; 1",
  "",
  "pending ? 1",
  "process.exit()",
])("KEDA would not admit: %s", (text) => expect(() => compileFormula(text, triggers)).toThrow(FormulaError));

test.each(["pending + leases", "leases > 0", "delayed ? 1 : 0"])(
  "has no number for missing or odd values: %s",
  (text) => {
    expect(() => compileFormula(text, triggers)({ pending: 1, leases: undefined, delayed: 1 })).toThrow(FormulaError);
  },
);

test("agrees with JavaScript on any sum of products", () => {
  const small = fc.integer({ min: 0, max: 1_000 });
  fc.assert(
    fc.property(small, small, small, small, (pending, leases, delayed, factor) => {
      const formula = compileFormula(`pending * ${factor} + (leases - delayed) * 2`, triggers);
      return formula({ pending, leases, delayed }) === pending * factor + (leases - delayed) * 2;
    }),
  );
});
