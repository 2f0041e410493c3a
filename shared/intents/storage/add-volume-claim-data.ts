/** Where the databases the school knows keep their data, and what holds that place in a pod. */
import type { Platform } from "../../repository/platform.ts";
import { type Fields, itemsAt, textAt } from "../../repository/values.ts";
import type { Container, RepositoryWorkload } from "../../repository/workloads.ts";
import { type Database, databaseIn } from "../databases/databases.ts";
import { wordsOf } from "../edit/workload-edit.ts";

export interface DataPlace {
  readonly database: Database;
  /** The folder the data is in. */
  readonly path: string;
  /** Where a volume for it is mounted; `path` or above it. */
  readonly mount: string;
  /** The user the image runs as, where that is not root. */
  readonly user?: number;
  /** Why what it holds is not meant to last; undefined for data. */
  readonly cache?: string;
}

/** What lies at a path of a container. */
export type Holder =
  | { readonly kind: "nothing" }
  | { readonly kind: "lasting"; readonly what: string }
  | { readonly kind: "memory"; readonly volume: string }
  | { readonly kind: "empty"; readonly volume: number; readonly mount: number; readonly mountPath: string }
  | { readonly kind: "other"; readonly what: string };

/** The first container that runs a known database, with where it keeps its data. */
export function dataPlaceOf(
  platform: Platform,
  workload: RepositoryWorkload,
): { readonly container: Container; readonly place: DataPlace } | undefined {
  for (const container of workload.containers) {
    const database = databaseIn(container);
    if (database === undefined) continue;
    return { container, place: placeOf(database, container, () => wordsOf(platform, workload)) };
  }
  return undefined;
}

function placeOf(database: Database, container: Container, words: () => string): DataPlace {
  const { image } = container;
  const isBitnami = /(^|\/)bitnami[a-z]*\//.test(image);
  const user = isBitnami || /(^|\/)percona\//.test(image) ? { user: 1001 } : {};
  switch (database.kind) {
    case "postgres":
      return { database, ...user, ...postgresPlace(image, isBitnami, variable(container, "PGDATA")) };
    case "mysql": {
      const mount = isBitnami ? `/bitnami/${/mariadb/.test(image) ? "mariadb" : "mysql"}` : "/var/lib/mysql";
      return { database, ...user, path: isBitnami ? `${mount}/data` : mount, mount };
    }
    case "mongodb": {
      const own = argument(container, /^--dbpath[= ](\/\S+)$/);
      const mount = own ?? (isBitnami ? "/bitnami/mongodb" : "/data/db");
      return { database, ...user, path: own === undefined && isBitnami ? `${mount}/data/db` : mount, mount };
    }
    case "redis": {
      const own = argument(container, /^--dir[= ](\/\S+)$/) ?? /(?:^|\n|\\n)dir \\?"?(\/[\w./-]+)/.exec(words())?.[1];
      const mount = own ?? (isBitnami ? "/bitnami/redis/data" : "/data");
      const isKept = isBitnami ? !/REDIS_AOF_ENABLED","value":"no/.test(words()) : keepsRedis(words());
      const cache = "nothing in its configuration keeps data (appendonly, save), it is a cache";
      return { database, ...user, path: mount, mount, ...(isKept ? {} : { cache }) };
    }
  }
}

/** From version 18 on the image keeps a folder per version (hub.docker.com/_/postgres, PGDATA). */
function postgresPlace(
  image: string,
  isBitnami: boolean,
  pgdata: string | undefined,
): { readonly path: string; readonly mount: string; readonly user?: number } {
  if (isBitnami) return { path: pgdata ?? "/bitnami/postgresql/data", mount: "/bitnami/postgresql" };
  if (/timescaledb-ha/.test(image)) {
    return { path: pgdata ?? "/home/postgres/pgdata/data", mount: "/home/postgres/pgdata", user: 1000 };
  }
  const major = Number(/\/?postgres:(\d+)/.exec(image)?.[1] ?? 0);
  if (major >= 18) return { path: pgdata ?? `/var/lib/postgresql/${major}/docker`, mount: "/var/lib/postgresql" };
  return { path: pgdata ?? "/var/lib/postgresql/data", mount: "/var/lib/postgresql/data" };
}

/** A Redis is asked to keep data by an append-only file or by snapshots it names itself. */
function keepsRedis(words: string): boolean {
  return /appendonly[\s",=]+yes/i.test(words) || /(?:^|\n|\\n|"|--)save[\s",]+\d+ \d+/.test(words);
}

/** What holds `path` in `container`: the mount that is nearest to it. */
export function holderOf(workload: RepositoryWorkload, container: Container, path: string): Holder {
  const mounts = itemsAt(container.spec, "volumeMounts");
  const isAbove = (folder: string) => path === folder || path.startsWith(`${folder}/`);
  const near = mounts
    .map((entry, index) => ({ entry, index, at: (textAt(entry, "mountPath") ?? "").replace(/(?<=.)\/+$/, "") }))
    .filter(({ at }) => at !== "" && isAbove(at))
    .sort((a, b) => b.at.length - a.at.length)[0];
  if (near === undefined) return { kind: "nothing" };
  const name = textAt(near.entry, "name") ?? "";
  const templates = itemsAt(workload.resource.object, "spec", "volumeClaimTemplates");
  if (templates.some((one) => textAt(one, "metadata", "name") === name))
    return { kind: "lasting", what: `claim template ${name}` };
  const volumes = itemsAt(workload.podSpec, "volumes");
  const index = volumes.findIndex((one) => textAt(one, "name") === name);
  return heldBy(volumes[index], { volume: index, mount: near.index, mountPath: near.at });
}

function heldBy(
  volume: Fields | undefined,
  place: { readonly volume: number; readonly mount: number; readonly mountPath: string },
): Holder {
  if (volume === undefined) return { kind: "other", what: "a volume that is not there" };
  const name = textAt(volume, "name") ?? "";
  if ("emptyDir" in volume) {
    if (textAt(volume, "emptyDir", "medium") === "Memory") return { kind: "memory", volume: name };
    return { kind: "empty", ...place };
  }
  const source = Object.keys(volume).find((key) => key !== "name") ?? "nothing";
  const lasts =
    /^(persistentVolumeClaim|hostPath|nfs|csi|iscsi|fc|cephfs|rbd|glusterfs|azureFile|azureDisk|gcePersistentDisk|awsElasticBlockStore|cinder|local)$/;
  return lasts.test(source)
    ? { kind: "lasting", what: `${source} ${name}` }
    : { kind: "other", what: `${source} ${name}` };
}

export function variable({ spec }: Container, name: string): string | undefined {
  return textAt(
    itemsAt(spec, "env").find((one) => one["name"] === name),
    "value",
  );
}

/** The value of an option on the command line, written in one word or in two. */
function argument({ spec }: Container, pattern: RegExp): string | undefined {
  const words = [spec["command"], spec["args"]].flat().map(String);
  const pairs = words.map((word, index) => `${word} ${words[index + 1] ?? ""}`);
  return [...words, ...pairs].map((word) => pattern.exec(word)?.[1]).find((value) => value !== undefined);
}
