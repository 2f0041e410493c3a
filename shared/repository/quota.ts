/** Whether the ResourceQuotas of a namespace have room for a change, in numbers. */
import { limitsOf } from "./limit-range.ts";
import { placeOf } from "./lines.ts";
import { inNamespace } from "./lookup.ts";
import type { Platform, Resource } from "./platform.ts";
import { podAmount } from "./pod-amounts.ts";
import { formatCpu, formatMemory, parseQuantity } from "./quantity.ts";
import { scopeHolds } from "./quota-scope.ts";
import { parseQuotaKey, usageOf } from "./quota-usage.ts";
import { unreadableFile, unseenApplication } from "./unseen.ts";
import { at, fieldsAt, textAt } from "./values.ts";
import { asWorkload } from "./workloads.ts";

export interface QuotaRoom {
  readonly quota: Resource;
  readonly key: string;
  /** `over`: the change cannot fit. `unsure`: it fits as far as the manifests tell, and they do not tell all. */
  readonly verdict: "fits" | "over" | "unsure";
  /** `<path>:<line>: ResourceQuota shop/q allows …` */
  readonly message: string;
}

/**
 * Every quota key of `namespace` that a change asks something of. A quota that is exceeded already is not held against a
 * change that asks for no more.
 */
export function quotaRoom(before: Platform, after: Platform, namespace: string): readonly QuotaRoom[] {
  const quotas = inNamespace(after, namespace).filter(({ kind }) => kind === "ResourceQuota");
  return quotas.flatMap((quota) =>
    Object.entries(fieldsAt(quota.object, "spec", "hard")).flatMap(([key, hard]) =>
      roomFor(before, after, quota, key, hard),
    ),
  );
}

function roomFor(before: Platform, after: Platform, quota: Resource, key: string, hard: unknown): QuotaRoom[] {
  const allowed = parseQuantity(hard);
  const [was, is] = [usageOf(before, quota, key), usageOf(after, quota, key)];
  const said = (text: string) =>
    `${placeOf(after, quota, "spec", "hard", key)}: ResourceQuota ${quota.namespace ?? ""}/${quota.name} ${text}`;
  if (was === undefined || is === undefined || allowed === undefined) {
    const message = said(`limits ${key}, whose use the manifests do not tell`);
    return mayCount(before, after, quota, key) ? [{ quota, key, verdict: "unsure", message }] : [];
  }
  const asked = Math.max(0, is.withJobs - was.withJobs);
  const rolling = rollingPods(before, after, quota, key);
  if (asked <= 0 && rolling <= 0) return [];
  const show = (value: number) => formatAs(key, value);
  const needed = Math.max(was.atLeast + asked, was.atLeast + rolling);
  const unseen = unseenIn(after, quota.namespace ?? "");
  const fits = Math.max(is.atMost, needed) <= allowed && unseen === undefined;
  const verdict = needed > allowed ? "over" : fits ? "fits" : "unsure";
  const extra = asked > 0 ? `${show(asked)} more asked for` : `${show(rolling)} more needed while it rolls out`;
  const doubt = verdict !== "unsure" ? "" : `; ${unseen ?? "jobs, autoscalers or nodes may use the rest"}`;
  const message = said(`allows ${show(allowed)} ${key}: ${show(was.atLeast)} in use, ${extra}${doubt}`);
  return [{ quota, key, verdict, message }];
}

/** An unreadable key matters only to a change that adds objects or changes pods at all. */
function mayCount(before: Platform, after: Platform, quota: Resource, key: string): boolean {
  const parsed = parseQuotaKey(key);
  if (parsed?.kind === "objects" || parsed?.kind === "services") return false;
  const pods = (platform: Platform) =>
    inNamespace(platform, quota.namespace)
      .filter(({ application }) => application !== undefined)
      .map((one) => asWorkload(one)?.podSpec)
      .filter((spec) => spec !== undefined);
  return JSON.stringify(pods(before)) !== JSON.stringify(pods(after));
}

/**
 * What the first new pod of a rolling Deployment takes on top of all old ones, where it may not do without any of them:
 * `maxUnavailable` is rounded down, so that three replicas with the default 25 % need room for a fourth.
 */
function rollingPods(before: Platform, after: Platform, quota: Resource, key: string): number {
  const parsed = parseQuotaKey(key);
  if (parsed?.kind !== "compute" && parsed?.kind !== "pods") return 0;
  const limits = limitsOf(after, quota.namespace);
  const old = new Map(inNamespace(before, quota.namespace).map((one) => [`${one.kind}/${one.name}`, one]));
  const amounts = inNamespace(after, quota.namespace).map((resource) => {
    const workload = asWorkload(resource);
    const was = old.get(`${resource.kind}/${resource.name}`);
    if (workload?.kind !== "Deployment" || was === undefined || workload.replicas === 0) return 0;
    if (JSON.stringify(asWorkload(was)?.podSpec) === JSON.stringify(workload.podSpec)) return 0;
    if (textAt(resource.object, "spec", "strategy", "type") === "Recreate") return 0;
    const away = at(resource.object, "spec", "strategy", "rollingUpdate", "maxUnavailable") ?? "25%";
    const percent = typeof away === "string" ? Number.parseInt(away, 10) : Number.NaN;
    const spare = typeof away === "number" ? away : Math.floor((percent * workload.replicas) / 100);
    if (spare > 0 || scopeHolds(quota, workload, limits) !== true) return 0;
    return parsed.kind === "pods" ? 1 : podAmount(workload, parsed.field, parsed.name, limits);
  });
  return Math.max(0, ...amounts);
}

function unseenIn(platform: Platform, namespace: string): string | undefined {
  const application = unseenApplication(platform, namespace);
  if (application !== undefined) return `what Application ${application} uses of it is not written here`;
  const file = unreadableFile(platform, namespace);
  return file === undefined ? undefined : `${file} cannot be read, so its use is not known`;
}

export function formatAs(key: string, value: number): string {
  const parsed = parseQuotaKey(key);
  if (parsed?.kind === "storage") return formatMemory(value, "up");
  if (parsed?.kind !== "compute") return String(value);
  if (parsed.name === "cpu") return formatCpu(value, "up");
  return /^(?:memory|ephemeral-storage|hugepages-)/.test(parsed.name) ? formatMemory(value, "up") : String(value);
}
