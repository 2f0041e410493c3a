/** A TCP proxy that counts what is said through it, whatever the protocol is. */
import { connect, createServer, type Socket } from "node:net";

export interface Said {
  /** Times somebody began to speak and was answered: requests of HTTP, round trips of Redis (a pipeline is one). */
  readonly turns: number;
  /** Bytes to the server and back. */
  readonly asked: number;
  readonly answered: number;
}

export interface CountingProxy {
  readonly port: number;
  readonly said: () => Said;
  close(): Promise<void>;
}

export async function countingProxy(target: number): Promise<CountingProxy> {
  const sockets = new Set<Socket>();
  let [turns, asked, answered] = [0, 0, 0];
  const server = createServer((client) => {
    const upstream = connect({ port: target, host: "127.0.0.1" });
    let speaking: "client" | "server" = "server";
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.setNoDelay(true);
      socket
        .on("error", () => undefined)
        .on("close", () => {
          sockets.delete(socket);
          client.destroy();
          upstream.destroy();
        });
    }
    client.on("data", (chunk: Buffer) => {
      turns += speaking === "server" ? 1 : 0;
      speaking = "client";
      asked += chunk.length;
    });
    upstream.on("data", (chunk: Buffer) => {
      speaking = "server";
      answered += chunk.length;
    });
    client.pipe(upstream);
    upstream.pipe(client);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  return {
    port: typeof address === "object" && address !== null ? address.port : 0,
    said: () => ({ turns, asked, answered }),
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}
