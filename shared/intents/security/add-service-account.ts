/**
 * Gives a workload that uses the rights of its namespace's default account an account of its own, with exactly those
 * rights and no more. Then the binding to the default account, which arms every other pod of the namespace as well, can
 * go; taking it away is left to a person, who can see whether anybody outside of the repository needs it.
 */
import * as z from "zod";
import { inNamespace } from "../../repository/lookup.ts";
import type { Platform, Resource } from "../../repository/platform.ts";
import { unseenApplication } from "../../repository/unseen.ts";
import { type Fields, fieldsAt, itemsAt, listAt } from "../../repository/values.ts";
import { type RepositoryWorkload, workloadsIn, workloadsOf } from "../../repository/workloads.ts";
import { type NewObject, writeNewObjects } from "../edit/new-objects.ts";
import type { Edit } from "../edit/text-edit.ts";
import {
  type EditableWorkload,
  editResource,
  findWorkload,
  referenceTo,
  templatedWorkload,
} from "../edit/workload-edit.ts";
import {
  bestFirst,
  type Candidate,
  type IntentDefinition,
  type OpenPlace,
  type Rendered,
  type Survey,
} from "../intent.ts";
import { accountOf, apiClientSign, bindingsFor, DEFAULT_ACCOUNT, roleOf, serviceAccount } from "./api-access.ts";

const RBAC = "rbac.authorization.k8s.io";
const schema = z.strictObject({ kind: z.literal("add-service-account"), workload: templatedWorkload });
export type AddServiceAccount = z.infer<typeof schema>;

export const addServiceAccount: IntentDefinition<AddServiceAccount> = {
  kind: "add-service-account",
  purpose: "An account of its own, with the rights it uses today, for a workload under the default account.",
  schema,
  sizesPods: false,
  candidates(platform) {
    return workloadsOf(platform)
      .map((workload): Candidate<AddServiceAccount> | undefined => {
        const reference = referenceTo(workload);
        if (reference === undefined || !isArmed(platform, workload)) return undefined;
        const intent: AddServiceAccount = { kind: "add-service-account", workload: reference };
        const rendered = render(intent, platform);
        if (rendered.kind === "refused") return undefined;
        const { kind, namespace, name } = reference;
        const [binding] = bindingsFor(platform, namespace, DEFAULT_ACCOUNT);
        return {
          intent,
          target: `${kind} ${namespace}/${name}`,
          namespace,
          because: `it uses the default account, to which ${binding?.path}: ${binding?.name} gives rights that every pod of ${namespace} has`,
          application: rendered.application,
          rank: workloadsIn(platform, namespace).length,
        };
      })
      .filter((candidate) => candidate !== undefined)
      .sort(bestFirst);
  },
  survey,
  render,
};

function isArmed(platform: Platform, workload: RepositoryWorkload): boolean {
  const { namespace } = workload;
  if (namespace === undefined || accountOf(workload) !== DEFAULT_ACCOUNT) return false;
  return bindingsFor(platform, namespace, DEFAULT_ACCOUNT).length > 0;
}

function survey(platform: Platform): Survey {
  const done: string[] = [];
  const open: OpenPlace[] = [];
  for (const workload of workloadsOf(platform)) {
    const reference = referenceTo(workload);
    if (reference === undefined) continue;
    const { kind, namespace, name } = reference;
    const target = `${kind} ${namespace}/${name}`;
    if (accountOf(workload) !== DEFAULT_ACCOUNT) done.push(`${workload.resource.path}: ${target}`);
    if (!isArmed(platform, workload)) continue;
    const found = findWorkload(platform, reference);
    const plan = typeof found === "string" ? found : planFor(platform, found);
    open.push({
      target,
      namespace,
      because: typeof plan === "string" ? plan : "it shares the default account's rights",
    });
  }
  return { done, open };
}

interface Plan {
  readonly rules: readonly Fields[];
  readonly bindings: readonly Resource[];
  /** `imagePullSecrets` of the default account, which its pods would lose. */
  readonly pullSecrets: readonly unknown[];
}

