/** Rollbacks that are a person's: asked for by one, or left to one, at sync and at verify alike. */
import { describe, expect, test } from "vitest";
import { sync } from "../../functions/sync/handle.ts";
import { verify } from "../../functions/verify/handle.ts";
import { defaultMetricNames } from "../../shared/checks/queries.ts";
import type { Improvement } from "../../shared/domain/improvement.ts";
import type { BrakesReader } from "../../shared/ports.ts";
import { askedBack, rollbackIsOff } from "../../shared/revert/manual.ts";
import { commits, healthy, isAncestor } from "../shared/argocd/application.ts";
import { api, argoCdOf, clusterOf, metricsOf, shop } from "../shared/checks/world.ts";
import { committedImprovement } from "../support/improvement.ts";
import { noProposals } from "../support/proposals.ts";
import { drive } from "../support/rounds.ts";

interface Over {
  readonly rollbackEnabled?: boolean;
  readonly brakes?: BrakesReader;
}

/** The sync of the commit has failed. */
async function syncOf(over: Over, record: Partial<Improvement> = {}) {
  const { ours } = commits;
  const state = shop();
  state.application = healthy(ours, {
    sync: { status: "OutOfSync", revision: ours },
    operationState: { phase: "Failed", message: "denied", finishedAt: "x", syncResult: { revision: ours } },
  });
  const timing = { intervalMs: 10_000, timeoutMs: 600_000 };
  const argoCd = argoCdOf(state);
  const ports = { argoCd, git: { isAncestor }, timing, rollbackEnabled: true, proposals: noProposals, ...over };
  const improvement = committedImprovement(ours, [api], record);
  return (await drive((input, context) => sync(input, ports, context), { improvement })).outcome;
}

/** Its pods crash. */
async function verifyOf(over: Over, record: Partial<Improvement> = {}) {
  const state = shop({ logs: ["panic: boom"] });
  const ports = {
    cluster: clusterOf(state),
    metrics: metricsOf(state),
    argoCd: argoCdOf(state),
    metricNames: defaultMetricNames,
    schedule: { durationMs: 300_000, intervalMs: 10_000 },
    rollbackEnabled: true,
    ...over,
  };
  const improvement = committedImprovement(commits.ours, [api], { status: "deployed", ...record });
  return (await drive((input, context) => verify(input, ports, context), { improvement })).outcome;
}

const flags = { none: false, all: false, integrations: false, security: false };
const brakes = (manualRollback: boolean) => ({
  brakes: async () => ({ flags: { ...flags, manualRollback }, breaker: null, freeze: null, budget: null }),
});
describe.each([
  ["sync", syncOf],
  ["verify", verifyOf],
])("%s of something that hurts", (_name, run) => {
  test("takes it back", async () => {
    expect((await run({})).to).toBe("rolling_back");
    expect((await run({ brakes: brakes(false) })).to).toBe("rolling_back");
  });

  test.each([
    ["ROLLBACK_ENABLED=false", { rollbackEnabled: false }, /^rollback is off: /],
    ["the flag manual_rollback", { brakes: brakes(true) }, /^an operator wants to decide about every rollback/],
  ])("holds it with %s", async (_which, over, says) => {
    const outcome = await run(over);
    expect(outcome.to).toBe("held");
    expect(outcome.because).toMatch(says);
    expect(outcome.patch).toMatchObject({ held_from: expect.stringMatching(/implementation|deployed/) });
  });

  test("flags that cannot be read are no permission", async () => {
    const broken = { brakes: () => Promise.reject(new Error("no Redis")) };
    await expect(run({ brakes: broken })).rejects.toThrow("no Redis");
  });

  test("a person's flag takes it back at once, whatever else is set", async () => {
    const outcome = await run({ rollbackEnabled: false }, { rollback_requested: "it pages us" });
    expect(outcome).toMatchObject({
      to: "rolling_back",
      patch: { failure_reason: "a person asked to take it back: it pages us", rollback_requested: null },
    });
  });
});

test.each<[string | undefined, string | undefined]>([
  [undefined, undefined],
  ["", undefined],
  ["false", undefined],
  ["0", undefined],
  ["true", "a person asked to take it back"],
  ["1", "a person asked to take it back"],
  [" the queue grows ", "a person asked to take it back: the queue grows"],
])("the flag %j", (flag, because) => {
  const improvement = (flag === undefined ? {} : { rollback_requested: flag }) as Parameters<typeof askedBack>[0];
  expect(askedBack(improvement)?.because).toBe(because);
});

test("without flags only the setting counts", async () => {
  expect(await rollbackIsOff(true, undefined)).toBeUndefined();
  expect(await rollbackIsOff(false, undefined)).toBe("rollback is off");
});
