/** The neighbours' tier over the stand-in of Qdrant: what a school remembers that has routed the rows of a set, each well. */
import { startQdrant } from "../../../build/local/qdrant/qdrant.ts";
import { routingMemory, routingMemoryWriter } from "../../../shared/adapters/routing-memory/open.ts";
import type { RoutingVote } from "../../../shared/domain/improvement.ts";
import { memoryBook } from "../../../shared/knowledge/memory-book.ts";
import { neighbourVote } from "../../../shared/routing/neighbours/vote.ts";
import type { RoutableText } from "../../../shared/routing-ports.ts";
import type { Case } from "./rows.ts";

export interface Remembered {
  readonly vote: RoutingVote;
  /** Milliseconds of asking, embedding and transport included. */
  readonly ms: number;
}

/** How those that are `kept` vote on each that is `asked`, its own group left out. Throws when the memory cannot be asked. */
export async function remembered(
  kept: readonly Case[],
  asked: readonly Case[] = kept,
): Promise<ReadonlyMap<RoutableText, Remembered>> {
  const groups = new Map(kept.map(({ id, group }) => [id, group]));
  const signal = new AbortController().signal;
  const qdrant = await startQdrant();
  try {
    const env = { QDRANT_URL: qdrant.url, EMBEDDING_MODEL: "offline" };
    const books = { knowledge: memoryBook(), router: forgetful() };
    const writer = routingMemoryWriter(env, books);
    for (const one of kept) await writer?.keep(experienceOf(one), signal);
    const memory = routingMemory(env, books, { limitMs: 60_000 });
    const votes = new Map<RoutableText, Remembered>();
    for (const { id, group, text } of asked) {
      const startedAt = performance.now();
      const found = await memory.neighbours(id, text, signal);
      if (found.kind === "unknown") throw new Error(`${id}: ${found.because}`);
      const ms = performance.now() - startedAt;
      const neighbours = found.neighbours.filter(({ improvement }) => groups.get(improvement) !== group);
      votes.set(text, { vote: neighbourVote({ ...found, neighbours }), ms });
    }
    return votes;
  } finally {
    await qdrant.close();
  }
}

function experienceOf({ id, label, text, group }: Case) {
  return {
    improvement: id,
    source: group,
    text,
    tier: "person" as const,
    expert: label,
    confidence: 1,
    latencyMs: 0,
    routeRight: true,
    held: true,
    reached: "verified",
    at: "2026-01-01T00:00:00.000Z",
  };
}

/** Keeps the measured threshold and nothing else. */
function forgetful() {
  const thresholds = new Map<string, number>();
  return {
    threshold: async (embedder: string) => thresholds.get(embedder),
    keepThreshold: async (embedder: string, threshold: number) => void thresholds.set(embedder, threshold),
    note: async () => undefined,
    count: async () => undefined,
  };
}
