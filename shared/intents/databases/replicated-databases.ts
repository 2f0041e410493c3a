/** Databases an operator runs from one object: where their CRD counts the copies, and what one more of them takes. */
import type { Resource } from "../../repository/platform.ts";
import { at, itemsAt, textAt } from "../../repository/values.ts";
import type { Path } from "../edit/yaml-edit.ts";

export interface ClusterKind {
  /** API group of the operator. */
  readonly group: string;
  readonly kind: string;
  readonly database: string;
  /** Where the number of copies is written. */
  readonly count: Path;
  /** The members vote: an even number of them is no better than one less. */
  readonly votes: boolean;
  /** Sizes of the volumes of one copy. */
  readonly storage: readonly Path[];
  /** `requests` and `limits` of one copy. */
  readonly resources: Path;
  /** Fields that make a commit wait for a second copy, under the mapping at `path`. */
  readonly synchronous?: {
    readonly path: Path;
    readonly fields: Readonly<Record<string, unknown>>;
    readonly unless: readonly Path[];
  };
  /** Why the object as it is cannot simply get more copies. */
  readonly hurdle?: (object: Resource["object"]) => string | undefined;
}

const CLAIM = ["resources", "requests", "storage"];
const VOLUME = ["volumeSpec", "persistentVolumeClaim", ...CLAIM];

/** By the CRD reference of each operator. */
const clusterKinds: readonly ClusterKind[] = [
  {
    group: "postgresql.cnpg.io",
    kind: "Cluster",
    database: "PostgreSQL",
    count: ["spec", "instances"],
    votes: false,
    storage: [
      ["spec", "storage", "size"],
      ["spec", "walStorage", "size"],
    ],
    resources: ["spec", "resources"],
    synchronous: {
      path: ["spec"],
      fields: { minSyncReplicas: 1, maxSyncReplicas: 1 },
      unless: [
        ["spec", "minSyncReplicas"],
        ["spec", "maxSyncReplicas"],
        ["spec", "postgresql", "synchronous"],
      ],
    },
    hurdle: (object) =>
      at(object, "metadata", "annotations", "cnpg.io/hibernation") === "on" ? "it hibernates" : undefined,
  },
  {
    group: "acid.zalan.do",
    kind: "postgresql",
    database: "PostgreSQL",
    count: ["spec", "numberOfInstances"],
    votes: false,
    storage: [["spec", "volume", "size"]],
    resources: ["spec", "resources"],
    synchronous: {
      path: ["spec"],
      fields: { patroni: { synchronous_mode: true } },
      unless: [["spec", "patroni", "synchronous_mode"]],
    },
  },
  ...["postgres-operator.crunchydata.com/PostgresCluster", "pgv2.percona.com/PerconaPGCluster"].map(
    (name): ClusterKind => ({
      group: name.slice(0, name.indexOf("/")),
      kind: name.slice(name.indexOf("/") + 1),
      database: "PostgreSQL",
      count: ["spec", "instances", 0, "replicas"],
      votes: false,
      storage: [["spec", "instances", 0, "dataVolumeClaimSpec", ...CLAIM]],
      resources: ["spec", "instances", 0, "resources"],
      hurdle: (object) => oneOf(object, "instances", "sets of instances"),
    }),
  ),
  {
    group: "pxc.percona.com",
    kind: "PerconaXtraDBCluster",
    database: "MySQL",
    count: ["spec", "pxc", "size"],
    votes: true,
    storage: [["spec", "pxc", ...VOLUME]],
    resources: ["spec", "pxc", "resources"],
  },
  {
    group: "ps.percona.com",
    kind: "PerconaServerMySQL",
    database: "MySQL",
    count: ["spec", "mysql", "size"],
    votes: true,
    storage: [["spec", "mysql", ...VOLUME]],
    resources: ["spec", "mysql", "resources"],
  },
  {
    group: "mysql.oracle.com",
    kind: "InnoDBCluster",
    database: "MySQL",
    count: ["spec", "instances"],
    votes: true,
    storage: [["spec", "datadirVolumeClaimTemplate", ...CLAIM]],
    resources: ["spec", "resources"],
  },
  {
    group: "k8s.mariadb.com",
    kind: "MariaDB",
    database: "MariaDB",
    count: ["spec", "replicas"],
    votes: true,
    storage: [["spec", "storage", "size"]],
    resources: ["spec", "resources"],
    hurdle: (object) =>
      at(object, "spec", "galera", "enabled") === true || at(object, "spec", "replication", "enabled") === true
        ? undefined
        : "neither galera nor replication is enabled in it, so a second pod would not be a copy",
  },
  {
    group: "mongodbcommunity.mongodb.com",
    kind: "MongoDBCommunity",
    database: "MongoDB",
    count: ["spec", "members"],
    votes: true,
    storage: [0, 1].map((index) => ["spec", "statefulSet", "spec", "volumeClaimTemplates", index, "spec", ...CLAIM]),
    resources: ["spec", "statefulSet", "spec", "template", "spec", "containers", 0, "resources"],
  },
  {
    group: "psmdb.percona.com",
    kind: "PerconaServerMongoDB",
    database: "MongoDB",
    count: ["spec", "replsets", 0, "size"],
    votes: true,
    storage: [["spec", "replsets", 0, ...VOLUME]],
    resources: ["spec", "replsets", 0, "resources"],
    hurdle: (object) => oneOf(object, "replsets", "replica sets"),
  },
  {
    group: "databases.spotahome.com",
    kind: "RedisFailover",
    database: "Redis",
    count: ["spec", "redis", "replicas"],
    votes: false,
    storage: [["spec", "redis", "storage", "persistentVolumeClaim", "spec", ...CLAIM]],
    resources: ["spec", "redis", "resources"],
    hurdle(object) {
      const sentinels = at(object, "spec", "sentinel", "replicas");
      return typeof sentinels === "number" && sentinels < 3
        ? `its ${sentinels} sentinels could not elect a new primary`
        : undefined;
    },
  },
  {
    group: "redis.redis.opstreelabs.in",
    kind: "RedisReplication",
    database: "Redis",
    count: ["spec", "clusterSize"],
    votes: false,
    storage: [["spec", "storage", "volumeClaimTemplate", "spec", ...CLAIM]],
    resources: ["spec", "kubernetesConfig", "resources"],
  },
];

