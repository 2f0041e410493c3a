/** The measurement model: what ends a check, what decides, and what is reported only. Situations of Argo Rollouts' analysis. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { allChecks } from "../../../shared/checks/all.ts";
import { type Check, inconclusive, type Look, notApplicable, successful } from "../../../shared/checks/check.ts";
import { checksFor, limitsWith } from "../../../shared/checks/configured.ts";
import { judge } from "../../../shared/checks/judge.ts";
import { type RoundDecision, runRound, startVerification } from "../../../shared/checks/round.ts";
import { clusterLimits, metricLimits } from "../../../shared/checks/schedule.ts";
import type { CheckSetting, CheckSettings } from "../../../shared/domain/check-settings.ts";
import type { CheckLimits, Phase, Verification } from "../../../shared/domain/health.ts";
import { shop, worldOf } from "./world.ts";

const schedule = { durationMs: 300_000, intervalMs: 10_000 };
const words: Record<string, Look> = {
  S: successful("fine"),
  F: { phase: "Failed", message: "bad" },
  I: inconclusive("unclear"),
};

/** Says the letters one after the other, the last for ever: Successful, Failed, Inconclusive, Error. */
function saying(
  letters: string,
  over: Partial<CheckLimits> = {},
  check: Partial<Check> = {},
): Check & { looks: number } {
  const limits: CheckLimits = { ...clusterLimits(schedule, 0, false), ...over };
  return {
    name: "told",
    limits: () => limits,
    looks: 0,
    async look() {
      const letter = letters[Math.min(this.looks, letters.length - 1)] ?? "";
      this.looks += 1;
      const word = words[letter];
      if (word === undefined) throw new Error("connection refused");
      return word;
    },
    ...check,
  };
}

async function toTheEnd(
  checks: readonly Check[],
): Promise<{ decision: RoundDecision; verification: Verification; took: number }> {
  let verification = startVerification(0, schedule);
  for (let now = 0; ; ) {
    const round = await runRound(verification, checks, schedule, worldOf(shop(), { now }));
    verification = round.verification;
    if (round.decision.kind !== "continue") return { decision: round.decision, verification, took: now };
    now = Math.max(now + 1, round.decision.nextAt);
  }
}

describe("what decides", () => {
  const well = saying("S");
  test.each<[string, readonly Check[], RoundDecision["kind"], RegExp, number]>([
    ["all is well", [well], "passed", /^healthy: told$/, 300_000],
    [
      "one failure more than the limit tolerates ends it at once",
      [saying("SFF", { failureLimit: 1 })],
      "failed",
      /told: bad/,
      20_000,
    ],
    ["as many failures as tolerated, then well", [saying("FFS", { failureLimit: 2 })], "passed", /healthy/, 300_000],
    [
      "more inconclusive than tolerated, but better evidence in the extension",
      [saying("IIIS", { inconclusiveLimit: 2 })],
      "passed",
      /healthy/,
      600_000,
    ],
    [
      "more errors in a row than tolerated, but none in the extension",
      [saying("EEES", { consecutiveErrorLimit: 2 })],
      "passed",
      /healthy/,
      600_000,
    ],
    ["errors to the end are no failure", [saying("E")], "undecided", /connection refused/, 600_000],
    ["inconclusive to the end is no failure", [saying("I")], "undecided", /unclear/, 600_000],
    [
      "well too seldom in a row",
      [saying("SSSSSSSSSSSSSSSSSSSSSSSSSSSSISSS", { consecutiveSuccess: 5 })],
      "passed",
      /healthy/,
      600_000,
    ],
    ["no check at all", [], "undecided", /no check applies to this change/, 600_000],
    [
      "no check that applies",
      [{ ...well, look: async () => notApplicable("nothing to see") }],
      "undecided",
      /no check applies/,
      600_000,
    ],
    [
      "only what is around the change was measured",
      [saying("S", {}, { surroundings: true })],
      "undecided",
      /no check applies to this change/,
      600_000,
    ],
    ["what is around the change is unwell", [saying("F", {}, { surroundings: true })], "failed", /told: bad/, 0],
    ["only a dry run was measured", [saying("S", {}, { dryRun: true })], "undecided", /no check applies/, 600_000],
    [
      "a dry run fails beside a check that is well",
      [{ ...well, name: "other" }, saying("F", {}, { dryRun: true })],
      "passed",
      /healthy: other \(dry run, without a say: told: bad\)/,
      300_000,
    ],
    [
      "a dry run is unclear beside a check that is well",
      [{ ...well, name: "other" }, saying("I", {}, { dryRun: true })],
      "passed",
      /healthy: other \(dry run, without a say: told: unclear\)/,
      300_000,
    ],
  ])("%s", async (_name, checks, kind, because, took) => {
    for (const check of checks) Object.assign(check, { looks: 0 });
    const { decision, took: needed } = await toTheEnd(checks);
    expect([decision.kind, decision.because, needed]).toEqual([kind, expect.stringMatching(because), took]);
  });
});

