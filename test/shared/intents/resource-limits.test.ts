import { describe, expect, test } from "vitest";
import { parseAllDocuments } from "yaml";
import { renderChangeSet } from "../../../shared/intents/render.ts";
import { setResourceLimits } from "../../../shared/intents/workloads/set-resource-limits.ts";
import { application, deployment, platformOf, SIZED } from "../../support/platform.ts";

const intent = {
  kind: "set-resource-limits",
  workload: { kind: "Deployment", namespace: "shop", name: "web" },
  container: "main",
  requests: { cpu: "100m", memory: "128Mi" },
  limits: { memory: "256Mi" },
} as const;

function edit(text: string, change: object = intent): string {
  const platform = platformOf({ "app.yaml": application("a", "web", "shop"), "web/web.yaml": text });
  const rendered = renderChangeSet(change as typeof intent, platform);
  return rendered.kind === "refused" ? `refused: ${rendered.because}` : (rendered.changeSet.files[0]?.after ?? "");
}

const container = (lines: string) => deployment("web", { extra: lines });
const limitsOf = (text: string): unknown =>
  parseAllDocuments(text)[0]?.getIn(["spec", "template", "spec", "containers", 0, "resources"]);
const asJson = (node: unknown): unknown => JSON.parse(JSON.stringify(node ?? null));

