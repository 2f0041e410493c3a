/** Volumes for databases whose data would go with their pod, and volumes that grow: where, how much, and where not. */
import { describe, expect, test } from "vitest";
import { intents } from "../../../shared/intents/registry.ts";
import { renderChangeSet } from "../../../shared/intents/render.ts";
import { withChanges } from "../../../shared/repository/change.ts";
import type { Platform } from "../../../shared/repository/platform.ts";
import { at } from "../../../shared/repository/values.ts";
import { cellar, claim, claimed, database, EMPTY, mounting } from "./cellar-platform.ts";

const wine = (requests = "20Gi", more: Readonly<Record<string, unknown>> = { storageClass: "fast" }) => ({
  kind: "add-volume-claim",
  workload: { kind: "Deployment", namespace: "cellar", name: "wine" },
  requests: { storage: requests },
  ...more,
});
function outcome(intent: { readonly kind: string }, platform: Platform): string {
  const rendered = renderChangeSet(intent, platform);
  return rendered.kind === "refused" ? rendered.because : rendered.verdict.decision;
}

/** The Deployment and the claim as they would be. */
function written(platform: Platform, intent: ReturnType<typeof wine> = wine()) {
  const rendered = renderChangeSet(intent, platform);
  if (rendered.kind === "refused") throw new Error(rendered.because);
  const after = withChanges(platform, rendered.changeSet.files);
  const find = (kind: string, name: string) =>
    after.resources.find((one) => one.kind === kind && one.name === name)?.object;
  const deployment = find("Deployment", "wine");
  return {
    rendered,
    deployment,
    pod: at(deployment, "spec", "template", "spec"),
    claim: find("PersistentVolumeClaim", "wine-store"),
  };
}

const postgres = (options: Parameters<typeof database>[2] = {}, image = "postgres:16.4") => ({
  "wine-deployment.yaml": database("wine", image, {
    rest: mounting("data", "/var/lib/postgresql/data"),
    pod: EMPTY,
    ...options,
  }),
});

