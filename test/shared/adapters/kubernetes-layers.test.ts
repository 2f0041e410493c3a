import { beforeEach, describe, expect, test } from "vitest";
import { kubeClient, refusedWith } from "../../../shared/adapters/kube-client.ts";
import { hasCluster, kubernetesLayers, layersOver } from "../../../shared/adapters/kubernetes-layers.ts";
import type { Layers } from "../../../shared/ports.ts";
import { RetryLater } from "../../../shared/runtime/errors.ts";
import { answerWith, type Reply, seen, settings } from "../../support/kubernetes-api.ts";
import { RIGHTS, type ScaleApi, scaleApi, status } from "../../support/scale-api.ts";

const PLAN = "cortex-plan";
let api: ScaleApi;
let layers: Layers;
beforeEach(() => {
  api = scaleApi({ [PLAN]: 0 });
  answerWith((request) => api.answer(request));
  layers = layersOver(kubeClient(settings), "cortex-school");
});

const patches = () => seen.filter(({ method }) => method === "PATCH");
const replicas = () => api.deployments.get(PLAN)?.replicas;
function stands(count: number): void {
  api.deployments.set(PLAN, { replicas: count, version: 50 });
}
/** The fault for requests of one kind; others are answered. */
function failing(method: string, part: string, reply: Reply): void {
  api.fault = (request) => (request.method === method && request.path.includes(part) ? reply : undefined);
}

test("from zero to one, by a patch that names the version it has seen and who made it", async () => {
  expect(await layers.wake("plan")).toBe("woken");
  expect(replicas()).toBe(1);
  expect(patches()).toMatchObject([
    {
      path: `/apis/apps/v1/namespaces/cortex-school/deployments/${PLAN}/scale`,
      query: { fieldManager: "cortex-coordinator" },
      contentType: "application/merge-patch+json",
      body: { metadata: { resourceVersion: "40" }, spec: { replicas: 1 } },
    },
  ]);
});

test("asked again, and again: it is up, and nothing is written", async () => {
  await layers.wake("plan");
  expect([await layers.wake("plan"), await layers.wake("plan")]).toEqual(["up", "up"]);
  expect(patches()).toHaveLength(1);
});

test.each([1, 4])("a layer of %i pods is left alone", async (count) => {
  stands(count);
  expect(await layers.wake("plan")).toBe("up");
  expect([patches(), replicas()]).toEqual([[], count]);
});

test("a Deployment that does not exist is told apart", async () => {
  expect(await layers.wake("sync")).toBe("missing");
});

test("one that goes between the look and the patch, too", async () => {
  failing("PATCH", "/scale", status(404, "gone"));
  expect(await layers.wake("plan")).toBe("missing");
});

describe("KEDA's annotations", () => {
  const paused = "autoscaling.keda.sh/paused";
  test.each<[string, Record<string, string>, string]>([
    ["paused", { [paused]: "true" }, "paused"],
    ["paused by 1", { [paused]: "1" }, "paused"],
    ["paused by what is no boolean", { [paused]: "until monday" }, "paused"],
    ["paused by nothing", { [paused]: "" }, "paused"],
    ["not paused", { [paused]: "false" }, "woken"],
    ["not paused, as Go reads it", { [paused]: "F" }, "woken"],
    ["paused at zero", { [`${paused}-replicas`]: "0" }, "paused"],
    ["paused at a number it does not have", { [`${paused}-replicas`]: "3" }, "paused"],
    ["paused-replicas counts, whatever paused says", { [`${paused}-replicas`]: "0", [paused]: "false" }, "paused"],
    ["paused for scaling out", { [`${paused}-scale-out`]: "true" }, "paused"],
    ["not paused for scaling out", { [`${paused}-scale-out`]: "false" }, "woken"],
    ["paused for scaling in only", { [`${paused}-scale-in`]: "true" }, "woken"],
    ["none of them", { "example.com/team": "platform" }, "woken"],
  ])("%s", async (_what, annotations, expected) => {
    api.scaledObjects.set(PLAN, annotations);
    expect(await layers.wake("plan")).toBe(expected);
    expect(replicas()).toBe(expected === "woken" ? 1 : 0);
  });

  test("a ScaledObject that cannot be read is no leave to wake", async () => {
    failing("GET", "scaledobjects", status(403, "no"));
    await expect(layers.wake("plan")).rejects.toThrow(/get the ScaledObject cortex-plan/);
    expect(patches()).toEqual([]);
  });
});

