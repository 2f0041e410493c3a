/**
 * Connections to the API server that are used again. The official client (2.0.1) makes a pool of connections for every
 * single request as soon as a CA, a client certificate or "do not verify" is configured, so each request would pay for a
 * TLS handshake and leave its connection behind for nobody.
 */
import type { AgentOptions } from "node:https";
import type { Cluster, KubeConfig } from "@kubernetes/client-node";

/** undici's pool of connections, as far as it matters here. */
interface Dispatcher {
  close(): Promise<void>;
}
type CreateDispatcher = (cluster: Cluster | null, options: AgentOptions) => Dispatcher | undefined;

/** Lets `config` make a pool once and again only when its address or its certificates change. Returns `config`. */
export function keepConnections(config: KubeConfig): KubeConfig {
  const inside = config as unknown as { createDispatcher: CreateDispatcher };
  const create = inside.createDispatcher.bind(config);
  let kept: { readonly name: string; readonly dispatcher: Dispatcher | undefined } | undefined;
  inside.createDispatcher = (cluster, options) => {
    const name = nameOf(cluster, options);
    if (kept?.name === name) return kept.dispatcher;
    const before = kept?.dispatcher;
    kept = { name, dispatcher: create(cluster, options) };
    // What is on its way over the old ones is answered first.
    void before?.close().catch(() => undefined);
    return kept.dispatcher;
  };
  return config;
}

function nameOf(cluster: Cluster | null, options: AgentOptions): string {
  const fields = Object.entries(options).map(([name, value]) => {
    return `${name}=${Buffer.isBuffer(value) ? value.toString("latin1") : String(value)}`;
  });
  return [cluster?.server, cluster?.proxyUrl, ...fields].join("\n");
}