describe("a claim for a database", () => {
  test("the pod mounts it where the emptyDir was, one writer at a time, and neither prune nor revert takes it away", () => {
    const { rendered, deployment, pod, claim: made } = written(cellar());
    expect(at(deployment, "spec", "strategy")).toEqual({ type: "Recreate" });
    expect(at(pod, "volumes")).toEqual([{ name: "data", persistentVolumeClaim: { claimName: "wine-store" } }]);
    expect(at(made, "spec")).toEqual({
      accessModes: ["ReadWriteOnce"],
      storageClassName: "fast",
      resources: { requests: { storage: "20Gi" } },
    });
    expect(at(made, "metadata", "annotations", "argocd.argoproj.io/sync-options")).toBe("Prune=false,Delete=false");
    expect(rendered.changeSet.objects).toContainEqual(
      expect.objectContaining({ kind: "PersistentVolumeClaim", effect: "create", retained: true }),
    );
    expect(rendered.changes.join()).toContain("is not moved");
  });

  test("a rolling update makes room for Recreate, with all its fields", () => {
    const platform = cellar(
      "directory",
      postgres({ spec: "  strategy:\n    type: RollingUpdate\n    rollingUpdate:\n      maxSurge: 1\n" }),
    );
    expect(at(written(platform).deployment, "spec", "strategy")).toEqual({ type: "Recreate" });
  });

  test.each([
    ["a folder of its own, because a new volume may hold lost+found", postgres(), "/var/lib/postgresql/data/pgdata"],
    [
      "the folder it has already",
      postgres({
        rest: `          env:\n            - {name: PGDATA, value: /var/lib/postgresql/data/own}\n${mounting("data", "/var/lib/postgresql/data")}`,
      }),
      "/var/lib/postgresql/data/own",
    ],
    [
      "a folder below the one it was told",
      postgres({
        rest: `          env:\n            - name: PGDATA\n              value: "/store"\n${mounting("data", "/store")}`,
      }),
      "/store/pgdata",
    ],
    [
      "no folder where the image makes one per version",
      postgres({ rest: mounting("data", "/var/lib/postgresql") }, "postgres:18.1"),
      undefined,
    ],
  ])("PostgreSQL gets %s", (_, more, expected) => {
    const env = (
      at(written(cellar("directory", more)).pod, "containers") as { env?: { name: string; value: string }[] }[]
    )[0]?.env;
    expect(env?.find(({ name }) => name === "PGDATA")?.value).toBe(expected);
  });

  test.each([
    ["runs as root and hands it over itself", "", undefined],
    ["is told its user", "      securityContext:\n        runAsUser: 999\n", { runAsUser: 999, fsGroup: 999 }],
    [
      "is told its group",
      "      securityContext: {runAsUser: 999, runAsGroup: 70}\n",
      { runAsUser: 999, runAsGroup: 70, fsGroup: 70 },
    ],
    [
      "has a group for its volumes",
      "      securityContext: {runAsUser: 999, fsGroup: 5}\n",
      { runAsUser: 999, fsGroup: 5 },
    ],
  ])("the volume belongs to a database that %s", (_, context, expected) => {
    const { pod } = written(cellar("directory", postgres({ pod: `${EMPTY}${context}` })));
    expect(at(pod, "securityContext")).toEqual(expected);
  });

  test("bitnami's images run as 1001, and MySQL begins in a folder that is empty", () => {
    const files = {
      "wine-deployment.yaml": database("wine", "docker.io/bitnami/mariadb:11.4.3", {
        rest: mounting("data", "/bitnami/mariadb"),
        pod: EMPTY,
      }),
    };
    expect(at(written(cellar("directory", files)).pod, "securityContext")).toEqual({ fsGroup: 1001 });
    const plain = {
      "wine-deployment.yaml": database("wine", "mysql:8.4.2", { rest: mounting("data", "/var/lib/mysql"), pod: EMPTY }),
    };
    expect(JSON.stringify(written(cellar("directory", plain)).pod)).toContain(
      '"mountPath":"/var/lib/mysql","subPath":"data"',
    );
  });

  test("a list of volumes that is there grows, in its own form", () => {
    const files = {
      "wine-deployment.yaml": database("wine", "mongo:7.0.14", {
        rest: "          volumeMounts: [{name: tmp, mountPath: /tmp}]\n",
        pod: "      volumes:\n      - name: tmp\n        emptyDir: {} # scratch\n",
      }),
    };
    const { pod, rendered } = written(cellar("directory", files));
    expect(at(pod, "volumes")).toEqual([
      { name: "tmp", emptyDir: {} },
      { name: "data", persistentVolumeClaim: { claimName: "wine-store" } },
    ]);
    const text = rendered.changeSet.files.find(({ path }) => path.endsWith("wine-deployment.yaml"))?.after ?? "";
    expect(text).toContain("[{name: tmp, mountPath: /tmp}, {name: data, mountPath: /data/db}]");
    expect(text).toContain(
      "      - name: tmp\n        emptyDir: {} # scratch\n      - name: data\n        persistentVolumeClaim:\n",
    );
  });

  test("class and size are those of the same database elsewhere, never less than the emptyDir's bound, never over the LimitRange", () => {
    const limit =
      "apiVersion: v1\nkind: LimitRange\nmetadata: {name: bounds}\nspec: {limits: [{type: PersistentVolumeClaim, max: {storage: 30Gi}}]}\n";
    const bounded = postgres({ pod: EMPTY.replace("{}", "{sizeLimit: 40Gi}") });
    const size = (more: Readonly<Record<string, string>>) =>
      intents
        .get("add-volume-claim")
        ?.candidates(cellar("directory", more))
        .find(({ target }) => target.endsWith("wine"))?.intent["requests"];
    expect(size({})).toEqual({ storage: "20Gi" });
    expect(size(bounded)).toEqual({ storage: "40Gi" });
    expect(size({ ...bounded, "limits.yaml": limit })).toEqual({ storage: "30Gi" });
  });

  test.each<[string, Record<string, string>, RegExp, (ReturnType<typeof wine> | undefined)?]>([
    [
      "it keeps data already",
      postgres({ pod: `      volumes:\n${claimed("data", "wine-old")}` }),
      /keeps its data on persistentVolumeClaim data already/,
    ],
    [
      "two replicas",
      { "wine-deployment.yaml": postgres()["wine-deployment.yaml"].replace("replicas: 1", "replicas: 2") },
      /its 2 replicas cannot write/,
    ],
    [
      "no replicas",
      { "wine-deployment.yaml": postgres()["wine-deployment.yaml"].replace("replicas: 1", "replicas: 0") },
      /scaled to zero/,
    ],
    [
      "an autoscaler",
      {
        "hpa.yaml":
          "apiVersion: autoscaling/v2\nkind: HorizontalPodAutoscaler\nmetadata: {name: h}\nspec: {scaleTargetRef: {kind: Deployment, name: wine}, maxReplicas: 3}\n",
      },
      /HorizontalPodAutoscaler h may give it more/,
    ],
    ["an image without a version", postgres({}, "postgres:latest"), /not pinned/],
    ["memory on purpose", postgres({ pod: EMPTY.replace("{}", "{medium: Memory}") }), /in memory on purpose/],
    [
      "a user nobody names",
      postgres({ pod: `${EMPTY}      securityContext: {runAsNonRoot: true}\n` }),
      /does not say as whom/,
    ],
    ["no database", { "wine-deployment.yaml": database("wine", "nginx:1.29.0") }, /no database/],
    [
      "a cache",
      { "wine-deployment.yaml": database("wine", "redis:7.4.1", { rest: mounting("data", "/data"), pod: EMPTY }) },
      /it is a cache/,
    ],
    [
      "a claim of that name",
      { "c.yaml": claim("wine-store", "1Gi") },
      /already holds PersistentVolumeClaim wine-store/,
    ],
    ["a class nobody knows", {}, /storage class slow/, wine("20Gi", { storageClass: "slow" })],
    [
      "a size under the least",
      {
        "l.yaml":
          "apiVersion: v1\nkind: LimitRange\nmetadata: {name: l}\nspec: {limits: [{type: PersistentVolumeClaim, min: {storage: 30Gi}}]}\n",
      },
      /at least 30Gi/,
    ],
    [
      "a quota",
      {
        "q.yaml": "apiVersion: v1\nkind: ResourceQuota\nmetadata: {name: q}\nspec: {hard: {requests.storage: 50Gi}}\n",
      },
      /ResourceQuota cellar\/q allows 50Gi/,
    ],
    [
      "a comment inside what would go",
      postgres({
        pod: "      volumes:\n        - name: data\n          emptyDir:\n            # asked of ops\n            sizeLimit: 1Gi\n",
      }),
      /left alone/,
    ],
    ["an anchor", postgres({ pod: "      volumes:\n        - name: data\n          emptyDir: &e {}\n" }), /left alone/],
    ["nothing but a size that is none", {}, /no size for a volume/, wine("5m")],
  ])("refused: %s", (_, more, reason, intent = wine()) => {
    expect(outcome(intent, cellar("directory", more))).toMatch(reason);
  });

  test("a StatefulSet's templates cannot be changed, and the survey says so", () => {
    const set = postgres()["wine-deployment.yaml"].replace("kind: Deployment", "kind: StatefulSet");
    const platform = cellar("directory", { "wine-deployment.yaml": set });
    const intent = { ...wine(), workload: { kind: "StatefulSet", namespace: "cellar", name: "wine" } };
    expect(outcome(intent, platform)).toMatch(/volumeClaimTemplates of a StatefulSet cannot be changed/);
    expect(
      intents
        .get("add-volume-claim")
        ?.survey(platform)
        .open.map(({ because }) => because)
        .join(),
    ).toMatch(/volumeClaimTemplates/);
  });

  test("a repository without any claim shows no class and no size", () => {
    const gone = Object.fromEntries(["crates", "ledger", "gauge"].map((name) => [`${name}-claim.yaml`, "# none\n"]));
    expect(intents.get("add-volume-claim")?.candidates(cellar("directory", gone))).toEqual([]);
    expect(JSON.stringify(intents.get("add-volume-claim")?.survey(cellar("directory", gone)))).toContain(
      "no volume claim",
    );
  });
});
