/** What a repository says about its checks, on its way from the commit into the verdict. */
import { describe, expect, test } from "vitest";
import type { ImplementPorts } from "../../functions/implement/handle.ts";
import { followRequest, type RequestPorts } from "../../functions/sync/request.ts";
import { type VerifyPorts, verify } from "../../functions/verify/handle.ts";
import { takeBaseline } from "../../shared/checks/baseline.ts";
import { defaultMetricNames } from "../../shared/checks/queries.ts";
import type { CheckSettings } from "../../shared/domain/check-settings.ts";
import type { Improvement } from "../../shared/domain/improvement.ts";
import { POLICY_FILE } from "../../shared/policy/policy-file.ts";
import { commits } from "../shared/argocd/application.ts";
import { api, argoCdOf, clusterOf, metricsOf, type Shop, shop } from "../shared/checks/world.ts";
import { approved, baseline, context, git, settings as platformSettings, run } from "../support/implement.ts";
import { committedImprovement } from "../support/improvement.ts";
import { drive, START } from "../support/rounds.ts";

const STRICT = "version: 1\nchecks: {restarts: {tolerated: 0}}\n";
const strict = { checks: { restarts: { tolerated: 0 } }, queries: [] };
const BROKEN = "version: 1\nchecks: {restarts: {tolerated: lots}}\n";

async function withPolicy(text: string): Promise<string> {
  const base = await git.head();
  const before = (await git.tree(base)).get(POLICY_FILE) ?? null;
  const pushed = await git.commit({
    base,
    files: [{ path: POLICY_FILE, before, after: text }],
    message: "Our policy\n",
  });
  if (pushed.kind !== "pushed") throw new Error(pushed.kind);
  return pushed.commit;
}

/** Remembers by what the baseline was to be measured. */
function measuring(): { asked: (CheckSettings | undefined)[]; baseline: ImplementPorts["baseline"] } {
  const asked: (CheckSettings | undefined)[] = [];
  return {
    asked,
    baseline: async ({ settings }) => {
      asked.push(settings);
      return baseline;
    },
  };
}

describe("implement", () => {
  test("measures the baseline by the settings of the commit it pushes onto, and keeps them", async () => {
    const { asked, baseline: measured } = measuring();
    await withPolicy(STRICT);
    const record = { improvement: await approved() };
    expect(await run(record, { baseline: measured })).toMatchObject({ to: "implementation" });
    expect(asked).toEqual([strict]);
    expect(record.improvement.check_settings).toEqual(strict);
  });

  test("keeps nothing of an earlier try when the repository says nothing", async () => {
    const record = { improvement: { ...(await approved()), check_settings: strict } };
    expect(await run(record)).toMatchObject({ to: "implementation" });
    expect(record.improvement.check_settings).toBeUndefined();
  });

  test("a section that does not fit is kept as what it is", async () => {
    await withPolicy(BROKEN);
    const record = { improvement: await approved() };
    await run(record);
    expect(record.improvement.check_settings).toMatchObject({
      checks: {},
      problem: expect.stringContaining("does not fit: restarts.tolerated: "),
    });
  });
});

describe("sync, by pull request", () => {
  const url = "https://forge.example.org/platform/pulls/7";
  const request = { number: 7, url, branch: "improvement/0123456789abcdef" };
  async function look(improvement: Improvement, state: object) {
    const record = { improvement };
    const { asked, baseline: measured } = measuring();
    const ports: RequestPorts = {
      requests: { find: async () => ({ number: 7, url, state: state as never }) },
      git,
      gate: { lock: async () => ({ kind: "taken" }) },
      baseline: measured,
      requestLookMs: 300_000,
      settings: platformSettings,
    };
    return { answer: await followRequest(improvement, ports, context(record)), record, asked };
  }
  const open = { kind: "open", head: "c" };

  test("every look while it is open measures by what the branch says now", async () => {
    const improvement = { ...(await approved()), request };
    expect((await look(improvement, open)).asked).toEqual([undefined]);
    await withPolicy(STRICT);
    const { answer, asked } = await look(improvement, open);
    expect(asked).toEqual([strict]);
    expect(answer).toMatchObject({ patch: { check_settings: strict } });
  });

  test("merged before anybody looked: what the commit itself says counts", async () => {
    const improvement = { ...(await approved()), request };
    const before = await withPolicy(STRICT);
    const files = (improvement.change_set?.files ?? []).map((file) => ({ ...file }));
    const pushed = await git.commit({ base: before, files, message: "Merged on the forge\n" });
    if (pushed.kind !== "pushed") throw new Error(pushed.kind);
    const landed = { kind: "squash", first: pushed.commit, last: pushed.commit, before };
    expect((await look(improvement, { kind: "merged", landed })).record.improvement.check_settings).toEqual(strict);
    const measured = { ...improvement, baseline };
    expect((await look(measured, { kind: "merged", landed })).record.improvement.check_settings).toBeUndefined();
  });
});

describe("verify", () => {
  async function verdict(check_settings: CheckSettings | undefined, over: Partial<Shop> = {}) {
    const well = shop();
    const measured = await takeBaseline({
      objects: [api],
      cluster: clusterOf(well),
      metrics: metricsOf(well),
      now: START - 60_000,
    });
    const state = shop(over);
    const ports: VerifyPorts = {
      cluster: clusterOf(state),
      metrics: metricsOf(state),
      argoCd: argoCdOf(state),
      metricNames: defaultMetricNames,
      schedule: { durationMs: 300_000, intervalMs: 10_000 },
      rollbackEnabled: true,
    };
    const record = {
      status: "deployed",
      baseline: measured,
      ...(check_settings === undefined ? {} : { check_settings }),
    } as const;
    const improvement = committedImprovement(commits.ours, [api], record);
    const { outcome } = await drive((input, context) => verify(input, ports, context), { improvement });
    return [outcome.to, outcome.because];
  }
  const restarted: Partial<Shop> = { pods: [{ ...shop().pods[0], restarts: 1 } as Shop["pods"][number]] };

  test("goes by the settings of the record", async () => {
    expect((await verdict(undefined, restarted))[0]).toBe("verified");
    expect(await verdict(strict, restarted)).toEqual(["rolling_back", expect.stringMatching(/^restarts: 1 restarts/)]);
  });

  test("goes by the checks' own where they could not be followed, and says so", async () => {
    const broken = { checks: {}, queries: [], problem: "the section checks does not fit: checks.pods" };
    const remark = "(by the checks' own settings, because the section checks does not fit: checks.pods)";
    expect(await verdict(broken)).toEqual(["verified", expect.stringContaining(remark)]);
    expect(await verdict(broken, { logs: ["panic: boom"] })).toEqual(["rolling_back", expect.stringContaining(remark)]);
  });

  test("is no vacuous success: with everything off a person decides", async () => {
    const names = ["pods", "rollout", "restarts", "error-ratio", "latency", "logs"];
    const off = Object.fromEntries(names.map((name) => [name, { off: true, reason: "we know it is well" } as const]));
    expect(await verdict({ checks: off, queries: [] })).toEqual([
      "held",
      expect.stringContaining("no check applies to this change"),
    ]);
  });
});
