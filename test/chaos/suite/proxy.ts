/** A TCP proxy between two parts that can be told to treat them as a bad network does. */
import { connect, createServer, type Socket } from "node:net";

/**
 * `refuse`: nobody listens any more (RST); `drop`: open connections end, new ones end at once; `stall`: nothing gets through
 * either way, nobody is told; `half-open`: what is asked arrives, no answer comes back; `latency`: each chunk of an answer
 * is late; `cut`: the connection is reset in the middle of an answer, so that nobody knows what came of the question.
 */
export const LINK_MODES = ["refuse", "drop", "stall", "half-open", "latency", "cut"] as const;
export type LinkMode = (typeof LINK_MODES)[number];

export interface Proxy {
  readonly port: number;
  /** Undefined: as if it were not there. What stalled is reset then: nobody can tell what was lost. */
  set(mode: LinkMode | undefined): Promise<void>;
  /** Connections that were opened, how many of them it ended, those that will not go on, and chunks that are late. */
  readonly figures: () => Readonly<Record<"opened" | "ended" | "torn" | "late", number>>;
  close(): Promise<void>;
}

interface Pair {
  readonly client: Socket;
  readonly server: Socket;
  /** It was held up, so its ends no longer agree on what was said. */
  torn: boolean;
  /** Chunks that are on their way slowly: what comes after them must not overtake them. */
  late: number;
}

const LATENCY_MS = 250;

/** Listens on a free port of the loopback address and hands on to `target` there, asked for each connection. */
export async function startProxy(target: () => number): Promise<Proxy> {
  const pairs = new Set<Pair>();
  let mode: LinkMode | undefined;
  let opened = 0;
  let ended = 0;
  const server = createServer({ allowHalfOpen: true }, (client) => {
    if (mode === "drop") {
      client.on("error", () => undefined);
      client.resetAndDestroy();
      return;
    }
    opened += 1;
    join(client);
  });

  function join(client: Socket): void {
    const upstream = connect({ port: target(), host: "127.0.0.1", allowHalfOpen: true });
    const pair: Pair = { client, server: upstream, torn: false, late: 0 };
    pairs.add(pair);
    const forget = () => {
      pairs.delete(pair);
      client.destroy();
      upstream.destroy();
    };
    for (const socket of [client, upstream]) socket.on("error", forget).on("close", forget).setNoDelay(true);
    client.on("data", (chunk: Buffer) => {
      if (mode === "stall") pair.torn = true;
      else forward(client, upstream, chunk);
    });
    upstream.on("data", (chunk: Buffer) => answer(pair, chunk));
    client.on("end", () => upstream.end());
    upstream.on("end", () => slowly(pair, () => client.end()));
  }

  function answer(pair: Pair, chunk: Buffer): void {
    const { client, server: upstream } = pair;
    switch (mode) {
      case "stall":
      case "half-open":
        pair.torn = true;
        return;
      case "cut":
        // Half of what was said arrives, often nothing of it.
        client.write(chunk.subarray(0, Math.floor(chunk.length / 2)), () => tear(pair));
        return;
      default:
        slowly(pair, () => forward(upstream, client, chunk));
    }
  }

  /** Late while there is latency, and in order. */
  function slowly(pair: Pair, then: () => void): void {
    if (mode !== "latency" && pair.late === 0) return then();
    pair.late += 1;
    setTimeout(() => {
      pair.late -= 1;
      then();
    }, LATENCY_MS);
  }

  function tear(pair: Pair): void {
    ended += 1;
    pairs.delete(pair);
    pair.client.resetAndDestroy();
    pair.server.resetAndDestroy();
  }

  const listen = (port: number) =>
    new Promise<number>((resolve, reject) => {
      server.once("error", reject);
      server.listen(port, "127.0.0.1", () => {
        server.off("error", reject);
        resolve((server.address() as { port: number }).port);
      });
    });
  const port = await listen(0);
  async function deaf(): Promise<void> {
    if (!server.listening) return;
    await new Promise<void>((resolve) => server.close(() => resolve()));
  }
  return {
    port,
    async set(wanted) {
      const before = mode;
      mode = wanted;
      if (wanted === "refuse" || wanted === "drop") for (const pair of pairs) tear(pair);
      if (wanted === "refuse") await deaf();
      else if (!server.listening) await listen(port);
      if (before === "stall" || before === "half-open") for (const pair of pairs) if (pair.torn) tear(pair);
    },
    figures() {
      const late = [...pairs].reduce((sum, pair) => sum + pair.late, 0);
      return { opened, ended, torn: [...pairs].filter((pair) => pair.torn).length, late };
    },
    async close() {
      for (const pair of pairs) tear(pair);
      await deaf();
    },
  };
}

/** Keeps to the pace of who reads. */
function forward(from: Socket, to: Socket, chunk: Buffer): void {
  if (to.destroyed || to.write(chunk)) return;
  from.pause();
  to.once("drain", () => from.resume());
}
