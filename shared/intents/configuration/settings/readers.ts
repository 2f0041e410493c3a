/** Who reads an entry of a ConfigMap at run time, and how. */
import { groupBy, oncePer } from "../../../repository/lookup.ts";
import type { Platform, Resource } from "../../../repository/platform.ts";
import { type Fields, itemsAt, listAt, textAt } from "../../../repository/values.ts";
import {
  asContainer,
  type Container,
  type RepositoryWorkload,
  workloadsIn,
  workloadsOf,
} from "../../../repository/workloads.ts";
import { databaseIn } from "../../databases/databases.ts";
import { placedContainers } from "../../edit/workload-edit.ts";
import { imageName } from "../../resource-values.ts";
import { dataPlaceOf, holderOf } from "../../storage/add-volume-claim-data.ts";
import type { Technology } from "./known-setting.ts";
import type { Format } from "./place.ts";

export interface Reader {
  readonly workload: RepositoryWorkload;
  readonly container: Container;
  /** Path of the file in the container; undefined where it is a variable. */
  readonly file: string | undefined;
}

/** Every container that reads `key` of `config`, as a file or as a variable. */
export function readersOf(platform: Platform, config: Resource, key: string): readonly Reader[] {
  return workloadsIn(platform, config.namespace)
    .filter(({ resource }) => resource.application !== undefined)
    .flatMap((workload) => placedContainers(workload).flatMap(({ spec }) => readsIn(workload, spec, config.name, key)));
}

function readsIn(workload: RepositoryWorkload, spec: Fields, name: string, key: string): readonly Reader[] {
  const container = asContainer(spec, 0);
  const files = itemsAt(spec, "volumeMounts").flatMap((mount) => {
    const volume = itemsAt(workload.podSpec, "volumes").find((one) => one["name"] === mount["name"]);
    const inside = pathsIn(volume, name, key);
    const [at, part] = [(textAt(mount, "mountPath") ?? "").replace(/\/+$/, ""), textAt(mount, "subPath")];
    if (part === undefined) return inside.map((path) => `${at}/${path}`);
    return inside.filter((path) => path === part).map(() => at);
  });
  const isVariable =
    itemsAt(spec, "env").some(
      (one) =>
        textAt(one, "valueFrom", "configMapKeyRef", "name") === name &&
        textAt(one, "valueFrom", "configMapKeyRef", "key") === key,
    ) || itemsAt(spec, "envFrom").some((one) => textAt(one, "configMapRef", "name") === name);
  return [
    ...files.map((file) => ({ workload, container, file })),
    ...(isVariable && files.length === 0 ? [{ workload, container, file: undefined }] : []),
  ];
}

/** Where a volume has the entry, relative to its mount. */
function pathsIn(volume: Fields | undefined, name: string, key: string): readonly string[] {
  const sources = [
    ...(textAt(volume, "configMap", "name") === name ? [volume?.["configMap"]] : []),
    ...itemsAt(volume, "projected", "sources")
      .filter((one) => textAt(one, "configMap", "name") === name)
      .map((one) => one["configMap"]),
  ];
  return sources.flatMap((source) => {
    const items = itemsAt(source, "items");
    if (items.length === 0) return [key];
    return items.filter((one) => one["key"] === key).flatMap((one) => textAt(one, "path") ?? []);
  });
}

const FORMAT_OF: Readonly<Record<Technology, Format>> = {
  redis: "redis",
  postgres: "postgresql",
  mysql: "ini",
  nginx: "nginx",
};

/** The program whose configuration the file evidently is; undefined where that is not sure. */
export function technologyOf({
  workload,
  container,
  file,
}: Reader): { readonly technology: Technology; readonly format: Format } | undefined {
  if (file === undefined) return undefined;
  const kind = databaseIn(container)?.kind;
  const technology =
    kind === "mongodb"
      ? undefined
      : (kind ?? (/^nginx(?:-unprivileged)?$/.test(imageName(container.image)) ? "nginx" : undefined));
  if (technology === undefined || !isItsFile(technology, file, wordsOfCommand(container), workload)) return undefined;
  return { technology, format: FORMAT_OF[technology] };
}

/** The images' own documentation: Redis and PostgreSQL are told their file, MySQL and nginx look in known folders. */
function isItsFile(
  technology: Technology,
  file: string,
  words: readonly string[],
  workload: RepositoryWorkload,
): boolean {
  const isTold = words.some((word) => word === file || word.endsWith(`=${file}`) || word.split(/\s+/).includes(file));
  switch (technology) {
    case "redis":
      return isTold || /^\/opt\/bitnami\/(?:redis|valkey)\/(?:etc|mounted-etc)\/[\w-]+\.conf$/.test(file);
    case "postgres":
      return (
        isTold ||
        (file.endsWith("/postgresql.conf") &&
          JSON.stringify(workload.podSpec).includes('"/var/lib/postgresql') &&
          file.startsWith("/var/lib/postgresql/")) ||
        /^\/(?:opt\/)?bitnami\/postgresql\/conf\/(?:postgresql\.conf|conf\.d\/[\w-]+\.conf)$/.test(file)
      );
    case "mysql":
      return (
        isTold ||
        /^\/etc\/(?:my\.cnf|mysql\/my\.cnf|(?:mysql\/(?:conf|mariadb\.conf)|my\.cnf)\.d\/[\w.-]+\.cnf)$/.test(file) ||
        /^\/opt\/bitnami\/(?:mysql|mariadb)\/conf\/[\w.-]+\.cnf$/.test(file)
      );
    case "nginx":
      return isTold || /^\/etc\/nginx\/(?:nginx\.conf|conf\.d\/[\w.-]+\.conf)$/.test(file);
  }
}

function wordsOfCommand({ spec }: Container): readonly string[] {
  return [...listAt(spec, "command"), ...listAt(spec, "args")].map(String);
}

/** The command line wins over the file (redis.io, postgresql.org and mysql.com say the same of their servers). */
export function overridden({ container }: Reader, technology: Technology, setting: string): boolean {
  const name = (technology === "mysql" ? setting.slice(setting.indexOf(".") + 1) : setting).replace(/[^\w-]/g, "\\$&");
  const loose = name.replace(/[-_]/g, "[-_]");
  const words = wordsOfCommand(container).join(" ");
  return technology !== "nginx" && new RegExp(`(?:--|-c ?)${loose}(?:[= ]|$)`, "i").test(words);
}

/** True when the program's data is on a volume that outlives its pod. */
export function keepsData(platform: Platform, workload: RepositoryWorkload): boolean {
  const found = dataPlaceOf(platform, workload);
  return found !== undefined && holderOf(workload, found.container, found.place.path).kind === "lasting";
}

const configsOf = oncePer((platform) =>
  groupBy(
    platform.resources.filter(({ kind, apiVersion }) => kind === "ConfigMap" && apiVersion === "v1"),
    ({ namespace }) => namespace,
  ),
);

/** ConfigMaps of namespaces that have workloads, in the order of the repository. */
export function usedConfigs(platform: Platform): readonly Resource[] {
  const namespaces = new Set(workloadsOf(platform).map(({ namespace }) => namespace));
  return [...namespaces].flatMap((namespace) =>
    namespace === undefined ? [] : (configsOf(platform).get(namespace) ?? []),
  );
}