describe("how often is measured", () => {
  test("first after the initial delay, then at every interval", async () => {
    const { verification } = await toTheEnd([saying("S", { initialDelayMs: 45_000, intervalMs: 60_000 })]);
    expect(verification.checks["told"]?.measurements.map(({ at }) => at)).toEqual([
      45_000, 105_000, 165_000, 225_000, 285_000, 300_000,
    ]);
  });

  test("as often as it was asked for, and not once more", async () => {
    const check = saying("S", { count: 3 });
    const { decision, took } = await toTheEnd([check]);
    expect([decision.kind, took, check.looks]).toEqual(["passed", 300_000, 3]);
  });

  test("an error is no measurement: it is tried again until the count is full", async () => {
    const check = saying("ESES", { count: 2, minSuccessful: 1 });
    const { verification } = await toTheEnd([check]);
    expect(verification.checks["told"]?.measurements.map(({ phase }) => phase)).toEqual([
      "Error",
      "Successful",
      "Error",
      "Successful",
    ]);
  });

  test("the extension counts afresh", async () => {
    const check = saying("SISS", { count: 2 });
    const { decision, took } = await toTheEnd([check]);
    expect([decision.kind, took, check.looks]).toEqual(["passed", 600_000, 4]);
  });

  test("a dry run is kept in the record like any other", async () => {
    const { verification } = await toTheEnd([saying("F", {}, { dryRun: true })]);
    expect(verification.checks["told"]).toMatchObject({
      dryRun: true,
      measurements: expect.arrayContaining([{ at: 0, phase: "Failed", message: "bad" }]),
    });
  });
});

describe("limits of the repository", () => {
  const usual = metricLimits(schedule);
  test.each<[string, CheckSetting, Partial<CheckLimits>]>([
    ["nothing said", {}, usual],
    [
      "stricter",
      { failureLimit: 0, inconclusiveLimit: 0, consecutiveErrorLimit: 0 },
      { failureLimit: 0, inconclusiveLimit: 0, consecutiveErrorLimit: 0 },
    ],
    [
      "later and more seldom",
      { initialDelayMs: 100_000, intervalMs: 45_000 },
      { initialDelayMs: 100_000, intervalMs: 45_000, inconclusiveLimit: 3 },
    ],
    [
      "later than there is time",
      { initialDelayMs: 3_600_000, intervalMs: 3_600_000 },
      { initialDelayMs: 150_000, intervalMs: 50_000 },
    ],
    ["once only", { count: 1 }, { count: 1, minSuccessful: 1, steadyMs: 0 }],
    ["three in a row", { consecutiveSuccess: 3 }, { consecutiveSuccess: 3 }],
  ])("%s", (_name, setting, limits) => {
    expect(limitsWith(usual, setting, schedule)).toMatchObject(limits);
  });

  test("whatever is said, a check that is always well passes, and one that always fails does not", async () => {
    const setting = fc.record(
      {
        failureLimit: fc.nat(3),
        inconclusiveLimit: fc.nat(5),
        consecutiveErrorLimit: fc.nat(5),
        consecutiveSuccess: fc.nat(4),
        count: fc.integer({ min: 5, max: 20 }),
        initialDelayMs: fc.nat(1_000_000),
        intervalMs: fc.integer({ min: 1_000, max: 1_000_000 }),
      },
      { requiredKeys: [] },
    );
    await fc.assert(
      fc.asyncProperty(setting, fc.boolean(), async (said, steady) => {
        const limits = limitsWith(clusterLimits(schedule, 0, steady), said, schedule);
        expect((await toTheEnd([saying("S", limits)])).decision.kind).toBe("passed");
        expect((await toTheEnd([saying("F", limits)])).decision.kind).toBe("failed");
      }),
      { numRuns: 40 },
    );
  });
});

describe("checks of a repository", () => {
  const settings = (checks: CheckSettings["checks"], over: Partial<CheckSettings> = {}): CheckSettings => ({
    checks,
    queries: [],
    ...over,
  });
  test("nothing said: every check as it is by itself", () => {
    expect(checksFor(undefined)).toEqual(allChecks);
    expect(checksFor(settings({}, { problem: "it does not fit" }))).toEqual(allChecks);
  });

  test("what is switched off does not apply, and the record says why", async () => {
    const pods = checksFor(settings({ pods: { off: true, reason: "pods of a batch job come and go" } })).find(
      ({ name }) => name === "pods",
    );
    expect(await pods?.look(worldOf(shop()))).toEqual({
      applies: false,
      because: "switched off by the repository: pods of a batch job come and go",
    });
  });

  test("everything switched off is not verified", async () => {
    const off = { off: true, reason: "nobody wants to know" } as const;
    const { decision } = await toTheEnd(
      checksFor(settings(Object.fromEntries(allChecks.map(({ name }) => [name, off])))),
    );
    expect(decision).toMatchObject({ kind: "undecided", because: "no check applies to this change" });
  });

  test("a change that names no object is not verified, however healthy its Application", async () => {
    let verification = startVerification(0, schedule);
    for (let now = 0; ; now += 10_000) {
      const round = await runRound(verification, checksFor(undefined), schedule, worldOf(shop(), { objects: [], now }));
      verification = round.verification;
      if (round.decision.kind === "continue") continue;
      expect(round.decision).toMatchObject({ kind: "undecided", because: "no check applies to this change" });
      expect(verification.checks["application"]?.measurements.at(-1)?.phase).toBe("Successful");
      return;
    }
  });
});

test("more failures in a row, less in a row: the last row counts", () => {
  const phases: readonly Phase[] = [
    "Successful",
    "Successful",
    "Inconclusive",
    "Successful",
    "Successful",
    "Successful",
  ];
  const measurements = phases.map((phase, index) => ({ at: index * 10, phase, message: phase }));
  const limits = { ...clusterLimits(schedule, 0, false), consecutiveSuccess: 3 };
  expect(judge({ limits, measurements, applies: true }, 0)).toEqual({ kind: "passing" });
  expect(judge({ limits: { ...limits, consecutiveSuccess: 4 }, measurements, applies: true }, 0)).toEqual({
    kind: "open",
    because: "well 3 times in a row, 4 are needed",
  });
});
