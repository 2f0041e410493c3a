/**
 * Stops mounting the API token into pods that evidently do not talk to the Kubernetes API: they run under the default
 * account, nothing in the repository gives that account rights, and nothing in their manifest is of a client. Whoever
 * breaks into such a pod finds no token (kubernetes.io/docs/tasks/configure-pod-container/configure-service-account).
 */
import * as z from "zod";
import type { Platform } from "../../repository/platform.ts";
import { servicesOf } from "../../repository/services.ts";
import { unreadableFile, unseenApplication } from "../../repository/unseen.ts";
import { at } from "../../repository/values.ts";
import { type RepositoryWorkload, workloadsOf } from "../../repository/workloads.ts";
import { editResource, findWorkload, referenceTo, templatedWorkload } from "../edit/workload-edit.ts";
import {
  bestFirst,
  type Candidate,
  type IntentDefinition,
  type OpenPlace,
  type Rendered,
  type Survey,
} from "../intent.ts";
import {
  accountOf,
  apiClientSign,
  bindingsFor,
  DEFAULT_ACCOUNT,
  decidesOnToken,
  serviceAccount,
} from "./api-access.ts";

const FIELD = "automountServiceAccountToken";
const schema = z.strictObject({ kind: z.literal("disable-service-account-token"), workload: templatedWorkload });
export type DisableServiceAccountToken = z.infer<typeof schema>;

export const disableServiceAccountToken: IntentDefinition<DisableServiceAccountToken> = {
  kind: "disable-service-account-token",
  purpose: "No API token in the pods of a workload that never speaks to the API.",
  schema,
  sizesPods: false,
  candidates(platform) {
    return workloadsOf(platform)
      .map((workload): Candidate<DisableServiceAccountToken> | undefined => {
        const reference = referenceTo(workload);
        if (reference === undefined) return undefined;
        const intent: DisableServiceAccountToken = { kind: "disable-service-account-token", workload: reference };
        const rendered = render(intent, platform);
        if (rendered.kind === "refused") return undefined;
        const { kind, namespace, name } = reference;
        // A pod others can call is where an intruder would come in.
        const served = servicesOf(platform, workload).length > 0 ? 3 : 0;
        return {
          intent,
          target: `${kind} ${namespace}/${name}`,
          namespace,
          because: "it mounts the token of the default account, which has no rights here, and nothing in it uses one",
          application: rendered.application,
          rank: served + (kind === "StatefulSet" ? 0 : 2) + Math.min(workload.replicas, 3),
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
  for (const workload of workloadsOf(platform)) {
    const reference = referenceTo(workload);
    if (reference === undefined) continue;
    const { kind, namespace, name } = reference;
    const target = `${kind} ${namespace}/${name}`;
    const need = needOf(platform, workload, namespace);
    const found = findWorkload(platform, reference);
    if (isOff(platform, workload, namespace)) done.push(`${workload.resource.path}: ${target}`);
    else if (need !== undefined) exempt.push({ target, namespace, because: need });
    else if (typeof found === "string") open.push({ target, namespace, because: found });
    else open.push({ target, namespace, because: doubtIn(platform, namespace) ?? "its pods mount a token" });
  }
  return { done, open, exempt };
}

function isOff(platform: Platform, { podSpec, ...rest }: RepositoryWorkload, namespace: string): boolean {
  const own = podSpec[FIELD];
  if (own !== undefined) return own === false;
  const account = serviceAccount(platform, namespace, accountOf({ podSpec, ...rest }));
  return at(account?.object, FIELD) === false;
}

/** Why its pods may need the token. */
function needOf(platform: Platform, workload: RepositoryWorkload, namespace: string): string | undefined {
  const account = accountOf(workload);
  if (account !== DEFAULT_ACCOUNT) return `it runs under an account of its own, ${account.slice(0, 100)}`;
  if (decidesOnToken(workload)) return "its manifest says itself which token it gets";
  const [binding] = bindingsFor(platform, namespace, account);
  if (binding !== undefined) return `${binding.path}: ${binding.kind} ${binding.name} gives its account rights`;
  return apiClientSign(platform, workload);
}

/** What nobody here can read may give the account rights. */
function doubtIn(platform: Platform, namespace: string): string | undefined {
  const application = unseenApplication(platform, namespace);
  if (application !== undefined)
    return `Application ${application} puts objects into ${namespace} that are not written here`;
  const path = unreadableFile(platform, namespace);
  return path === undefined ? undefined : `${path} cannot be read and may give the default account rights`;
}

function render({ workload: reference }: DisableServiceAccountToken, platform: Platform): Rendered {
  const found = findWorkload(platform, reference);
  if (typeof found === "string") return { kind: "refused", because: found };
  const { workload, application } = found;
  const { kind, namespace, name } = reference;
  const target = `${kind} ${namespace}/${name}`;
  if (isOff(platform, workload, namespace)) return { kind: "refused", because: `${target} gets no token already` };
  const because = needOf(platform, workload, namespace) ?? doubtIn(platform, namespace);
  if (because !== undefined) return { kind: "refused", because: `${target}: ${because}` };
  const { resource, templatePath } = workload;
  const path = [...templatePath, "spec"];
  const after = ["serviceAccountName", "serviceAccount", "restartPolicy"];
  const file = editResource(platform, resource, [{ path, add: { [FIELD]: false }, after }]);
  if (typeof file === "string") return { kind: "refused", because: file };
  return {
    kind: "rendered",
    files: [file],
    objects: [{ apiVersion: resource.apiVersion, kind, namespace, name, effect: "change" }],
    application: application.name,
    changes: [`Pods of ${target} get no token for the Kubernetes API`],
  };
}
