/**
 * The port DryRun over the Kubernetes API: a server-side apply with `dryRun=All` and `fieldValidation=Strict`, so that
 * schema, quota, LimitRange, Pod Security admission and every webhook have their say and nothing is stored. Quotas,
 * LimitRanges and Pod Security look at pods, so for a workload one pod of its template is asked about as well.
 */
import * as z from "zod";
import type { DryRun, DryRunFinding, DryRunObject } from "../dry-run-port.ts";
import { type Fields, textAt } from "../repository/values.ts";
import { type Environment, readSettings } from "../runtime/config.ts";
import { RetryLater } from "../runtime/errors.ts";
import { type KubeAnswer, type KubeClient, kubeClient } from "./kube-client.ts";
import { clusterSettings } from "./kube-config.ts";
import { groupPath, objectPath, resourcePaths } from "./kube-paths.ts";
import { hasCluster } from "./kubernetes-layers.ts";
import { podOf } from "./pod-of-template.ts";

const Settings = z.object({
  ...clusterSettings,
  /** Whether changes are shown to the cluster before they are planned; `required`: no answer asks a person. */
  SERVER_DRY_RUN: z.enum(["off", "auto", "required"]).default("auto"),
});

/** Undefined when it is switched off, or `auto` and there is no cluster. Throws ConfigurationError. */
export function dryRunPort(env: Environment): DryRun | undefined {
  const settings = readSettings(Settings, env);
  if (settings.SERVER_DRY_RUN === "off" || (settings.SERVER_DRY_RUN === "auto" && !hasCluster(env))) return undefined;
  return dryRun(kubeClient(settings), settings.SERVER_DRY_RUN === "required" ? "human" : "auto");
}

const QUERY = { dryRun: "All", fieldValidation: "Strict", fieldManager: "cortex-school" };
const APPLY = "application/apply-patch+yaml";
/** A change set is a handful of objects; a cluster that answers slowly is not waited for longer than this in all. */
const MOST_OBJECTS = 50;
const PATIENCE_MS = 60_000;

type Said = Omit<DryRunFinding, "index">;

export function dryRun(client: KubeClient, unanswered: DryRun["unanswered"]): DryRun {
  const find = resourcePaths(client);

  async function ask(
    method: "POST" | "PATCH",
    path: string,
    query: Record<string, string>,
    body: Fields,
    signal: AbortSignal,
  ) {
    const what = `dry-run ${textAt(body, "kind") ?? "an object"}`;
    const type = method === "PATCH" ? APPLY : "application/json";
    return meaningOf(await client.ask(method, { path, query: { ...QUERY, ...query }, what, signal }, body, type));
  }

  async function askAll({ object, effect }: DryRunObject, signal: AbortSignal): Promise<readonly Said[]> {
    const [apiVersion = "", kind = ""] = [textAt(object, "apiVersion"), textAt(object, "kind")];
    const [namespace = "", name = ""] = [textAt(object, "metadata", "namespace"), textAt(object, "metadata", "name")];
    const place = await find(apiVersion, kind, signal);
    if (place === undefined) return [{ kind: "missing", message: `the cluster has no kind ${kind} of ${apiVersion}` }];
    const said = await ask("PATCH", objectPath(apiVersion, place, namespace, name), { force: "true" }, object, signal);
    const pod = podOf(object);
    if (pod === undefined || said.some((one) => one.kind !== "warning")) return said;
    return [...said, ...(await ask("POST", podsPath(namespace), {}, pod, signal)).map((one) => ofPod(one, effect))];
  }

  return {
    unanswered,
    async check(objects, signal) {
      const patience = AbortSignal.timeout(PATIENCE_MS);
      const until = signal === undefined ? patience : AbortSignal.any([signal, patience]);
      const findings: DryRunFinding[] = [];
      for (const [index, object] of objects.slice(0, MOST_OBJECTS).entries()) {
        const said = await answered(() => askAll(object, until), signal);
        findings.push(...said.map((one) => ({ index, ...one })));
        // Who did not answer once would be waited for once per object.
        if (said.some((one) => one.kind === "unreachable")) return findings;
      }
      if (objects.length > MOST_OBJECTS) {
        const message = `only the first ${MOST_OBJECTS} of ${objects.length} objects were asked about`;
        findings.push({ index: MOST_OBJECTS, kind: "unreachable", message });
      }
      return findings;
    },
  };
}

/** Every failure to get an answer is one; only the caller's own wish to stop goes through. */
async function answered(
  ask: () => Promise<readonly Said[]>,
  signal: AbortSignal | undefined,
): Promise<readonly Said[]> {
  try {
    return await ask();
  } catch (error) {
    signal?.throwIfAborted();
    const message = oneLine(error instanceof Error ? error.message : String(error));
    if (error instanceof RetryLater || !/ 40[13] /.test(message)) return [{ kind: "unreachable", message }];
    return [{ kind: "forbidden", message }];
  }
}

function meaningOf({ status, message, warnings }: KubeAnswer): readonly Said[] {
  const remarks = warnings.map((text): Said => ({ kind: "warning", message: oneLine(text) }));
  if (status >= 200 && status < 300) return remarks;
  return [
    { kind: kindOf(status, message), message: oneLine(message === "" ? `status ${status}` : message) },
    ...remarks,
  ];
}

function kindOf(status: number, message: string): DryRunFinding["kind"] {
  if (/does not support dry run|failed calling webhook/i.test(message)) return "unreachable";
  if (/admission webhook .* denied the request/s.test(message)) return "refused";
  // A server-side apply with fields no schema has is answered with 500.
  if (/failed to create typed patch object|field not declared in schema/.test(message)) return "refused";
  if (status === 401) return "forbidden";
  // The authoriser's words; admission says 403 too, for quota and Pod Security.
  if (status === 403) return /\bUser "[^"]*" cannot \w+/i.test(message) ? "forbidden" : "refused";
  if (status === 404) return "missing";
  if (status === 400 || status === 409 || status === 413 || status === 422) return "refused";
  return "unreachable";
}

/**
 * What is said of one pod more. A full quota refuses it, yet a workload that is changed gives pods up as it goes: then it
 * is a remark.
 */
function ofPod({ kind, message }: Said, effect: DryRunObject["effect"]): Said {
  const isFull = kind === "refused" && effect === "change" && message.includes("exceeded quota");
  return { kind: isFull ? "warning" : kind, message: oneLine(`its pods: ${message}`) };
}

function podsPath(namespace: string): string {
  return `${groupPath("v1")}/namespaces/${encodeURIComponent(namespace)}/pods`;
}

/** Webhooks answer in paragraphs, and with whatever their author thought of. */
function oneLine(text: string): string {
  return text
    .replace(/[\p{Cc}\p{Cf}\s]+/gu, " ")
    .trim()
    .slice(0, 500);
}
