/** A rollback destroys no data, and asks Kubernetes for nothing that it would refuse. */
import { beforeEach, describe, expect, test } from "vitest";
import type { ObjectRef } from "../../shared/domain/change-set.ts";
import { changeSet } from "../../shared/domain/change-set.ts";
import { RetryLater } from "../../shared/runtime/errors.ts";
import { healthy } from "../shared/argocd/application.ts";
import { committedImprovement } from "../support/improvement.ts";
import { argoCd, following, record, remote, reverts, run, state } from "../support/rollback.ts";

const APPLICATION = (repoURL: string) => `apiVersion: argoproj.io/v1alpha1
kind: Application
metadata:
  name: shop
  namespace: argocd
spec:
  source:
    repoURL: ${repoURL}
    path: apps/shop
    targetRevision: main
  destination:
    namespace: shop
    server: https://kubernetes.default.svc
  syncPolicy:
    automated:
      prune: true
`;
const CLAIM = (storage: string) => `apiVersion: v1
kind: PersistentVolumeClaim
metadata:
  name: data
  namespace: shop
spec:
  accessModes: [ReadWriteOnce]
  resources:
    requests:
      storage: ${storage}
`;
const PATH = "apps/shop/data.yaml";
const CONFIG = `apiVersion: v1
kind: ConfigMap
metadata:
  name: settings
  namespace: shop
data:
  a: "1"
`;
const claim = (effect: ObjectRef["effect"]): ObjectRef => ({
  apiVersion: "v1",
  kind: "PersistentVolumeClaim",
  namespace: "shop",
  name: "data",
  effect,
});
const ports = () => ({ argoCd: following(empty), platform: { repository: remote.url } });
const empty = (tip: string) => healthy(tip, { resources: [] });
const boundClaim = (storage: string) => ({
  spec: { resources: { requests: { storage } }, volumeName: "pv-1" },
  status: { phase: "Bound" },
});

beforeEach(async () => {
  await remote.push({ "argocd-apps/shop.yaml": APPLICATION(remote.url) });
});

/** The commit to take back, with what the record says of it. */
async function committed(files: Record<string, string>, objects: readonly ObjectRef[]): Promise<string> {
  const bad = await remote.push(files);
  const changes = Object.entries(files).map(([path, after]) => ({ path, before: null, after }));
  record.improvement = committedImprovement(bad, objects, {
    status: "rolling_back",
    failure_reason: "pods: CrashLoopBackOff",
    change_set: changeSet(changes, objects, "shop"),
  });
  state.application = empty(bad);
  return bad;
}

describe("data", () => {
  test("a claim that holds a volume is not deleted: nothing is pushed, and a person gets the options", async () => {
    const bad = await committed({ [PATH]: CLAIM("1Gi") }, [claim("create")]);
    state.objects["PersistentVolumeClaim data"] = boundClaim("1Gi");
    const { outcome, took } = await run(ports());
    expect(outcome).toMatchObject({
      to: "rollback_blocked",
      evidence: { objects: [{ kind: "PersistentVolumeClaim", name: "data", effect: "delete", fate: "lost" }] },
    });
    expect(outcome.because).toMatch(/PersistentVolumeClaim shop\/data \(it is bound to a volume\).*Prune=false/);
    expect(took).toBe(0);
    expect(await remote.tip()).toBe(bad);
  });

  test("marked to stay, it stays, is not waited for, and the trail says so", async () => {
    await committed({ [PATH]: CLAIM("1Gi"), "apps/shop/settings.yaml": CONFIG }, [
      claim("create"),
      { apiVersion: "v1", kind: "ConfigMap", namespace: "shop", name: "settings", effect: "create" },
    ]);
    state.objects["PersistentVolumeClaim data"] = {
      ...boundClaim("1Gi"),
      metadata: { annotations: { "argocd.argoproj.io/sync-options": "Prune=false" } },
    };
    const stays = (tip: string) =>
      healthy(tip, {
        resources: [
          {
            kind: "PersistentVolumeClaim",
            namespace: "shop",
            name: "data",
            status: "OutOfSync",
            requiresPruning: true,
          },
        ],
      });
    const { outcome, reasons } = await run({ ...ports(), argoCd: following(stays) });
    expect(reasons[0]).toMatch(/stays in the cluster: PersistentVolumeClaim shop\/data \(.*Prune=false\)/);
    expect(record.improvement.change_set?.objects).toContainEqual({ ...claim("create"), retained: true });
    expect(outcome.to).toBe("failed");
    expect(await remote.show(PATH)).toBeNull();
  });

  test("a claim that never got a volume goes with the revert", async () => {
    await committed({ [PATH]: CLAIM("1Gi") }, [claim("create")]);
    state.objects["PersistentVolumeClaim data"] = { status: { phase: "Pending" } };
    const done = run(
      { ...ports() },
      {
        before: (round) => {
          if (round > 1) delete state.objects["PersistentVolumeClaim data"];
        },
      },
    );
    expect((await done).outcome.to).toBe("failed");
    expect(await reverts()).toHaveLength(1);
  });

  test("a cluster that cannot be asked is waited for, and the revert with it", async () => {
    const bad = await committed({ [PATH]: CLAIM("1Gi") }, [claim("create")]);
    state.clusterFault = new RetryLater("connection refused", 5_000);
    const { outcome } = await run({ ...ports(), argoCd });
    expect(outcome.to).toBe("rollback_blocked");
    expect(outcome.because).toContain("connection refused");
    expect(await remote.tip()).toBe(bad);
  });

  test("the same before a pull request is opened", async () => {
    await committed({ [PATH]: CLAIM("1Gi") }, [claim("create")]);
    state.objects["PersistentVolumeClaim data"] = boundClaim("1Gi");
    const asked: string[] = [];
    const requests = {
      find: async () => void asked.push("find"),
      openRevert: async () => void asked.push("open"),
      merge: async () => {
        throw new Error("nothing to merge");
      },
    };
    const { outcome } = await run({ ...ports(), requests, mode: "pull-request" });
    expect(outcome.to).toBe("rollback_blocked");
    expect(asked).toEqual([]);
  });
});

