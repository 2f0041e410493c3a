/**
 * Has the API server hold a namespace to the strictest Pod Security level its workloads in Git already meet, so that
 * nothing that runs is refused and nothing weaker comes later. Whoever answers for the namespace decides.
 */
import * as z from "zod";
import { LEVELS, type PodSecurityLevel, podSecurityProblems } from "../../policy/pod-security.ts";
import { isProtectedNamespace } from "../../policy/protected.ts";
import { inNamespace, ofKind } from "../../repository/lookup.ts";
import type { Platform, RepositoryApplication, Resource } from "../../repository/platform.ts";
import { unreadableFile, unseenApplication } from "../../repository/unseen.ts";
import { at, fieldsAt, itemsAt, stringsAt } from "../../repository/values.ts";
import { asWorkload, workloadsIn } from "../../repository/workloads.ts";
import { addFields } from "../edit/yaml-edit.ts";
import {
  bestFirst,
  type Candidate,
  type IntentDefinition,
  type OpenPlace,
  type Rendered,
  type Survey,
} from "../intent.ts";
import { labelName } from "../schema.ts";
import { editableIn } from "../targets.ts";

const PREFIX = "pod-security.kubernetes.io";

const schema = z.strictObject({
  kind: z.literal("set-pod-security-level"),
  namespace: labelName,
  level: z.enum(LEVELS),
});
export type SetPodSecurityLevel = z.infer<typeof schema>;

export const setPodSecurityLevel: IntentDefinition<SetPodSecurityLevel> = {
  kind: "set-pod-security-level",
  purpose: "The Pod Security level of a namespace that its pods already meet.",
  schema,
  sizesPods: false,
  candidates(platform) {
    return ofKind(platform, "Namespace")
      .map((one) => candidateFor(platform, one))
      .filter((candidate) => candidate !== undefined)
      .filter(({ intent }) => render(intent, platform).kind === "rendered")
      .sort(bestFirst);
  },
  survey,
  render,
};

function survey(platform: Platform): Survey {
  const done: string[] = [];
  const open: OpenPlace[] = [];
  const known = ofKind(platform, "Namespace").filter(({ application }) => application !== undefined);
  for (const resource of known) {
    const { name } = resource;
    const enforced = enforcedIn(resource);
    if (enforced !== undefined) {
      done.push(`${resource.path}: Namespace ${name} enforces ${enforced}`);
      continue;
    }
    const plan = planFor(platform, resource);
    const because = typeof plan === "string" ? plan : `its workloads meet ${plan.level}, and nothing holds them to it`;
    open.push({ target: `Namespace ${name}`, namespace: name, because });
  }
  const missing = platform.resources.filter((one) => one.application !== undefined && asWorkload(one) !== undefined);
  for (const namespace of [...new Set(missing.map((one) => one.namespace))].filter((one) => one !== undefined).sort()) {
    if (known.some(({ name }) => name === namespace)) continue;
    open.push({
      target: `Namespace ${namespace}`,
      namespace,
      because: "the Namespace itself is not in the repository",
    });
  }
  return { done, open };
}

function enforcedIn({ object }: Resource): string | undefined {
  return stringsAt(object, "metadata", "labels")[`${PREFIX}/enforce`];
}

function candidateFor(platform: Platform, resource: Resource): Candidate<SetPodSecurityLevel> | undefined {
  if (resource.application === undefined) return undefined;
  const plan = planFor(platform, resource);
  if (typeof plan === "string") return undefined;
  const { name } = resource;
  return {
    intent: { kind: "set-pod-security-level", namespace: name, level: plan.level },
    target: `Namespace ${name}`,
    namespace: name,
    because: `all ${plan.count} workloads in it meet the level ${plan.level}, and nothing holds later ones to it`,
    application: plan.application.name,
    rank: (plan.level === "restricted" ? 4 : 2) + Math.min(plan.count, 3),
  };
}

interface Plan {
  readonly application: RepositoryApplication;
  readonly level: PodSecurityLevel;
  readonly count: number;
}

/** The strictest level everything in the namespace meets, or why none can be set. */
function planFor(platform: Platform, resource: Resource): Plan | string {
  const { name } = resource;
  if (isProtectedNamespace(name)) return `namespace ${name} is off limits`;
  const application = editableIn(platform, resource);
  if (typeof application === "string") return application;
  const enforced = enforcedIn(resource);
  if (enforced !== undefined) return `it enforces ${enforced} already`;
  const unseen = unseenApplication(platform, name);
  if (unseen !== undefined) return `what Application ${unseen} runs in it is not written here`;
  const unreadable = unreadableFile(platform, name);
  if (unreadable !== undefined) return `${unreadable} cannot be read, so what it runs is not known`;
  const other = inNamespace(platform, name).find(makesUnknownPods);
  if (other !== undefined) return `${other.path}: what pods ${other.kind} ${other.name} makes is not known`;
  const workloads = workloadsIn(platform, name);
  if (workloads.length === 0) return "nothing of the repository runs in it, so nothing shows what level fits";
  const level = LEVELS.find((one) => workloads.every((workload) => problemsOf(one, workload).length === 0));
  if (level !== undefined) return { application, level, count: workloads.length };
  const worst = workloads.find((workload) => problemsOf("baseline", workload).length > 0);
  return `${worst?.kind ?? ""} ${worst?.name ?? ""}: ${worst === undefined ? "" : (problemsOf("baseline", worst)[0] ?? "")}`;
}

function problemsOf(level: PodSecurityLevel, workload: ReturnType<typeof workloadsIn>[number]): readonly string[] {
  const annotations = fieldsAt(workload.resource.object, ...workload.templatePath, "metadata", "annotations");
  return podSecurityProblems(level, workload.podSpec, annotations);
}

/** Bare pods, and kinds of others' that hold a pod template. */
function makesUnknownPods(resource: Resource): boolean {
  if (asWorkload(resource) !== undefined) return false;
  const { object } = resource;
  const isPod = resource.kind === "Pod" && itemsAt(object, "spec", "containers").length > 0;
  return isPod || at(object, "spec", "template", "spec", "containers") !== undefined;
}

function render({ namespace, level }: SetPodSecurityLevel, platform: Platform): Rendered {
  const found = ofKind(platform, "Namespace").filter(({ name }) => name === namespace);
  const [resource, second] = found;
  if (resource === undefined) return refused(`Namespace ${namespace} is not in the repository`);
  if (second !== undefined) return refused(`Namespace ${namespace} is in ${resource.path} and ${second.path}`);
  const plan = planFor(platform, resource);
  if (typeof plan === "string") return refused(plan);
  if (plan.level !== level && level === "restricted") return refused(`its workloads meet ${plan.level} only`);
  const there = stringsAt(resource.object, "metadata", "labels");
  const wanted = { [`${PREFIX}/enforce`]: level, [`${PREFIX}/warn`]: "restricted", [`${PREFIX}/audit`]: "restricted" };
  const labels = Object.fromEntries(Object.entries(wanted).filter(([key]) => there[key] === undefined));
  const file = addFields(platform, resource, ["metadata"], { labels }, ["name"]);
  if (typeof file === "string") return refused(file);
  return {
    kind: "rendered",
    files: [file],
    objects: [{ apiVersion: resource.apiVersion, kind: "Namespace", name: namespace, effect: "change" }],
    application: plan.application.name,
    changes: [
      `Namespace ${namespace} enforces the Pod Security level ${level}, which its ${plan.count} workloads meet`,
      "Pods that are made later and do not meet it are refused; restricted is warned about and audited",
    ],
  };
}

function refused(because: string): Rendered {
  return { kind: "refused", because };
}
