/** Asks one corpus: BM25 and the dense vectors, fused by Qdrant, and both lists by themselves in the same request. */
import type { QdrantClient } from "@qdrant/js-client-rest";
import type { Corpus, Hit, KnowledgeQuery, SparseVector } from "../../knowledge-ports.ts";
import type { Rrf } from "./fusion.ts";
import { aliasOf, DENSE, SPARSE } from "./names.ts";
import { chunkOf } from "./payload.ts";

/** Candidates of each list; what neither has among them no fusion can bring up. */
const CANDIDATES = 50;

export interface Question extends Pick<KnowledgeQuery, "namespace" | "kind" | "source" | "path" | "decision"> {
  readonly dense: Float32Array;
  /** Not empty. */
  readonly sparse: SparseVector;
  readonly fusion: Rrf;
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
  const { k, weights } = question.fusion;
  const query = { rrf: { k, weights: [...weights] } };
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
