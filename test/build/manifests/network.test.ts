/** Who may talk to whom, by the policies as they are applied. The table is written out: a new way has to be put here. */
import { beforeAll, describe, expect, test } from "vitest";
import { STAGES } from "../../../shared/stages.ts";
import { type End, mayCall, policiesIn } from "./reach.ts";
import { hasKubectl, rendered, workloadsIn } from "./rendered.ts";

const inNamespace = (name: string, more: Readonly<Record<string, string>> = {}) => ({
  "kubernetes.io/metadata.name": name,
  ...more,
});
const pod = (namespace: string, name: string): End => ({
  labels: { "app.kubernetes.io/name": name },
  namespace: inNamespace(namespace),
});

/** Where anybody might want to go: name, end, port. */
const PLACES: readonly (readonly [string, End, number])[] = [
  ["kubernetes", { address: "10.96.0.1" }, 443],
  ["kubernetes", { address: "172.18.0.2" }, 6443],
  ["prometheus", pod("monitoring", "prometheus"), 9090],
  ["internet", { address: "140.82.121.4" }, 443],
  ["internet", { address: "2606:4700::6810:84e5" }, 443],
  ["plain-web", { address: "93.184.216.34" }, 80],
  ["mail", { address: "93.184.216.34" }, 587],
  ["ssh", { address: "140.82.121.4" }, 22],
  ["private", { address: "192.168.1.10" }, 80],
  ["metadata", { address: "169.254.169.254" }, 80],
  ["argo-cd", pod("argocd", "argocd-server"), 8080],
  ["neighbour", pod("default", "shop"), 8080],
];

const ALLOWED: Readonly<Record<string, string>> = {
  coordinator: "internet kubernetes qdrant redis",
  ingest: "internet plain-web redis",
  route: "internet qdrant redis",
  evaluate: "internet qdrant redis",
  validate: "internet prometheus qdrant redis",
  plan: "internet kubernetes redis",
  approve: "redis",
  implement: "internet kubernetes prometheus redis",
  sync: "internet kubernetes prometheus redis",
  verify: "kubernetes prometheus redis",
  rollback: "internet kubernetes prometheus redis",
  learn: "internet qdrant redis",
  index: "internet qdrant redis",
  notify: "internet mail redis",
  redis: "",
  qdrant: "",
};

describe.skipIf(!hasKubectl)("keda/overlays/local", () => {
  const home = inNamespace("cortex-school");
  let policies: ReturnType<typeof policiesIn> = [];
  const pods = new Map<string, End>();
  beforeAll(() => {
    const objects = rendered("keda/overlays/local");
    policies = policiesIn(objects);
    for (const { metadata, spec } of workloadsIn(objects)) {
      pods.set(metadata.name.replace("cortex-", ""), { labels: spec.template.metadata.labels, namespace: home });
    }
  });
  const own = (name: string): End => {
    const found = pods.get(name);
    if (found === undefined) throw new Error(`no pod ${name}`);
    return found;
  };

  test("the table is about every pod there is", () => {
    expect([...pods.keys()].sort()).toEqual(Object.keys(ALLOWED).sort());
  });

  test.each(Object.entries(ALLOWED))("%s may go to: %s", (name, allowed) => {
    const places = [...PLACES, ["redis", own("redis"), 6379] as const, ["qdrant", own("qdrant"), 6333] as const];
    const others = STAGES.map((stage) => [stage, own(stage), 8080] as const);
    const reached = [...places, ...others, ["coordinator", own("coordinator"), 8080] as const]
      .filter(([, to, port]) => to !== own(name) && mayCall(policies, { from: own(name), to, port }))
      .map(([place]) => place);
    // A place with two addresses is reached by both or by none.
    const twice = reached.filter((place) => place === "kubernetes" || place === "internet");
    expect(twice.length % 2).toBe(0);
    expect([...new Set(reached)].sort().join(" ")).toBe(allowed);
  });

  test("names are looked up by all but the storage", () => {
    const dns = { labels: { "k8s-app": "kube-dns" }, namespace: inNamespace("kube-system") };
    for (const protocol of ["TCP", "UDP"] as const) {
      const may = [...pods.keys()].filter((name) =>
        mayCall(policies, { from: own(name), to: dns, port: 53, protocol }),
      );
      expect(may.sort()).toEqual(["coordinator", ...STAGES].sort());
    }
  });

  test.each<[string, End, string]>([
    ["KEDA's operator", pod("keda", "keda-operator"), "redis:6379"],
    ["Prometheus", pod("monitoring", "prometheus"), "coordinator:8080"],
    ["another pod of its namespace", pod("monitoring", "grafana"), ""],
    [
      "what stands in front of the cluster",
      { labels: {}, namespace: inNamespace("ingress-nginx", { "ai.cortex.school/front-door": "true" }) },
      "coordinator:8080",
    ],
    ["an ingress that nobody let in", pod("ingress-nginx", "ingress-nginx"), ""],
    ["a neighbour", pod("default", "shop"), ""],
    ["the world", { address: "8.8.8.8" }, ""],
    ["an unknown pod of the namespace", pod("cortex-school", "stranger"), ""],
  ])("%s may come in to: %s", (_who, from, allowed) => {
    const doors = [...pods.keys()].flatMap((name) => [6379, 6333, 8080].map((port) => [name, port] as const));
    const open = doors.filter(([name, port]) => mayCall(policies, { from, to: own(name), port }));
    expect(open.map(([name, port]) => `${name}:${port}`).join(" ")).toBe(allowed);
  });

  test("a function in HTTP mode goes where the same one goes that reads its list, and Knative alone comes to it", () => {
    const http = (stage: string): End => ({
      labels: {
        ...("labels" in own(stage) ? (own(stage) as { labels: Record<string, string> }).labels : {}),
        "app.kubernetes.io/name": `cortex-${stage}-http`,
        "ai.cortex.school/mode": "http",
      },
      namespace: home,
    });
    for (const stage of STAGES) {
      const places = [...PLACES, ["redis", own("redis"), 6379] as const, ["qdrant", own("qdrant"), 6333] as const];
      for (const [place, to, port] of places) {
        const may = mayCall(policies, { from: own(stage), to, port });
        expect(mayCall(policies, { from: http(stage), to, port }), `${stage} to ${place}`).toBe(may);
      }
      const asks = (namespace: string) =>
        mayCall(policies, { from: pod(namespace, "activator"), to: http(stage), port: 8012 });
      expect([asks("knative-serving"), asks("default")]).toEqual([true, false]);
    }
  });
});

test.skipIf(!hasKubectl)(
  "in production Redis is elsewhere: everybody but the storage gets there, and Qdrants find each other",
  () => {
    const objects = rendered("keda/overlays/production");
    const policies = policiesIn(objects);
    const redis = { address: "10.20.0.5" };
    for (const { metadata, spec } of workloadsIn(objects)) {
      const from: End = { labels: spec.template.metadata.labels, namespace: inNamespace("cortex-school") };
      expect(mayCall(policies, { from, to: redis, port: 6379 }), metadata.name).toBe(metadata.name !== "qdrant");
      expect(mayCall(policies, { from, to: from, port: 6335 }), metadata.name).toBe(metadata.name === "qdrant");
    }
  },
);
