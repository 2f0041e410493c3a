/**
 * What the router's memory adds to routing: one question among as many past improvements as the school trains on, through
 * the adapter as `route` has it, embedding and HTTP included, and one outcome as `learn` keeps it.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import type { QdrantClient } from "@qdrant/js-client-rest";
import { routingMemory, routingMemoryWriter } from "../../shared/adapters/routing-memory/open.ts";
import { hashingEmbedder } from "../../shared/knowledge/embedding/hashing.ts";
import { memoryBook } from "../../shared/knowledge/memory-book.ts";
import type { RoutableText, RoutingExperience } from "../../shared/routing-ports.ts";
import { end } from "./bare.ts";
import { startQdrantProcess } from "./qdrant-process.ts";
import { median, percentile, type Row, spreadOf } from "./rows.ts";

export interface RoutingMemorySizes {
  readonly rows: number;
  readonly rounds: number;
}

const BATCH = 250;
const VERBS = ["Back up", "Restrict", "Expose", "Watch", "Scale", "Connect", "Upgrade", "Tune"];
const THINGS = [
  "Postgres",
  "Redis",
  "the ingress",
  "n8n",
  "Grafana",
  "Qdrant",
  "the registry",
  "Langflow",
  "the webhook",
];
const WAYS = ["nightly", "with limits", "behind TLS", "by a policy", "with alerts", "for the team", "in two zones"];

/** The same every time; most of them are of no other's kind. */
function textOf(at: number): RoutableText {
  const word = (list: readonly string[], step: number) => list[Math.floor(at / step) % list.length] ?? "";
  const title = `${word(VERBS, 1)} ${word(THINGS, 8)} ${word(WAYS, 72)} (${(at * 7_919) % 9_973})`;
  const description = `Service ${at} has had no such thing so far; team ${at % 97} asks for it in namespace apps-${at % 41}.`;
  return { title, description, implementation_notes: "", type: "technique" };
}

function experience(at: number): RoutingExperience {
  return {
    improvement: `imp-${at}`,
    source: `source-${at}`,
    text: textOf(at),
    tier: "keywords",
    expert: "database",
    confidence: 0.8,
    latencyMs: 2,
    routeRight: true,
    held: true,
    reached: "verified",
    at: "2026-01-01T00:00:00.000Z",
  };
}

export async function routingMemoryOf({ rows, rounds }: RoutingMemorySizes): Promise<Row[]> {
  const folder = await mkdtemp(path.join(tmpdir(), "bench-routing-memory-"));
  const server = await startQdrantProcess(folder);
  try {
    const env = { QDRANT_URL: server.url };
    const books = booksInMemory();
    const { signal } = new AbortController();
    const writer = routingMemoryWriter(env, books);
    await writer?.keep(experience(0), signal);
    await fill(server.client, rows);
    const memory = routingMemory(env, books);
    const first = await timed(() => memory.neighbours("none", textOf(rows + 1), signal));
    const asked = await repeated(rounds, (at) => memory.neighbours("none", textOf(rows + 2 + at), signal));
    const kept = await repeated(Math.ceil(rounds / 4), async (at) => writer?.keep(experience(rows + at), signal));
    const scan = bareScan(rows, Math.min(rounds, 20));
    const peer = { peer: `bare scan (${percentile(scan, 0.95).toFixed(1)} ms)` };
    const p95 = (name: string, values: readonly number[]): Row => ({
      name,
      value: percentile(values, 0.95),
      unit: "ms",
      median: median(values),
      spread: spreadOf(values),
    });
    return [
      { ...p95(`p95 neighbours of ${rows}`, asked), ...peer, ratio: percentile(asked, 0.95) / percentile(scan, 0.95) },
      { name: `the first question, of ${rows}`, value: first, unit: "ms" },
      p95(`p95 of keeping an outcome, beside ${rows}`, kept),
    ];
  } finally {
    await end(server.child);
    await rm(folder, { recursive: true, force: true });
  }
}

function booksInMemory() {
  const nothing = async () => undefined;
  return {
    knowledge: memoryBook(),
    router: { threshold: nothing, keepThreshold: nothing, note: nothing, count: nothing },
  };
}

/** Past the writer, which takes one at a time. */
async function fill(client: QdrantClient, rows: number): Promise<void> {
  const embedder = hashingEmbedder();
  const [first] = (await client.scroll("routing_queries", { limit: 1 })).points;
  for (let from = 1; from < rows; from += BATCH) {
    const texts = Array.from({ length: Math.min(BATCH, rows - from) }, (_, i) => textOf(from + i));
    const said = texts.map(({ title, description }) => `${title}\n${description}`);
    const vectors = await embedder.embed(said, "document");
    const points = texts.map((text, i) => ({
      id: from + i,
      payload: { ...first?.payload, ...text, improvement: `imp-${from + i}`, source: `source-${from + i}` },
      vector: { dense: Array.from(vectors[i] ?? []) },
    }));
    await client.upsert("routing_queries", { wait: true, points });
  }
}

async function repeated(rounds: number, work: (round: number) => Promise<unknown>): Promise<number[]> {
  const spent: number[] = [];
  for (let round = 0; round < rounds; round += 1) spent.push(await timed(() => work(round)));
  return spent;
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  await work();
  return performance.now() - started;
}

/** Milliseconds in which this process multiplies one vector with as many others. */
function bareScan(rows: number, rounds: number): number[] {
  const { dimension } = hashingEmbedder();
  const all = new Float32Array(rows * dimension).fill(0.5);
  return Array.from({ length: rounds }, () => {
    const started = performance.now();
    let best = Number.NEGATIVE_INFINITY;
    for (let from = 0; from < all.length; from += dimension) {
      let sum = 0;
      for (let at = 0; at < dimension; at += 1) sum += (all[at] as number) * (all[from + at] as number);
      if (sum > best) best = sum;
    }
    if (Number.isNaN(best)) throw new Error("what is not used would not be computed");
    return performance.now() - started;
  });
}
