/** What every intent about a database's workload needs: which workloads those are, and what goes beside one. */
import { createHash } from "node:crypto";
import * as z from "zod";
import type { StoredIntent } from "../../domain/improvement.ts";
import { inNamespace } from "../../repository/lookup.ts";
import type { Platform } from "../../repository/platform.ts";
import { isService } from "../../repository/services.ts";
import { stringsAt } from "../../repository/values.ts";
import { asWorkload, type RepositoryWorkload, selects, workloadsOf } from "../../repository/workloads.ts";
import { bestFirst, type Candidate } from "../intent.ts";
import { labelName, objectName } from "../schema.ts";
import { findResource } from "../targets.ts";

const kinds = ["StatefulSet", "Deployment"] as const;
/** Databases run as one of these. */
export const databaseWorkload = z.strictObject({ kind: z.enum(kinds), namespace: labelName, name: objectName });
export type DatabaseWorkload = z.infer<typeof databaseWorkload>;

/** What `offer` makes of each workload that could be one, best first. */
export function candidatesOf<Intent extends StoredIntent>(
  platform: Platform,
  offer: (
    workload: RepositoryWorkload,
    reference: DatabaseWorkload,
  ) => Omit<Candidate<Intent>, "target" | "namespace"> | undefined,
): readonly Candidate<Intent>[] {
  return workloadsOf(platform)
    .map((workload): Candidate<Intent> | undefined => {
      const { namespace, name } = workload;
      const kind = kinds.find((known) => known === workload.kind);
      if (kind === undefined || namespace === undefined) return undefined;
      const offered = offer(workload, { kind, namespace, name });
      return offered && { ...offered, target: `${kind} ${namespace}/${name}`, namespace };
    })
    .filter((candidate) => candidate !== undefined)
    .sort(bestFirst);
}

/** Those an Argo CD Application deploys, with their names for people. */
export function deployedOf(platform: Platform): readonly { workload: RepositoryWorkload; target: string }[] {
  return workloadsOf(platform)
    .filter(({ kind, resource }) => (kinds as readonly string[]).includes(kind) && resource.application !== undefined)
    .map((workload) => ({ workload, target: `${workload.kind} ${workload.namespace ?? ""}/${workload.name}` }));
}

/** The plan for the workload the intent names, or why there is none. */
export function planFor<Plan>(
  platform: Platform,
  { kind, namespace, name }: DatabaseWorkload,
  planOf: (platform: Platform, workload: RepositoryWorkload) => Plan | string,
): Plan | string {
  const resource = findResource(platform, kind, namespace, name);
  if (typeof resource === "string") return resource;
  const workload = asWorkload(resource);
  return workload === undefined ? `${name} is no workload` : planOf(platform, workload);
}

/** `<name>-<what>`; where that is over `most` characters it is shortened and a hash of the whole name put in. */
export function nameBeside(name: string, what: string, most: number): string {
  const plain = `${name.replaceAll(".", "-")}-${what}`;
  if (plain.length <= most) return plain;
  const hash = createHash("sha256").update(name).digest("hex").slice(0, 6);
  return `${plain.slice(0, most - what.length - 8).replace(/-+$/, "")}-${hash}-${what}`;
}

/** A Service that picked pods with these labels would send them traffic meant for others. */
export function servicePicking(
  platform: Platform,
  namespace: string,
  labels: Readonly<Record<string, string>>,
): string | undefined {
  return inNamespace(platform, namespace).find(
    (one) => isService(one) && selects(stringsAt(one.object, "spec", "selector"), labels),
  )?.name;
}
