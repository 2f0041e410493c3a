/** Which class and how much: what the repository gives its other databases, within what the namespace allows. */
import { mostCommon } from "../../repository/conventions.ts";
import { limitsOf } from "../../repository/limit-range.ts";
import type { Platform } from "../../repository/platform.ts";
import { formatMemory, parseQuantity } from "../../repository/quantity.ts";
import { type KnownClaim, knownClaims, storageClass } from "../../repository/storage-classes.ts";
import { at, textAt } from "../../repository/values.ts";
import type { RepositoryWorkload } from "../../repository/workloads.ts";
import { type DatabaseKind, databaseIn } from "../databases/databases.ts";

export interface ChosenClaim {
  /** Undefined: the cluster's default class, as its neighbours leave it. */
  readonly storageClass: string | undefined;
  readonly size: string;
  /** Where both come from. */
  readonly because: string;
}

/** Volumes under `least` bytes would be too small for what is kept now; a text says what the repository does not tell. */
export function chooseClaim(
  platform: Platform,
  workload: RepositoryWorkload,
  kind: DatabaseKind,
  least: number | undefined,
): ChosenClaim | string {
  const claims = knownClaims(platform).filter(({ spec }) => sizeOf(spec) !== undefined && isDynamic(spec));
  const groups: readonly { readonly members: readonly KnownClaim[]; readonly source: string }[] = [
    { members: claims.filter((claim) => holds(claim, kind)), source: `other ${kind} claims` },
    {
      members: claims.filter(({ namespace }) => namespace === workload.namespace),
      source: `claims in ${workload.namespace ?? ""}`,
    },
    { members: claims, source: "the claims of the repository" },
  ];
  const group = groups.find(({ members }) => members.length > 0);
  if (group === undefined) return "the repository shows no volume claim, so there is no known class and size";
  const names = group.members.map(({ spec }) => textAt(spec, "storageClassName") ?? "");
  const name = mostCommon(names) || undefined;
  const sizes = group.members.flatMap(({ spec }) => sizeOf(spec) ?? []).sort((a, b) => a - b);
  const wanted = Math.max(sizes[Math.floor(sizes.length / 2)] ?? 0, least ?? 0);
  const limits = limitsOf(platform, workload.namespace);
  const bytes = Math.min(Math.max(wanted, limits?.claimMin ?? 0), limits?.claimMax ?? Number.POSITIVE_INFINITY);
  const bounded = bytes === wanted ? "" : ` within LimitRange ${limits?.names.join(", ") ?? ""}`;
  return {
    storageClass: name,
    size: formatMemory(bytes, "up"),
    because: `class and size from ${group.source}${bounded}`,
  };
}

/** Why a claim may not ask for `size` of `name` in `namespace`; undefined when nothing speaks against it. */
export function claimProblem(
  platform: Platform,
  namespace: string,
  name: string | undefined,
  size: string,
): string | undefined {
  const isUsed = knownClaims(platform).some(({ spec }) => textAt(spec, "storageClassName") === name);
  if (name !== undefined && !isUsed && storageClass(platform, name) === undefined) {
    return `nothing in the repository defines or uses a storage class ${name}`;
  }
  return sizeProblem(platform, namespace, size);
}

export function sizeProblem(platform: Platform, namespace: string, size: string): string | undefined {
  const limits = limitsOf(platform, namespace);
  const bytes = parseQuantity(size) ?? 0;
  if (bytes < 2 ** 20) return `${size} is no size for a volume`;
  const named = limits?.names.join(", ") ?? "";
  if (limits?.claimMin !== undefined && bytes < limits.claimMin)
    return `LimitRange ${named} asks for claims of at least ${formatMemory(limits.claimMin, "up")}`;
  return limits?.claimMax !== undefined && bytes > limits.claimMax
    ? `LimitRange ${named} allows claims of at most ${formatMemory(limits.claimMax, "down")}`
    : undefined;
}

function holds({ users }: KnownClaim, kind: DatabaseKind): boolean {
  return users.some(({ containers }) => containers.some((one) => databaseIn(one)?.kind === kind));
}

function sizeOf(spec: unknown): number | undefined {
  return parseQuantity(at(spec, "resources", "requests", "storage"));
}

/** A claim bound to one volume by name, or to none of a class, says nothing about how a new one gets its volume. */
function isDynamic(spec: unknown): boolean {
  return at(spec, "volumeName") === undefined && at(spec, "storageClassName") !== "";
}
