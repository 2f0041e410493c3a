import { describe, expect, test } from "vitest";
import { mayBeRefused, refusalOf } from "../../../shared/revert/frozen.ts";

type Fields = Record<string, unknown>;
const claim = (storage: string, spec: Fields = {}): Fields => ({
  spec: { resources: { requests: { storage } }, ...spec },
});
const selector = (app: string) => ({ spec: { selector: { matchLabels: { app } } } });
const statefulSet = (over: Fields) => ({ spec: { serviceName: "db", replicas: 1, ...over } });
const definition = (...versions: string[]) => ({ spec: { versions: versions.map((name) => ({ name })) } });

interface Case {
  readonly kind: string;
  readonly before: Fields;
  readonly after: Fields;
  readonly live: Fields;
  readonly because?: RegExp;
}

const refusedCases: Record<string, Case> = {
  "a volume that has grown": {
    kind: "PersistentVolumeClaim",
    before: claim("20Gi"),
    after: claim("10Gi"),
    live: claim("20Gi"),
    because: /20Gi.*10Gi.*never gets smaller/,
  },
  "a volume that has grown, said in other units": {
    kind: "PersistentVolumeClaim",
    before: claim("20Gi"),
    after: claim("10Gi"),
    live: claim("20480Mi"),
  },
  "the class of a volume": {
    kind: "PersistentVolumeClaim",
    before: claim("1Gi", { storageClassName: "fast" }),
    after: claim("1Gi", { storageClassName: "slow" }),
    live: claim("1Gi", { storageClassName: "fast", volumeMode: "Filesystem" }),
    because: /spec.storageClassName/,
  },
  "a selector that was applied": {
    kind: "Deployment",
    before: selector("new"),
    after: selector("old"),
    live: selector("new"),
    because: /spec.selector/,
  },
  "what a StatefulSet does not let change": {
    kind: "StatefulSet",
    before: statefulSet({ podManagementPolicy: "Parallel" }),
    after: statefulSet({ podManagementPolicy: "OrderedReady" }),
    live: statefulSet({ podManagementPolicy: "Parallel", replicas: 3 }),
    because: /podManagementPolicy/,
  },
  "settings that were sealed": {
    kind: "ConfigMap",
    before: { immutable: true, data: { a: "1" } },
    after: { data: { a: "1" } },
    live: { immutable: true, data: { a: "1" } },
    because: /immutable/,
  },
  "a version of a kind that objects are stored as": {
    kind: "CustomResourceDefinition",
    before: definition("v1", "v2"),
    after: definition("v1"),
    live: { ...definition("v1", "v2"), status: { storedVersions: ["v1", "v2"] } },
    because: /v2/,
  },
  "to whom a role is given": {
    kind: "RoleBinding",
    before: { roleRef: { kind: "Role", name: "writer" } },
    after: { roleRef: { kind: "Role", name: "reader" } },
    live: { roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name: "writer" } },
    because: /roleRef/,
  },
  "the task of a Job": {
    kind: "Job",
    before: { spec: { template: { spec: { containers: [{ name: "a", image: "a:2" }] } } } },
    after: { spec: { template: { spec: { containers: [{ name: "a", image: "a:1" }] } } } },
    live: { spec: { template: { spec: { restartPolicy: "Never", containers: [{ name: "a", image: "a:2" }] } } } },
    because: /spec.template/,
  },
};

describe("Kubernetes would refuse to take back", () => {
  test.each(Object.entries(refusedCases))("%s", (_name, { kind, before, after, live, because }) => {
    expect(mayBeRefused(kind, before, after)).toBe(true);
    expect(refusalOf(kind, { before, after, live })).toMatch(because ?? /./);
  });
});

const takenCases: Record<string, Case> = {
  "a larger volume that never came": {
    kind: "PersistentVolumeClaim",
    before: claim("20Gi"),
    after: claim("10Gi"),
    live: claim("10Gi"),
  },
  "a selector the cluster never took": {
    kind: "Deployment",
    before: selector("new"),
    after: selector("old"),
    live: selector("old"),
  },
  "replicas and template of a StatefulSet": {
    kind: "StatefulSet",
    before: statefulSet({ replicas: 3, template: { a: 1 } }),
    after: statefulSet({ template: { a: 2 } }),
    live: statefulSet({ replicas: 3, template: { a: 1 } }),
  },
  "settings that are not sealed": {
    kind: "ConfigMap",
    before: { data: { a: "1" } },
    after: { data: { a: "2" } },
    live: { data: { a: "1" } },
  },
  "a version nothing is stored as": {
    kind: "CustomResourceDefinition",
    before: definition("v1", "v2"),
    after: definition("v1"),
    live: { ...definition("v1", "v2"), status: { storedVersions: ["v1"] } },
  },
  "what is no matter of the kind": {
    kind: "NetworkPolicy",
    before: { spec: { podSelector: {} } },
    after: { spec: { podSelector: { a: 1 } } },
    live: {},
  },
};

test.each(Object.entries(takenCases))("%s is taken", (_name, { kind, before, after, live }) => {
  expect(refusalOf(kind, { before, after, live })).toBeUndefined();
});

test("limits of a container are nothing to ask the cluster about", () => {
  const deployment = (memory: string) => ({ spec: { ...selector("a").spec, template: { memory } } });
  expect(mayBeRefused("Deployment", deployment("1Gi"), deployment("2Gi"))).toBe(false);
});
