/** The exporters that measure databases: one each, by its own documentation, with a version that is known to exist. */
import { isPinned, registryOf } from "../../policy/images.ts";
import { repositoryPolicy } from "../../policy/repository-policy.ts";
import { oncePer } from "../../repository/lookup.ts";
import type { Platform } from "../../repository/platform.ts";
import { type Fields, itemsAt, textAt } from "../../repository/values.ts";
import { workloadsOf } from "../../repository/workloads.ts";
import { imageName } from "../resource-values.ts";
import type { DatabaseKind } from "./databases.ts";

export interface Exporter {
  readonly name: string;
  /** The last part of its images, also of mirrors. */
  readonly image: RegExp;
  /** Where its makers publish it, what they name first first. */
  readonly published: readonly string[];
  readonly tag: string;
  /** An older one of the repository does not understand the settings below. */
  readonly since: readonly [number, number];
  readonly port: number;
  /** Answers without asking the database. */
  readonly health: string;
  /** The user its image runs as. */
  readonly user: number;
  /** Variables of a dump (see databases.ts) -> the exporter's own. */
  readonly credentials: Readonly<Record<string, string>>;
  readonly settings: (
    host: string,
    port: number,
  ) => { readonly env: readonly Fields[]; readonly args: readonly string[] };
}

/** Sources: the README and Dockerfile of each project at that version. */
export const exporters: Readonly<Record<DatabaseKind, Exporter>> = {
  postgres: {
    name: "postgres_exporter",
    image: /^postgres(?:ql)?[-_]exporter$/,
    published: ["quay.io/prometheuscommunity/postgres-exporter", "prometheuscommunity/postgres-exporter"],
    tag: "v0.17.1",
    since: [0, 10],
    port: 9187,
    health: "/",
    user: 65534,
    credentials: { PGPASSWORD: "DATA_SOURCE_PASS", PGUSER: "DATA_SOURCE_USER" },
    // The official images speak plain text unless they are told otherwise.
    settings: (host, port) => ({
      env: [{ name: "DATA_SOURCE_URI", value: `${host}:${port}/postgres?sslmode=disable` }],
      args: [],
    }),
  },
  mysql: {
    name: "mysqld_exporter",
    image: /^mysqld?[-_]exporter$/,
    published: ["quay.io/prometheus/mysqld-exporter", "prom/mysqld-exporter"],
    tag: "v0.17.2",
    since: [0, 15],
    port: 9104,
    health: "/",
    user: 65534,
    credentials: { MYSQL_PWD: "MYSQLD_EXPORTER_PASSWORD" },
    settings: (host, port) => ({ env: [], args: [`--mysqld.address=${host}:${port}`, "--mysqld.username=root"] }),
  },
  redis: {
    name: "redis_exporter",
    image: /^(?:redis|valkey)[-_]exporter$/,
    published: ["oliver006/redis_exporter", "quay.io/oliver006/redis_exporter", "ghcr.io/oliver006/redis_exporter"],
    tag: "v1.69.0",
    since: [1, 0],
    port: 9121,
    health: "/health",
    user: 59000,
    credentials: { REDISCLI_AUTH: "REDIS_PASSWORD" },
    settings: (host, port) => ({ env: [{ name: "REDIS_ADDR", value: `redis://${host}:${port}` }], args: [] }),
  },
  mongodb: {
    name: "mongodb_exporter",
    image: /^mongo(?:db)?[-_]exporter$/,
    published: ["percona/mongodb_exporter"],
    tag: "0.43.1",
    since: [0, 40],
    port: 9216,
    health: "/",
    user: 65535,
    credentials: { MONGO_PASSWORD: "MONGODB_PASSWORD", MONGO_USER: "MONGODB_USER" },
    settings: (host, port) => ({
      env: [{ name: "MONGODB_URI", value: `mongodb://${host}:${port}/admin` }],
      args: ["--collector.diagnosticdata", "--collector.replicasetstatus"],
    }),
  },
};

const PGUSER = { name: "DATA_SOURCE_USER", value: "postgres" };

/** The variables of an exporter, out of those a dump of the same database would take. */
export function exporterEnv(
  exporter: Exporter,
  host: string,
  port: number,
  credentials: readonly Fields[],
): readonly Fields[] {
  const own = credentials.flatMap((entry) => {
    const name = exporter.credentials[textAt(entry, "name") ?? ""];
    return name === undefined ? [] : [{ ...entry, name }];
  });
  const isAnonymous = Object.values(exporter.credentials).includes(PGUSER.name) && !own.some(isNamed(PGUSER.name));
  return [...exporter.settings(host, port).env, ...(isAnonymous ? [PGUSER] : []), ...own];
}

function isNamed(name: string): (entry: Fields) => boolean {
  return (entry) => entry["name"] === name;
}

interface ExporterImage {
  readonly image: string;
  readonly because: string;
  /** False: nothing in the repository shows that images from there are wanted; the operator may still allow it. */
  readonly known: boolean;
}

/**
 * The image of an exporter: the one the repository runs already, else the catalogue's, from a registry the repository
 * uses or lists in its policy file.
 */
export function exporterImage(platform: Platform, exporter: Exporter): ExporterImage {
  const own = runningImages(platform).find(
    (image) => exporter.image.test(imageName(image)) && isRecent(exporter, image),
  );
  if (own !== undefined) return { image: own, because: `${own} runs here already`, known: true };
  const [preferred = ""] = exporter.published;
  const usable = exporter.published.find((image) => isUsable(platform, registryOf(image)));
  if (usable === undefined) {
    const registries = exporter.published.map(registryOf).join(" or ");
    const because = `nothing here takes images from ${registries}, where ${exporter.name} is published; the policy file can allow it`;
    return { image: `${preferred}:${exporter.tag}`, because, known: false };
  }
  const because = `${registryOf(usable)} is a registry this repository uses`;
  return { image: `${usable}:${exporter.tag}`, because, known: true };
}

/** Pinned images of everything that is applied, each once, in a stable order. */
const runningImages = oncePer((platform) => {
  const containers = workloadsOf(platform)
    .filter(({ resource }) => resource.application !== undefined)
    .flatMap(({ podSpec }) => [...itemsAt(podSpec, "initContainers"), ...itemsAt(podSpec, "containers")]);
  const images = containers.flatMap((spec) => textAt(spec, "image") ?? []);
  return [...new Set(images)].filter(isPinned).sort();
});

/** What `restrict-image-registries` would let through by the repository's own word. */
function isUsable(platform: Platform, registry: string): boolean {
  const { registries } = repositoryPolicy(platform).policy;
  const under = (one: string) => registry === one || registry.startsWith(`${one}/`);
  if (registries?.also?.some((one) => under(one.registry)) === true) return true;
  const isUsed = usedRegistries(platform).has(registry);
  return isUsed && registries?.only?.some(under) !== false;
}

const usedRegistries = oncePer((platform) => {
  const all = workloadsOf(platform).flatMap(({ podSpec }) => [
    ...itemsAt(podSpec, "initContainers"),
    ...itemsAt(podSpec, "containers"),
  ]);
  return new Set(all.flatMap((spec) => textAt(spec, "image") ?? []).map(registryOf));
});

/** By its tag; a digest alone does not tell. */
function isRecent({ since: [major, minor] }: Exporter, image: string): boolean {
  const [, one, other] = /:v?(\d{1,4})\.(\d{1,4})/.exec(image) ?? [];
  if (one === undefined || other === undefined) return false;
  return Number(one) > major || (Number(one) === major && Number(other) >= minor);
}
