/** Everything a migration Job needs, found in the Deployment that migrates today; or what speaks against one. */
import { isPinned, withoutVersion } from "../../policy/images.ts";
import { neighboursOf } from "../../repository/conventions.ts";
import { inNamespace, ofKind } from "../../repository/lookup.ts";
import type { Platform, RepositoryApplication, Resource } from "../../repository/platform.ts";
import { isService } from "../../repository/services.ts";
import { at, fieldsAt, itemsAt, stringsAt, textAt } from "../../repository/values.ts";
import { type RepositoryWorkload, selects, workloadsIn } from "../../repository/workloads.ts";
import { ownLabels } from "../edit/new-objects.ts";
import { type PlacedContainer, placedContainers } from "../edit/workload-edit.ts";
import { editableIn } from "../targets.ts";
import { losesAccess } from "../traffic/pod-traffic.ts";
import { jobName } from "./migration-name.ts";
import { type SyncOrder, syncOrder } from "./migration-order.ts";
import { type StartMigration, startMigrations } from "./migration-start.ts";
import { type MigrationTool, migrationCommands, migrationIn } from "./migrations.ts";

export interface MigrationPlan {
  readonly application: RepositoryApplication;
  readonly workload: RepositoryWorkload;
  readonly namespace: string;
  readonly container: PlacedContainer;
  /** What migrates, for people. */
  readonly tool: string;
  /** What the Job runs instead of the container's own command; undefined: just that. */
  readonly command: readonly string[] | undefined;
  /** What leaves the Deployment; undefined when nothing does. */
  readonly moved: StartMigration | undefined;
  /** Numeric user, undefined where the image names one that is not root. */
  readonly user: number | undefined;
  /** False: that it gets along without root is not known. */
  readonly knownUser: boolean;
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly order: SyncOrder;
}

/** Any user without privileges, for images whose own nobody here knows. */
const USER = 10001;

/** The plan to run what `container` migrates, or the command of `tool` in its image, as a Job. */
export function migrationPlan(
  platform: Platform,
  workload: RepositoryWorkload,
  name: string,
  tool: MigrationTool | undefined,
): MigrationPlan | string {
  const { resource, namespace, podSpec } = workload;
  const application = editableIn(platform, resource);
  if (typeof application === "string") return application;
  if (namespace === undefined) return "its namespace is not known";
  if (workload.replicas === 0) return "it stands at zero on purpose";
  const starts = startMigrations(workload);
  const moved = tool === undefined ? starts.find((one) => one.container.name === name) : undefined;
  const container = moved?.container ?? placedContainers(workload).find((one) => one.name === name);
  if (container === undefined) return `there is no container ${name} in ${workload.kind} ${workload.name}`;
  if (tool === undefined && moved === undefined) return `container ${name} does not evidently migrate a database`;
  const [start] = starts;
  if (tool !== undefined && start !== undefined)
    return `container ${start.container.name} migrates (${start.tool}) whenever a pod starts; that has to be moved, not doubled`;
  const existing = migrationJobOf(platform, workload);
  if (existing !== undefined) return `${existing.path}: Job ${existing.name} migrates already`;
  if (!isPinned(container.image))
    return `image ${container.image || "(none)"} is not pinned, so Job and pods may differ`;
  const user = userOf(workload, container);
  if (typeof user === "string") return user;
  const hurdle = hurdleFor(platform, workload, container);
  if (hurdle !== undefined) return hurdle;
  const own = jobName(workload.name);
  const labels = ownLabels(neighboursOf(platform, application.name), own);
  const crossed = crossing(platform, workload, namespace, own, labels);
  if (crossed !== undefined) return crossed;
  const order = syncOrder(platform, workload, podSpec, container);
  if (typeof order === "string") return order;
  return {
    application,
    workload,
    namespace,
    container,
    tool: moved?.tool ?? tool ?? "",
    command: tool === undefined ? undefined : migrationCommands[tool],
    moved,
    ...user,
    name: own,
    labels,
    order,
  };
}

