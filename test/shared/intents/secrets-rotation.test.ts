import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { intents } from "../../../shared/intents/registry.ts";
import { renderChangeSet } from "../../../shared/intents/render.ts";
import { application, deployment, platformOf, SIZED, service } from "../../support/platform.ts";

type Texts = Record<string, string>;
const env = (...pairs: readonly (readonly [string, string, string])[]) =>
  `          env: [${pairs.map(([name, secret, key]) => `{name: ${name}, valueFrom: {secretKeyRef: {name: ${secret}, key: ${key}}}}`).join(", ")}]\n`;
const external =
  "apiVersion: external-secrets.io/v1\nkind: ExternalSecret\nmetadata: {name: db}\nspec: {data: [{secretKey: pw, remoteRef: {key: db}}]}\n";
const sealed =
  "apiVersion: bitnami.com/v1alpha1\nkind: SealedSecret\nmetadata: {name: db}\nspec: {encryptedData: {}}\n";
const plain = "apiVersion: v1\nkind: Secret\nmetadata: {name: db}\nstringData: {pw: x}\n";

describe("a rotation", () => {
  const rotate = { kind: "rotate-secret", workload: { kind: "Deployment", namespace: "data", name: "db" } };
  const database = (options: { image?: string; more?: string; extra?: string } = {}) =>
    deployment("db", {
      image: options.image ?? "postgres:16.4",
      extra: `${SIZED}          ports: [{containerPort: 5432}]\n          env: [{name: POSTGRES_PASSWORD, valueFrom: {secretKeyRef: {name: db, key: pw}}}${options.more ?? ""}]\n${options.extra ?? ""}`,
    });
  const data: Texts = {
    "a.yaml": application("a", "data", "data"),
    "data/db.yaml": database(),
    "data/svc.yaml": service("db", 5432),
    "data/api.yaml": deployment("api", {
      extra: `${SIZED}          env: [{name: HOST, value: db}, {name: PW, valueFrom: {secretKeyRef: {name: db, key: pw}}}]\n`,
    }),
    "data/k.yaml": deployment("k", { image: "bitnami/kubectl:1.33.4", extra: SIZED }),
  };
  const render = (texts: Texts) => renderChangeSet(rotate, platformOf({ ...data, ...texts }));

  test("may touch that Secret and its readers, and nothing else", () => {
    const rendered = render({});
    if (rendered.kind === "refused") throw new Error(rendered.because);
    const role = rendered.changeSet.files.map(({ after }) => after ?? "").find((text) => text.includes("kind: Role\n"));
    expect(
      (parse(role?.split("---\n").find((one) => one.includes("kind: Role\n")) ?? "") as { rules: object[] }).rules,
    ).toEqual([
      { apiGroups: [""], resources: ["secrets"], resourceNames: ["db"], verbs: ["get", "patch"] },
      { apiGroups: ["apps"], resources: ["deployments"], resourceNames: ["api"], verbs: ["get", "patch"] },
    ]);
    expect(rendered.verdict.decision).toBe("human");
    expect(rendered.verdict.rules.map(({ rule }) => rule)).not.toContain("pod-security-restricted");
  });

  test("starts the database again where its probes log in by the old password", () => {
    const probed = database({
      extra: "          livenessProbe: {exec: {command: [sh, -c, PGPASSWORD=$POSTGRES_PASSWORD psql -c 'select 1']}}\n",
    });
    const rendered = render({ "data/db.yaml": probed });
    expect(rendered.kind === "refused" ? rendered.because : rendered.changes[1]).toContain(
      "Deployment api, Deployment db start again",
    );
  });

  test.each<[string, Texts, string]>([
    ["a store keeps the password", { "data/e.yaml": external }, "its store rotates it"],
    ["it is sealed", { "data/s.yaml": sealed }, "has to be sealed"],
    ["it stands in Git", { "data/s.yaml": plain }, "put the old one back"],
    [
      "generators make passwords",
      {
        "data/g.yaml":
          "apiVersion: generators.external-secrets.io/v1alpha1\nkind: Password\nmetadata: {name: gen}\nspec: {length: 32}\n---\napiVersion: external-secrets.io/v1alpha1\nkind: PushSecret\nmetadata: {name: push}\nspec: {}\n",
      },
      "let a PushSecret rotate",
    ],
    ["nothing can ask the API", { "data/k.yaml": "" }, "kubectl and a shell"],
    [
      "a reader takes all keys",
      { "data/x.yaml": deployment("x", { extra: `${SIZED}          envFrom: [{secretRef: {name: db}}]\n` }) },
      "takes all keys",
    ],
    [
      "a reader takes an address",
      { "data/x.yaml": deployment("x", { extra: SIZED + env(["U", "db", "database-url"]) }) },
      "may hold the password too",
    ],
    [
      "a reader takes a file",
      {
        "data/x.yaml": deployment("x", {
          extra: SIZED,
          podExtra: "      volumes: [{name: v, secret: {secretName: db, items: [{key: pw, path: pw}]}}]\n",
        }),
      },
      "from a file",
    ],
    [
      "a caller logs in by other means",
      {
        "data/x.yaml": deployment("x", {
          extra: `${SIZED}          env: [{name: URL, value: "postgres://me:hunter22@db:5432/a"}]\n`,
        }),
      },
      "takes its password from elsewhere",
    ],
    [
      "a caller of another namespace",
      {
        "b.yaml": application("b", "web", "web"),
        "web/x.yaml": deployment("x", {
          extra: `${SIZED}          env: [{name: H, value: db.data.svc}, {name: P, valueFrom: {secretKeyRef: {name: copy, key: pw}}}]\n`,
        }),
      },
      "Deployment web/x calls db",
    ],
    [
      "a controller uses the Secret",
      {
        "data/x.yaml":
          "apiVersion: argoproj.io/v1alpha1\nkind: Rollout\nmetadata: {name: x}\nspec: {template: {spec: {containers: [{env: [{valueFrom: {secretKeyRef: {name: db, key: pw}}}]}]}}}\n",
      },
      "Rollout x names Secret db too",
    ],
    ["several pods", { "data/db.yaml": database().replace("spec:\n", "spec:\n  replicas: 3\n") }, "runs 3 pods"],
    [
      "one key for two accounts",
      {
        "data/db.yaml": database({
          more: ", {name: REPLICATION_PASSWORD, valueFrom: {secretKeyRef: {name: db, key: pw}}}",
        }),
      },
      "as well",
    ],
    ["no version", { "data/db.yaml": database({ image: "postgres" }) }, "not pinned"],
    ["MongoDB", { "data/db.yaml": deployment("db", { image: "mongo:8.0.3", extra: SIZED }) }, "not known here"],
    ["no Service", { "data/svc.yaml": "" }, "no Service leads"],
    [
      "something changes it already",
      {
        "data/r.yaml":
          "apiVersion: rbac.authorization.k8s.io/v1\nkind: Role\nmetadata: {name: r}\nrules: [{apiGroups: [''], resources: [secrets], resourceNames: [db], verbs: [patch]}]\n",
      },
      "already lets something change",
    ],
    [
      "redis that is not told its password",
      {
        "data/db.yaml": deployment("db", {
          image: "redis:7.4",
          extra: `${SIZED}${env(["REDIS_PASSWORD", "db", "pw"])}`,
        }),
        "data/svc.yaml": service("db", 6379),
      },
      "nothing shows that redis is started with",
    ],
  ])("is left to a person: %s", (_, texts, because) => {
    expect(render(texts)).toMatchObject({ kind: "refused", because: expect.stringContaining(because) as string });
    expect(intents.get("rotate-secret")?.candidates(platformOf({ ...data, ...texts }))).toEqual([]);
  });
});
