/** Whatever an intent about databases holds, and whatever the repository does: valid and judged, or refused. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { migrationCommands } from "../../../shared/intents/databases/migrations.ts";
import { intents } from "../../../shared/intents/registry.ts";
import { renderChangeSet } from "../../../shared/intents/render.ts";
import { isSafePath } from "../../../shared/policy/change-rules.ts";
import { judge } from "../../../shared/policy/judge.ts";
import { withChanges } from "../../../shared/repository/change.ts";
import { workloadsOf } from "../../../shared/repository/workloads.ts";
import { application, platformOf, sample } from "../../support/platform.ts";
import { archivePlatform } from "./database-platform.ts";

const KINDS = ["add-database-exporter", "add-migration-job", "set-replication"];
const platforms = [archivePlatform("directory"), archivePlatform("kustomize"), sample("harbor"), sample("meadow")];
const known = platforms.flatMap((platform) => workloadsOf(platform));
const name = fc.oneof(
  fc.constantFrom(...known.map((one) => one.name), "ledger", "loans", "archive", "migrate", "reading-room"),
  fc.constantFrom("../../etc", "x\n---\nkind: Secret", "__proto__", "kube-system", "$(id)", "&a [*a]", "null", ""),
  fc.string(),
);
const workload = fc.oneof(
  fc.constantFrom(
    ...known.map((one) => ({ kind: one.kind as string, namespace: one.namespace ?? "", name: one.name })),
  ),
  fc.record({
    kind: fc.constantFrom("Deployment", "StatefulSet", "Cluster", "MongoDBCommunity", "Secret"),
    namespace: name,
    name,
  }),
  fc.constantFrom(
    { kind: "Cluster", namespace: "archive", name: "ledger" },
    { kind: "MongoDBCommunity", namespace: "archive", name: "loans" },
  ),
);
const meant = [archivePlatform()].flatMap((platform) =>
  KINDS.flatMap((kind) => intents.get(kind)?.candidates(platform) ?? []).map(({ intent: one }) => one),
);
const intent = fc.oneof(
  fc.constantFrom<{ kind: string }>(...meant, {
    kind: "add-migration-job",
    workload: { kind: "Deployment", namespace: "watch", name: "pushgateway" },
    container: "pushgateway",
    tool: "prisma",
  } as { kind: string }),
  fc.record({ kind: fc.constant("add-database-exporter"), workload }),
  fc.record(
    {
      kind: fc.constant("add-migration-job"),
      workload,
      container: fc.oneof(fc.constantFrom("migrate", "reading-room", "catalogue", "wait"), name),
      tool: fc.oneof(fc.constantFrom(...Object.keys(migrationCommands)), name),
    },
    { requiredKeys: ["kind", "workload", "container"] },
  ),
  fc.record(
    {
      kind: fc.constant("set-replication"),
      cluster: workload,
      instances: fc.oneof(fc.constantFrom<unknown>(3, 5, 7, 4, -1, 1e9), fc.jsonValue()),
      synchronous: fc.oneof(fc.constant<unknown>(true), fc.jsonValue()),
    },
    { requiredKeys: ["kind", "cluster", "instances"] },
  ),
);

test("any intent on any of four platforms", () => {
  const rendered = new Set<string>();
  fc.assert(
    fc.property(intent, fc.constantFrom(...platforms), (value, platform) => {
      const result = renderChangeSet(value as { kind: string }, platform);
      if (result.kind === "refused") return result.because.length > 0;
      rendered.add(value.kind);
      expect(result.changeSet.files.every(({ path }) => isSafePath(path))).toBe(true);
      expect(judge(result.changeSet, platform)).toEqual(result.verdict);
      expect(result.verdict.rules.filter(({ decision }) => decision === "deny").map(({ rule }) => rule)).toEqual(
        result.verdict.decision === "deny" ? ["restrict-image-registries"] : [],
      );
      expect(value.kind === "add-database-exporter" || result.verdict.decision === "human").toBe(true);
      return withChanges(platform, result.changeSet.files).unreadable.length === platform.unreadable.length;
    }),
    { numRuns: 400 },
  );
  expect([...rendered].sort()).toEqual(KINDS);
});

/** Fields of what these intents read, with whatever people may have written into them. */
const command = fc.oneof(
  fc.constantFrom<unknown>(
    ["alembic", "upgrade", "head"],
    ["sh", "-c", "alembic upgrade head && uvicorn app"],
    ["sh", "-c", "set -e\nalembic upgrade head\nuvicorn app"],
    ["sh", "-c", "alembic upgrade head && echo 'it''s' \"fine\" # done"],
  ),
  fc.jsonValue(),
);
const mounts = fc.oneof(
  fc.constantFrom<unknown>([{ name: "v", mountPath: "/v" }], [{ name: "tmp", mountPath: "/tmp" }]),
  fc.jsonValue(),
);
const container = fc.record(
  {
    name: fc.constantFrom("main", "migrate", "db"),
    image: fc.constantFrom("postgres:16.4", "redis:7.4", "registry.example.com/app:1.0.0", "mysql", ""),
    command,
    args: command,
    env: fc.oneof(
      fc.constantFrom<unknown>([{ name: "POSTGRES_PASSWORD", valueFrom: { secretKeyRef: { name: "s", key: "k" } } }]),
      fc.jsonValue(),
    ),
    volumeMounts: mounts,
    securityContext: fc.jsonValue(),
    resources: fc.jsonValue(),
  },
  { requiredKeys: ["name", "image"] },
);
const annotations = fc.oneof(
  fc.dictionary(fc.constantFrom("argocd.argoproj.io/sync-wave", "a"), fc.constantFrom("1", "x")),
  fc.jsonValue(),
);
const pods = fc.record(
  {
    containers: fc.array(container, { minLength: 1, maxLength: 2 }),
    initContainers: fc.array(container, { maxLength: 2 }),
    volumes: fc.jsonValue(),
    securityContext: fc.jsonValue(),
  },
  { requiredKeys: ["containers"] },
);
const odd = fc.oneof(
  fc.record({
    apiVersion: fc.constant("apps/v1"),
    kind: fc.constantFrom("Deployment", "StatefulSet"),
    spec: pods.map((spec) => ({
      replicas: 2,
      selector: { matchLabels: { app: "a" } },
      template: { metadata: { labels: { app: "a" } }, spec },
    })),
  }),
  fc.record({
    apiVersion: fc.constant("networking.k8s.io/v1"),
    kind: fc.constant("NetworkPolicy"),
    spec: fc.oneof(
      fc.record(
        {
          podSelector: fc.oneof(fc.constant({}), fc.jsonValue()),
          policyTypes: fc.jsonValue(),
          ingress: fc.jsonValue(),
          egress: fc.jsonValue(),
        },
        { requiredKeys: [] },
      ),
      fc.jsonValue(),
    ),
  }),
  fc.record({
    apiVersion: fc.constantFrom("postgresql.cnpg.io/v1", "psmdb.percona.com/v1", "acid.zalan.do/v1"),
    kind: fc.constantFrom("Cluster", "PerconaServerMongoDB", "postgresql"),
    spec: fc.oneof(
      fc.record(
        {
          instances: fc.oneof(fc.constant<unknown>(1), fc.jsonValue()),
          replsets: fc.jsonValue(),
          storage: fc.jsonValue(),
        },
        { requiredKeys: [] },
      ),
      fc.jsonValue(),
    ),
  }),
  fc.record({
    apiVersion: fc.constant("v1"),
    kind: fc.constantFrom("ResourceQuota", "LimitRange", "ConfigMap"),
    spec: fc.record({ hard: fc.jsonValue(), limits: fc.jsonValue() }, { requiredKeys: [] }),
  }),
);

