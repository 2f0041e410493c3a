/** What the tests of the router's memory have in common: experiences, a book in memory, and a Qdrant with faults. */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { QdrantClient } from "@qdrant/js-client-rest";
import { afterEach, beforeEach } from "vitest";
import { startQdrant } from "../../build/local/qdrant/qdrant.ts";
import { routingMemory, routingMemoryWriter, type WriterBooks } from "../../shared/adapters/routing-memory/open.ts";
import { lsaEmbedder } from "../../shared/knowledge/embedding/lsa.ts";
import { fitLsa } from "../../shared/knowledge/embedding/lsa-fit.ts";
import { type MemoryBook, memoryBook } from "../../shared/knowledge/memory-book.ts";
import type { Neighbourhood, RoutableText, RouterEvent, RoutingExperience } from "../../shared/routing-ports.ts";
import type { Environment } from "../../shared/runtime/config.ts";

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
  /** Requests (`GET /aliases`) that match fail, after the first `spared` of them, `times` times or until `calm`. */
  break(fault: Fault, matching: RegExp, which?: { readonly spared?: number; readonly times?: number }): void;
  calm(): void;
  close(): Promise<void>;
}

/** The stand-in of Qdrant behind a proxy that breaks what it is told to. */
export async function faultyQdrant(keys: { apiKey?: string; readOnlyKey?: string } = {}): Promise<FaultyQdrant> {
  const qdrant = await startQdrant(keys);
  let broken: { fault: Fault; matching: RegExp; spared: number; times: number } | undefined;
  const proxy = createServer((request, response) => {
    const line = `${request.method} ${request.url}`;
    const parts: Buffer[] = [];
    request.on("data", (part: Buffer) => parts.push(part));
    request.on("end", () => {
      if (broken?.matching.test(line) === true && broken.spared-- <= 0 && broken.times-- > 0) {
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
    break(fault, matching, { spared = 0, times = Number.POSITIVE_INFINITY } = {}) {
      broken = { fault, matching, spared, times };
    },
    calm() {
      broken = undefined;
    },
    async close() {
      const closed = new Promise<void>((resolve) => void proxy.close(() => resolve()));
      proxy.closeAllConnections();
      await closed;
      await qdrant.close();
    },
  };
}

/** Three of one kind, and a fourth in other words. */
export const BACKUPS = [
  "Take nightly backups of the Postgres database",
  "Nightly backups for the Postgres database of n8n",
  "Back up the Postgres database of Outline nightly",
];
export const FOURTH = textOf("Postgres database of Langfuse: take backups nightly");
export const THREE = BACKUPS.map((title, at) => experience(`imp-${at}`, textOf(title)));
/** What a platform says about such things and others, to fit an embedder on. */
export const CORPUS = [...BACKUPS, FOURTH.title].flatMap((title, at) => [
  `${title}. Backups of the database are taken at night and kept for ${at + 7} days.`,
  `The Postgres database needs backups; a CronJob takes them nightly (${at}).`,
  `Ingress ${at} terminates TLS; DNS leads to the load balancer of the cluster.`,
  `Alerts ${at} on error rates go from Prometheus to the channel of the team.`,
  `Network policies ${at} deny traffic between namespaces unless it is allowed.`,
  `Deployments ${at} have limits for memory and requests for processors.`,
]);
export const HASH = "routing_queries__hash-1024__1024__v1";

export interface Memories {
  readonly qdrant: FaultyQdrant;
  readonly books: TestBooks;
  readonly env: Environment;
  readonly signal: AbortSignal;
  /** Past the faults. */
  readonly admin: QdrantClient;
  keep(rows: readonly RoutingExperience[], over?: Environment): Promise<void>;
  ask(text?: RoutableText, over?: Environment, improvement?: string): Promise<Neighbourhood>;
  /** Throws where nothing is known. */
  found(text?: RoutableText, over?: Environment): Promise<Extract<Neighbourhood, { kind: "found" }>>;
  /** Why nothing is known, or how many are found. */
  said(over?: Environment): Promise<string>;
  collections(): Promise<readonly string[]>;
}

/** New for every test of a file. Call outside of tests. */
export function memoriesForEach(): Memories {
  let qdrant: FaultyQdrant;
  let books: TestBooks;
  let env: Environment;
  let admin: QdrantClient;
  const { signal } = new AbortController();
  beforeEach(async () => {
    qdrant = await faultyQdrant({ apiKey: "writes", readOnlyKey: "reads" });
    books = testBooks();
    env = { QDRANT_URL: qdrant.url, QDRANT_API_KEY: "writes", QDRANT_READ_ONLY_API_KEY: "reads" };
    admin = new QdrantClient({ url: qdrant.straight, headers: { "api-key": "writes" }, checkCompatibility: false });
  });
  afterEach(() => qdrant.close());

  async function ask(text = FOURTH, over: Environment = {}, improvement = "imp-new"): Promise<Neighbourhood> {
    return await routingMemory({ ...env, ...over }, books).neighbours(improvement, text, signal);
  }
  return {
    signal,
    ask,
    get qdrant() {
      return qdrant;
    },
    get books() {
      return books;
    },
    get env() {
      return env;
    },
    get admin() {
      return admin;
    },
    async keep(rows, over = {}) {
      const memory = routingMemoryWriter({ ...env, ...over }, books);
      if (memory === undefined) throw new Error("there is no index");
      for (const row of rows) await memory.keep(row, signal);
    },
    async found(text, over) {
      const found = await ask(text, over);
      if (found.kind === "unknown") throw new Error(found.because);
      return found;
    },
    async said(over) {
      const found = await ask(FOURTH, over);
      return found.kind === "unknown" ? found.because : `found ${found.neighbours.length}`;
    },
    async collections() {
      return (await admin.getCollections()).collections.map(({ name }) => name).sort();
    },
  };
}
