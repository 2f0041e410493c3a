/** What a database's pod needs so that its data outlives it; or why it can have no claim. */
import { isPinned } from "../../policy/images.ts";
import { mostCommon } from "../../repository/conventions.ts";
import { autoscalerOf } from "../../repository/disruption-budgets.ts";
import { inNamespace } from "../../repository/lookup.ts";
import type { Platform, RepositoryApplication } from "../../repository/platform.ts";
import { parseQuantity } from "../../repository/quantity.ts";
import { knownClaims } from "../../repository/storage-classes.ts";
import { at, itemsAt, textAt } from "../../repository/values.ts";
import type { Container, RepositoryWorkload } from "../../repository/workloads.ts";
import { editableIn } from "../targets.ts";
import { type DataPlace, dataPlaceOf, holderOf, variable } from "./add-volume-claim-data.ts";

export interface ClaimPlan {
  readonly application: RepositoryApplication;
  readonly workload: RepositoryWorkload;
  readonly container: Container;
  readonly place: DataPlace;
  /** Name of the new claim. */
  readonly claim: string;
  /** The emptyDir that becomes a claim; undefined where nothing is mounted yet. */
  readonly empty: { readonly volume: number; readonly mount: number } | undefined;
  readonly mountPath: string;
  /** Postgres must make its folder itself, and a fresh volume may hold `lost+found`. */
  readonly pgdata: string | undefined;
  /** MySQL takes no folder that is not empty. */
  readonly subPath: string | undefined;
  /** Group that must own the volume, because the database does not run as root. */
  readonly fsGroup: number | undefined;
  /** Bytes an emptyDir is bounded by. */
  readonly least: number | undefined;
  /** Where the data is now, for people. */
  readonly now: string;
}

export type Claimable =
  | { readonly state: "done"; readonly what: string }
  | { readonly state: "exempt"; readonly because: string }
  | { readonly state: "open"; readonly because: string }
  | { readonly state: "ready"; readonly plan: ClaimPlan };

/** Undefined for workloads that run no known database. */
export function claimable(platform: Platform, workload: RepositoryWorkload): Claimable | undefined {
  const found = dataPlaceOf(platform, workload);
  const { kind, resource } = workload;
  if (found === undefined || kind === "Job" || kind === "CronJob" || resource.application === undefined)
    return undefined;
  const { container, place } = found;
  const holder = holderOf(workload, container, place.path);
  switch (holder.kind) {
    case "lasting":
      return { state: "done", what: holder.what };
    case "memory":
      return { state: "exempt", because: `volume ${holder.volume} is kept in memory on purpose` };
    case "other":
      return { state: "exempt", because: `its data is on ${holder.what}` };
    default:
  }
  if (place.cache !== undefined) return { state: "exempt", because: place.cache };
  const plan = planFor(platform, workload, container, place, holder);
  return typeof plan === "string" ? { state: "open", because: plan } : { state: "ready", plan };
}

function planFor(
  platform: Platform,
  workload: RepositoryWorkload,
  container: Container,
  place: DataPlace,
  holder:
    | { readonly kind: "nothing" }
    | { readonly kind: "empty"; readonly volume: number; readonly mount: number; readonly mountPath: string },
): ClaimPlan | string {
  const application = editableIn(platform, workload.resource);
  if (typeof application === "string") return application;
  const blocked = workloadProblem(platform, workload, container);
  if (blocked !== undefined) return blocked;
  const { path, mount, database } = place;
  const mountPath = holder.kind === "empty" ? holder.mountPath : mount;
  if (path !== mountPath && !path.startsWith(`${mountPath}/`))
    return `it keeps its data in ${path}, which the image does not know`;
  const fsGroup = groupFor(workload, container, place);
  if (typeof fsGroup === "string") return fsGroup;
  const isRoot = path === mountPath;
  const volume = holder.kind === "empty" ? itemsAt(workload.podSpec, "volumes")[holder.volume] : undefined;
  const hasSubPath =
    holder.kind === "empty" && itemsAt(container.spec, "volumeMounts")[holder.mount]?.["subPath"] !== undefined;
  return {
    application,
    workload,
    container,
    place,
    claim: claimName(platform, workload),
    empty: holder.kind === "empty" ? { volume: holder.volume, mount: holder.mount } : undefined,
    mountPath,
    pgdata: database.kind === "postgres" && isRoot && !hasSubPath ? `${mountPath}/pgdata` : undefined,
    subPath: database.kind === "mysql" && isRoot && !hasSubPath ? "data" : undefined,
    fsGroup,
    least: parseQuantity(at(volume, "emptyDir", "sizeLimit")),
    now: holder.kind === "empty" ? `emptyDir volume ${textAt(volume, "name") ?? ""}` : "its container's own layer",
  };
}

