/** What the tests of the router's memory have in common: experiences, a book in memory, and a Qdrant with faults. */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { startQdrant } from "../../build/local/qdrant/qdrant.ts";
import type { WriterBooks } from "../../shared/adapters/routing-memory/open.ts";
import { lsaEmbedder } from "../../shared/knowledge/embedding/lsa.ts";
import { fitLsa } from "../../shared/knowledge/embedding/lsa-fit.ts";
import { type MemoryBook, memoryBook } from "../../shared/knowledge/memory-book.ts";
import type { RoutableText, RouterEvent, RoutingExperience } from "../../shared/routing-ports.ts";

export function textOf(title: string, description = ""): RoutableText {
  return { title, description, implementation_notes: "", type: "technique" };
}

/** Served by keywords, held, and said by nobody to be right or wrong. */
export function experience(
  improvement: string,
  text: RoutableText,
  over: Partial<RoutingExperience> = {},
): RoutingExperience {
  return {
    improvement,
    source: `source-of-${improvement}`,
    text,
    tier: "keywords",
    expert: "database",
    confidence: 0.8,
    latencyMs: 3.4,
    routeRight: undefined,
    held: true,
    reached: "verified",
    at: "2026-03-01T10:00:00.000Z",
    ...over,
  };
}

export interface TestBooks extends WriterBooks {
  readonly knowledge: MemoryBook;
  readonly counts: Map<string, number>;
  readonly thresholds: Map<string, number>;
  readonly events: RouterEvent[];
}

export function testBooks(): TestBooks {
  const counts = new Map<string, number>();
  const thresholds = new Map<string, number>();
  const events: RouterEvent[] = [];
  return {
    knowledge: memoryBook(),
    counts,
    thresholds,
    events,
    router: {
      threshold: async (embedder) => thresholds.get(embedder),
      keepThreshold: async (embedder, threshold) => void thresholds.set(embedder, threshold),
      note: async (event) => void events.push(event),
      count: async (some) => {
        for (const [name, count] of Object.entries(some)) counts.set(name, (counts.get(name) ?? 0) + count);
      },
    },
  };
}

/** Fits the offline embedder on these texts, as `index` does; answers its id. */
export async function fitted({ knowledge }: TestBooks, texts: readonly string[]): Promise<string> {
  const bytes = await fitLsa(texts, { rank: 64 });
  const { id } = lsaEmbedder(bytes);
  await knowledge.keepModel({ id, bytes });
  return id;
}

export type Fault = "500" | "429" | "truncated" | "stalled" | "closed";

export interface FaultyQdrant {
  /** Of the way through the faults. */
  readonly url: string;
  /** Past them. */
  readonly straight: string;
  /** Requests of which `path` (and method) match fail, after the first `spared` of them, until `calm`. */
  break(fault: Fault, matching: RegExp, spared?: number): void;
  calm(): void;
  /** `GET /aliases`, … */
  readonly requests: string[];
  close(): Promise<void>;
}

/** The stand-in of Qdrant behind a proxy that breaks what it is told to. */
export async function faultyQdrant(keys: { apiKey?: string; readOnlyKey?: string } = {}): Promise<FaultyQdrant> {
  const qdrant = await startQdrant(keys);
  const requests: string[] = [];
  let broken: { fault: Fault; matching: RegExp; spared: number } | undefined;
  const proxy = createServer((request, response) => {
    const line = `${request.method} ${request.url}`;
    requests.push(line);
    const parts: Buffer[] = [];
    request.on("data", (part: Buffer) => parts.push(part));
    request.on("end", () => {
      if (broken?.matching.test(line) === true && broken.spared-- <= 0) {
        const { fault } = broken;
        if (fault === "stalled") return;
        if (fault === "closed") return void request.socket.destroy();
        const json = { "content-type": "application/json" };
        if (fault === "truncated") return void response.writeHead(200, json).end('{"result": {"points": [{"id"');
        const retry = fault === "429" ? { "retry-after": "7" } : {};
        const status = { status: { error: "not now" }, time: 0, result: null };
        return void response.writeHead(Number(fault), { ...json, ...retry }).end(JSON.stringify(status));
      }
      const headers = request.headers["api-key"] === undefined ? {} : { "api-key": String(request.headers["api-key"]) };
      const { method = "GET" } = request;
      const body = parts.length === 0 ? {} : { body: Buffer.concat(parts) };
      fetch(`${qdrant.url}${request.url}`, { method, headers, ...body }).then(
        async (answer) => {
          const type = answer.headers.get("content-type") ?? "text/plain";
          response.writeHead(answer.status, { "content-type": type }).end(await answer.text());
        },
        () => request.socket.destroy(),
      );
    });
  });
  await new Promise<void>((resolve) => proxy.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`,
    straight: qdrant.url,
    requests,
    break: (fault, matching, spared = 0) => void (broken = { fault, matching, spared }),
    calm: () => void (broken = undefined),
    async close() {
      const closed = new Promise<void>((resolve) => void proxy.close(() => resolve()));
      proxy.closeAllConnections();
      await closed;
      await qdrant.close();
    },
  };
}
