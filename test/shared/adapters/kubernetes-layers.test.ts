import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { hasCluster, kubernetesLayers } from "../../../shared/adapters/kubernetes-layers.ts";
import type { Layers } from "../../../shared/ports.ts";

const SCALE = "/apis/apps/v1/namespaces/cortex-school/deployments/cortex-plan/scale";
const SCALED_OBJECT = "/apis/keda.sh/v1alpha1/namespaces/cortex-school/scaledobjects/cortex-plan";

let server: Server;
let directory: string;
let layers: Layers;
let objects: Record<string, unknown>;
let patches: { path: string; type: string | undefined; body: unknown }[];
let patchStatus = 200;

beforeAll(async () => {
  server = createServer((request, response) => {
    const url = request.url ?? "";
    let body = "";
    request.on("data", (chunk: Buffer) => {
      body += chunk.toString();
    });
    request.on("end", () => {
      const patched = request.method === "PATCH";
      if (patched) patches.push({ path: url, type: request.headers["content-type"], body: JSON.parse(body) });
      const found = objects[url];
      const status = found === undefined ? 404 : patched ? patchStatus : 200;
      response.writeHead(status, { "content-type": "application/json" });
      response.end(JSON.stringify(found ?? { kind: "Status", message: "not found" }));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  directory = await mkdtemp(path.join(tmpdir(), "school-layers-"));
  const kubeconfig = path.join(directory, "config");
  const { port } = server.address() as AddressInfo;
  await writeFile(
    kubeconfig,
    JSON.stringify({
      apiVersion: "v1",
      kind: "Config",
      "current-context": "test",
      clusters: [{ name: "test", cluster: { server: `http://127.0.0.1:${port}`, "insecure-skip-tls-verify": true } }],
      users: [{ name: "test", user: {} }],
      contexts: [{ name: "test", context: { cluster: "test", user: "test" } }],
    }),
  );
  layers = kubernetesLayers({ KUBECONFIG: kubeconfig });
});
afterAll(async () => {
  server.close();
  server.closeAllConnections();
  await rm(directory, { recursive: true, force: true });
});
beforeEach(() => {
  patches = [];
  patchStatus = 200;
});

const scale = (spec: object) => ({ kind: "Scale", metadata: { name: "cortex-plan", resourceVersion: "41" }, spec });
const annotated = (annotations: object) => ({ kind: "ScaledObject", metadata: { annotations } });

test.each<[name: string, spec: object]>([
  ["a replica count of zero", { replicas: 0 }],
  ["no replica count, as the API writes zero", {}],
])("%s becomes one, if nobody else was faster", async (_name, spec) => {
  objects = { [SCALE]: scale(spec) };
  expect(await layers.wake("plan")).toBe(true);
  expect(patches).toEqual([
    {
      path: SCALE,
      type: "application/merge-patch+json",
      body: { metadata: { resourceVersion: "41" }, spec: { replicas: 1 } },
    },
  ]);
});

test.each<[name: string, objects: Record<string, unknown>]>([
  ["a layer that runs", { [SCALE]: scale({ replicas: 1 }) }],
  ["a Deployment that does not exist", {}],
  ["a paused layer", { [SCALE]: scale({}), [SCALED_OBJECT]: annotated({ "autoscaling.keda.sh/paused": "true" }) }],
  [
    "a layer paused at zero",
    { [SCALE]: scale({}), [SCALED_OBJECT]: annotated({ "autoscaling.keda.sh/paused-replicas": "0" }) },
  ],
])("%s is left alone", async (_name, given) => {
  objects = given;
  expect(await layers.wake("plan")).toBe(false);
  expect(patches).toEqual([]);
});

test("paused: false is not paused", async () => {
  objects = { [SCALE]: scale({}), [SCALED_OBJECT]: annotated({ "autoscaling.keda.sh/paused": "false" }) };
  expect(await layers.wake("plan")).toBe(true);
});

test("a lost race is an error for the log, nothing more", async () => {
  objects = { [SCALE]: scale({}) };
  patchStatus = 409;
  await expect(layers.wake("plan")).rejects.toThrow("409");
});

test("there is a cluster when a kubeconfig is named or the process runs in one", () => {
  const inCluster = { KUBERNETES_SERVICE_HOST: "10.0.0.1" };
  expect([hasCluster({}), hasCluster({ KUBECONFIG: "x" }), hasCluster(inCluster)]).toEqual([false, true, true]);
});