test("whatever else a repository holds, every candidate can be written and is judged", () => {
  const found = new Set<string>();
  fc.assert(
    fc.property(fc.array(fc.record({ object: odd, annotations }), { maxLength: 6 }), (objects) => {
      const texts = Object.fromEntries(
        objects.map(({ object, annotations: carried }, index) => {
          const metadata = { name: `odd-${index}`, annotations: carried };
          // JSON is YAML as well, and files of that name are edited.
          return [`shop/odd-${index}.yaml`, `${JSON.stringify({ ...object, metadata })}\n`];
        }),
      );
      const monitor = "apiVersion: monitoring.coreos.com/v1\nkind: ServiceMonitor\nmetadata: {name: m}\nspec: {}\n";
      const service =
        "apiVersion: v1\nkind: Service\nmetadata: {name: s}\nspec: {selector: {app: a}, ports: [{port: 5432}]}\n";
      const policy = "version: 1\nregistries: {also: [{registry: quay.io, reason: for this test alone}]}\n";
      const rest = { ".cortex-school.yaml": policy, "shop/m.yaml": monitor, "shop/s.yaml": service };
      const platform = platformOf({ ...texts, ...rest, "apps/a.yaml": application("a", "shop", "shop") });
      for (const kind of KINDS) {
        const definition = intents.get(kind);
        const survey = definition?.survey(platform, "synchronous replication");
        for (const { because } of [...(survey?.open ?? []), ...(survey?.exempt ?? [])]) expect(because).not.toBe("");
        for (const candidate of definition?.candidates(platform, "synchronous replication") ?? []) {
          found.add(kind);
          expect(renderChangeSet(candidate.intent, platform).kind).toBe("rendered");
        }
      }
    }),
    { numRuns: 300 },
  );
  expect(found.size).toBeGreaterThan(0);
});
