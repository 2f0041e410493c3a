/** A second look at the best hits by a model made for it, where one is configured. */
import { embeddedText } from "../../knowledge/chunking/embedded-text.ts";
import type { Hit, Reranker } from "../../knowledge-ports.ts";
import { withinLimit } from "../time-limit.ts";
import { ranked } from "./merge.ts";

/** Hits that are looked at again; the others stay behind them in their order. */
const RERANKED = 40;
const LIMIT_MS = 5_000;

export interface Reordered {
  readonly hits: readonly Hit[];
  /** Why the order is still that of the fusion. */
  readonly notes: readonly string[];
}

/** Never fails for the reranker's sake. Throws only the signal's reason. */
export async function reranked(
  reranker: Reranker | undefined,
  question: string,
  hits: readonly Hit[],
  signal: AbortSignal,
): Promise<Reordered> {
  if (reranker === undefined || hits.length < 2) return { hits, notes: [] };
  const candidates = hits.slice(0, RERANKED);
  const texts = candidates.map(({ chunk }) => embeddedText(chunk));
  try {
    const order = await withinLimit(LIMIT_MS, signal, (limited) => reranker.rerank(question, texts, limited));
    return { hits: ranked(inOrder(candidates, order).concat(hits.slice(RERANKED))), notes: [] };
  } catch (error) {
    signal.throwIfAborted();
    const reason = error instanceof Error ? error.message : String(error);
    return { hits, notes: [`not reranked, the order is that of the fusion: ${reason.slice(0, 300)}`] };
  }
}

/** What the reranker does not mention keeps its place behind the others. */
function inOrder(candidates: readonly Hit[], order: readonly { readonly index: number }[]): Hit[] {
  const named = [...new Set(order.map(({ index }) => index))].filter((index) => candidates[index] !== undefined);
  const rest = candidates.keys().filter((index) => !named.includes(index));
  return [...named, ...rest].flatMap((index, place): Hit[] => {
    const hit = candidates[index];
    if (hit === undefined) return [];
    return [place < named.length ? { ...hit, by: { ...hit.by, rerank: place + 1 } } : hit];
  });
}
