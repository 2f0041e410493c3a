/** A small HTTP server in the place of the Kubernetes API, and a kubeconfig that names it. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach } from "vitest";
import type { ClusterSettings } from "../../shared/adapters/kube-config.ts";

export interface Seen {
  readonly method: string;
  readonly path: string;
  readonly query: Record<string, string>;
  readonly contentType: string | undefined;
  readonly authorization: string | undefined;
  readonly body: unknown;
}
export type Reply = {
  status?: number;
  json?: unknown;
  text?: string;
  headers?: Record<string, string>;
  hang?: boolean;
};

let server: Server;
export let folder: string;
export let settings: ClusterSettings;
export let seen: Seen[] = [];
let reply: (request: Seen) => Reply = () => ({ status: 404, json: {} });

/** What the server answers from now on, until the test ends; 404 unless said. */
export function answerWith(next: (request: Seen) => Reply): void {
  reply = next;
}

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = new URL(request.url ?? "/", "http://api");
  let body = "";
  for await (const chunk of request) body += String(chunk);
  const entry: Seen = {
    method: request.method ?? "",
    path: url.pathname,
    query: Object.fromEntries(url.searchParams),
    contentType: request.headers["content-type"],
    authorization: request.headers.authorization,
    body: body === "" ? undefined : JSON.parse(body),
  };
  seen.push(entry);
  const { status = 200, json, text, headers = {}, hang } = reply(entry);
  if (hang === true) return;
  response.writeHead(status, { "content-type": "application/json", ...headers });
  response.end(text ?? JSON.stringify(json));
}

beforeAll(async () => {
  server = createServer((request, response) => void answer(request, response));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  folder = await mkdtemp(join(tmpdir(), "kubeconfig-"));
  const kubeconfig = join(folder, "config");
  await writeFile(
    kubeconfig,
    JSON.stringify({
      apiVersion: "v1",
      kind: "Config",
      "current-context": "here",
      clusters: [{ name: "here", cluster: { server: `http://127.0.0.1:${port}`, "insecure-skip-tls-verify": true } }],
      users: [{ name: "school", user: { token: "secret-token" } }],
      contexts: [{ name: "here", context: { cluster: "here", user: "school" } }],
    }),
  );
  settings = {
    KUBECONFIG: kubeconfig,
    KUBERNETES_SERVICE_HOST: undefined,
    ARGOCD_NAMESPACE: "argocd",
    KUBE_TIMEOUT_MS: 5_000,
  };
});
beforeEach(() => {
  seen = [];
  reply = () => ({ status: 404, json: {} });
});
afterAll(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  await rm(folder, { recursive: true });
});
