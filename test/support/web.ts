/** Sites under invented names: one server on this machine that knows them apart, and a resolver that leads to it. */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { webPort } from "../../shared/adapters/web/open.ts";
import { localTurns } from "../../shared/adapters/web/turns.ts";
import type { HostTurns, Web, WebAnswer, WebRequest } from "../../shared/source-ports.ts";

export type Site = (request: IncomingMessage, response: ServerResponse) => unknown;

export interface Sites {
  /** Of the invented name, with the port: `http://blog.test:4711/a`. */
  address(name: string, path?: string): string;
  /** The client that may read the names `mayRead` (all unless given). */
  web(options?: {
    readonly env?: Readonly<Record<string, string>>;
    readonly mayRead?: readonly string[];
    readonly turns?: HostTurns;
    readonly leadsTo?: (name: string) => readonly string[];
  }): Web;
  /** What came in: `<method> <name><path>`. */
  readonly seen: string[];
  close(): Promise<void>;
}

/** A request to a name that has no site here is answered with 404. */
export async function startSites(sites: Readonly<Record<string, Site>>): Promise<Sites> {
  const seen: string[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((request, response) => {
    const name = (request.headers.host ?? "").replace(/:\d+$/, "");
    seen.push(`${request.method} ${name}${request.url}`);
    const site = sites[name];
    if (site === undefined) response.writeHead(404).end();
    else site(request, response);
  });
  server.on("connection", (socket) => {
    sockets.add(socket);
    socket.on("error", () => undefined).on("close", () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    seen,
    address: (name, path = "/") => `http://${name}:${port}${path}`,
    web: ({ env = {}, mayRead = Object.keys(sites), turns = localTurns(), leadsTo = () => ["127.0.0.1"] } = {}) => {
      const inside = mayRead.map((name) => `${name}:${port}`).join(",");
      const all = { SOURCE_HOSTS: `*:${port}`, SOURCE_PRIVATE_HOSTS: inside, SOURCE_INTERVAL: "0", ...env };
      const resolve = async (name: string) =>
        leadsTo(name).map((address) => ({ address, family: address.includes(":") ? 6 : 4 }));
      return webPort(all, { turns, resolve });
    },
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

export function get(web: Web, request: WebRequest | string, signal?: AbortSignal): Promise<WebAnswer> {
  return web.get(typeof request === "string" ? { url: request } : request, signal ?? new AbortController().signal);
}

export function bodyOf(answer: WebAnswer): string {
  return answer.kind === "ok" ? Buffer.from(answer.body).toString() : JSON.stringify(answer);
}
