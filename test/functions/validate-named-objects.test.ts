/** Objects a proposal writes out are looked for by kind and name, or by whom they are for. */
import { describe, expect, test } from "vitest";
import { look } from "./coast.ts";

describe("objects that are written out", () => {
  test.each<[string, string, string, string, RegExp]>([
    [
      "present by name",
      "Bound the beacon namespace",
      "A ResourceQuota named beacon-quota caps it",
      "conflict",
      /beacon\/beacon-quota is there already/,
    ],
    [
      "present by its namespace alone",
      "Add a ResourceQuota to namespace beacon",
      "",
      "conflict",
      /beacon\/beacon-quota/,
    ],
    [
      "present with the same numbers",
      "Add a resource quota to the beacon namespace",
      "pods: 40, limits.memory 24Gi",
      "conflict",
      /is there already/,
    ],
    [
      "present with other numbers",
      "Let namespace beacon have 60 pods with a ResourceQuota",
      "",
      "pass",
      /pods 40, and 60 is asked for/,
    ],
    [
      "lacking in the namespace",
      "Add a ResourceQuota to namespace horn-room",
      "",
      "pass",
      /namespace horn-room has no ResourceQuota/,
    ],
    [
      "not applied",
      "Add a ResourceQuota to namespace fog-lab",
      "",
      "pass",
      /fog-lab has no ResourceQuota.*no Application applies/,
    ],
    [
      "lacking in some when none is named",
      "Add a ResourceQuota to every namespace",
      "",
      "pass",
      /has no ResourceQuota/,
    ],
    ["a LimitRange elsewhere", "Add a LimitRange to namespace beacon", "", "pass", /beacon has no LimitRange/],
    ["a LimitRange here", "Create a limit range in the horn-room namespace", "", "conflict", /horn-limits is there/],
    [
      "a budget by its name",
      "Survive a drain",
      "PodDisruptionBudget lamp-pdb in beacon",
      "conflict",
      /beacon\/lamp-pdb is there/,
    ],
    [
      "a budget under another name, by whom it is for",
      "Add a PodDisruptionBudget lamp-driver-budget for lamp-driver",
      "",
      "conflict",
      /beacon\/lamp-pdb is there/,
    ],
    [
      "an autoscaler by whom it is for",
      "Add an HPA for Deployment fog-gauge",
      "",
      "conflict",
      /fog-lab\/gauge is there/,
    ],
    [
      "a daemon by kind and name",
      "Keep gulls off the glass",
      "A Deployment gull-chaser-daemon in beacon that scales nests to zero",
      "conflict",
      /gull-chaser-daemon is there/,
    ],
    ["a daemon in plain words", "Deploy a gull chaser daemon", "", "conflict", /gull-chaser-daemon/],
    [
      "a workload that sleeps",
      "Count the oil",
      "A Deployment oil-counter in namespace beacon",
      "unknown",
      /scaled to zero/,
    ],
    [
      "a workload that is only a placeholder",
      "Tell the tides",
      "A Deployment tide-teller in namespace beacon",
      "pass",
      /not implemented/,
    ],
    [
      "a workload that is not there",
      "Polish the brass",
      "A Deployment brass-polisher that scales to zero",
      "pass",
      /brass-polisher is in no manifest/,
    ],
    [
      "a rule by name",
      "Alert on a dark lamp",
      "A PrometheusRule called lamp-alerts",
      "conflict",
      /lamp-alerts is there/,
    ],
    [
      "an account by name",
      "Own rights for the lamp",
      "Create ServiceAccount lamp-account",
      "conflict",
      /lamp-account is there/,
    ],
    [
      "a CronJob by name",
      "Trim the wicks at night",
      "a CronJob `wick-trimmer` at four",
      "conflict",
      /wick-trimmer is there/,
    ],
    ["a policy by name", "Close the lamp", "a NetworkPolicy named lamp-only", "conflict", /lamp-only is there/],
    ["a policy that is not there", "Close the horn", "a NetworkPolicy named horn-only", "pass", /./],
    [
      "a Namespace that is where an Application puts things",
      "Room for horns",
      "Create the Namespace keepers-den",
      "pass",
      /keepers-den is in no manifest/,
    ],
  ])("%s: %s / %s", (_, title, notes, result, because) => {
    const finding = look(title, notes);
    expect(`${finding?.result}: ${finding?.because}`).toMatch(new RegExp(`^${result}: .*${because.source}`));
  });

  test("it is shown with its place; where a number differs, that one's", () => {
    expect(look("Add a ResourceQuota to namespace beacon")?.evidence).toEqual([
      "beacon/quota.yaml:3: ResourceQuota beacon/beacon-quota (present)",
    ]);
    expect(look("Let namespace beacon have 60 pods with a ResourceQuota")?.citations).toMatchObject([
      { path: "beacon/quota.yaml", quote: expect.stringContaining("pods") as string },
    ]);
  });

  test.each([
    "Add the variable GLASS=clean to the Deployment logbook in namespace beacon",
    "Raise the ResourceQuota beacon-quota",
    "Deployment lamp-driver gets a topology spread",
    "Remove the PodDisruptionBudget lamp-pdb",
    "Add another ResourceQuota named beacon-quota",
    "Keep the keepers' log without a Deployment logbook",
  ])("what is to be changed is not there already: %s", (title) => {
    expect(look(title)?.result).not.toBe("conflict");
  });
});
