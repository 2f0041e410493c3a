/** What is looked at where no pod was changed: that an object exists proves nothing. */
import { describe, expect, test } from "vitest";
import { type Case, type Objects, ref, seen } from "./objects-of-shop.ts";
import { look, policy, shop } from "./world.ts";

describe("a ConfigMap", () => {
  const objects = [ref("v1", "ConfigMap", "settings", "change")];
  const written = "2026-03-01T10:00:00Z";
  const config: Objects = {
    "ConfigMap settings": {
      metadata: { name: "settings", managedFields: [{ time: "2026-02-01T00:00:00Z" }, { time: written }] },
      data: { a: "1" },
    },
  };
  const pod = (name: string, startedAt: string | undefined, spec: object, over: object = {}): Objects => ({
    [`Pod ${name}`]: {
      metadata: { name, ...over },
      spec,
      status: {
        phase: "Running",
        containerStatuses: startedAt === undefined ? [] : [{ state: { running: { startedAt } } }],
      },
    },
  });
  const variables = { containers: [{ envFrom: [{ configMapRef: { name: "settings" } }] }] };
  const files = {
    containers: [{ volumeMounts: [{ name: "config", mountPath: "/etc" }] }],
    volumes: [{ name: "config", configMap: { name: "settings" } }],
  };
  const oneFile = { ...files, containers: [{ volumeMounts: [{ name: "config", mountPath: "/etc/a", subPath: "a" }] }] };
  const [old, fresh] = ["2026-03-01T09:59:59Z", "2026-03-01T10:00:00Z"];
  test.each<Case>([
    [
      "is taken by pods that started since",
      { ...config, ...pod("a", fresh, variables), ...pod("b", fresh, oneFile) },
      false,
      "Successful",
      /2 pods have taken/,
    ],
    [
      "is read as variables by a pod from before",
      { ...config, ...pod("a", old, variables), ...pod("b", fresh, variables) },
      true,
      "Inconclusive",
      /1 of 2 pods still run with the earlier .* a$/,
    ],
    [
      "is read as one file by a pod from before",
      { ...config, ...pod("a", old, oneFile) },
      true,
      "Inconclusive",
      /1 of 1/,
    ],
    [
      "is read as files by a pod from before",
      { ...config, ...pod("a", old, files) },
      false,
      "Successful",
      /1 read it as files, which follow/,
    ],
    [
      "is read by a pod that has not started",
      { ...config, ...pod("a", undefined, variables) },
      false,
      "Inconclusive",
      /1 of 1/,
    ],
    [
      "is read by a pod that is leaving",
      { ...config, ...pod("a", old, variables, { deletionTimestamp: fresh }) },
      false,
      "n/a",
      /no pod that runs uses/,
    ],
    ["is read by nobody", { ...config, ...pod("a", old, { containers: [{}] }) }, false, "n/a", /no pod that runs uses/],
    ["does not exist", {}, true, "Inconclusive", /does not exist/],
  ])("%s", async (_name, state, lastLook, phase, says) => {
    expect(await seen("config-maps", objects, state, lastLook)).toEqual([phase, expect.stringMatching(says)]);
  });
  test("whose writing nobody recorded counts from the baseline on", async () => {
    const bare = { "ConfigMap settings": { metadata: { name: "settings" }, data: {} } };
    const at = (time: number) => pod("a", new Date(time).toISOString(), variables);
    expect((await seen("config-maps", objects, { ...bare, ...at(899_000) }))[0]).toBe("Inconclusive");
    expect((await seen("config-maps", objects, { ...bare, ...at(901_000) }))[0]).toBe("Successful");
  });
});

