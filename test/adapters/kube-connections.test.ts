import { writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import path from "node:path";
import { type Configuration, type HttpMethod, KubeConfig } from "@kubernetes/client-node";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { kubeconfig } from "../../build/local/sandbox/kubeconfig.ts";
import { kubeClient } from "../../shared/adapters/kube-client.ts";
import { keepConnections } from "../../shared/adapters/kube-connections.ts";
import { temporaryDirectory } from "../support/directory.ts";

let server: Server;
let address = "";
let connections = 0;

beforeAll(async () => {
  server = createServer((_request, response) => response.setHeader("content-type", "application/json").end("{}"));
  server.on("connection", () => {
    connections += 1;
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
beforeEach(() => {
  connections = 0;
});
afterAll(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

test("a connection serves many requests", async () => {
  const file = path.join(await temporaryDirectory(), "kubeconfig");
  await writeFile(file, kubeconfig(address, "a-token"));
  const settings = { KUBECONFIG: file, ARGOCD_NAMESPACE: "argocd", KUBE_TIMEOUT_MS: 5_000 };
  const client = kubeClient({ KUBERNETES_SERVICE_HOST: undefined, ...settings });
  const ask = () => client.get({ path: "/api/v1/namespaces/shop/pods", what: "list pods" });
  for (let i = 0; i < 10; i += 1) await ask();
  // The second request may come before the first connection is free again.
  expect(connections).toBeLessThanOrEqual(2);
});

test("new certificates get connections of their own, and every request has the caller's credentials", async () => {
  const config = new KubeConfig();
  const cluster = (caData: string) => ({ name: "here", server: "https://10.0.0.1", skipTLSVerify: false, caData });
  const load = (caData: string, token: string) =>
    config.loadFromClusterAndUser(cluster(caData), { name: "school", token });
  keepConnections(config);
  load("Zmlyc3Q=", "one");
  const first = await asked(config);
  load("Zmlyc3Q=", "two");
  const second = await asked(config);
  load("c2Vjb25k", "two");
  const third = await asked(config);
  expect(second.dispatcher).toBe(first.dispatcher);
  expect(third.dispatcher).not.toBe(first.dispatcher);
  expect([first.authorization, second.authorization]).toEqual(["Bearer one", "Bearer two"]);
});

async function asked(config: KubeConfig): Promise<{ dispatcher: unknown; authorization: string | undefined }> {
  const { configuration } = config.makeApiClient(Kept);
  const context = configuration.baseServer.makeRequestContext("/version", "GET" as HttpMethod);
  await config.applySecurityAuthentication(context);
  return { dispatcher: context.getDispatcher(), authorization: context.getHeaders()["Authorization"] };
}

class Kept {
  readonly configuration: Configuration;
  constructor(configuration: Configuration) {
    this.configuration = configuration;
  }
}
