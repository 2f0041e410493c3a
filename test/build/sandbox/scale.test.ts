/** The coordinator's wake-up against the stand-in, whose Deployments of the school are the local autoscaler's. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { kubeClient } from "../../../shared/adapters/kube-client.ts";
import { kubernetesLayers, layersOver } from "../../../shared/adapters/kubernetes-layers.ts";
import { type School, school } from "./platform.ts";

let it: School;
let kubeconfig: string;
const replicas = new Map<string, number>();
const scaled: string[] = [];
beforeAll(async () => {
  it = await school(undefined, {
    scaleTarget: {
      replicas: (name) => replicas.get(name),
      onScale(name, count) {
        scaled.push(`${name} ${count}`);
        replicas.set(name, count);
      },
    },
  });
  kubeconfig = path.join(await mkdtemp(path.join(tmpdir(), "school-scale-")), "config");
  await writeFile(kubeconfig, it.sandbox.kubeconfig());
});
afterAll(async () => {
  await it[Symbol.asyncDispose]();
  await rm(path.dirname(kubeconfig), { recursive: true, force: true });
});
beforeEach(() => {
  scaled.length = 0;
  replicas.set("cortex-plan", 0).set("cortex-sync", 2);
});

test("a cold layer gets its one process, a warm one is left alone, and others do not exist", async () => {
  const layers = kubernetesLayers({ KUBECONFIG: kubeconfig });
  expect(await layers.wake("plan")).toBe("woken");
  expect(await layers.wake("plan")).toBe("up");
  expect(await layers.wake("sync")).toBe("up");
  expect(await layers.wake("verify")).toBe("missing");
  expect(scaled).toEqual(["cortex-plan 1"]);
});

test("what was changed since it was looked at is not written over", async () => {
  const settings = {
    KUBECONFIG: kubeconfig,
    KUBERNETES_SERVICE_HOST: undefined,
    ARGOCD_NAMESPACE: "argocd",
    KUBE_TIMEOUT_MS: 5_000,
  };
  const client = kubeClient(settings);
  const late = layersOver(
    {
      ...client,
      async get(request) {
        const found = await client.get(request);
        // The autoscaler is faster.
        if (request.path.endsWith("/scale")) replicas.set("cortex-plan", 3);
        return found;
      },
    },
    "cortex-school",
  );
  expect(await late.wake("plan")).toBe("raced");
  expect([scaled, replicas.get("cortex-plan")]).toEqual([[], 3]);
});
