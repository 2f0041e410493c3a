/**
 * The API server as a pod reaches it, with its service account and nothing but Node: the official client costs the always-on
 * coordinator 20 MB for a GET and a PATCH (measured a minute after its first wake-up: 105 MB with it, 84 MB like this, 75 MB
 * before any). Token and certificate are read for every request, because Kubernetes replaces them while the pod runs.
 */
import { readFile } from "node:fs/promises";
import type { IncomingMessage } from "node:http";
import { Agent, request as httpsRequest, type RequestOptions } from "node:https";
import path from "node:path";
import { keepSecret } from "../runtime/secrets.ts";
import { type Answer, type Body, noAnswer, type Transport } from "./kube-client.ts";
import { withinLimit } from "./time-limit.ts";

/** Where Kubernetes mounts a pod's credentials. */
const FOLDER = "/var/run/secrets/kubernetes.io/serviceaccount";
/** No object that is asked for here comes near. */
const MOST_BYTES = 1_000_000;

export interface InCluster {
  /** KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT, set in every pod. */
  readonly host: string;
  readonly port: number;
  /** With the files `token` and `ca.crt`. */
  readonly folder?: string;
}

export function inClusterTransport({ host, port, folder = FOLDER }: InCluster): Transport {
  let kept: { readonly ca: string; readonly agent: Agent } | undefined;
  function agentFor(ca: string): Agent {
    if (kept?.ca === ca) return kept.agent;
    // The old one's connections end by themselves: what is on its way over them is answered first.
    kept = { ca, agent: new Agent({ keepAlive: true, ca }) };
    return kept.agent;
  }
  return async (method, request, limitMs, body) => {
    const [token, ca] = await Promise.all([
      readFile(path.join(folder, "token"), "utf8"),
      readFile(path.join(folder, "ca.crt"), "utf8"),
    ]);
    keepSecret(token);
    const query = new URLSearchParams(request.query ?? {}).toString();
    const options: RequestOptions = {
      method,
      host,
      port,
      path: query === "" ? request.path : `${request.path}?${query}`,
      agent: agentFor(ca),
      headers: headersOf(token.trim(), body),
    };
    try {
      return await withinLimit(limitMs, request.signal, (signal) => exchange({ ...options, signal }, body));
    } catch (error) {
      throw noAnswer(request, error);
    }
  };
}

function headersOf(token: string, body: Body | undefined): Record<string, string> {
  return {
    accept: "application/json",
    authorization: `Bearer ${token}`,
    "user-agent": "cortex-online-school",
    ...(body === undefined
      ? {}
      : { "content-type": body.type, "content-length": String(Buffer.byteLength(body.text)) }),
  };
}

async function exchange(options: RequestOptions, body: Body | undefined): Promise<Answer> {
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    const request = httpsRequest(options, resolve);
    request.on("error", reject);
    request.end(body?.text);
  });
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > MOST_BYTES) throw new Error(`an answer of more than ${MOST_BYTES} bytes`);
    chunks.push(chunk);
  }
  const { "retry-after": retryAfter, warning } = response.headers;
  return {
    status: response.statusCode ?? 0,
    body: Buffer.concat(chunks).toString("utf8"),
    retryAfter,
    warning,
  };
}
