import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { valueAt } from "../../../shared/intents/databases/replicated-databases.ts";
import { intents } from "../../../shared/intents/registry.ts";
import { renderChangeSet } from "../../../shared/intents/render.ts";
import { application, platformOf } from "../../support/platform.ts";

interface Asked {
  readonly instances?: unknown;
  readonly synchronous?: unknown;
  readonly kind?: string;
}

function texts(manifest: string, more: Record<string, string> = {}): Record<string, string> {
  return { "app.yaml": application("a", "data", "data"), "data/db.yaml": manifest, ...more };
}

function render(manifest: string, { kind, ...asked }: Asked = {}, more: Record<string, string> = {}) {
  const cluster = { kind: kind ?? /^kind: (\w+)/m.exec(manifest)?.[1] ?? "", namespace: "data", name: "db" };
  return renderChangeSet(
    { kind: "set-replication", cluster, instances: 3, ...asked } as never,
    platformOf(texts(manifest, more)),
  );
}

function written(...args: Parameters<typeof render>): string {
  const rendered = render(...args);
  if (rendered.kind === "refused") throw new Error(rendered.because);
  expect(rendered.verdict.decision).toBe("human");
  return rendered.changeSet.files[0]?.after ?? "";
}

function object(apiVersion: string, kind: string, spec: string, metadata = "{name: db}"): string {
  return `apiVersion: ${apiVersion}\nkind: ${kind}\nmetadata: ${metadata}\nspec:\n${spec}`;
}

const cnpg = (spec: string, metadata?: string) => object("postgresql.cnpg.io/v1", "Cluster", spec, metadata);

describe.each<[string, string, (string | number)[]]>([
  ["CloudNativePG", cnpg("  instances: 1 # one\n  storage: {size: 1Gi}\n"), ["spec", "instances"]],
  ["CloudNativePG without a number", cnpg("  storage: {size: 1Gi}\n"), ["spec", "instances"]],
  [
    "Zalando",
    object("acid.zalan.do/v1", "postgresql", "  teamId: a\n  numberOfInstances: 1\n"),
    ["spec", "numberOfInstances"],
  ],
  [
    "Crunchy",
    object(
      "postgres-operator.crunchydata.com/v1beta1",
      "PostgresCluster",
      "  instances:\n    - name: a\n      replicas: 1\n",
    ),
    ["spec", "instances", 0, "replicas"],
  ],
  [
    "Crunchy without a number",
    object("postgres-operator.crunchydata.com/v1beta1", "PostgresCluster", "  instances:\n    - name: a\n"),
    ["spec", "instances", 0, "replicas"],
  ],
  [
    "Percona XtraDB",
    object("pxc.percona.com/v1", "PerconaXtraDBCluster", "  pxc:\n    size: 1\n"),
    ["spec", "pxc", "size"],
  ],
  ["InnoDB, two of them", object("mysql.oracle.com/v2", "InnoDBCluster", "  instances: 2\n"), ["spec", "instances"]],
  [
    "MariaDB",
    object("k8s.mariadb.com/v1alpha1", "MariaDB", "  replicas: 1\n  galera: {enabled: true}\n"),
    ["spec", "replicas"],
  ],
  ["MongoDB", object("mongodbcommunity.mongodb.com/v1", "MongoDBCommunity", "  members: 1\n"), ["spec", "members"]],
  [
    "Percona MongoDB",
    object("psmdb.percona.com/v1", "PerconaServerMongoDB", "  replsets:\n    - name: rs0\n      size: 1\n"),
    ["spec", "replsets", 0, "size"],
  ],
  [
    "Redis by Spotahome",
    object("databases.spotahome.com/v1", "RedisFailover", "  sentinel: {replicas: 3}\n  redis:\n    replicas: 1\n"),
    ["spec", "redis", "replicas"],
  ],
  [
    "Redis by Opstree",
    object("redis.redis.opstreelabs.in/v1beta2", "RedisReplication", "  clusterSize: 1\n"),
    ["spec", "clusterSize"],
  ],
])("%s", (_, manifest, path) => {
  test("is found, gets three copies, and nothing else changes", () => {
    const [candidate] = intents.get("set-replication")?.candidates(platformOf(texts(manifest))) ?? [];
    expect(candidate?.intent).toMatchObject({ instances: 3 });
    const after = written(manifest);
    expect(valueAt(parse(after), path)).toBe(3);
    const old = manifest.split("\n");
    const differing = after.split("\n").filter((line) => !old.includes(line));
    expect(differing).toHaveLength(1);
    expect(render(after)).toMatchObject({ because: expect.stringContaining("has 3 copies") as string });
  });
});

