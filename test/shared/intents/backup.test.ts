import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { renderChangeSet } from "../../../shared/intents/render.ts";
import { application, platformOf, service } from "../../support/platform.ts";

const intent = { kind: "add-backup-cronjob", workload: { kind: "StatefulSet", namespace: "data", name: "db" } };
const SECRET = "{name: POSTGRES_PASSWORD, valueFrom: {secretKeyRef: {name: db, key: pw}}}";

function database(
  options: { image?: string; env?: string; extra?: string; claims?: string; name?: string } = {},
): string {
  const claims =
    options.claims ??
    "  volumeClaimTemplates: [{metadata: {name: d}, spec: {storageClassName: fast, resources: {requests: {storage: 5Gi}}}}]\n";
  return `apiVersion: apps/v1
kind: StatefulSet
metadata: {name: ${options.name ?? "db"}}
spec:
  selector: {matchLabels: {app: db}}
${claims}  template:
    metadata: {labels: {app: db}}
    spec:
      containers:
        - name: db
          image: ${options.image ?? "postgres:16.4"}
          env: [${options.env ?? SECRET}]
${options.extra ?? ""}`;
}

function render(texts: Record<string, string> = {}, stored: typeof intent = intent) {
  const all = {
    "app.yaml": application("a", "data", "data"),
    "data/db.yaml": database(),
    "data/svc.yaml": service("db", 5432),
    ...texts,
  };
  return renderChangeSet(stored, platformOf(all));
}

interface CronJob {
  spec: {
    schedule: string;
    jobTemplate: { spec: { template: { spec: { containers: { image: string; args: string[]; env: object[] }[] } } } };
  };
}
function cronJob(texts: Record<string, string>) {
  const rendered = render(texts);
  if (rendered.kind === "refused") throw new Error(rendered.because);
  const file = rendered.changeSet.files.find(({ path }) => path.includes("cronjob"));
  const job = parse((file?.after ?? "").split("---\n")[0] ?? "") as CronJob;
  return { ...rendered, job, container: job.spec.jobTemplate.spec.template.spec.containers[0] };
}

describe.each([
  ["postgres", "postgres:16.4", 5432, SECRET],
  [
    "mysql",
    "docker.io/library/mariadb:11.4.2",
    3306,
    "{name: MARIADB_ROOT_PASSWORD, valueFrom: {secretKeyRef: {name: db, key: pw}}}",
  ],
  ["redis", "valkey/valkey:8.0.1", 6379, ""],
  [
    "mongodb",
    "mongo:8.0.3",
    27017,
    "{name: MONGO_INITDB_ROOT_USERNAME, value: root}, {name: MONGO_INITDB_ROOT_PASSWORD, valueFrom: {secretKeyRef: {name: db, key: pw}}}",
  ],
])("%s", (_, image, port, env) => {
  const texts = { "data/db.yaml": database({ image, env }), "data/svc.yaml": service("db", port) };
  const { verdict, container, job, changeSet } = cronJob(texts);

  test("uses the database's own image and never the text of a secret", () => {
    expect(container?.image).toBe(image);
    expect(container?.env).toEqual(
      expect.arrayContaining([
        { name: "HOST", value: "db" },
        { name: "PORT", value: String(port) },
      ]),
    );
    expect(JSON.stringify(changeSet.objects)).not.toContain("Secret");
  });

  test("passes every rule except those that always ask a person", () => {
    const rules = verdict.rules.map(({ rule }) => rule);
    const known = ["always-human-job-command", "always-human-credentials"];
    expect(rules).toContain("always-human-job-command");
    expect(rules.filter((rule) => !known.includes(rule))).toEqual([]);
  });

  test("its script is a valid shell program, its schedule lies in the night", () => {
    expect(() => execFileSync("sh", ["-n"], { input: container?.args[0] ?? "" })).not.toThrow();
    expect(job.spec.schedule).toMatch(/^[0-5]?\d [1-4] \* \* \*$/);
  });
});

test("a failed dump leaves nothing behind, a good one keeps the newest", () => {
  const { container } = cronJob({});
  const run = (dump: string, keep: string) => {
    const root = mkdtempSync(join(tmpdir(), "backup-"));
    const backup = join(root, "backup");
    mkdirSync(backup);
    writeFileSync(join(backup, "old.sql.gz"), "old");
    utimesSync(join(backup, "old.sql.gz"), 1, 1);
    writeFileSync(join(root, "pg_dumpall"), `#!/bin/sh\nfor LAST; do :; done\n${dump}\n`, { mode: 0o755 });
    const script = (container?.args[0] ?? "").replaceAll("/backup/", `${backup}/`);
    const env = { PATH: `${root}:${process.env["PATH"] ?? ""}`, HOST: "h", PORT: "1", KEEP: keep };
    const { status } = spawnSync("sh", ["-c", script], { env });
    const left = readdirSync(backup).sort();
    rmSync(root, { recursive: true });
    return { status, left };
  };
  const partial = run('echo half > "$LAST"; exit 3', "7");
  expect(partial).toEqual({ status: 3, left: ["old.sql.gz"] });
  expect(run('echo dump > "$LAST"', "7")).toMatchObject({ status: 0, left: { length: 2 } });
  const { left } = run('echo dump > "$LAST"', "1");
  expect(left).toEqual([expect.stringMatching(/^\d{8}T\d{6}Z\.sql\.gz$/)]);
});

