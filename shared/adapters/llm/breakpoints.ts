/**
 * Where Anthropic is told to keep what it read. A prompt is kept from its beginning (tools, system, messages) up to a marked
 * block, at most four may be marked, and marks that last longer come first:
 * https://platform.claude.com/docs/en/build-with-claude/prompt-caching
 */
import type Anthropic from "@anthropic-ai/sdk";
import type { ModelQuestion } from "../../model-ports.ts";

/** One of the four is the system part's. */
const MOST_SHARED = 3;
/**
 * Characters below which no model keeps anything, silently: the least minimum is 512 tokens, of at least 2 characters. For
 * most it is 1,024 or 4,096 tokens; a mark that is not heeded costs nothing.
 */
const LEAST = 1_024;

/** What a server knows of caching: lifetimes, marks alone, or nothing. */
export const CACHING = ["lifetimes", "marks", "none"] as const;
export type Caching = (typeof CACHING)[number];

/** The system blocks: what many questions share, kept for an hour, then the question's own, kept for five minutes. */
export function systemBlocks(
  { shared = [], system, name, schema }: Pick<ModelQuestion, "shared" | "system" | "name" | "schema">,
  caching: Caching,
): Anthropic.TextBlockParam[] {
  const texts = shared.filter((text) => text !== "");
  let length = name.length + JSON.stringify(schema).length;
  const markable = texts.flatMap((text, i) => {
    length += text.length;
    return length < LEAST ? [] : [i];
  });
  const marked = new Set(markable.length <= MOST_SHARED ? markable : [...markable.slice(0, 2), ...markable.slice(-1)]);
  return [
    ...texts.map((text, i) => (marked.has(i) ? { ...block(text), ...mark(caching, "1h") } : block(text))),
    { ...block(system), ...mark(caching, "5m") },
  ];
}

function block(text: string): Anthropic.TextBlockParam {
  return { type: "text", text };
}

function mark(caching: Caching, ttl: "1h" | "5m"): Pick<Anthropic.TextBlockParam, "cache_control"> {
  if (caching === "none") return {};
  // Five minutes is what a mark means without a word.
  return { cache_control: caching === "marks" || ttl === "5m" ? { type: "ephemeral" } : { type: "ephemeral", ttl } };
}
