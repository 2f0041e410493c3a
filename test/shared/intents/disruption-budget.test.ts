import { describe, expect, test } from "vitest";
import { renderChangeSet } from "../../../shared/intents/render.ts";
import { addPodDisruptionBudget } from "../../../shared/intents/workloads/add-pod-disruption-budget.ts";
import { application, platformOf } from "../../support/platform.ts";

interface Options {
  readonly kind?: string;
  readonly replicas?: number | undefined;
  readonly labels?: string;
  readonly selector?: string;
}

function workload(name: string, { kind = "Deployment", replicas = 2, labels, selector }: Options = {}): string {
  const own = labels ?? `app: ${name}`;
  return `apiVersion: apps/v1
kind: ${kind}
metadata: {name: ${name}, namespace: shop}
spec:
  replicas: ${replicas}
  selector: ${selector ?? `{matchLabels: {app: ${name}}}`}
  template:
    metadata: {labels: {${own}}}
    spec: {containers: [{name: main, image: "registry.example.com/team/app:1.0.0"}]}
`;
}
const budget = (name: string, spec: string, apiVersion = "policy/v1") =>
  `apiVersion: ${apiVersion}\nkind: PodDisruptionBudget\nmetadata: {name: ${name}, namespace: shop}\nspec: ${spec}\n`;
const autoscaler = (name: string, min: string) =>
  `apiVersion: autoscaling/v2\nkind: HorizontalPodAutoscaler\nmetadata: {name: ${name}, namespace: shop}\nspec: {scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: ${name}}, ${min}maxReplicas: 9}\n`;
const base = { "apps/shop.yaml": application("shop", "shop", "shop") };

const targets = (texts: Record<string, string>) =>
  addPodDisruptionBudget.candidates(platformOf({ ...base, ...texts })).map(({ target }) => target);
const ask = (name: string, over: { kind?: string; maxUnavailable?: number } = {}) => ({
  kind: "add-pod-disruption-budget" as const,
  workload: { kind: over.kind ?? "Deployment", namespace: "shop", name },
  maxUnavailable: over.maxUnavailable ?? 1,
});

describe("which workloads", () => {
  test.each<[string, Record<string, string>, string[]]>([
    ["two replicas", { "shop/a.yaml": workload("a") }, ["Deployment shop/a"]],
    [
      "a StatefulSet goes before a Deployment",
      { "shop/a.yaml": `${workload("a")}---\n${workload("b", { kind: "StatefulSet" })}` },
      ["StatefulSet shop/b", "Deployment shop/a"],
    ],
    ["one replica", { "shop/a.yaml": workload("a", { replicas: 1 }) }, []],
    ["scaled to zero", { "shop/a.yaml": workload("a", { replicas: 0 }) }, []],
    ["a DaemonSet has one pod on every node", { "shop/a.yaml": workload("a", { kind: "DaemonSet" }) }, []],
    [
      "an autoscaler that keeps two",
      { "shop/a.yaml": workload("a", { replicas: 1 }), "shop/h.yaml": autoscaler("a", "minReplicas: 2, ") },
      ["Deployment shop/a"],
    ],
    [
      "an autoscaler that may go down to one",
      { "shop/a.yaml": workload("a", { replicas: 3 }), "shop/h.yaml": autoscaler("a", "") },
      [],
    ],
    [
      "a budget selects it",
      {
        "shop/a.yaml": workload("a"),
        "shop/p.yaml": budget("x", "{minAvailable: 1, selector: {matchLabels: {app: a}}}"),
      },
      [],
    ],
    [
      "a budget selects it by an expression",
      {
        "shop/a.yaml": workload("a"),
        "shop/p.yaml": budget(
          "x",
          "{minAvailable: 1, selector: {matchExpressions: [{key: app, operator: In, values: [a, b]}]}}",
        ),
      },
      [],
    ],
    [
      "a budget for everything",
      { "shop/a.yaml": workload("a"), "shop/p.yaml": budget("all", "{maxUnavailable: 1, selector: {}}") },
      [],
    ],
    [
      "a budget for others",
      {
        "shop/a.yaml": workload("a"),
        "shop/p.yaml": budget("x", "{minAvailable: 1, selector: {matchLabels: {app: b}}}"),
      },
      ["Deployment shop/a"],
    ],
    [
      "a budget without a selector selects nothing",
      { "shop/a.yaml": workload("a"), "shop/p.yaml": budget("x", "{minAvailable: 1}") },
      ["Deployment shop/a"],
    ],
    [
      "its selector would pick a neighbour's pods too",
      {
        "shop/a.yaml": workload("a"),
        "shop/b.yaml": workload("b", { labels: "app: a, tier: b", selector: "{matchLabels: {tier: b}}" }),
      },
      ["Deployment shop/b"],
    ],
    ["read by no Application", { "elsewhere/a.yaml": workload("a") }, []],
  ])("%s", (_name, texts, expected) => {
    expect(targets(texts)).toEqual(expected);
  });

  test("why a single replica gets none is said", () => {
    const { open, exempt } = addPodDisruptionBudget.survey(
      platformOf({ ...base, "shop/a.yaml": workload("a", { replicas: 1 }) }),
    );
    expect(open).toEqual([]);
    expect(exempt).toEqual([
      {
        target: "Deployment shop/a",
        namespace: "shop",
        because: expect.stringMatching(/single replica.*forbid every drain/),
      },
    ]);
  });
});