/** A Job beside `workload` that migrates with the same image, or by a name that says so. */
export function migrationJobOf(platform: Platform, workload: RepositoryWorkload): Resource | undefined {
  const images = new Set(placedContainers(workload).map(({ image }) => withoutVersion(image)));
  return workloadsIn(platform, workload.namespace).find((one) => {
    if (one.kind !== "Job" || one.resource.application === undefined) return false;
    return placedContainers(one).some(({ spec, image }) => {
      return migrationIn(spec) !== undefined && images.has(withoutVersion(image));
    });
  })?.resource;
}

function userOf(
  { podSpec }: RepositoryWorkload,
  { name, spec }: PlacedContainer,
): Pick<MigrationPlan, "user" | "knownUser"> | string {
  const said = (field: string) => at(spec, "securityContext", field) ?? at(podSpec, "securityContext", field);
  const user = said("runAsUser");
  if (user === 0) return `container ${name} runs as root, which a Job of ours does not`;
  if (at(spec, "securityContext", "privileged") === true) return `container ${name} is privileged`;
  if (typeof user === "number" && Number.isInteger(user)) return { user, knownUser: true };
  if (said("runAsNonRoot") === true) return { user: undefined, knownUser: true };
  return { user: USER, knownUser: false };
}

const PLAIN_VOLUMES = ["configMap", "secret", "projected", "downwardAPI", "emptyDir", "csi"];

/** What its pods have and a Job's pod would not. */
function hurdleFor(platform: Platform, workload: RepositoryWorkload, container: PlacedContainer): string | undefined {
  const { podSpec, resource, templatePath, namespace } = workload;
  if (podSpec["hostNetwork"] === true) return "its pods use the network of their node";
  const injected = Object.keys(stringsAt(resource.object, ...templatePath, "metadata", "annotations")).find((key) =>
    /inject/.test(key),
  );
  if (injected !== undefined)
    return `something is put into its pods as they start (${injected}), with which a Job may never end`;
  if (hasMesh(platform, namespace))
    return `a service mesh puts a proxy into the pods of ${namespace}, with which a Job does not end`;
  const volumes = itemsAt(podSpec, "volumes");
  for (const mount of itemsAt(container.spec, "volumeMounts")) {
    const name = textAt(mount, "name") ?? "";
    const volume = volumes.find((one) => one["name"] === name);
    if (volume === undefined || !PLAIN_VOLUMES.some((kind) => volume[kind] !== undefined)) {
      return `it mounts volume ${name}, which belongs to its pods`;
    }
    const isScratch = /^\/(?:var\/)?tmp(?:\/|$)/.test(textAt(mount, "mountPath") ?? "");
    const others = placedContainers(workload).filter((one) => one.path.join() !== container.path.join());
    const isShared = others.some(({ spec }) => itemsAt(spec, "volumeMounts").some((one) => one["name"] === name));
    if (volume["emptyDir"] !== undefined && isShared && !isScratch) {
      return `it shares volume ${name} with the other containers of its pod`;
    }
  }
  return undefined;
}

function hasMesh(platform: Platform, namespace: string | undefined): boolean {
  const found = ofKind(platform, "Namespace").find(({ name }) => name === namespace);
  const labels = stringsAt(found?.object, "metadata", "labels");
  const annotations = fieldsAt(found?.object, "metadata", "annotations");
  const isIstio = labels["istio-injection"] === "enabled" || labels["istio.io/rev"] !== undefined;
  return isIstio || annotations["linkerd.io/inject"] === "enabled";
}

/** Names, Services and NetworkPolicies the Job's pods would run into. */
function crossing(
  platform: Platform,
  workload: RepositoryWorkload,
  namespace: string,
  name: string,
  labels: Readonly<Record<string, string>>,
): string | undefined {
  const here = inNamespace(platform, namespace);
  const taken = here.find((one) => one.kind === "Job" && one.name === name);
  if (taken !== undefined) return `${taken.path} already holds Job ${name}`;
  const service = here.find((one) => isService(one) && selects(stringsAt(one.object, "spec", "selector"), labels));
  if (service !== undefined) return `Service ${service.name} would pick the Job's pods`;
  return losesAccess(platform, namespace, workload.podLabels, labels);
}
