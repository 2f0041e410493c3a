/**
 * The web behind an HTTP proxy on this machine: every host under its real https address, with a certificate of its own, so
 * that the client the school really uses reads it, guards and all.
 */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { createServer as createSecureServer } from "node:https";
import type { AddressInfo, Socket } from "node:net";
import { getCACertificates, setDefaultCACertificates } from "node:tls";
import { webPort } from "../../../shared/adapters/web/open.ts";
import { localTurns } from "../../../shared/adapters/web/turns.ts";
import type { Web } from "../../../shared/source-ports.ts";
import { certificateFor } from "./certificate.ts";
import type { Answering, AskedOfHost } from "./hosts.ts";

export interface HostsBehindProxy extends AsyncDisposable {
  /** Of the proxy. */
  readonly proxy: string;
  /** PEM of whom its hosts' certificates are. */
  readonly authority: string;
  readonly asked: readonly AskedOfHost[];
  /** The client of the school, as it is configured by these variables; this process trusts the authority from then on. */
  web(env?: Readonly<Record<string, string>>): Web;
}

/** Names that are looked up here lead to the public web; what they lead to is not connected to. */
const PUBLIC = [{ address: "93.184.215.14", family: 4 }];

/** `names` of hosts, also `*.example.org`. What `answer` leaves undefined is a 404. */
export async function hostsBehindProxy(names: readonly string[], answer: Answering): Promise<HostsBehindProxy> {
  const asked: AskedOfHost[] = [];
  const sockets = new Set<Socket>();
  const certificate = certificateFor(names);
  const secure = createSecureServer(certificate, (request, response) => {
    void answered(request, response, answer, asked);
  });
  const proxy = createServer((_, response) => response.writeHead(501).end());
  proxy.on("connect", (_request, socket: Socket) => {
    sockets.add(socket);
    socket.on("error", () => undefined).on("close", () => sockets.delete(socket));
    socket.write("HTTP/1.1 200 Connection established\r\n\r\n");
    secure.emit("connection", socket);
  });
  await new Promise<void>((listening) => {
    proxy.listen(0, "127.0.0.1", listening);
  });
  const address = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
  return {
    proxy: address,
    authority: certificate.cert,
    asked,
    web: (env = {}) => {
      setDefaultCACertificates([...getCACertificates(), certificate.cert]);
      const all = { SOURCE_PROXY: address, SOURCE_INTERVAL: "0", ...env };
      return webPort(all, { turns: localTurns(), resolve: async () => PUBLIC });
    },
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((closed) => {
        proxy.close(closed);
      });
    },
  };
}

async function answered(
  request: IncomingMessage,
  response: ServerResponse,
  answer: Answering,
  asked: AskedOfHost[],
): Promise<void> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  const sent = Buffer.concat(parts).toString("utf8");
  const one = {
    method: request.method ?? "",
    url: new URL(request.url ?? "/", `https://${request.headers.host}`),
    headers: request.headers,
    json: sent === "" ? undefined : (JSON.parse(sent) as unknown),
  };
  asked.push(one);
  const { status = 200, headers = {}, body = "" } = answer(one) ?? { status: 404, body: "not found" };
  response.writeHead(status, { ...headers }).end(body);
}
