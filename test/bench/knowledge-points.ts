/** Points as an index has them, drawn: directions anywhere, words as unevenly frequent as words are. */
export interface Drawing {
  point(id: number): {
    readonly id: number;
    readonly vector: { readonly dense: number[]; readonly bm25: { indices: number[]; values: number[] } };
    readonly payload: Readonly<Record<string, unknown>>;
  };
  dense(): number[];
  sparse(terms: number): { indices: number[]; values: number[] };
  /** From 0 to less than this. */
  below(limit: number): number;
}

const WORDS = 50_000;
/** Different terms of one chunk. */
const TERMS = 80;
const KINDS = ["Deployment", "Service", "ConfigMap", "Ingress", "Job", "section", "table"];
/** As long as chunks are in the middle. */
const TEXT = "replicas of a service that answers behind an ingress ".repeat(12);

/** The same every time. */
export function drawing(dimension: number): Drawing {
  let state = 20_240_601;
  function next(): number {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  }
  const dense = () => Array.from({ length: dimension }, () => next() - 0.5);
  function sparse(terms: number) {
    const drawn = new Map<number, number>();
    while (drawn.size < terms) drawn.set(Math.floor(WORDS ** next()), 1 + next());
    return { indices: [...drawn.keys()], values: [...drawn.values()] };
  }
  return {
    dense,
    sparse,
    below: (limit) => Math.floor(next() * limit),
    point: (id) => ({
      id,
      vector: { dense: dense(), bm25: sparse(TERMS) },
      payload: {
        source: id % 3 === 0 ? "docs" : "gitops",
        path: `apps/${id >> 4}.yaml`,
        kind: KINDS[id % KINDS.length],
        namespace: `team-${id % 40}`,
        text: TEXT,
      },
    }),
  };
}
