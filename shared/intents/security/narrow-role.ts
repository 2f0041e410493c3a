/**
 * Makes a ClusterRoleBinding a RoleBinding in the one namespace its program works in: where the program's own settings bound
 * it to that namespace, rights everywhere else are only there for whoever breaks in. The binding changes in the file it is in.
 */
import * as z from "zod";
import { isProtectedNamespace } from "../../policy/protected.ts";
import { kustomizeReach } from "../../repository/kustomize.ts";
import { inNamespace, ofKind } from "../../repository/lookup.ts";
import type { Platform, RepositoryApplication, Resource } from "../../repository/platform.ts";
import { unreadableFile, unseenApplication } from "../../repository/unseen.ts";
import { itemsAt, textAt } from "../../repository/values.ts";
import { workloadsIn } from "../../repository/workloads.ts";
import { addStep, runSteps, setStep } from "../edit/yaml-steps.ts";
import {
  bestFirst,
  type Candidate,
  type IntentDefinition,
  type OpenPlace,
  type Rendered,
  type Survey,
} from "../intent.ts";
import { objectName } from "../schema.ts";
import { editableIn } from "../targets.ts";
import { accountOf, DEFAULT_ACCOUNT, roleOf } from "./api-access.ts";
import { boundTo, outsideNamespaces } from "./narrow-role-evidence.ts";

const KIND = "ClusterRoleBinding";
const schema = z.strictObject({ kind: z.literal("narrow-role"), binding: objectName });
export type NarrowRole = z.infer<typeof schema>;

export const narrowRole: IntentDefinition<NarrowRole> = {
  kind: "narrow-role",
  purpose: "A ClusterRoleBinding becomes a RoleBinding where its program evidently works in one namespace only.",
  schema,
  sizesPods: false,
  candidates(platform) {
    return ofKind(platform, KIND)
      .map((binding): Candidate<NarrowRole> | undefined => {
        const intent: NarrowRole = { kind: "narrow-role", binding: binding.name };
        const plan = planFor(platform, binding);
        if (typeof plan === "string" || render(intent, platform).kind === "refused") return undefined;
        const { namespace, because, application } = plan;
        return {
          intent,
          target: `${KIND} ${binding.name}`,
          namespace,
          because,
          application: application.name,
          rank: 1,
        };
      })
      .filter((candidate) => candidate !== undefined)
      .sort(bestFirst);
  },
  survey,
  render,
};

function survey(platform: Platform): Survey {
  const done: string[] = [];
  const open: OpenPlace[] = [];
  const exempt: OpenPlace[] = [];
  for (const { kind, name, namespace, path, application } of ofKind(platform, "RoleBinding")) {
    if (application !== undefined) done.push(`${path}: ${kind} ${namespace ?? ""}/${name}`);
  }
  for (const binding of ofKind(platform, KIND)) {
    if (binding.application === undefined) continue;
    const plan = planFor(platform, binding);
    const target = `${KIND} ${binding.name}`;
    if (typeof plan === "string") exempt.push({ target, because: plan });
    else open.push({ target, namespace: plan.namespace, because: plan.because });
  }
  return { done, open, exempt };
}

interface Plan {
  readonly application: RepositoryApplication;
  readonly namespace: string;
  readonly because: string;
}

/** The namespace `binding` is evidently needed in, or why that cannot be told. */
function planFor(platform: Platform, binding: Resource): Plan | string {
  const application = editableIn(platform, binding);
  if (typeof application === "string") return application;
  const subjects = itemsAt(binding.object, "subjects");
  const homes = new Set(subjects.map((one) => textAt(one, "namespace")));
  const [namespace] = homes;
  if (subjects.some((one) => one["kind"] !== "ServiceAccount") || homes.size !== 1 || namespace === undefined)
    return "it does not bind accounts of one namespace alone";
  if (isProtectedNamespace(namespace)) return `namespace ${namespace} is off limits`;
  const role = roleOf(platform, binding);
  if (typeof role === "string") return role;
  const outside = outsideNamespaces(platform, role);
  if (outside !== undefined) return `${role.kind} ${role.name} ${outside}`;
  const unseen = unseenApplication(platform, namespace);
  if (unseen !== undefined) return `Application ${unseen} puts objects into ${namespace} that are not written here`;
  const unreadable = unreadableFile(platform, namespace);
  if (unreadable !== undefined) return `${unreadable} cannot be read and may use its rights`;
  const reasons: string[] = [];
  for (const subject of subjects) {
    const account = textAt(subject, "name") ?? "";
    if (account === DEFAULT_ACCOUNT) return "every pod under the default account may use it";
    const users = workloadsIn(platform, namespace).filter((one) => accountOf(one) === account);
    if (users.length === 0) return `no workload runs under ServiceAccount ${namespace}/${account}`;
    for (const user of users) {
      const reason = boundTo(user, namespace);
      if (reason === undefined) return `nothing shows that ${user.kind} ${user.name} works in ${namespace} alone`;
      reasons.push(`${user.kind} ${user.name} works in ${namespace} alone (${reason})`);
    }
  }
  return { application, namespace, because: `${reasons.join("; ")}, and it may do the same in every other namespace` };
}

function render({ binding: name }: NarrowRole, platform: Platform): Rendered {
  const found = ofKind(platform, KIND).filter((one) => one.name === name);
  const [binding, second] = found.some((one) => one.application !== undefined)
    ? found.filter((one) => one.application !== undefined)
    : found;
  if (binding === undefined) return refused(`there is no ${KIND} ${name}`);
  if (second !== undefined) return refused(`${KIND} ${name} is defined in ${binding.path} and ${second.path}`);
  const plan = planFor(platform, binding);
  if (typeof plan === "string") return refused(`${KIND} ${name}: ${plan}`);
  const { application, namespace } = plan;
  const forced =
    application.tool === "kustomize" ? kustomizeReach(platform.files, application.path).namespace : undefined;
  if (forced !== undefined && forced !== namespace)
    return refused(`kustomize puts everything of ${application.name} into ${forced}`);
  const taken = inNamespace(platform, namespace).find((one) => one.kind === "RoleBinding" && one.name === name);
  if (taken !== undefined) return refused(`${taken.path} already holds RoleBinding ${namespace}/${name}`);
  const { apiVersion } = binding;
  const file = runSteps(platform, binding, [
    setStep(["kind"], "RoleBinding"),
    ...(textAt(binding.object, "metadata", "namespace") === undefined
      ? [addStep(["metadata"], { namespace }, ["name"])]
      : [setStep(["metadata", "namespace"], namespace)]),
  ]);
  if (typeof file === "string") return refused(file);
  return {
    kind: "rendered",
    files: [file],
    objects: [
      { apiVersion, kind: "RoleBinding", namespace, name, effect: "create" },
      { apiVersion, kind: KIND, name, effect: "delete" },
    ],
    application: application.name,
    changes: [
      `${KIND} ${name} becomes RoleBinding ${namespace}/${name}: the same rights, in ${namespace} alone`,
      plan.because.slice(0, 500),
    ],
  };
}

function refused(because: string): Rendered {
  return { kind: "refused", because };
}