describe("shapes of YAML", () => {
  test.each([
    ["no resources", ""],
    ["an empty mapping", "          resources: {}\n"],
    ["an empty key", "          resources:\n"],
    ["an empty key with a comment", "          resources: # to do\n          env: []\n"],
    ["requests half there", "          resources:\n            requests:\n              cpu: 100m # measured\n"],
    [
      "a comment after the last port",
      "          ports:\n            - containerPort: 80\n            # - containerPort: 81\n          env: []\n",
    ],
    ["block text at the end", "          args:\n            - |\n              echo\n              resources: no\n"],
    ["a list without indentation", "          env:\n          - name: A\n            value: b\n"],
    ["requests in braces", "          resources:\n            requests: {cpu: 100m}\n            limits: {cpu: 1}\n"],
    ["no newline at the end", "          tty: true"],
  ])("%s", (_, lines) => {
    const text = container(lines);
    const wanted = structuredClone(intent) as { requests: Record<string, string> };
    if (lines.includes("cpu: 100m")) delete wanted.requests["cpu"];
    const after = edit(text, wanted);
    expect(asJson(limitsOf(after))).toMatchObject({
      requests: { cpu: "100m", memory: "128Mi" },
      limits: { memory: "256Mi" },
    });
    const kept = text.split("\n").filter((line) => line !== "" && !/resources: \{\}|(requests|limits): \{/.test(line));
    expect(kept.filter((line) => !after.split("\n").includes(line))).toEqual([]);
    expect(edit(text.replaceAll("\n", "\r\n"), wanted)).toBe(after.replaceAll("\n", "\r\n"));
  });

  test("the right document of many, the right container of two", () => {
    const side = "        - name: side\n          image: registry.example.com/team/side:1\n";
    const after = edit(`---\n# first\nkind: Note\n---\n${container(side)}`, { ...intent, container: "side" });
    expect(after).toContain(`${side}          resources:\n            requests:\n              cpu: 100m\n`);
    expect(after.startsWith("---\n# first\nkind: Note\n---\n")).toBe(true);
  });

  test.each([
    [
      "a container in braces",
      "spec: {selector: {matchLabels: {app: web}}, template: {metadata: {labels: {app: web}}, spec: {containers: [{name: main, image: a/b:1}]}}}",
      "not written as a block",
    ],
    [
      "an anchor used elsewhere",
      "spec:\n  selector: {matchLabels: {app: web}}\n  template:\n    metadata: {labels: {app: web}}\n    spec:\n      containers:\n        - &main\n          name: main\n          image: a/b:1\n      initContainers:\n        - *main\n",
      "more than the resources",
    ],
    [
      "an alias as resources",
      "x: &r {limits: {cpu: 1}}\nspec:\n  selector: {matchLabels: {app: web}}\n  template:\n    metadata: {labels: {app: web}}\n    spec:\n      containers:\n        - name: main\n          image: a/b:1\n          resources: *r\n",
      "left alone",
    ],
  ])("%s is refused, not mangled", (_, spec, because) => {
    expect(edit(`apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\n${spec}`)).toContain(because);
  });
});

describe("refusals", () => {
  test.each<[string, object, string]>([
    ["values that are no quantities", { limits: { memory: "256Mi\n  evil: true" } }, "not a quantity"],
    ["nothing to set", { requests: {}, limits: {} }, "sets nothing"],
    ["a request over its limit", { requests: { memory: "1Gi" }, limits: { memory: "1Mi" } }, "over its limit"],
    ["another container", { container: "other" }, "no container other"],
    ["another workload", { workload: { ...intent.workload, name: "nobody" } }, "there is no Deployment shop/nobody"],
    ["a Job, whose pods cannot change", { workload: { ...intent.workload, kind: "Job" } }, "not valid"],
    ["a field of its own", { image: "evil/x" }, "not valid"],
    ["a path for a name", { workload: { ...intent.workload, name: "../../etc" } }, "not a Kubernetes name"],
  ])("%s", (_, change, because) => expect(edit(container(""), { ...intent, ...change })).toContain(because));

  test("what is there already is not replaced", () => {
    expect(edit(container(SIZED))).toContain("is already there");
  });

  test("a file with a document nobody can read, a chart, kustomize patches, a List", () => {
    expect(edit(`${container("")}---\na: [\n`)).toContain("cannot be read");
    const patched = platformOf({
      "app.yaml": application("a", "web", "shop"),
      "web/kustomization.yaml": "resources: [web.yaml]\nnamePrefix: x-\n",
      "web/web.yaml": container(""),
    });
    expect(renderChangeSet(intent, patched)).toMatchObject({
      kind: "refused",
      because: expect.stringContaining("namePrefix") as string,
    });
    expect(
      edit(`apiVersion: v1\nkind: List\nitems:\n- ${container("").replaceAll("\n", "\n  ").trimEnd()}\n`),
    ).toContain("List");
  });
});

describe("where values come from", () => {
  const range = (extra: string) =>
    `apiVersion: v1\nkind: LimitRange\nmetadata: {name: limits}\nspec:\n  limits:\n  - type: Container\n${extra}`;
  const chosen = (texts: Record<string, string>) => {
    const platform = platformOf({ "app.yaml": application("a", "web", "shop"), ...texts });
    const [best] = setResourceLimits.candidates(platform);
    return best === undefined
      ? undefined
      : { requests: best.intent.requests, limits: best.intent.limits, because: best.because };
  };

  test("the LimitRange, with its ratio kept by raising the request", () => {
    const limits = range(
      "    default: {cpu: 1, memory: 512Mi}\n    defaultRequest: {cpu: 100m, memory: 64Mi}\n    maxLimitRequestRatio: {cpu: 4, memory: 3}\n",
    );
    expect(chosen({ "web/web.yaml": container(""), "web/limits.yaml": limits })).toMatchObject({
      requests: { cpu: "250m", memory: "171Mi" },
      limits: { cpu: "1", memory: "512Mi" },
      because: expect.stringContaining("LimitRange limits") as string,
    });
  });

  test("a request that is there stays, the limit fits around it", () => {
    const limits = range("    default: {memory: 512Mi}\n    maxLimitRequestRatio: {memory: 2}\n");
    const lines = "          resources: {requests: {cpu: 1, memory: 1Gi}}\n";
    expect(chosen({ "web/web.yaml": container(lines), "web/limits.yaml": limits })).toMatchObject({
      limits: { memory: "2Gi" },
    });
  });

  test("neighbours: the median of the namespace; the same image elsewhere counts more", () => {
    const sized = (memory: string) =>
      `          resources: {requests: {cpu: 50m, memory: ${memory}}, limits: {memory: ${memory}}}\n`;
    const texts = {
      "web/web.yaml": container(""),
      "web/a.yaml": deployment("a", { extra: sized("100Mi"), image: "registry.example.com/team/a:1" }),
      "web/b.yaml": deployment("b", { extra: sized("200Mi"), image: "registry.example.com/team/b:1" }),
      "web/c.yaml": deployment("c", { extra: sized("900Mi"), image: "registry.example.com/team/c:1" }),
    };
    expect(chosen(texts)).toMatchObject({ limits: { memory: "200Mi" }, requests: { cpu: "50m" } });
    const same = { ...texts, "web/d.yaml": deployment("d", { extra: sized("300Mi") }) };
    expect(chosen(same)).toMatchObject({ limits: { memory: "300Mi" } });
  });

  test("nothing to go by: no candidate", () => {
    expect(chosen({ "web/web.yaml": container("") })).toBeUndefined();
  });

  test("system namespaces are nobody's target", () => {
    const platform = platformOf({
      "app.yaml": application("a", "web", "kube-system"),
      "web/web.yaml": container(""),
      "web/a.yaml": deployment("a", { extra: SIZED }),
    });
    expect(setResourceLimits.candidates(platform)).toEqual([]);
  });
});
