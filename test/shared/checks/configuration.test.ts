/** The section `checks` of the policy file: what fits, what does not and how that is said, and what it does to a look. */
import { describe, expect, test } from "vitest";
import { ChecksForm } from "../../../shared/checks/configuration.ts";
import { checksFor } from "../../../shared/checks/configured.ts";
import type { Phase } from "../../../shared/domain/health.ts";
import { checkSettingsIn, readCheckSettings } from "../../../shared/policy/check-settings.ts";
import { judgeRepository } from "../../../shared/policy/judge-repository.ts";
import { repositoryPolicy } from "../../../shared/policy/repository-policy.ts";
import { platformOf } from "../../support/platform.ts";
import { api, baselineOf, look, phaseOf, pod, policy, type Shop, shop } from "./world.ts";

const FILE = ".cortex-school.yaml";
const settingsOf = (section: string, rest = "") => {
  const settings = checkSettingsIn(platformOf({ [FILE]: `version: 1\n${rest}checks:\n  ${section}\n` }).files);
  if (settings === undefined) throw new Error("there is no section");
  return settings;
};
const QUERY = `query: 'sum(rate(lost_total{app="$workload"}[$window]))'`;

describe("a section", () => {
  test.each<[string, string, object]>([
    ["empty", "{}", { checks: {}, queries: [] }],
    ["thresholds", "error-ratio: {tolerated: 0.002}", { checks: { "error-ratio": { tolerated: 0.002 } } }],
    [
      "durations",
      "latency: {floor: 20ms, interval: 1m, initialDelay: 30s}",
      { checks: { latency: { floorMs: 20, intervalMs: 60_000, initialDelayMs: 30_000 } } },
    ],
    [
      "off with a reason",
      "logs: {off: true, reason: they are never read}",
      { checks: { logs: { off: true, reason: "they are never read" } } },
    ],
    [
      "a query",
      `queries: [{name: lost, ${QUERY}, below: 0.5}]`,
      { queries: [{ name: "lost", query: 'sum(rate(lost_total{app="$workload"}[$window]))', below: 0.5 }] },
    ],
    [
      "a query in a dry run",
      `queries: [{name: lost, ${QUERY}, below: 0.5, dryRun: true}]`,
      { queries: [{ dryRun: true }] },
    ],
  ])("that fits: %s", (_name, section, settings) => {
    expect(settingsOf(section)).toMatchObject(settings);
    expect(settingsOf(section).problem).toBeUndefined();
  });

  test.each<[string, string, RegExp]>([
    ["no such check", "speed: {}", /^checks\.speed: there is no such setting/],
    ["no such setting", "pods: {tolerated: 1}", /^checks\.pods\.tolerated: there is no such setting/],
    ["off without a reason", "pods: {off: true}", /^checks\.pods\.off: .*needs a reason/],
    ["a dry run without a reason", "pods: {dryRun: true}", /^checks\.pods\.dryRun: .*needs a reason/],
    [
      "more errors without a reason",
      "error-ratio: {tolerated: 0.1}",
      /^checks\.error-ratio\.tolerated: .*needs a reason/,
    ],
    ["slower without a reason", "latency: {factor: 3}", /^checks\.latency\.factor: .*needs a reason/],
    [
      "more failures without a reason",
      "rollout: {failureLimit: 1}",
      /^checks\.rollout\.failureLimit: .*needs a reason/,
    ],
    [
      "a share of more than all",
      "error-ratio: {tolerated: 1.5, reason: we do not care at all}",
      /^checks\.error-ratio\.tolerated: /,
    ],
    ["a duration without a unit", "latency: {interval: 30}", /^checks\.latency\.interval: /],
    ["an interval too short", "latency: {interval: 10ms}", /shortest interval/],
    ["a query that is none", "error-ratio: {query: 'sum('}", /^checks\.error-ratio\.query: it is not PromQL/],
    ["a query about nothing that changed", "error-ratio: {query: 'sum(lost)'}", /must name \$workload/],
    ["a query without a condition", `queries: [{name: lost, ${QUERY}}]`, /^checks\.queries\.0: needs one of below/],
    [
      "a condition nothing meets",
      `queries: [{name: lost, ${QUERY}, above: 5, below: 1}]`,
      /nothing is above 5 and below 1/,
    ],
    [
      "a name that is taken",
      `queries: [{name: pods, ${QUERY}, below: 1}]`,
      /^checks\.queries\.0\.name: a check has this name/,
    ],
    [
      "a name twice",
      `queries: [{name: lost, ${QUERY}, below: 1}, {name: lost, ${QUERY}, below: 2}]`,
      /^checks\.queries\.1\.name: lost is there twice/,
    ],
    ["a row longer than the count", "pods: {count: 2, consecutiveSuccess: 3}", /2 measurements are never 3 in a row/],
    ["a list", "[pods]", /^checks: /],
  ])("that does not fit: %s", (_name, section, message) => {
    const platform = platformOf({ [FILE]: `version: 1\nchecks:\n  ${section}\n` });
    const { problems } = repositoryPolicy(platform);
    expect(problems[0]?.message).toMatch(message);
    expect(problems[0]).toMatchObject({ path: FILE, line: expect.any(Number) });
    expect(judgeRepository(platform).findings).toContainEqual(
      expect.objectContaining({ rule: "always-human-policy-file", severity: "error", message: problems[0]?.message }),
    );
    const settings = checkSettingsIn(platform.files);
    expect(settings).toMatchObject({ checks: {}, queries: [], problem: expect.stringContaining("does not fit") });
  });

  test("counts although another section does not fit", () => {
    expect(settingsOf("restarts: {tolerated: 0}", "kinds: 7\n")).toMatchObject({
      checks: { restarts: { tolerated: 0 } },
    });
  });

  test.each<[string, Record<string, string>, string | undefined]>([
    ["no policy file", {}, undefined],
    ["one that says nothing of checks", { [FILE]: "version: 1\n" }, undefined],
    ["one that cannot be read", { [FILE]: "version: [1\n" }, `${FILE} cannot be read`],
    ["two documents", { [FILE]: "version: 1\n---\nversion: 1\n" }, "is not one YAML document"],
    [
      "another name",
      { ".cortex-school.yml": "version: 1\nchecks: {}\n" },
      `.cortex-school.yml is not read; the policy file is ${FILE}`,
    ],
  ])("%s", (_name, files, problem) => {
    const settings = checkSettingsIn(platformOf(files).files);
    if (problem === undefined) expect(settings).toBeUndefined();
    else expect(settings?.problem).toContain(problem);
  });

  test("is read without the rest of the repository", async () => {
    const texts: Record<string, string> = { a: "version: 1\nchecks: {restarts: {tolerated: 0}}\n", b: "kind: Pod\n" };
    const asked: string[] = [];
    const git = {
      tree: async () =>
        new Map([
          ["apps/shop.yaml", "b"],
          [FILE, "a"],
        ]),
      async read(blobs: readonly string[]) {
        asked.push(...blobs);
        return new Map(blobs.map((blob) => [blob, texts[blob] ?? null]));
      },
    };
    expect(await readCheckSettings(git, "c0")).toMatchObject({ checks: { restarts: { tolerated: 0 } } });
    expect(asked).toEqual(["a"]);
  });

  test("knows every check by its name", () => {
    const section = Object.fromEntries(checksFor(undefined).map(({ name }) => [name, { failureLimit: 0 }]));
    expect(ChecksForm.safeParse(section).success).toBe(true);
  });
});

