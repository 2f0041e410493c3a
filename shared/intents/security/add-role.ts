/**
 * A Role and its RoleBinding for the account of a workload that has to ask the Kubernetes API and may not: named resources
 * of its own namespace, never a wildcard, a Secret, or anything that leads to more rights.
 */
import * as z from "zod";
import { inNamespace } from "../../repository/lookup.ts";
import type { Platform, Resource } from "../../repository/platform.ts";
import { unseenApplication } from "../../repository/unseen.ts";
import { at } from "../../repository/values.ts";
import { type RepositoryWorkload, workloadsIn, workloadsOf } from "../../repository/workloads.ts";
import { writeNewObjects } from "../edit/new-objects.ts";
import {
  bestFirst,
  type Candidate,
  type IntentDefinition,
  type OpenPlace,
  type Rendered,
  type Survey,
} from "../intent.ts";
import { labelName, objectName } from "../schema.ts";
import { editableIn, findResource } from "../targets.ts";
import { rightsNeededBy } from "./add-role-needs.ts";
import { alreadyGranted, grant, grantProblem } from "./add-role-rules.ts";
import { accountOf, bindingsFor, DEFAULT_ACCOUNT, decidesOnToken } from "./api-access.ts";

const RBAC = "rbac.authorization.k8s.io";
const schema = z.strictObject({
  kind: z.literal("add-role"),
  serviceAccount: z.strictObject({ namespace: labelName, name: objectName }),
  rules: z.array(grant).min(1).max(10),
});
export type AddRole = z.infer<typeof schema>;

export const addRole: IntentDefinition<AddRole> = {
  kind: "add-role",
  purpose:
    "A Role and RoleBinding in its own namespace for the account of a workload that must ask the Kubernetes API.",
  schema,
  sizesPods: false,
  candidates(platform) {
    const found = workloadsOf(platform)
      .map((workload) => candidateFor(platform, workload))
      .filter((candidate) => candidate !== undefined);
    const seen = new Set<string>();
    return found.filter(({ target }) => !seen.has(target) && seen.add(target)).sort(bestFirst);
  },
  survey,
  render,
};

function candidateFor(platform: Platform, workload: RepositoryWorkload): Candidate<AddRole> | undefined {
  const { namespace, kind, name } = workload;
  const need = lackOf(platform, workload);
  if (namespace === undefined || need === undefined || unseenApplication(platform, namespace) !== undefined)
    return undefined;
  const account = accountOf(workload);
  const intent: AddRole = { kind: "add-role", serviceAccount: { namespace, name: account }, rules: [...need.rules] };
  const rendered = render(intent, platform);
  if (rendered.kind === "refused") return undefined;
  return {
    intent,
    target: `ServiceAccount ${namespace}/${account}`,
    namespace,
    because: `${kind} ${name} runs under it: ${need.because}, and nothing in the repository gives it rights`,
    application: rendered.application,
    rank: workloadsIn(platform, namespace).filter((one) => accountOf(one) === account).length,
  };
}

/** What a workload under an account of its own needs and evidently has not. */
function lackOf(platform: Platform, workload: RepositoryWorkload) {
  const { namespace, resource } = workload;
  const account = accountOf(workload);
  if (namespace === undefined || resource.application === undefined || account === DEFAULT_ACCOUNT) return undefined;
  return bindingsFor(platform, namespace, account).length > 0 ? undefined : rightsNeededBy(platform, workload);
}

function survey(platform: Platform): Survey {
  const done: string[] = [];
  const open: OpenPlace[] = [];
  for (const workload of workloadsOf(platform)) {
    const { namespace, kind, name, resource } = workload;
    const account = accountOf(workload);
    const need = lackOf(platform, workload);
    const target = `ServiceAccount ${namespace ?? ""}/${account}`;
    if (namespace !== undefined && need !== undefined) {
      const intent: AddRole = {
        kind: "add-role",
        serviceAccount: { namespace, name: account },
        rules: [...need.rules],
      };
      const rendered = render(intent, platform);
      const unseen = unseenApplication(platform, namespace);
      const doubt =
        unseen === undefined ? need.because : `Application ${unseen} may give it rights that are not written here`;
      open.push({ target, namespace, because: rendered.kind === "refused" ? rendered.because : doubt });
    } else if (
      namespace !== undefined &&
      account !== DEFAULT_ACCOUNT &&
      bindingsFor(platform, namespace, account).length > 0
    ) {
      done.push(`${resource.path}: ${target} of ${kind} ${name}`);
    }
  }
  return { done, open };
}

function render({ serviceAccount: { namespace, name }, rules }: AddRole, platform: Platform): Rendered {
  const target = `ServiceAccount ${namespace}/${name}`;
  if (name === DEFAULT_ACCOUNT)
    return refused(`every pod of ${namespace} without an account of its own would get these rights`);
  const account = findResource(platform, "ServiceAccount", namespace, name);
  if (typeof account === "string") return refused(account);
  const application = editableIn(platform, account);
  if (typeof application === "string") return refused(application);
  const users = workloadsIn(platform, namespace).filter(
    (one) => accountOf(one) === name && one.resource.application !== undefined,
  );
  if (users.length === 0) return refused(`no workload runs under ${target}`);
  if (users.every((one) => getsNoToken(one, account)))
    return refused(`no pod under ${target} gets a token, so rights would be of no use`);
  const problem = grantProblem(platform, rules);
  if (problem !== undefined) return refused(`${target}: ${problem}`);
  if (alreadyGranted(platform, namespace, name, rules)) return refused(`${target} has these rights already`);
  const free = [name, `${name}-api`].find((one) => !isTaken(platform, namespace, one));
  if (free === undefined || free.length > 253)
    return refused(`Role ${name} and Role ${name}-api are there already in ${namespace}`);
  const written = writeNewObjects(platform, application, namespace, [
    { apiVersion: `${RBAC}/v1`, kind: "Role", name: free, body: { rules } },
    {
      apiVersion: `${RBAC}/v1`,
      kind: "RoleBinding",
      name: free,
      body: {
        roleRef: { apiGroup: RBAC, kind: "Role", name: free },
        subjects: [{ kind: "ServiceAccount", name, namespace }],
      },
    },
  ]);
  if (typeof written === "string") return refused(written);
  const who = users.map((one) => `${one.kind} ${one.name}`).join(", ");
  return {
    kind: "rendered",
    ...written,
    application: application.name,
    changes: [
      `Added Role and RoleBinding ${namespace}/${free} for ${target}`,
      ...rules.map(said),
      `These pods may do so: ${who.slice(0, 300)}`,
    ],
  };
}

function said({ apiGroups, resources, resourceNames, verbs }: AddRole["rules"][number]): string {
  const groups = apiGroups.map((group) => group || "core").join(", ");
  const names = resourceNames === undefined ? "" : ` named ${resourceNames.join(", ")}`;
  return `It may ${verbs.join(", ")} ${resources.join(", ")}${names} (${groups})`.slice(0, 300);
}

function getsNoToken(workload: RepositoryWorkload, account: Resource): boolean {
  const own = workload.podSpec["automountServiceAccountToken"];
  if (own === undefined)
    return !decidesOnToken(workload) && at(account.object, "automountServiceAccountToken") === false;
  return own === false && !JSON.stringify(workload.podSpec["volumes"] ?? []).includes('"serviceAccountToken"');
}

function isTaken(platform: Platform, namespace: string, name: string): boolean {
  return inNamespace(platform, namespace).some((one) => one.name === name && /^(Role|RoleBinding)$/.test(one.kind));
}

function refused(because: string): Rendered {
  return { kind: "refused", because };
}
