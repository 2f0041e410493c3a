/**
 * When in a sync a migration runs: after what it needs, before the pods that need it (argo-cd:
 * docs/user-guide/sync-waves.md). Before everything else (PreSync) only where the Application brings nothing it needs: a
 * hook of that phase sees the ConfigMaps and the database as they were before the sync, or not at all on a new cluster.
 */
import { inNamespace } from "../../repository/lookup.ts";
import type { Platform, Resource } from "../../repository/platform.ts";
import { type Fields, itemsAt, stringsAt, textAt } from "../../repository/values.ts";
import { asWorkload, type RepositoryWorkload } from "../../repository/workloads.ts";
import type { PlacedContainer } from "../edit/workload-edit.ts";
import { databaseOf } from "./exporter-plan.ts";
import { clusterKindOf } from "./replicated-databases.ts";

export interface SyncOrder {
  readonly phase: "PreSync" | "Sync";
  /** Of the Job; undefined: none is needed. */
  readonly wave: number | undefined;
  /** The wave the Deployment has to be put into; undefined: it stays where it is. */
  readonly deploymentWave: number | undefined;
  readonly because: string;
}

const WAVE = "argocd.argoproj.io/sync-wave";
/** Kinds that become a Secret of their own name, or of the name their template gives. */
const SECRETS = new Set(["Secret", "SealedSecret", "ExternalSecret", "VaultStaticSecret", "OnePasswordItem"]);

export function syncOrder(
  platform: Platform,
  { resource, namespace }: RepositoryWorkload,
  podSpec: Fields,
  container: PlacedContainer,
): SyncOrder | string {
  const together = inNamespace(platform, namespace).filter((one) => one.application === resource.application);
  const needed = together.filter((one) => one !== resource && isNeeded(one, podSpec, container));
  const [first] = needed;
  if (first === undefined) {
    return { phase: "PreSync", wave: undefined, deploymentWave: undefined, because: "before anything else is applied" };
  }
  const last = needed.reduce((one, other) => (waveOf(other) > waveOf(one) ? other : one), first);
  const [after, own] = [waveOf(last), waveOf(resource)];
  const because = `after ${last.kind} ${last.name} and before the Deployment`;
  if (after < own) return { phase: "Sync", wave: own - 1, deploymentWave: undefined, because };
  if (hasWave(resource)) {
    return `it starts in sync wave ${own}, and ${last.kind} ${last.name}, which its migration needs, not before wave ${after}`;
  }
  return { phase: "Sync", wave: after, deploymentWave: after + 1, because };
}

function isNeeded(one: Resource, podSpec: Fields, { spec }: PlacedContainer): boolean {
  const { kind, name, object } = one;
  const workload = asWorkload(one);
  const isDatabase = workload === undefined ? clusterKindOf(one) !== undefined : databaseOf(workload) !== undefined;
  if (isDatabase && kind !== "Job" && kind !== "CronJob") return true;
  if (kind === "ServiceAccount") return textAt(podSpec, "serviceAccountName") === name;
  const mounted = new Set(itemsAt(spec, "volumeMounts").map((mount) => mount["name"]));
  const volumes = itemsAt(podSpec, "volumes").filter((volume) => mounted.has(volume["name"]));
  const text = JSON.stringify([spec["env"], spec["envFrom"], volumes]);
  const names = (key: string) => text.includes(`:${JSON.stringify(key)}`);
  if (kind === "ConfigMap") return names(name);
  const made = textAt(object, "spec", "target", "name") ?? textAt(object, "spec", "destination", "name") ?? name;
  return SECRETS.has(kind) && names(made);
}

function hasWave({ object }: Resource): boolean {
  return stringsAt(object, "metadata", "annotations")[WAVE] !== undefined;
}

function waveOf({ object }: Resource): number {
  const wave = Number(stringsAt(object, "metadata", "annotations")[WAVE]);
  return Number.isInteger(wave) ? wave : 0;
}
