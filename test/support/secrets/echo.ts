/**
 * What stands for every server the school may ask, at its worst: it refuses, and repeats the whole request, headers and all,
 * where an error's words are read. Statuses take turns, so that a client that tries again sees others.
 */
import { once } from "node:events";
import { readdir, readFile } from "node:fs/promises";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { type AddressInfo, createServer as createTcpServer, type Socket } from "node:net";

const STATUSES = [401, 500, 400, 403, 200, 404, 422];

export interface Echo extends AsyncDisposable {
  readonly url: string;
  readonly port: number;
  readonly smtp: number;
  /** Heads of all requests, with their addresses: what was sent to prove who is asking. */
  readonly heads: readonly string[];
  readonly bodies: readonly string[];
  /** Command lines of all processes, seen while one of them waited for an answer. */
  readonly commandLines: ReadonlySet<string>;
}

export async function startEcho(): Promise<Echo> {
  const heads: string[] = [];
  const bodies: string[] = [];
  const commandLines = new Set<string>();
  let asked = 0;
  const server = createServer((request, response) => void answer(request, response));
  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const head = headOf(request);
    heads.push(head);
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    bodies.push(Buffer.concat(chunks).toString());
    // git asks from a process of its own, which has arguments.
    if (request.headers["user-agent"]?.startsWith("git/")) for (const line of await running()) commandLines.add(line);
    const isTrace = request.url?.startsWith("/v1/traces") === true;
    const status = isTrace ? 200 : request.url?.includes(".git/") ? 401 : (STATUSES[asked++ % STATUSES.length] ?? 500);
    const words = `do not like: ${head}`;
    const body = {
      message: words,
      error: { message: words },
      status: { error: words },
      errors: [words],
      detail: words,
    };
    response.writeHead(status, { "content-type": "application/json", "x-echo": "yes" });
    response.end(isTrace ? "{}" : JSON.stringify(status === 400 ? { ...body, error: words } : body));
  }
  server.on("connect", (request: IncomingMessage, socket: Socket) => {
    heads.push(headOf(request));
    socket.end(`HTTP/1.1 407 I do not like ${request.headers["proxy-authorization"] ?? ""}\r\n\r\n${headOf(request)}`);
  });
  const mail = createTcpServer((socket) => {
    socket.on("error", () => undefined);
    socket.write("220 echo\r\n");
    socket.on("data", (chunk) => {
      const said = chunk.toString().trim();
      heads.push(Buffer.from(said.replace(/^AUTH PLAIN /, ""), "base64").toString());
      if (/^(EHLO|HELO)/.test(said)) socket.write("250-echo\r\n250 AUTH PLAIN LOGIN\r\n");
      else socket.write(`535 5.7.8 I do not like ${said}\r\n`);
    });
  });
  server.listen(0, "127.0.0.1");
  mail.listen(0, "127.0.0.1");
  await Promise.all([once(server, "listening"), once(mail, "listening")]);
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    smtp: (mail.address() as AddressInfo).port,
    heads,
    bodies,
    commandLines,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      mail.close();
    },
  };
}

function headOf({ method, url, rawHeaders }: IncomingMessage): string {
  return [`${method} ${url}`, ...rawHeaders].join(" ");
}

async function running(): Promise<string[]> {
  const ids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name));
  // One that ended meanwhile has none.
  return Promise.all(ids.map((id) => readFile(`/proc/${id}/cmdline`, "utf8").catch(() => "")));
}
