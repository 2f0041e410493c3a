/** What all questions about one state of the platform begin with, byte by byte: its inventory and its owners' decisions. */
import type { Knowledge, StoredChunk } from "../../shared/knowledge-ports.ts";
import { inventoryOf } from "../../shared/repository/nearby.ts";
import type { Platform } from "../../shared/repository/platform.ts";

export interface Digest {
  readonly inventory: string;
  readonly decisions: readonly StoredChunk[];
}

/** Characters of the inventory: with the rest it is long enough for every vendor's cache where the platform has as much. */
const INVENTORY = 20_000;
const DECISIONS = 24;
/** The same for every improvement: what is asked about must not change what all questions begin with. */
const ASKED = "architecture decision: the platform uses, must, never";

/** Throws only the signal's reason; without an index there are no decisions. */
export async function digestOf(
  platform: Platform,
  knowledge: Knowledge | undefined,
  signal: AbortSignal,
): Promise<Digest> {
  const query = { text: ASKED, corpora: ["documents"], decision: true, limit: DECISIONS } as const;
  const found = await knowledge?.search(query, signal);
  const chunks = found?.kind === "found" ? found.hits.map(({ chunk }) => chunk) : [];
  const inOrder = (a: StoredChunk, b: StoredChunk) => {
    if (a.path !== b.path) return a.path < b.path ? -1 : 1;
    return a.from - b.from;
  };
  return { inventory: inventoryOf(platform, [], INVENTORY), decisions: [...chunks].sort(inOrder) };
}