describe("thresholds of the repository", () => {
  test.each<[string, string, string, Partial<Shop>, Phase]>([
    [
      "fewer errors than usual",
      "error-ratio: {tolerated: 0.002, increase: 0.001}",
      "error-ratio",
      { errorRatio: { api: 0.005 } },
      "Failed",
    ],
    [
      "more errors than usual",
      "error-ratio: {tolerated: 0.05, reason: clients retry every error}",
      "error-ratio",
      { errorRatio: { api: 0.04 } },
      "Successful",
    ],
    [
      "errors of neighbours go by their own",
      "error-ratio: {tolerated: 0.001}",
      "neighbours",
      { errorRatio: { api: 0.005 } },
      "Successful",
    ],
    [
      "stricter neighbours",
      "neighbours: {tolerated: 0.001, increase: 0}",
      "neighbours",
      { errorRatio: { api: 0.005 } },
      "Failed",
    ],
    ["slower by half", "latency: {factor: 1.5, floor: 10ms}", "latency", { p95: { api: 0.16 } }, "Failed"],
    [
      "slower by less than anybody notices",
      "latency: {factor: 1.5, floor: 100ms, reason: people wait for a second anyway}",
      "latency",
      { p95: { api: 0.19 } },
      "Successful",
    ],
    ["not one restart", "restarts: {tolerated: 0}", "restarts", { pods: [pod("api-1", { restarts: 1 })] }, "Failed"],
  ])("%s", async (_name, section, check, over, phase) => {
    const baseline = await baselineOf(shop(), [api, policy]);
    const settings = settingsOf(section);
    expect(phaseOf(await look(check, shop(over), { objects: [api, policy], settings, baseline }))).toBe(phase);
  });
});