/** Why this workload cannot have one volume for all of its pods. */
function workloadProblem(platform: Platform, workload: RepositoryWorkload, container: Container): string | undefined {
  const { kind, replicas, resource } = workload;
  if (kind === "StatefulSet")
    return "the volumeClaimTemplates of a StatefulSet cannot be changed once it exists: a person has to make it anew";
  if (kind !== "Deployment") return `a ${kind} runs on every node; one volume cannot follow it`;
  if (replicas === 0) return "it is scaled to zero";
  if (replicas > 1) return `its ${replicas} replicas cannot write to one ReadWriteOnce volume`;
  const autoscaler = autoscalerOf(platform, workload);
  if (autoscaler !== undefined) return `${autoscaler.kind} ${autoscaler.name} may give it more than one replica`;
  if (!isPinned(container.image)) return `image ${container.image || "(none)"} is not pinned to a version`;
  if (variable(container, "PGDATA")?.includes("$(") === true) return "PGDATA is put together from other variables";
  const type = textAt(resource.object, "spec", "strategy", "type");
  return type === undefined || type === "Recreate" || type === "RollingUpdate" ? undefined : `its strategy is ${type}`;
}

/** A new volume belongs to root: what does not run as root needs a group that owns it. */
function groupFor(
  { podSpec }: RepositoryWorkload,
  { spec }: Container,
  { user: usual }: DataPlace,
): number | undefined | string {
  const said = (field: string) => at(spec, "securityContext", field) ?? at(podSpec, "securityContext", field);
  if (at(podSpec, "securityContext", "fsGroup") !== undefined) return undefined;
  const user = said("runAsUser") ?? usual;
  if (user === 0 || (user === undefined && said("runAsNonRoot") !== true)) return undefined;
  const group = said("runAsGroup") ?? user;
  if (typeof group !== "number" || !Number.isInteger(group) || group <= 0 || group > 4_294_967_294) {
    return "it must not run as root and does not say as whom, so nobody can tell who has to own the volume";
  }
  return group;
}

/** `<workload>-data`, or the ending the repository gives its claims. */
function claimName(platform: Platform, { name }: RepositoryWorkload): string {
  const endings = knownClaims(platform).flatMap(({ name: claim, users }) =>
    users
      .filter((user) => claim.startsWith(`${user.name}-`))
      .map((user) => claim.slice(user.name.length))
      .filter((ending) => /^(?:-[a-z0-9]+){1,2}$/.test(ending)),
  );
  return `${name.slice(0, 200)}${mostCommon(endings) ?? "-data"}`;
}

/** The claim of that name, where somebody has made it already. */
export function takenClaim(platform: Platform, { claim, workload }: ClaimPlan): string | undefined {
  const taken = inNamespace(platform, workload.namespace).find(
    (one) => one.kind === "PersistentVolumeClaim" && one.name === claim,
  );
  return taken === undefined ? undefined : `${taken.path} already holds PersistentVolumeClaim ${claim}`;
}
