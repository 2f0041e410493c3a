/** Claims that are too small for what the program on them was told it may keep. */
import type { Platform, Resource } from "../../repository/platform.ts";
import { formatMemory, parseQuantity } from "../../repository/quantity.ts";
import { knownClaims } from "../../repository/storage-classes.ts";
import { at, itemsAt, textAt } from "../../repository/values.ts";
import type { Container, RepositoryWorkload } from "../../repository/workloads.ts";
import { databaseIn } from "../databases/databases.ts";
import { wordsOf } from "../edit/workload-edit.ts";
import { imageName } from "../resource-values.ts";

export interface Need {
  readonly size: string;
  readonly because: string;
}

const GIBI = 2 ** 30;
/** "Set the retention size to, at most, 80-85 % of the allocated Prometheus disk space" (prometheus.io/docs, storage). */
const PROMETHEUS_SHARE = 0.8;
/** While an append-only file is rewritten, the old and the new one are there (redis.io/docs, persistence). */
const REDIS_TIMES = 2;
const powers: Readonly<Record<string, number>> = { K: 1, M: 2, G: 3, T: 4 };

/** What the claim would have to be; undefined when nothing in the repository says that it is too small. */
export function needOf(platform: Platform, claim: Resource): Need | undefined {
  const now = parseQuantity(at(claim.object, "spec", "resources", "requests", "storage"));
  const known = knownClaims(platform).find(
    ({ name, namespace }) => name === claim.name && namespace === claim.namespace,
  );
  if (now === undefined || known === undefined) return undefined;
  for (const workload of known.users) {
    for (const container of workload.containers) {
      if (!isOnlyClaim(workload, container, claim.name)) continue;
      const asked = askedBy(platform, workload, container);
      if (asked === undefined || asked.bytes <= now) continue;
      const size = formatMemory(Math.ceil(asked.bytes / GIBI - 1e-9) * GIBI, "up");
      return { size, because: `${asked.because}, the claim has ${formatMemory(now, "down")}` };
    }
  }
  return undefined;
}

function askedBy(
  platform: Platform,
  workload: RepositoryWorkload,
  container: Container,
): { readonly bytes: number; readonly because: string } | undefined {
  const words = [container.spec["command"], container.spec["args"]].flat().map(String).join(" ");
  if (/^(prometheus|vmsingle)$/.test(imageName(container.image))) {
    const [, value = "", unit = ""] = /--storage\.tsdb\.retention\.size[= ]"?(\d+)([KMGT])B/.exec(words) ?? [];
    const bytes = Number(value) * 1024 ** (powers[unit] ?? 0);
    const because = `Prometheus may keep ${value}${unit}B and asks for a fifth of room beside it`;
    return bytes > 0 ? { bytes: bytes / PROMETHEUS_SHARE, because } : undefined;
  }
  if (databaseIn(container)?.kind !== "redis") return undefined;
  const all = `${words} ${wordsOf(platform, workload)}`;
  if (!/appendonly[\s",=]+yes/i.test(all)) return undefined;
  const [, value = "", unit = ""] = /\bmaxmemory[\s",=]+(\d+)([kmg]b)\b/i.exec(all) ?? [];
  const bytes = Number(value) * 1024 ** (powers[unit.charAt(0).toUpperCase()] ?? 0);
  const because = `Redis may hold ${value}${unit} and keeps its append-only file twice while it rewrites it`;
  return bytes > 0 ? { bytes: bytes * REDIS_TIMES, because } : undefined;
}

/** With several claims nobody could tell which of them fills. */
function isOnlyClaim({ podSpec }: RepositoryWorkload, { spec }: Container, claim: string): boolean {
  const mounted = new Set(itemsAt(spec, "volumeMounts").map((one) => one["name"]));
  const claims = itemsAt(podSpec, "volumes")
    .filter((one) => mounted.has(one["name"]))
    .flatMap((one) => textAt(one, "persistentVolumeClaim", "claimName") ?? []);
  return claims.length === 1 && claims[0] === claim;
}
