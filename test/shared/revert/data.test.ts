import { describe, expect, test } from "vitest";
import { lossOf, mayHoldData } from "../../../shared/revert/data.ts";
import type { Effect } from "../../../shared/revert/effects.ts";

type Fields = Record<string, unknown>;
const gone = (kind: string, apiVersion = "v1", before: Fields = {}): Effect => ({
  apiVersion,
  kind,
  namespace: "shop",
  name: "it",
  effect: "delete",
  before,
  after: undefined,
});
/** `objects` by kind and name. */
const cluster = (objects: Record<string, Fields>) => ({
  object: async (_version: string, kind: string, _namespace: string, name: string) => objects[`${kind} ${name}`],
});
const bound = { status: { phase: "Bound" } };
const kept = { metadata: { annotations: { "argocd.argoproj.io/sync-options": "Delete=false,Prune=false" } } };
const templates = [{ metadata: { name: "data" } }];
const set = (whenDeleted?: string) => ({
  spec: {
    replicas: 2,
    volumeClaimTemplates: templates,
    ...(whenDeleted === undefined ? {} : { persistentVolumeClaimRetentionPolicy: { whenDeleted } }),
  },
});
const postgres: [string, Fields] = ["postgresql.cnpg.io/v1", { spec: { storage: { size: "1Gi" } } }];

describe("data that hangs on an object", () => {
  test.each<[string, Effect, Record<string, Fields>, string | undefined]>([
    ["a claim with a volume", gone("PersistentVolumeClaim"), { "PersistentVolumeClaim it": bound }, "lost"],
    [
      "a claim that names its volume",
      gone("PersistentVolumeClaim"),
      { "PersistentVolumeClaim it": { spec: { volumeName: "pv-1" } } },
      "lost",
    ],
    [
      "a claim that waits for one",
      gone("PersistentVolumeClaim"),
      { "PersistentVolumeClaim it": { status: { phase: "Pending" } } },
      undefined,
    ],
    ["a claim that never came", gone("PersistentVolumeClaim"), {}, undefined],
    [
      "a claim that goes already",
      gone("PersistentVolumeClaim"),
      { "PersistentVolumeClaim it": { ...bound, metadata: { deletionTimestamp: "2026-03-01T10:00:00Z" } } },
      undefined,
    ],
    [
      "a claim that is marked to stay",
      gone("PersistentVolumeClaim"),
      { "PersistentVolumeClaim it": { ...bound, ...kept } },
      "kept",
    ],
    [
      "a claim that only its manifest says stays",
      gone("PersistentVolumeClaim", "v1", kept),
      { "PersistentVolumeClaim it": bound },
      "lost",
    ],
    ["a namespace", gone("Namespace"), { "Namespace it": {} }, "lost"],
    ["a namespace that is marked to stay", gone("Namespace"), { "Namespace it": kept }, "kept"],
    [
      "the definition of a kind",
      gone("CustomResourceDefinition", "apiextensions.k8s.io/v1"),
      { "CustomResourceDefinition it": {} },
      "lost",
    ],
    ["a StatefulSet whose claims stay", gone("StatefulSet", "apps/v1"), { "StatefulSet it": set() }, "kept"],
    [
      "a StatefulSet whose claims go with it",
      gone("StatefulSet", "apps/v1"),
      { "StatefulSet it": set("Delete"), "PersistentVolumeClaim data-it-1": bound },
      "lost",
    ],
    [
      "a StatefulSet whose claims would go, and none is bound",
      gone("StatefulSet", "apps/v1"),
      { "StatefulSet it": set("Delete") },
      undefined,
    ],
    ["a StatefulSet without claims", gone("StatefulSet", "apps/v1"), { "StatefulSet it": { spec: {} } }, undefined],
    ["a database of an operator", gone("Cluster", ...postgres), { "Cluster it": {} }, "lost"],
    ["a snapshot", gone("VolumeSnapshot", "snapshot.storage.k8s.io/v1"), { "VolumeSnapshot it": {} }, "lost"],
    ["a Deployment", gone("Deployment", "apps/v1"), { "Deployment it": {} }, undefined],
    ["an alert", gone("PrometheusRule", "monitoring.coreos.com/v1", { spec: { groups: [] } }), {}, undefined],
  ])("%s", async (_name, effect, objects, expected) => {
    expect((await lossOf(effect, cluster(objects)))?.kind).toBe(expected);
  });

  test("an object that is only changed keeps its data, unless Argo CD replaces it", async () => {
    const live = cluster({ "PersistentVolumeClaim it": bound });
    const changed = { ...gone("PersistentVolumeClaim"), effect: "change" as const, after: {} };
    expect(await lossOf(changed, live)).toBeUndefined();
    const annotations = { "argocd.argoproj.io/sync-options": "Replace=true, Force=true" };
    expect(await lossOf({ ...changed, after: { metadata: { annotations } } }, live)).toMatchObject({ kind: "lost" });
  });

  test("who cannot look does not say that nothing is there", async () => {
    const away = {
      object: async () => {
        throw new Error("connection refused");
      },
    };
    await expect(lossOf(gone("PersistentVolumeClaim"), away)).rejects.toThrow("connection refused");
    expect(mayHoldData(gone("ConfigMap"))).toBe(false);
  });
});