describe("what is written", () => {
  function written(texts: Record<string, string>, intent = ask("a")) {
    const rendered = renderChangeSet(intent, platformOf({ ...base, ...texts }));
    if (rendered.kind === "refused") throw new Error(rendered.because);
    return rendered;
  }

  test.each<[string, Record<string, string>, string]>([
    [
      "name, then kind",
      { "shop/a-deployment.yaml": workload("a"), "shop/b-deployment.yaml": workload("b") },
      "shop/a-pdb.yaml",
    ],
    [
      "kind, then name",
      { "shop/deployment-a.yaml": workload("a"), "shop/deployment-b.yaml": workload("b") },
      "shop/pdb-a.yaml",
    ],
    [
      "a dot between",
      { "shop/a.deployment.yml": workload("a"), "shop/b.deployment.yml": workload("b") },
      "shop/a.pdb.yml",
    ],
    [
      "taken already",
      {
        "shop/a-deployment.yaml": workload("a"),
        "shop/a-pdb.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: odd, namespace: shop}\n",
      },
      "shop/school-a-pdb.yaml",
    ],
  ])("file name: %s", (_name, texts, path) => {
    expect(written(texts).changeSet.files.map((file) => file.path)).toEqual([path]);
  });

  test("a budget is named as the repository's others are", () => {
    const { changeSet } = written({
      "shop/a.yaml": workload("a"),
      "shop/p.yaml": budget("b-pdb", "{minAvailable: 1, selector: {matchLabels: {app: b}}}"),
    });
    expect(changeSet.objects.map(({ name }) => name)).toEqual(["a-pdb"]);
    expect(changeSet.files.map(({ path }) => path)).toEqual(["shop/a-pdb.yaml"]);
  });

  test("the workload's own selector, expressions included", () => {
    const selector = "{matchLabels: {app: a}, matchExpressions: [{key: tier, operator: Exists}]}";
    const { changeSet, verdict } = written({
      "shop/a.yaml": workload("a", { labels: "app: a, tier: front", selector }),
    });
    expect(changeSet.files[0]?.after).toContain("operator: Exists");
    expect(verdict.decision).toBe("auto");
  });

  test.each([
    [2, 1],
    [9, 1],
    [20, 2],
    [55, 5],
  ])("of %i replicas %i may go at once", (replicas, most) => {
    const [candidate] = addPodDisruptionBudget.candidates(
      platformOf({ ...base, "shop/a.yaml": workload("a", { replicas }) }),
    );
    expect(candidate?.intent.maxUnavailable).toBe(most);
  });

  test("a StatefulSet loses one at a time, and waits for pods that are not ready", () => {
    const texts = { "shop/a.yaml": workload("a", { kind: "StatefulSet", replicas: 30 }) };
    const [candidate] = addPodDisruptionBudget.candidates(platformOf({ ...base, ...texts }));
    expect(candidate?.intent.maxUnavailable).toBe(1);
    expect(written(texts, ask("a", { kind: "StatefulSet" })).changeSet.files[0]?.after).not.toContain(
      "unhealthyPodEvictionPolicy",
    );
    expect(written({ "shop/a.yaml": workload("a") }).changeSet.files[0]?.after).toContain(
      "unhealthyPodEvictionPolicy: AlwaysAllow",
    );
  });
});

describe("refused", () => {
  test.each<[string, Record<string, string>, ReturnType<typeof ask>, RegExp]>([
    ["as many as there are", { "shop/a.yaml": workload("a") }, ask("a", { maxUnavailable: 2 }), /protect nothing/],
    [
      "a majority would be gone",
      { "shop/a.yaml": workload("a", { kind: "StatefulSet", replicas: 5 }) },
      ask("a", { kind: "StatefulSet", maxUnavailable: 3 }),
      /no majority/,
    ],
    [
      "three of four StatefulSet pods must stay for a majority",
      { "shop/a.yaml": workload("a", { kind: "StatefulSet", replicas: 4 }) },
      ask("a", { kind: "StatefulSet", maxUnavailable: 2 }),
      /no majority/,
    ],
    ["not there", {}, ask("a"), /there is no Deployment shop\/a/],
    ["another kind", { "shop/a.yaml": workload("a") }, ask("a", { kind: "DaemonSet" }), /not valid/],
    ["zero", { "shop/a.yaml": workload("a") }, ask("a", { maxUnavailable: 0 }), /not valid/],
    [
      "its name is taken",
      {
        "shop/a.yaml": workload("a"),
        "shop/p.yaml": budget("a", "{minAvailable: 1, selector: {matchLabels: {app: other}}}"),
      },
      ask("a"),
      /already holds PodDisruptionBudget a/,
    ],
  ])("%s", (_name, texts, intent, because) => {
    const rendered = renderChangeSet(intent, platformOf({ ...base, ...texts }));
    expect(rendered.kind === "refused" ? rendered.because : "rendered").toMatch(because);
  });
});
