/** Volumes that grow where their class lets them, and policy on what lasts. */
import { describe, expect, test } from "vitest";
import { intents } from "../../../shared/intents/registry.ts";
import { renderChangeSet } from "../../../shared/intents/render.ts";
import { judge } from "../../../shared/policy/judge.ts";
import type { Platform } from "../../../shared/repository/platform.ts";
import { cellar, claim, claimed, database, mounting } from "./cellar-platform.ts";

const grow = (name: string, storage: string) => ({
  kind: "expand-volume-claim",
  claim: { namespace: "cellar", name },
  requests: { storage },
});

function outcome(intent: { readonly kind: string }, platform: Platform): string {
  const rendered = renderChangeSet(intent, platform);
  return rendered.kind === "refused" ? rendered.because : rendered.verdict.decision;
}

describe("a claim that grows", () => {
  test("by what its program may keep; the comment stays, and a person is told that it stays so", () => {
    const platform = cellar();
    const [candidate] = intents.get("expand-volume-claim")?.candidates(platform) ?? [];
    expect(candidate?.intent).toEqual(grow("gauge-store", "50Gi"));
    const rendered = renderChangeSet(grow("gauge-store", "50Gi"), platform);
    if (rendered.kind === "refused") throw new Error(rendered.because);
    expect(rendered.changeSet.files[0]?.after).toContain("      storage: 50Gi # as the crates are\n");
    expect(rendered.changes.join()).toContain("cannot be taken back");
    expect(rendered.verdict.rules.map(({ rule }) => rule)).toContain("always-human-volume");
  });

  test("a Redis that writes everything down needs twice its memory", () => {
    const rest = `          args: ["--appendonly", "yes", "--maxmemory", "4gb"]\n${mounting("store", "/data")}`;
    const more = {
      "crates-deployment.yaml": database("crates", "redis:7.4.1", {
        rest,
        pod: `      volumes:\n${claimed("store", "crates-store")}`,
      }),
    };
    const found = intents.get("expand-volume-claim")?.candidates(cellar("directory", more)) ?? [];
    expect(found.map(({ intent }) => intent)).toContainEqual(grow("crates-store", "8Gi"));
  });

  test("where the class is not in Git a person may, and is told what is not known", () => {
    const platform = cellar("directory", { "gauge-claim.yaml": claim("gauge-store", "20Gi", "elsewhere") });
    expect(intents.get("expand-volume-claim")?.candidates(platform)).toEqual([]);
    const rendered = renderChangeSet(grow("gauge-store", "50Gi"), platform);
    expect(JSON.stringify(rendered)).toContain("does not say whether elsewhere lets volumes grow");
  });

  test.each<[string, Record<string, string>, { kind: string }, RegExp]>([
    ["smaller", {}, grow("gauge-store", "10Gi"), /never gets smaller/],
    ["the same", {}, grow("gauge-store", "20Gi"), /is not more/],
    ["far too much", {}, grow("gauge-store", "2Ti"), /more than 10 times/],
    [
      "a class that does not grow",
      { "gauge-claim.yaml": claim("gauge-store", "20Gi", "cold") },
      grow("gauge-store", "50Gi"),
      /cold does not let volumes grow/,
    ],
    [
      "a volume made by hand",
      { "gauge-claim.yaml": `${claim("gauge-store", "20Gi", "fast")}  volumeName: pv-7\n` },
      grow("gauge-store", "50Gi"),
      /by hand/,
    ],
    ["a claim nobody wrote", {}, grow("nothing", "50Gi"), /there is no PersistentVolumeClaim/],
    [
      "a quota",
      {
        "q.yaml": "apiVersion: v1\nkind: ResourceQuota\nmetadata: {name: q}\nspec: {hard: {requests.storage: 60Gi}}\n",
      },
      grow("gauge-store", "50Gi"),
      /ResourceQuota cellar\/q/,
    ],
    [
      "a LimitRange",
      {
        "l.yaml":
          "apiVersion: v1\nkind: LimitRange\nmetadata: {name: l}\nspec: {limits: [{type: PersistentVolumeClaim, max: {storage: 40Gi}}]}\n",
      },
      grow("gauge-store", "50Gi"),
      /at most 40Gi/,
    ],
    [
      "a StatefulSet's own claim",
      {
        "s.yaml":
          "apiVersion: apps/v1\nkind: StatefulSet\nmetadata: {name: db}\nspec: {template: {spec: {containers: []}}, volumeClaimTemplates: [{metadata: {name: data}, spec: {resources: {requests: {storage: 1Gi}}}}]}\n",
      },
      grow("data-db-0", "2Gi"),
      /volumeClaimTemplates of StatefulSet db/,
    ],
  ])("refused: %s", (_, more, intent, reason) => {
    expect(outcome(intent, cellar("directory", more))).toMatch(reason);
  });
});

describe("policy on what lasts", () => {
  const platform = cellar();
  const path = "apps/cellar/gauge-claim.yaml";
  const change = (after: string) => ({
    files: [{ path, before: platform.files.get(path)?.blob ?? null, after }],
    objects: [
      {
        apiVersion: "v1",
        kind: "PersistentVolumeClaim",
        namespace: "cellar",
        name: "gauge-store",
        effect: "change" as const,
      },
    ],
    application: "cellar",
    hash: "x",
  });

  test("a smaller claim is denied, a larger one a person's", () => {
    expect(judge(change(claim("gauge-store", "10Gi", "fast")), platform).rules).toContainEqual(
      expect.objectContaining({ rule: "claims-never-shrink", decision: "deny" }),
    );
    const larger = judge(change(claim("gauge-store", "30Gi", "fast")), platform);
    expect(larger.decision).toBe("human");
  });
});
