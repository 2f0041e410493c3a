/** A pod's own way to the API server, over real TLS: who it trusts, who it says it is, and what it keeps. */
import { rm, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:https";
import type { AddressInfo } from "node:net";
import path from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { kubeClient, refusedWith } from "../../../shared/adapters/kube-client.ts";
import { inClusterTransport } from "../../../shared/adapters/kube-in-cluster.ts";
import { layersOver } from "../../../shared/adapters/kubernetes-layers.ts";
import { RetryLater } from "../../../shared/runtime/errors.ts";
import { temporaryDirectory } from "../../support/directory.ts";
import type { Seen } from "../../support/kubernetes-api.ts";
import { type ScaleApi, scaleApi } from "../../support/scale-api.ts";
import { certificateFor } from "../../support/sources/certificate.ts";

let server: Server;
let folder: string;
let api: ScaleApi;
let seen: Seen[];
let connections: number;
const own = certificateFor(["localhost"]);

beforeEach(async () => {
  folder = await temporaryDirectory();
  await writeFile(path.join(folder, "token"), "first-token\n");
  await writeFile(path.join(folder, "ca.crt"), own.cert);
  api = scaleApi({ "cortex-plan": 0 });
  seen = [];
  connections = 0;
  server = createServer(own, (request, response) => {
    void (async () => {
      let body = "";
      for await (const chunk of request) body += String(chunk);
      const url = new URL(request.url ?? "/", "https://api");
      const { authorization } = request.headers;
      const entry: Seen = {
        method: request.method ?? "",
        path: url.pathname,
        query: Object.fromEntries(url.searchParams),
        contentType: request.headers["content-type"],
        authorization,
        body: body === "" ? undefined : JSON.parse(body),
      };
      seen.push(entry);
      const { status = 200, json, text, headers = {}, hang } = api.answer(entry);
      if (hang !== true) response.writeHead(status, headers).end(text ?? JSON.stringify(json));
    })();
  });
  server.on("secureConnection", () => {
    connections += 1;
  });
  await new Promise<void>((resolve) => server.listen(0, "localhost", resolve));
});
afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

function layersHere(limitMs = 5_000) {
  const { port } = server.address() as AddressInfo;
  const settings = {
    KUBECONFIG: undefined,
    KUBERNETES_SERVICE_HOST: "localhost",
    ARGOCD_NAMESPACE: "argocd",
    KUBE_TIMEOUT_MS: limitMs,
  };
  return layersOver(kubeClient(settings, inClusterTransport({ host: "localhost", port, folder })), "cortex-school");
}
const failed = (waking: Promise<unknown>) => waking.then(() => undefined).catch((error: unknown) => error);

test("wakes a layer with the pod's token, over connections that are used again", async () => {
  const layers = layersHere();
  expect(await layers.wake("plan")).toBe("woken");
  expect(api.deployments.get("cortex-plan")).toEqual({ replicas: 1, version: 41 });
  expect(new Set(seen.map(({ authorization }) => authorization))).toEqual(new Set(["Bearer first-token"]));
  expect(seen.at(-1)).toMatchObject({ method: "PATCH", query: { fieldManager: "cortex-coordinator" } });
  for (let times = 0; times < 5; times += 1) expect(await layers.wake("plan")).toBe("up");
  // Scale and ScaledObject are asked for at the same time.
  expect(connections).toBeLessThanOrEqual(2);
});

test("a token that was replaced counts from the next request on", async () => {
  const layers = layersHere();
  await layers.wake("plan");
  await writeFile(path.join(folder, "token"), "second-token");
  await layers.wake("plan");
  expect(seen.at(-1)?.authorization).toBe("Bearer second-token");
});

test("a certificate of somebody else is nobody's API server, until the pod is told of it", async () => {
  const layers = layersHere();
  await writeFile(path.join(folder, "ca.crt"), certificateFor(["localhost"]).cert);
  const error = await failed(layers.wake("plan"));
  expect(error).toBeInstanceOf(RetryLater);
  expect([seen, refusedWith(error)]).toEqual([[], undefined]);
  await writeFile(path.join(folder, "ca.crt"), own.cert);
  expect(await layers.wake("plan")).toBe("woken");
});

test("without a token nothing is asked", async () => {
  await rm(path.join(folder, "token"));
  expect(await failed(layersHere().wake("plan"))).toMatchObject({ code: "ENOENT" });
  expect(seen).toEqual([]);
});

test("a refusal keeps its status, a silence is given up, and an endless answer is not read", async () => {
  api.rights.clear();
  expect(refusedWith(await failed(layersHere().wake("plan")))).toBe(403);
  api.fault = () => ({ hang: true });
  expect(await failed(layersHere(100).wake("plan"))).toBeInstanceOf(RetryLater);
  api.fault = () => ({ text: "x".repeat(1_000_001) });
  expect(String(await failed(layersHere().wake("plan")))).toContain("more than");
});

test("who stops waits for no answer", async () => {
  api.fault = () => ({ hang: true });
  const stopping = new AbortController();
  const waking = failed(layersHere().wake("plan", stopping.signal));
  await expect.poll(() => seen.length).toBeGreaterThan(0);
  stopping.abort(new Error("the coordinator ends"));
  expect(await waking).toMatchObject({ message: "the coordinator ends" });
});