describe("commits that wait for a second copy", () => {
  const about = "use synchronous replication so that nothing is lost";

  test("by the fields the operator has, when the talk asks for it", () => {
    const after = written(cnpg("  instances: 1\n  storage: {size: 1Gi}\n"), { synchronous: true });
    expect(parse(after)).toMatchObject({ spec: { instances: 3, minSyncReplicas: 1, maxSyncReplicas: 1 } });
    const zalando = object("acid.zalan.do/v1", "postgresql", "  numberOfInstances: 3\n  patroni:\n    ttl: 30\n");
    expect(parse(written(zalando, { synchronous: true }))).toMatchObject({
      spec: { numberOfInstances: 3, patroni: { ttl: 30, synchronous_mode: true } },
    });
  });

  test("what somebody decided stays; an operator without such a field says so", () => {
    const decided = cnpg("  instances: 1\n  postgresql:\n    synchronous: {method: any, number: 1}\n");
    expect(render(decided, { synchronous: true })).toMatchObject({
      because: expect.stringContaining("already") as string,
    });
    const mongo = object("mongodbcommunity.mongodb.com/v1", "MongoDBCommunity", "  members: 1\n");
    expect(render(mongo, { synchronous: true })).toMatchObject({ kind: "refused" });
  });

  test("the text decides the form, and asynchronous is not synchronous", () => {
    const definition = intents.get("set-replication");
    const platform = platformOf(texts(cnpg("  instances: 1\n")));
    expect(definition?.candidates(platform, about)[0]?.intent).toMatchObject({ synchronous: true });
    expect(definition?.candidates(platform, "asynchronous replication is enough")[0]?.intent).not.toHaveProperty(
      "synchronous",
    );
    expect(definition?.forms(about)[0]).toBe("synchronous");
  });
});

describe("what speaks against it is said", () => {
  const quota = (hard: string) => ({
    "data/q.yaml": `apiVersion: v1\nkind: ResourceQuota\nmetadata: {name: q}\nspec: {hard: {${hard}}}\n`,
  });
  const sized = cnpg(
    "  instances: 1\n  storage: {size: 10Gi}\n  resources: {requests: {cpu: 1, memory: 1Gi}, limits: {memory: 1Gi}}\n",
  );
  const plain = (kind: string) =>
    `apiVersion: apps/v1\nkind: ${kind}\nmetadata: {name: db}\nspec: {selector: {matchLabels: {a: b}}, template: {metadata: {labels: {a: b}}, spec: {containers: [{name: x, image: "postgres:16.4"}]}}}\n`;
  test.each<[string, string, Asked, Record<string, string>, string]>([
    ["a plain StatefulSet", plain("StatefulSet"), {}, {}, "second, empty postgres"],
    ["a plain Deployment", plain("Deployment"), {}, {}, "second, empty postgres"],
    ["an even number", sized, { instances: 4 }, {}, "not valid"],
    ["a number from the text", sized, { instances: "3\nevil: 1" }, {}, "not valid"],
    ["less than there is", cnpg("  instances: 5\n"), {}, {}, "5 copies already"],
    ["pods", sized, {}, quota("pods: 2"), "allows 2 pods: 1 in use, 2 more asked for"],
    [
      "storage",
      sized,
      {},
      quota("requests.storage: 20Gi"),
      "allows 20Gi requests.storage: 10Gi in use, 20Gi more asked for",
    ],
    ["memory", sized, {}, quota("limits.memory: 2Gi"), "allows 2Gi limits.memory"],
    ["zero on purpose", cnpg("  instances: 0\n"), {}, {}, "zero on purpose"],
    [
      "hibernation",
      cnpg("  instances: 1\n", '{name: db, annotations: {cnpg.io/hibernation: "on"}}'),
      {},
      {},
      "hibernates",
    ],
    [
      "a MariaDB that does not replicate",
      object("k8s.mariadb.com/v1alpha1", "MariaDB", "  replicas: 1\n"),
      {},
      {},
      "neither galera nor replication",
    ],
    [
      "too few sentinels",
      object("databases.spotahome.com/v1", "RedisFailover", "  sentinel: {replicas: 1}\n"),
      {},
      {},
      "sentinels",
    ],
    ["brokers", object("kafka.strimzi.io/v1beta2", "KafkaNodePool", "  replicas: 1\n"), {}, {}, "hold no copies"],
    [
      "a Cluster of machines",
      object("cluster.x-k8s.io/v1beta1", "Cluster", "  instances: 1\n"),
      {},
      {},
      "no database an operator replicates",
    ],
    ["an expression", cnpg("  instances: &n 1\n  other: *n\n"), {}, {}, "left alone"],
    [
      "an autoscaler",
      sized,
      {},
      {
        "data/s.yaml":
          "apiVersion: keda.sh/v1alpha1\nkind: ScaledObject\nmetadata: {name: s}\nspec: {scaleTargetRef: {kind: Cluster, name: db}}\n",
      },
      "sets its size",
    ],
    ["nothing of that name", sized, { kind: "Nothing" }, {}, "there is no Nothing"],
    ["kustomize", sized, {}, { "data/kustomization.yaml": "resources: [db.yaml]\nnameSuffix: -x\n" }, "kustomize"],
  ])("%s", (_, manifest, asked, more, because) =>
    expect(render(manifest, asked, more)).toMatchObject({
      kind: "refused",
      because: expect.stringContaining(because) as string,
    }),
  );

  test("room is room: a quota that fits is no hurdle", () =>
    expect(render(sized, {}, quota("pods: 3, requests.storage: 30Gi, limits.memory: 3Gi")).kind).toBe("rendered"));
});

test("followers of a primary elsewhere may be more; a survey tells them from pods that share nothing", () => {
  const followers = `apiVersion: apps/v1
kind: StatefulSet
metadata: {name: db}
spec:
  replicas: 1
  selector: {matchLabels: {a: b}}
  template:
    metadata: {labels: {a: b}}
    spec: {containers: [{name: x, image: "redis:7.4.1", env: [{name: REDIS_REPLICATION_MODE, value: replica}]}]}
`;
  expect(parse(written(followers))).toMatchObject({ spec: { replicas: 2 } });
  const survey = intents.get("set-replication")?.survey(platformOf(texts(followers)));
  expect(survey?.done.join()).toContain("follows a primary");
});