describe("what Kubernetes refuses", () => {
  test("a volume that has grown: blocked at once, not after the time-out", async () => {
    await remote.push({ [PATH]: CLAIM("1Gi") });
    const bad = await committed({ [PATH]: CLAIM("2Gi") }, [claim("change")]);
    state.objects["PersistentVolumeClaim data"] = boundClaim("2Gi");
    const { outcome, took } = await run(ports());
    expect(outcome.to).toBe("rollback_blocked");
    expect(outcome.because).toMatch(/Kubernetes would refuse.*2Gi.*1Gi.*never gets smaller.*Options: close it/);
    expect(took).toBe(0);
    expect(await remote.tip()).toBe(bad);
  });

  test("one that never grew is taken back", async () => {
    await remote.push({ [PATH]: CLAIM("1Gi") });
    await committed({ [PATH]: CLAIM("2Gi") }, [claim("change")]);
    state.objects["PersistentVolumeClaim data"] = boundClaim("1Gi");
    const synced = (tip: string) =>
      healthy(tip, {
        resources: [{ kind: "PersistentVolumeClaim", namespace: "shop", name: "data", status: "Synced" }],
      });
    const { outcome } = await run({ ...ports(), argoCd: following(synced) });
    expect(outcome.to).toBe("failed");
    expect(await remote.show(PATH)).toBe(CLAIM("1Gi"));
  });

  test("beside something that can be taken back it holds nothing up; the trail says what will be refused", async () => {
    await remote.push({ [PATH]: CLAIM("1Gi") });
    await committed({ [PATH]: CLAIM("2Gi"), "apps/shop/settings.yaml": CONFIG }, [claim("change")]);
    state.objects["PersistentVolumeClaim data"] = boundClaim("2Gi");
    const { reasons } = await run(ports());
    expect(await reverts()).toHaveLength(1);
    expect(reasons[0]).toMatch(/Kubernetes will refuse: PersistentVolumeClaim shop\/data/);
  });
});

describe("an Application that deletes nothing by itself", () => {
  const leftover = {
    kind: "ConfigMap",
    namespace: "shop",
    name: "settings",
    status: "OutOfSync",
    requiresPruning: true,
  };
  const ours: ObjectRef = {
    apiVersion: "v1",
    kind: "ConfigMap",
    namespace: "shop",
    name: "settings",
    effect: "create",
  };
  const without = (tip: string, resources: (typeof leftover)[]) => {
    const application = healthy(tip, { sync: { status: "OutOfSync", revision: tip }, resources });
    return { ...application, spec: { ...application.spec, syncPolicy: { automated: {} } } };
  };

  test("is asked to delete what is ours, when nothing else waits for that", async () => {
    await committed({ "apps/shop/settings.yaml": CONFIG }, [ours]);
    let synced: string | undefined;
    const application = async () =>
      synced === undefined ? without(await remote.tip(), [leftover]) : empty(await remote.tip());
    const sync = async (_name: string, revision: string) => {
      synced = revision;
    };
    const { outcome } = await run({ ...ports(), argoCd: { ...argoCd, application, sync } });
    expect(outcome.to).toBe("failed");
    expect(synced).toBe(await remote.tip());
  });

  test("is not, when somebody else's objects would go as well", async () => {
    await committed({ "apps/shop/settings.yaml": CONFIG }, [ours]);
    const application = async () => without(await remote.tip(), [leftover, { ...leftover, name: "theirs" }]);
    const { outcome } = await run({ ...ports(), argoCd: { ...argoCd, application } });
    expect(argoCd.sync).not.toHaveBeenCalled();
    expect(outcome.to).toBe("rollback_blocked");
    expect(outcome.because).toMatch(/prune is off/);
  });
});