describe("others at the same time", () => {
  test("a status written meanwhile is no reason to give up", async () => {
    let once = true;
    api.fault = ({ method }) => {
      const deployment = api.deployments.get(PLAN);
      if (method === "PATCH" && once && deployment !== undefined) deployment.version += 1;
      if (method === "PATCH") once = false;
      return undefined;
    };
    expect(await layers.wake("plan")).toBe("woken");
    expect([patches().length, replicas()]).toEqual([2, 1]);
  });

  test("a stale read of zero does not undo what the HPA has done since", async () => {
    stands(3);
    let stale = true;
    api.fault = ({ method, path }) => {
      if (method !== "GET" || !path.endsWith("/scale") || !stale) return undefined;
      stale = false;
      return { json: { kind: "Scale", metadata: { name: PLAN, resourceVersion: "40" }, spec: {} } };
    };
    expect(await layers.wake("plan")).toBe("raced");
    expect([patches().length, replicas()]).toEqual([1, 3]);
  });

  test("who loses every time lets it be", async () => {
    failing("PATCH", "/scale", status(409, "modified"));
    expect(await layers.wake("plan")).toBe("raced");
    expect(patches()).toHaveLength(3);
  });

  test("five coordinators make one pod", async () => {
    const results = await Promise.all(
      Array.from({ length: 5 }, () => layersOver(kubeClient(settings), "cortex-school").wake("plan")),
    );
    expect(results.filter((result) => result === "woken")).toHaveLength(1);
    expect(results.filter((result) => result !== "woken" && result !== "raced" && result !== "up")).toEqual([]);
    expect([replicas(), api.deployments.get(PLAN)?.version]).toEqual([1, 41]);
  });
});

test("these rights suffice, and each of them is needed", async () => {
  expect(await layers.wake("plan")).toBe("woken");
  for (const right of RIGHTS) {
    stands(0);
    api.rights.delete(right);
    const error: unknown = await layers.wake("plan").catch((thrown: unknown) => thrown);
    expect([right, refusedWith(error)]).toEqual([right, 403]);
    expect((error as Error).message).toMatch(/a role that allows .* is missing/);
    api.rights.add(right);
  }
});

describe("an API server in trouble", () => {
  const quick = () => layersOver(kubeClient({ ...settings, KUBE_TIMEOUT_MS: 100 }), "cortex-school");

  test("429 with the time it asks for", async () => {
    failing("PATCH", "/scale", status(429, "too many", { "retry-after": "7" }));
    await expect(layers.wake("plan")).rejects.toMatchObject({ afterMs: 7_000 });
  });

  test("500 on the patch is not repeated here: it may have been carried out", async () => {
    failing("PATCH", "/scale", status(500, "etcd leader changed"));
    const error: unknown = await layers.wake("plan").catch((thrown: unknown) => thrown);
    expect([error, refusedWith(error)]).toEqual([expect.any(RetryLater), 500]);
    expect(patches()).toHaveLength(1);
  });

  test("one that does not answer is given up", async () => {
    failing("GET", "/scale", { hang: true });
    const error: unknown = await quick()
      .wake("plan")
      .catch((thrown: unknown) => thrown);
    expect([error, refusedWith(error)]).toEqual([expect.any(RetryLater), undefined]);
  });

  test("one that is not there, too", async () => {
    const nowhere = { KUBECONFIG: await kubeconfigOf("http://127.0.0.1:1"), KUBE_TIMEOUT_MS: "300" };
    await expect(kubernetesLayers(nowhere).wake("plan")).rejects.toThrow(/ECONNREFUSED|bad port/);
  });

  test("who is told to stop, stops", async () => {
    failing("GET", "/scale", { hang: true });
    const stopping = new AbortController();
    const waking = layers.wake("plan", stopping.signal);
    stopping.abort(new Error("the coordinator ends"));
    await expect(waking).rejects.toThrow("the coordinator ends");
  });

  test("an answer without a version is not patched", async () => {
    failing("GET", "/scale", { json: { kind: "Scale", metadata: { name: PLAN }, spec: {} } });
    await expect(layers.wake("plan")).rejects.toThrow("has no version");
    expect(patches()).toEqual([]);
  });
});

test("there is a cluster when a kubeconfig is named or the process runs in one", () => {
  const inCluster = { KUBERNETES_SERVICE_HOST: "10.0.0.1" };
  expect([hasCluster({}), hasCluster({ KUBECONFIG: "x" }), hasCluster(inCluster)]).toEqual([false, true, true]);
});

async function kubeconfigOf(address: string): Promise<string> {
  const { readFile, writeFile } = await import("node:fs/promises");
  const text = await readFile(settings.KUBECONFIG ?? "", "utf8");
  const file = `${settings.KUBECONFIG}-elsewhere`;
  await writeFile(file, text.replace(/http:\/\/127\.0\.0\.1:\d+/, address));
  return file;
}
