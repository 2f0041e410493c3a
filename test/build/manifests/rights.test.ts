/** Who may ask Kubernetes what: the table of the applied roles, and the calls of the code it is held against. */
import { beforeAll, describe, expect, test } from "vitest";
import * as z from "zod";
import knownFields from "../../../shared/policy/known-fields.json" with { type: "json" };
import { STAGES } from "../../../shared/stages.ts";
import {
  hasKubectl,
  type KubeObject,
  KubeObject as KubeObjectForm,
  ofKind,
  rendered,
  workloadsIn,
} from "./rendered.ts";

const Rule = z.strictObject({
  apiGroups: z.array(z.string()),
  resources: z.array(z.string()),
  resourceNames: z.array(z.string()).optional(),
  verbs: z.array(z.string()),
});
type Rule = z.infer<typeof Rule>;
const Role = KubeObjectForm.extend({ rules: z.array(Rule) });
const Binding = KubeObjectForm.extend({
  roleRef: z.object({ apiGroup: z.string(), kind: z.string(), name: z.string() }),
  subjects: z.array(z.object({ kind: z.literal("ServiceAccount"), name: z.string(), namespace: z.string() })),
});

interface Grant {
  readonly rule: Rule;
  /** Undefined: in all. */
  readonly namespace: string | undefined;
}

/** What an account was given, by every binding that names it. */
function grantsOf(account: string, objects: readonly KubeObject[]): Grant[] {
  const roles = ["Role", "ClusterRole"].flatMap((kind) => ofKind(objects, kind, Role));
  return ["RoleBinding", "ClusterRoleBinding"]
    .flatMap((kind) => ofKind(objects, kind, Binding))
    .filter(({ subjects }) => subjects.some((one) => one.name === account && one.namespace === "cortex-school"))
    .flatMap(({ roleRef, metadata }) => {
      const role = roles.find((one) => one.kind === roleRef.kind && one.metadata.name === roleRef.name);
      if (role === undefined) throw new Error(`no ${roleRef.kind} ${roleRef.name}`);
      return role.rules.map((rule) => ({ rule, namespace: metadata.namespace }));
    });
}

interface Ask {
  readonly verb: string;
  readonly group: string;
  readonly resource: string;
  readonly namespace: string;
  readonly name?: string;
}

function may(grants: readonly Grant[], { verb, group, resource, namespace, name }: Ask): boolean {
  return grants.some(
    ({ rule, namespace: where }) =>
      (where === undefined || where === namespace) &&
      rule.verbs.includes(verb) &&
      rule.apiGroups.includes(group) &&
      rule.resources.includes(resource) &&
      (rule.resourceNames === undefined || (name !== undefined && rule.resourceNames.includes(name))),
  );
}

const look = (resource: string, group = ""): Ask => ({ verb: "get", group, resource, namespace: "shop", name: "x" });
const ASKS: Readonly<Record<string, Ask>> = {
  "get deployments": look("deployments", "apps"),
  "get configmaps": look("configmaps"),
  "get roles": look("roles", "rbac.authorization.k8s.io"),
  "get pods/log": look("pods/log"),
  "list pods": { ...look("pods"), verb: "list" },
  "list events": { ...look("events"), verb: "list" },
  "list endpoints": { ...look("endpoints"), verb: "list" },
  "get applications": { ...look("applications", "argoproj.io"), namespace: "argocd" },
  "patch applications": { ...look("applications", "argoproj.io"), verb: "patch", namespace: "argocd" },
  "patch applications elsewhere": { ...look("applications", "argoproj.io"), verb: "patch" },
  "get secrets": look("secrets"),
  "list secrets": { ...look("secrets"), verb: "list" },
  "create pods": { ...look("pods"), verb: "create" },
  "patch deployments": { ...look("deployments", "apps"), verb: "patch" },
  "delete pods": { ...look("pods"), verb: "delete" },
  "create rolebindings": { ...look("rolebindings", "rbac.authorization.k8s.io"), verb: "create" },
  "wake a stage": {
    verb: "patch",
    group: "apps",
    resource: "deployments/scale",
    namespace: "cortex-school",
    name: "cortex-route",
  },
  "scale itself": {
    verb: "patch",
    group: "apps",
    resource: "deployments/scale",
    namespace: "cortex-school",
    name: "cortex-coordinator",
  },
  "scale others": {
    verb: "patch",
    group: "apps",
    resource: "deployments/scale",
    namespace: "shop",
    name: "cortex-route",
  },
};

