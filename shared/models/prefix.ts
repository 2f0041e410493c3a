/**
 * Which beginnings of prompts an endpoint has seen: servers keep what they computed for them. Approximate as llm-d's
 * prefix scorer: chained hashes of blocks of characters, the latest kept, nothing asked of the server.
 */
import { hash } from "node:crypto";
import { LRUCache } from "lru-cache";
import type { ModelQuestion } from "../model-ports.ts";

/** Characters of one block: about 16 tokens. */
export const BLOCK = 64;
/** Of one question: what comes behind tells experts apart no more. */
export const MOST_BLOCKS = 1_024;
/** Of one endpoint; llm-d's figure for one server. */
const KEPT_BLOCKS = 31_250;

export type Blocks = readonly string[];

/** The question's text in the order it is sent in, so that what is shared comes first. */
export function promptText({
  shared = [],
  system,
  prompt,
}: Pick<ModelQuestion, "shared" | "system" | "prompt">): string {
  return [...shared, system, prompt].join("\n\n");
}

/** One hash per whole block; each stands for everything up to its end. */
export function prefixBlocks(text: string): Blocks {
  const blocks: string[] = [];
  let before = "";
  const end = Math.min(text.length, BLOCK * MOST_BLOCKS);
  for (let from = 0; from + BLOCK <= end; from += BLOCK) {
    before = hash("sha1", before + text.slice(from, from + BLOCK), "base64url").slice(0, 16);
    blocks.push(before);
  }
  return blocks;
}

export class PrefixIndex {
  readonly #kept: LRUCache<string, true>;

  constructor(max: number = KEPT_BLOCKS) {
    this.#kept = new LRUCache({ max });
  }

  /** The share of the question's blocks that came to this endpoint before, 0..1; only an unbroken beginning counts. */
  match(blocks: Blocks): number {
    const unknown = blocks.findIndex((block) => !this.#kept.has(block));
    return blocks.length === 0 ? 0 : (unknown < 0 ? blocks.length : unknown) / blocks.length;
  }

  /** The beginning is used last, and so forgotten last. */
  add(blocks: Blocks): void {
    for (const block of blocks.toReversed()) this.#kept.set(block, true);
  }

  /** The server was gone: so is what it kept. */
  forget(): void {
    this.#kept.clear();
  }
}