/** The rights `workload` has today, if they are known in full and somebody needs them; else what is missing. */
function planFor(platform: Platform, { workload }: EditableWorkload): Plan | string {
  const { namespace = "", name } = workload;
  if (accountOf(workload) !== DEFAULT_ACCOUNT) return `it runs under an account of its own, ${accountOf(workload)}`;
  const bindings = bindingsFor(platform, namespace, DEFAULT_ACCOUNT);
  if (bindings.length === 0) return "nothing gives the default account rights";
  const wide = bindings.find(({ kind }) => kind !== "RoleBinding");
  if (wide !== undefined) return `${wide.kind} ${wide.name} holds in the whole cluster; where it is needed is not said`;
  const unread = bindings.find(({ application }) => application === undefined);
  if (unread !== undefined) return `${unread.path} gives it rights, but no Application reads it`;
  const armed = workloadsIn(platform, namespace).filter((one) => accountOf(one) === DEFAULT_ACCOUNT);
  if (apiClientSign(platform, workload) === undefined && armed.length > 1) {
    return `nothing shows that it is the one of ${armed.length} workloads that needs the default account's rights`;
  }
  const unseen = unseenApplication(platform, namespace);
  if (unseen !== undefined) return `Application ${unseen} puts objects into ${namespace} that are not written here`;
  const roles = bindings.map((binding) => roleOf(platform, binding));
  const unknown = roles.find((role) => typeof role === "string");
  if (unknown !== undefined) return unknown;
  const rules = roles.flatMap((role) => (typeof role === "string" ? [] : itemsAt(role.object, "rules")));
  if (rules.length === 0) return "its roles grant nothing";
  if (rules.some((rule) => listAt(rule, "nonResourceURLs").length > 0))
    return "its rights are not those of a namespace";
  const account = serviceAccount(platform, namespace, DEFAULT_ACCOUNT);
  if (Object.keys(fieldsAt(account?.object, "metadata", "annotations")).length > 0) {
    return "the default account carries annotations that may be an identity of their own";
  }
  const taken = inNamespace(platform, namespace).find(
    (one) => one.name === name && /^(ServiceAccount|Role|RoleBinding)$/.test(one.kind),
  );
  if (taken !== undefined) return `${taken.path} already holds ${taken.kind} ${name}`;
  return { rules, bindings, pullSecrets: listAt(account?.object, "imagePullSecrets") };
}

function render({ workload: reference }: AddServiceAccount, platform: Platform): Rendered {
  const found = findWorkload(platform, reference);
  if (typeof found === "string") return { kind: "refused", because: found };
  const { kind, namespace, name } = reference;
  const plan = planFor(platform, found);
  if (typeof plan === "string") return { kind: "refused", because: `${kind} ${namespace}/${name}: ${plan}` };
  const { workload, application } = found;
  const { resource, templatePath, podSpec } = workload;
  const path = [...templatePath, "spec"];
  const written = ["serviceAccountName", "serviceAccount"].filter((key) => podSpec[key] !== undefined);
  const edits: Edit[] =
    written.length > 0
      ? written.map((key) => ({ path: [...path, key], replace: name }))
      : [{ path, add: { serviceAccountName: name }, after: ["restartPolicy"] }];
  const file = editResource(platform, resource, edits);
  if (typeof file === "string") return { kind: "refused", because: file };
  const created = writeNewObjects(platform, application, namespace, objectsFor(name, namespace, plan));
  if (typeof created === "string") return { kind: "refused", because: created };
  const { apiVersion } = resource;
  const bindings = plan.bindings.map((binding) => binding.name).join(", ");
  return {
    kind: "rendered",
    files: [file, ...created.files],
    objects: [{ apiVersion, kind, namespace, name, effect: "change" }, ...created.objects],
    application: application.name,
    changes: [
      `${kind} ${namespace}/${name} runs under ServiceAccount ${name}, with the rights it has today and no others`,
      `The default account keeps its rights until RoleBinding ${bindings.slice(0, 200)} is taken from it`,
    ],
  };
}

function objectsFor(name: string, namespace: string, { rules, pullSecrets }: Plan): readonly NewObject[] {
  return [
    {
      apiVersion: "v1",
      kind: "ServiceAccount",
      name,
      body: pullSecrets.length === 0 ? {} : { imagePullSecrets: pullSecrets },
    },
    { apiVersion: `${RBAC}/v1`, kind: "Role", name, body: { rules } },
    {
      apiVersion: `${RBAC}/v1`,
      kind: "RoleBinding",
      name,
      body: {
        roleRef: { apiGroup: RBAC, kind: "Role", name },
        subjects: [{ kind: "ServiceAccount", name, namespace }],
      },
    },
  ];
}