const OBJECTS = ["get configmaps", "get deployments", "get roles"];
const STATE = ["get pods/log", "list endpoints", "list events", "list pods"];
/** Who is not here may ask nothing, and has no token to ask with. */
const ALLOWED: Readonly<Record<string, readonly string[]>> = {
  coordinator: [...OBJECTS, "wake a stage"],
  plan: ["create pods", "patch deployments"],
  implement: [...OBJECTS, ...STATE, "get applications"],
  sync: [...OBJECTS, ...STATE, "get applications", "patch applications"],
  verify: [...OBJECTS, ...STATE, "get applications"],
  rollback: [...OBJECTS, ...STATE, "get applications", "patch applications"],
};

describe.skipIf(!hasKubectl)("the rights that are applied", () => {
  let objects: readonly KubeObject[] = [];
  beforeAll(() => {
    objects = [...rendered("keda/overlays/production"), ...rendered("keda/argocd/access")];
  });

  test.each(["coordinator", ...STAGES])("%s", (program) => {
    const grants = grantsOf(`cortex-${program}`, objects);
    const allowed = Object.keys(ASKS).filter((ask) => may(grants, ASKS[ask] as Ask));
    expect(allowed.sort()).toEqual([...(ALLOWED[program] ?? [])].sort());
    const pod = workloadsIn(objects).find(({ metadata }) => metadata.name === `cortex-${program}`)?.spec.template.spec;
    expect(pod?.automountServiceAccountToken).toBe(Object.hasOwn(ALLOWED, program));
    const account = objects.find(
      ({ kind, metadata }) => kind === "ServiceAccount" && metadata.name === `cortex-${program}`,
    );
    expect(account?.["automountServiceAccountToken"]).toBe(Object.hasOwn(ALLOWED, program));
    if (!Object.hasOwn(ALLOWED, program)) expect(grants).toEqual([]);
  });

  test("what the school may change it may look at afterwards, and show to the cluster before, but for rights", () => {
    const kinds = Object.keys(knownFields.kinds).map((id) => {
      const [version = "", group = ""] = id.split("/").slice(0, -1).reverse();
      const kind = id.slice(id.lastIndexOf("/") + 1);
      const plural = kind.toLowerCase().replace(/y$/, "ie").replace(/s$/, "se");
      return { id: `${version} ${kind}`, group, resource: `${plural}s` };
    });
    expect(kinds.length).toBeGreaterThan(15);
    const without = (program: string, verb: string) =>
      kinds
        .filter(({ group, resource }) => {
          const asked = { verb, group, resource, namespace: "shop", name: "x" };
          return !may(grantsOf(`cortex-${program}`, objects), asked);
        })
        .map(({ id }) => id);
    for (const program of ["verify", "rollback", "coordinator"]) expect(without(program, "get")).toEqual([]);
    expect(without("plan", "patch")).toEqual(["v1 Role", "v1 RoleBinding"]);
  });

  test("no rule has a wildcard, and none is about Secrets", () => {
    const rules = ["Role", "ClusterRole"].flatMap((kind) => ofKind(objects, kind, Role)).flatMap((role) => role.rules);
    expect(rules.length).toBeGreaterThan(30);
    for (const { apiGroups, resources, verbs } of rules) {
      expect([...apiGroups, ...resources, ...verbs].filter((word) => word.includes("*") || word === "secrets")).toEqual(
        [],
      );
    }
  });

  test("whatever may write but for waking and Argo CD is held to dry runs, by a policy that names its account", () => {
    const writers = ["coordinator", ...STAGES].filter((program) =>
      grantsOf(`cortex-${program}`, objects).some(
        ({ rule: { verbs, resources } }) =>
          verbs.some((verb) => verb !== "get" && verb !== "list") &&
          !["deployments/scale", "applications"].includes(resources.join()),
      ),
    );
    expect(writers).toEqual(["plan"]);
    const [policy] = objects.filter(({ kind }) => kind === "ValidatingAdmissionPolicy");
    expect(JSON.stringify(policy)).toContain("system:serviceaccount:cortex-school:cortex-plan");
    // Before there is anybody it would have to stop.
    expect(Number(policy?.metadata.annotations["argocd.argoproj.io/sync-wave"])).toBe(0);
  });
});
