/** What a move is counted as. */
import { expect, test } from "vitest";
import type { Improvement, Patch } from "../../shared/domain/improvement.ts";
import type { Status } from "../../shared/domain/lifecycle.ts";
import { countsOfMove } from "../../shared/runtime/counted.ts";

const improvement = (status: Status, facts: object = {}) =>
  ({ id: "a", status, category: "security", ...facts }) as unknown as Improvement;
const finding = (check: string, result: string) => ({ check, result, because: "b", evidence: [] });
const limits = { failureLimit: 1 };
const run = (phases: readonly string[], more: object = {}) => ({
  limits,
  applies: true,
  measurements: phases.map((phase) => ({ at: 1, phase, message: "m" })),
  ...more,
});
const checks = (runs: object) => ({ verification: { checks: runs } }) as unknown as Patch;

const cases: readonly [string, Improvement, Status, Patch, readonly string[]][] = [
  ["nothing in particular", improvement("raw"), "routed", {}, []],
  ["a pass", improvement("categorized"), "validated", { rag_check_passed: "true", validation: [] }, []],
  [
    "conflicts: each kind once",
    improvement("categorized"),
    "conflicts",
    {
      rag_check_passed: "false",
      validation: [finding("capacity", "conflict"), finding("capacity", "conflict"), finding("duplicate", "pass")],
    } as unknown as Patch,
    ["conflict:capacity"],
  ],
  [
    "what could not be looked at",
    improvement("categorized"),
    "pending_review",
    { rag_check_passed: "unknown", validation: [finding("capacity", "unknown")] } as unknown as Patch,
    ["validation:unknown"],
  ],
  ["a commit", improvement("approved"), "implementation", {}, ["implemented:security"]],
  [
    "a commit of a category nobody knows",
    improvement("approved", { category: 'x"} 1\n' }),
    "implementation",
    {},
    ["implemented:other"],
  ],
  ["a commit that never came to be live", improvement("implementation"), "rolling_back", {}, ["rollback:sync"]],
  [
    "a person who asked while it was watched",
    improvement("deployed", { rollback_requested: "it hurts" }),
    "rolling_back",
    {},
    ["rollback:person"],
  ],
  [
    "the check that failed more often than it may",
    improvement("deployed"),
    "rolling_back",
    checks({
      pods: run(["Failed", "Successful"]),
      logs: run(["Failed", "Failed"], { dryRun: true }),
      latency: run(["Failed", "Failed"]),
    }),
    ["rollback:latency"],
  ],
  [
    "a check of the repository's own with a text for a name",
    improvement("deployed"),
    "rolling_back",
    checks({ 'query: "a b"': run(["Failed", "Failed"]) }),
    ["rollback:other"],
  ],
  ["a failure nobody can name", improvement("deployed"), "rolling_back", {}, ["rollback:health"]],
  ["what is left to a person", improvement("deployed"), "held", {}, ["health:unknown"]],
];

test.each(cases)("%s", (_what, before, to, patch, expected) => {
  expect(countsOfMove(before, to, patch)).toEqual(expected);
});
