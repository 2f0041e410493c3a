/** A server on a real port that keeps what it was asked and answers as it is told, faults included. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

export interface Asked {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingMessage["headers"];
  readonly text: string;
}
/** `stall`: no answer at all. `cut`: the head says 200 and more than comes. `reset`: closed without a word. */
export type Answer =
  | "stall"
  | "cut"
  | "reset"
  | { readonly status: number; readonly headers?: Readonly<Record<string, string>>; readonly body?: string };

export interface TestServer {
  readonly url: string;
  readonly asked: readonly Asked[];
  /** For the next requests, one after the other; then `usual`. */
  next(...answers: Answer[]): void;
  close(): Promise<void>;
}

export async function startServer(usual: (asked: Asked) => Answer | Promise<Answer>): Promise<TestServer> {
  const asked: Asked[] = [];
  const queued: Answer[] = [];
  const server: Server = createServer((request, response) => void serve(request, response));
  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    let text = "";
    for await (const part of request) text += String(part);
    const one = { method: request.method ?? "", path: request.url ?? "", headers: request.headers, text };
    asked.push(one);
    const answer = queued.shift() ?? (await usual(one));
    if (answer === "stall") return;
    if (answer === "reset") return void request.socket.destroy();
    if (answer === "cut") {
      response.writeHead(200, { "content-type": "application/json", "content-length": "5000" });
      response.write('{"ok":tr');
      setImmediate(() => request.socket.destroy());
      return;
    }
    response.writeHead(answer.status, answer.headers).end(answer.body ?? "");
  }
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    next: (...answers) => void queued.push(...answers),
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

/** An address where nobody listens. */
export async function nobodyThere(): Promise<string> {
  const server = await startServer(() => ({ status: 200 }));
  await server.close();
  return server.url;
}
