/**
 * Which beginnings of prompts an endpoint has seen: servers keep what they computed for them. Approximate as llm-d's
 * prefix scorer: chained hashes of blocks of characters, the latest kept, nothing asked of the server.
 */
import { hash } from "node:crypto";
import type { ModelQuestion } from "../model-ports.ts";

/** Characters of one block: about 16 tokens. */
export const BLOCK = 64;
/** Of one question: what comes behind tells experts apart no more. */
export const MOST_BLOCKS = 1_024;
/** What an endpoint is thought to keep at most, llm-d's figure for one server, and at least. */
const MOST_KEPT = 31_250;
const FEWEST_KEPT = 64;
/** A beginning that was not there after all makes the estimate smaller, each one that was a little larger. */
const SHRINK = 0.75;
const GROW = 1.002;

export type Blocks = readonly string[];

/** What the question may have in common with others, in the order it is sent in; its own part comes behind. */
export function beginningOf({ shared = [], system }: Pick<ModelQuestion, "shared" | "system">): string {
  return [...shared.filter((text) => text !== ""), system].join("\n\n");
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

/** The latest blocks of one endpoint, as many as it seems to keep. */
export class PrefixIndex {
  /** The latest used last. */
  readonly #kept = new Set<string>();
  #most = MOST_KEPT;

  /** The share of the question's blocks that came to this endpoint before, 0..1; only an unbroken beginning counts. */
  match(blocks: Blocks): number {
    const unknown = blocks.findIndex((block) => !this.#kept.has(block));
    return blocks.length === 0 ? 0 : (unknown < 0 ? blocks.length : unknown) / blocks.length;
  }

  add(blocks: Blocks): void {
    // The very beginning is used last, and so forgotten last.
    for (const block of blocks.toReversed()) {
      this.#kept.delete(block);
      this.#kept.add(block);
    }
    this.#trim();
  }

  /**
   * What came of a match: the share of the question's tokens that the endpoint read from its cache. How much a server keeps
   * it does not tell; believed to keep everything, all endpoints would look alike.
   */
  learn(matched: number, read: number): void {
    if (matched < 0.5) return;
    // Fewer blocks than are known is all that makes a difference.
    const most = read < matched / 2 ? Math.min(this.#most, this.#kept.size) * SHRINK : this.#most * GROW;
    this.#most = Math.min(MOST_KEPT, Math.max(FEWEST_KEPT, most));
    this.#trim();
  }

  /** The server was gone: so is what it kept. */
  forget(): void {
    this.#kept.clear();
  }

  #trim(): void {
    for (const block of this.#kept) {
      if (this.#kept.size <= this.#most) return;
      this.#kept.delete(block);
    }
  }
}
