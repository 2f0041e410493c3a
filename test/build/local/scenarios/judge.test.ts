/** The judge of the scenarios: satisfied by exactly what has to be, and by nothing less. */
import { readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { FAULT_KINDS, FAULT_TIMES } from "../../../../build/local/sandbox/fault-kinds.ts";
import { allScenarios } from "../../../../build/local/scenarios/all.ts";
import { type Evidence, judge, sickness } from "../../../../build/local/scenarios/judge.ts";
import type { End } from "../../../../build/local/scenarios/scenario.ts";
import type { Phase, Verification } from "../../../../shared/domain/health.ts";
import { committedImprovement } from "../../../support/improvement.ts";

const ID = "0123456789abcdef";

function measured(outcome: Verification["outcome"], phase: Phase, message: string): Verification {
  const limits = {
    failureLimit: 0,
    inconclusiveLimit: 0,
    consecutiveErrorLimit: 4,
    initialDelayMs: 0,
    intervalMs: 1_000,
    minSuccessful: 1,
    steadyMs: 0,
  };
  const checks = { pods: { limits, applies: true, measurements: [{ at: 1, phase, message }] } };
  return { startedAt: 0, endsAt: 1, extended: false, checks, ...(outcome === undefined ? {} : { outcome }) };
}

const end: End = {
  path: ["implementation", "deployed", "rolling_back", "failed"],
  reverted: true,
  measured: { check: "pods", phase: "Failed", message: /CrashLoopBackOff/ },
  well: true,
};
const good: Evidence = {
  improvement: committedImprovement("c1", [], {
    rollback_commit: "r1",
    verification: measured("failed", "Failed", "pod x: CrashLoopBackOff"),
    rollback_verification: measured("passed", "Successful", "fine"),
  }),
  path: ["implementation", "deployed", "rolling_back", "failed"],
  commits: [
    { id: "c0", subject: "The platform" },
    { id: "c1", subject: "Limit memory", improvement: ID },
    { id: "r1", subject: "Revert", improvement: ID, reverts: "c1" },
  ],
  locks: [],
};
const record = (over: Partial<Evidence["improvement"]>): Evidence => ({
  ...good,
  improvement: { ...good.improvement, ...over },
});

test("the end that is expected is no problem", () => {
  expect(judge(end, good)).toEqual([]);
});

test.each<[string, Evidence, RegExp]>([
  [
    "another way",
    { ...good, path: ["implementation", "deployed", "verified"] },
    /went implementation → deployed → verified, not/,
  ],
  ["nowhere", { ...good, path: [] }, /went nowhere/],
  ["no commit", { ...good, commits: good.commits.slice(0, 1) }, /0 commits of it, the record says c1/],
  ["a second commit", { ...good, commits: [...good.commits, { id: "c2", subject: "", improvement: ID }] }, /2 commits/],
  ["another commit than the record's", record({ git_commit: "c9" }), /the record says c9/],
  ["no revert", { ...good, commits: good.commits.slice(0, 2) }, /0 reverts of it, not 1.*|by nobody/],
  ["a second revert", { ...good, commits: [...good.commits, { id: "r2", subject: "", reverts: "c1" }] }, /2 reverts/],
  ["another revert than the record's", record({ rollback_commit: "r9" }), /taken back by r9, git log by r1/],
  [
    "the other verdict",
    record({ verification: measured("passed", "Failed", "CrashLoopBackOff") }),
    /says passed, not failed/,
  ],
  [
    "a verification without end",
    record({ verification: measured(undefined, "Failed", "CrashLoopBackOff") }),
    /says nothing/,
  ],
  [
    "another reason",
    record({ verification: measured("failed", "Failed", "OOMKilled") }),
    /no measurement of pods is Failed/,
  ],
  [
    "the reason in another phase",
    record({ verification: measured("failed", "Error", "CrashLoopBackOff") }),
    /there are Error/,
  ],
  [
    "a sick cluster after the revert",
    record({ rollback_verification: measured("failed", "Failed", "") }),
    /failed measured well/,
  ],
  ["a lock that is kept", { ...good, locks: [{ name: "shop", holder: ID }] }, /still holds its Application's lock/],
])("%s is one", (_what, evidence, problem) => {
  expect(judge(end, evidence).join("\n")).toMatch(problem);
});

test("nothing measured is one, and so is a revert where none has to be", () => {
  const { verification: _none, ...bare } = good.improvement;
  expect(judge(end, { ...good, improvement: bare }).join()).toContain("nothing was measured");
  const wanted: End = { ...end, path: ["implementation", "deployed", "held"], reverted: false };
  expect(judge(wanted, good).join()).toMatch(/1 reverts of it, not 0/);
  expect(judge(wanted, good).join()).toMatch(/it let its lock go/);
});

test("an extension that has to be, or must not be", () => {
  expect(judge({ ...end, extended: true }, good).join()).toMatch(/was not extended/);
  const long = { ...measured("failed", "Failed", "CrashLoopBackOff"), extended: true };
  expect(judge({ ...end, extended: false }, record({ verification: long })).join()).toMatch(/was extended/);
});

describe("a cluster", () => {
  const application = {
    name: "bakery",
    sync: "Synced",
    health: "Healthy",
    revision: "c",
    applied: "c",
    phase: "Succeeded",
  };
  const workload = { kind: "Deployment", namespace: "bakery", name: "oven", desired: 2, ready: 2, faults: [] };

  test("is well when all is applied, healthy and ready", () => {
    expect(sickness({ applications: [application], workloads: [workload], faults: [] })).toEqual([]);
  });
  test.each([
    [{ applications: [{ ...application, sync: "OutOfSync" }], workloads: [workload] }, /bakery is OutOfSync/],
    [{ applications: [{ ...application, health: "Progressing" }], workloads: [workload] }, /and Progressing/],
    [{ applications: [application], workloads: [{ ...workload, ready: 1 }] }, /1 of 2 pods/],
  ])("is not when %j", (state, problem) => {
    expect(sickness({ ...state, faults: [] }).join()).toMatch(problem);
  });
});

test("scenarios have names of their own, and a sentence each", () => {
  const names = allScenarios.map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
  for (const { name, what } of allScenarios) {
    expect(name).toMatch(/^[a-z]+(-[a-z]+)*$/);
    expect(what.length).toBeGreaterThan(20);
  }
});

test("the list of faults for people names each of them, with everything that may be said of it", () => {
  const text = readFileSync(path.resolve(import.meta.dirname, "../../../../build/local/scenarios/README.md"), "utf8");
  const first = [...text.matchAll(/^\|([^|]*)\|/gm)].map(([, cell]) => cell).join();
  const named = [...first.matchAll(/`([a-z-]+)`/g)].map(([, name = ""]) => name);
  expect(named.toSorted()).toEqual([...FAULT_KINDS].toSorted());
  for (const time of FAULT_TIMES) expect(text).toContain(`\`${time}\``);
});
