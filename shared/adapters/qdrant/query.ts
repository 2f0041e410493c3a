/** Asks one corpus: BM25 and the dense vectors, fused by Qdrant, and both lists by themselves in the same request. */
import type { QdrantClient } from "@qdrant/js-client-rest";
import type { Corpus, Hit, KnowledgeQuery, SparseVector } from "../../knowledge-ports.ts";
import { aliasOf, DENSE, SPARSE } from "./names.ts";
import { chunkOf } from "./payload.ts";

/**
 * Reciprocal rank fusion as Qdrant counts it: 1 / (k + (rank + 1) / weight - 1), rank from 0. Its own k of 2 lets the first of
 * any list win; the 60 of Cormack, Clarke and Büttcher (SIGIR 2009) is 61 here.
 * https://qdrant.tech/documentation/concepts/hybrid-queries/#reciprocal-rank-fusion-rrf
 */
const RRF_K = 61;
/**
 * BM25, dense: a rank by words counts as one half as far down, because words find what is written on a platform better than
 * vectors of the school's own embedder do. How much matters little: on questions kept for tuning, k from 2 to 61 and weights
 * from 1:1 to 3:1 gave mean reciprocal ranks from 0.90 to 0.91.
 */
const RRF_WEIGHTS = [2, 1];
/** Candidates of each list; what neither has among them no fusion can bring up. */
const CANDIDATES = 50;

export interface Question extends Pick<KnowledgeQuery, "namespace" | "kind" | "source" | "path" | "decision"> {
  readonly dense: Float32Array;
  /** Not empty. */
  readonly sparse: SparseVector;
}

/** Best first, `rank` within this corpus. Throws what the client throws. */
export async function askCorpus(
  qdrant: Pick<QdrantClient, "queryBatch">,
  corpus: Corpus,
  question: Question,
  limit: number,
): Promise<readonly Hit[]> {
  const filter = filterOf(question);
  const dense = { query: Array.from(question.dense), using: DENSE, limit: CANDIDATES, ...filter };
  const { indices, values } = question.sparse;
  const sparse = { query: { indices: [...indices], values: [...values] }, using: SPARSE, limit: CANDIDATES, ...filter };
  const query = { rrf: { k: RRF_K, weights: RRF_WEIGHTS } };
  const [fused, byDense, bySparse] = await qdrant.queryBatch(aliasOf(corpus), {
    searches: [{ prefetch: [sparse, dense], query, limit, with_payload: true }, dense, sparse],
  });
  const denseRanks = ranksOf(byDense?.points);
  const sparseRanks = ranksOf(bySparse?.points);
  const cosines = new Map(byDense?.points.map(({ id, score }) => [id, score]));
  return (fused?.points ?? []).flatMap(({ id, payload }, index): Hit[] => {
    const chunk = chunkOf(payload);
    if (chunk === undefined) return [];
    const [cosine, inDense, inSparse] = [cosines.get(id), denseRanks.get(id), sparseRanks.get(id)];
    const by = {
      ...(inDense === undefined ? {} : { dense: inDense }),
      ...(inSparse === undefined ? {} : { sparse: inSparse }),
    };
    return [{ chunk, rank: index + 1, ...(cosine === undefined ? {} : { cosine }), by }];
  });
}

function filterOf({ namespace, kind, source, path, decision }: Question) {
  const must = Object.entries({ namespace, kind, source, path, decision }).flatMap(([key, value]) =>
    value === undefined ? [] : [{ key, match: { value } }],
  );
  return must.length === 0 ? {} : { filter: { must } };
}

function ranksOf(points: readonly { readonly id: string | number }[] = []): ReadonlyMap<string | number, number> {
  return new Map(points.map(({ id }, index) => [id, index + 1]));
}
