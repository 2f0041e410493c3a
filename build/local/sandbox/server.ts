/** One HTTP server of the stand-in, on the loopback interface only; it can go away and come back on the same port. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { setTimeout as wait } from "node:timers/promises";
import { getRequestListener } from "@hono/node-server";
import type { Hono } from "hono";

export interface SandboxServer {
  readonly url: string;
  /** False: from now on connections are refused, and those there are end. True: as before. */
  listen(wanted: boolean): void;
  close(): Promise<void>;
}

/** Answers instead of the application; false: it does not. */
export type Interference = (request: IncomingMessage, response: ServerResponse) => boolean;

const PORT_TAKEN_MS = 100;

/** `port` 0 takes a free one. */
export async function serve(app: Hono, port: number, interference: Interference): Promise<SandboxServer> {
  const answer = getRequestListener((request) => app.fetch(request));
  const server = createServer((request, response) => {
    if (!interference(request, response)) void answer(request, response);
  });
  const bound = await bind(server, port);
  let turn: Promise<unknown> = Promise.resolve();
  let wanted = true;

  /** Somebody may have taken the port meanwhile: it is asked for until it is free or not wanted any more. */
  async function follow(): Promise<void> {
    if (server.listening && !wanted) await stop(server);
    while (!server.listening && wanted) {
      await bind(server, bound).catch(() => wait(PORT_TAKEN_MS, undefined, { ref: false }));
    }
  }
  return {
    url: `http://127.0.0.1:${bound}`,
    listen(now) {
      if (wanted === now) return;
      wanted = now;
      turn = turn.then(follow);
    },
    async close() {
      wanted = false;
      await turn.then(follow);
    },
  };
}

async function bind(server: Server, port: number): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", () => {
      server.off("error", reject);
      resolve();
    });
  });
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the server has no port");
  return address.port;
}

async function stop(server: Server): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  server.closeAllConnections();
  await closed;
}