describe("a volume claim", () => {
  const objects = [ref("v1", "PersistentVolumeClaim", "data")];
  const claim = (status: object, spec: object = {}): Objects => ({
    "PersistentVolumeClaim data": {
      metadata: { name: "data" },
      spec: { resources: { requests: { storage: "2Gi" } }, ...spec },
      status,
    },
  });
  const storage = (mode: string, annotations: object = {}): Objects => ({
    "StorageClass local": { metadata: { name: "local", annotations }, volumeBindingMode: mode },
  });
  const usual = { "storageclass.kubernetes.io/is-default-class": "true" };
  const user: Objects = {
    "Pod a": {
      metadata: { name: "a" },
      spec: { volumes: [{ persistentVolumeClaim: { claimName: "data" } }] },
      status: { phase: "Pending" },
    },
  };
  const bound = (storage: string, conditions: object[] = []) =>
    claim({ phase: "Bound", capacity: { storage }, conditions });
  test.each<Case>([
    ["has its volume", bound("2Gi"), false, "Successful", /is bound/],
    ["has a larger one", bound("10Gi"), false, "Successful", /is bound/],
    ["grows", bound("1Gi"), true, "Inconclusive", /still smaller/],
    [
      "grows when its pod starts again",
      bound("1Gi", [{ type: "FileSystemResizePending", status: "True" }]),
      true,
      "Inconclusive",
      /starts again/,
    ],
    [
      "cannot grow",
      bound("1Gi", [{ type: "ControllerResizeError", status: "True", message: "quota" }]),
      false,
      "Failed",
      /cannot grow: quota/,
    ],
    [
      "waits for its volume",
      { ...claim({ phase: "Pending" }), ...storage("Immediate", usual) },
      false,
      "Inconclusive",
      /no volume yet/,
    ],
    [
      "waits to the end",
      { ...claim({ phase: "Pending" }), ...storage("Immediate", usual) },
      true,
      "Failed",
      /no volume yet/,
    ],
    [
      "waits for its first pod",
      { ...claim({ phase: "Pending" }, { storageClassName: "local" }), ...storage("WaitForFirstConsumer") },
      true,
      "Successful",
      /waits for its first pod/,
    ],
    [
      "waits for its first pod by the default class",
      { ...claim({ phase: "Pending" }), ...storage("WaitForFirstConsumer", usual) },
      true,
      "Successful",
      /waits for its first pod/,
    ],
    [
      "keeps a pod waiting",
      { ...claim({ phase: "Pending" }), ...storage("WaitForFirstConsumer", usual), ...user },
      true,
      "Failed",
      /a pod waits for it/,
    ],
    [
      "wants a volume somebody made by hand",
      { ...claim({ phase: "Pending" }, { storageClassName: "" }), ...storage("WaitForFirstConsumer", usual) },
      true,
      "Failed",
      /no volume yet/,
    ],
    [
      "is of a class that does not exist",
      claim({ phase: "Pending" }, { storageClassName: "gone" }),
      true,
      "Failed",
      /no volume yet/,
    ],
    ["lost its volume", claim({ phase: "Lost" }), false, "Failed", /lost its volume/],
    ["does not exist yet", {}, false, "Inconclusive", /does not exist/],
  ])("%s", async (_name, state, lastLook, phase, says) => {
    expect(await seen("volume-claims", objects, state, lastLook)).toEqual([phase, expect.stringMatching(says)]);
  });
});

describe("what becomes a Secret", () => {
  const external = [ref("external-secrets.io/v1", "ExternalSecret", "db")];
  const state = (status: object, generation = 1): Objects => ({
    "ExternalSecret db": { metadata: { name: "db", generation }, status },
  });
  const ready = (status: string, message = "") => ({
    conditions: [{ type: "Ready", status, reason: "SecretSynced", message }],
  });
  test.each<Case>([
    ["has become one", state(ready("True")), false, "Successful", /ExternalSecret shop\/db is Ready/],
    ["was not found in its store yet", state(ready("False", "no such key")), false, "Inconclusive", /no such key/],
    ["was not found to the end", state(ready("False", "no such key")), true, "Failed", /no such key/],
    ["is taken up by nobody", state({}), false, "Inconclusive", /by nobody yet/],
    [
      "has changed since",
      state({ conditions: [{ type: "Ready", status: "True", observedGeneration: 1 }] }, 2),
      false,
      "Inconclusive",
      /by nobody yet/,
    ],
    ["does not exist", {}, true, "Failed", /does not exist/],
  ])("%s", async (_name, objects, lastLook, phase, says) => {
    expect(await seen("secrets", external, objects, lastLook)).toEqual([phase, expect.stringMatching(says)]);
  });
  test("is sealed", async () => {
    const sealed = { "SealedSecret db": { status: { conditions: [{ type: "Synced", status: "True" }] } } };
    expect((await seen("secrets", [ref("bitnami.com/v1alpha1", "SealedSecret", "db")], sealed))[0]).toBe("Successful");
  });
});

test("checks of kinds that are not changed do not apply, and say so", async () => {
  for (const name of ["dependencies", "config-maps", "secrets", "volume-claims", "routes", "access"]) {
    expect(await look(name, shop(), { objects: [policy] })).toEqual({
      applies: false,
      because: expect.stringMatching(/./),
    });
  }
});