describe("what is missing is said", () => {
  test.each<[string, Record<string, string>, string]>([
    [
      "no Secret",
      { "data/db.yaml": database({ env: "{name: POSTGRES_HOST_AUTH_METHOD, value: trust}" }) },
      "no secretKeyRef for POSTGRES_PASSWORD",
    ],
    [
      "a plain password",
      { "data/db.yaml": database({ env: "{name: POSTGRES_PASSWORD, value: hunter2}" }) },
      "not taken from a Secret",
    ],
    [
      "envFrom",
      {
        "data/db.yaml": database({
          image: "redis:7.4",
          env: "",
          extra: "          envFrom: [{secretRef: {name: x}}]\n",
        }),
        "data/svc.yaml": service("db", 6379),
      },
      "envFrom",
    ],
    [
      "a password on the command line",
      {
        "data/db.yaml": database({ image: "redis:7.4", env: "", extra: "          args: [--requirepass, x]\n" }),
        "data/svc.yaml": service("db", 6379),
      },
      "command line",
    ],
    ["no Service", { "data/svc.yaml": service("db", 5432, "other") }, "no Service leads to port 5432"],
    ["an unpinned image", { "data/db.yaml": database({ image: "postgres" }) }, "not pinned"],
    ["latest", { "data/db.yaml": database({ image: "postgres:latest" }) }, "not pinned"],
    ["no lasting volume", { "data/db.yaml": database({ claims: "" }) }, "no volume that outlives"],
    ["no database", { "data/db.yaml": database({ image: "nginx:1.27" }) }, "no known database"],
    ["scaled to zero", { "data/db.yaml": database({ claims: "  replicas: 0\n" }) }, "scaled to zero"],
    [
      "a backup that is there",
      {
        "data/b.yaml":
          "apiVersion: batch/v1\nkind: CronJob\nmetadata: {name: nightly-dump}\nspec: {jobTemplate: {spec: {template: {spec: {containers: [{name: x, args: [pg_dump, -h, db]}]}}}}}\n",
      },
      "nightly-dump",
    ],
    [
      "a backup by Velero",
      {
        "data/v.yaml":
          "apiVersion: velero.io/v1\nkind: Schedule\nmetadata: {name: all}\nspec: {template: {includedNamespaces: ['*']}}\n",
      },
      "Schedule all",
    ],
    [
      "the name is taken",
      { "data/x.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: db-backup}\n" },
      "already there",
    ],
    [
      "a NetworkPolicy in the way",
      {
        "data/n.yaml":
          "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: guard}\nspec: {podSelector: {matchLabels: {app: db}}, policyTypes: [Ingress], ingress: [{from: [{podSelector: {matchLabels: {app: api}}}]}]}\n",
      },
      "NetworkPolicy guard would not let",
    ],
    [
      "egress is closed",
      {
        "data/n.yaml":
          "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: shut}\nspec: {podSelector: {}, policyTypes: [Egress], egress: []}\n",
      },
      "NetworkPolicy shut restricts",
    ],
  ])("%s", (_, texts, because) =>
    expect(render(texts)).toMatchObject({ kind: "refused", because: expect.stringContaining(because) as string }),
  );

  test("another database's backup does not count as this one's", () => {
    const other =
      "apiVersion: batch/v1\nkind: CronJob\nmetadata: {name: dump}\nspec: {jobTemplate: {spec: {template: {spec: {containers: [{name: x, args: [pg_dump, -h, orders-db-2]}]}}}}}\n";
    const rendered = render(
      { "data/db.yaml": database({ name: "pg" }), "data/svc.yaml": service("pg", 5432, "db"), "data/b.yaml": other },
      { ...intent, workload: { ...intent.workload, name: "pg" } },
    );
    expect(rendered.kind).toBe("rendered");
  });
});

test("a long name is shortened to what Kubernetes takes for a CronJob", () => {
  const name = `${"very-".repeat(11)}long`;
  const texts = { "data/db.yaml": database({ name }), "data/svc.yaml": service("db", 5432) };
  const rendered = render(texts, { ...intent, workload: { ...intent.workload, name } });
  expect(rendered).toMatchObject({ kind: "rendered", verdict: { decision: "human" } });
  if (rendered.kind === "rendered") expect(rendered.changeSet.objects[0]?.name.length).toBeLessThanOrEqual(52);
});