/** Objects that look as if more of them were more copies. */
const otherKinds: readonly { readonly name: RegExp; readonly because: string }[] = [
  {
    name: /^kafka\.strimzi\.io\/.*\/(?:Kafka|KafkaNodePool)$/,
    because:
      "more brokers hold no copies of the topics that are there: their replication factor has to be raised by a reassignment",
  },
  { name: /^redis\.redis\.opstreelabs\.in\/.*\/RedisCluster$/, because: "its size counts shards, not copies" },
  {
    name: /^(?:elasticsearch\.k8s\.elastic\.co\/.*\/Elasticsearch|opensearch\.opster\.io\/.*\/OpenSearchCluster)$/,
    because: "its indexes say themselves how many copies they have",
  },
];

/** What the operator's object is; undefined for anything else. */
export function clusterKindOf({ apiVersion, kind }: Resource): ClusterKind | undefined {
  return clusterKinds.find((known) => known.kind === kind && apiVersion.startsWith(`${known.group}/`));
}

/** Why an object of another kind cannot be replicated by a number; undefined when it is no database at all. */
export function noCopiesBecause({ apiVersion, kind }: Resource): string | undefined {
  return otherKinds.find(({ name }) => name.test(`${apiVersion}/${kind}`))?.because;
}

function oneOf(object: Resource["object"], list: string, what: string): string | undefined {
  const count = itemsAt(object, "spec", list).length;
  if (count === 1) return undefined;
  return count === 0 ? `it lists no ${what}` : `it has ${count} ${what}, and which of them should grow is not said`;
}

/** The value at a path through mappings and lists. */
export function valueAt(object: unknown, path: Path): unknown {
  return path.reduce<unknown>((value, key) => {
    if (typeof key === "number") return Array.isArray(value) ? (value as readonly unknown[])[key] : undefined;
    return at(value, key);
  }, object);
}

/** Environment and flags by which a StatefulSet's pods follow a primary that is another workload. */
export function followsPrimary(spec: Resource["object"]): boolean {
  const env = itemsAt(spec, "env");
  const isReplica = env.some(
    (one) =>
      /^(?:REDIS|VALKEY|POSTGRESQL|POSTGRES|MARIADB|MYSQL)_REPLICATION_MODE$/.test(textAt(one, "name") ?? "") &&
      /^(?:slave|replica)$/.test(textAt(one, "value") ?? ""),
  );
  const words = [spec["command"], spec["args"]].flat().map(String).join(" ");
  return isReplica || /--(?:replicaof|slaveof)\s+\S/.test(words);
}
