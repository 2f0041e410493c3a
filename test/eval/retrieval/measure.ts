/** Retrieval as the school does it: the indexer, the reader and the stand-in of Qdrant, over two folders. */
import { openFolders } from "../../../build/knowledge/open-folders.ts";
import type { Hit } from "../../../shared/knowledge-ports.ts";
import { bootstrap, type Interval, shuffled, wilson } from "../intervals.ts";
import type { Figure } from "../suite.ts";
import { foundByHash } from "./broken-embedder.ts";
import type { Query } from "./queries.ts";
import { fileRank, fused, only, type Rank, reciprocal, sectionRank } from "./ranks.ts";

export interface Measured {
  readonly docs?: string | undefined;
  readonly gitops?: string | undefined;
  readonly queries: readonly Query[];
  readonly text: Figure["text"];
  readonly seed: number;
}

interface Answered {
  readonly query: Query;
  readonly hits: readonly Hit[];
  readonly ms: number;
}

/** Of the goals table: hybrid over at least 120 questions. */
const GOALS = { recall5: 0.95, mrr: 0.85, paraphrase: 0.88 };
/** Hits asked for, as many as the reader gives: both lists are read off them. */
const LIMIT = 50;

/** Figures of the held half; the tune half only compares fusions. Throws when a question cannot be asked. */
export async function measureRetrieval({ docs, gitops, queries, text, seed }: Measured): Promise<readonly Figure[]> {
  const answered = await askAll(docs, gitops, queries);
  const isNamed = ({ query }: Answered): boolean => query.style !== "remote";
  const all = answered.filter(({ query }) => query.split === "held");
  const held = all.filter(isNamed);
  const tune = answered.filter(({ query }) => query.split === "tune").filter(isNamed);
  if (held.length === 0) throw new Error("no question is marked held");
  const figure = (name: string, { value, n, low, high }: Interval, more: Partial<Figure> = {}): Figure => ({
    name: `retrieval/${name}`,
    value,
    n,
    low,
    high,
    better: "higher",
    text,
    ...more,
  });
  const ways: readonly (readonly [string, (hits: readonly Hit[]) => readonly Hit[]])[] = [
    ["BM25", (hits) => only("sparse", hits)],
    ["dense", (hits) => only("dense", hits)],
    ["hybrid", (hits) => hits],
  ];
  const isHybrid = (name: string, goal: number): Partial<Figure> => (name === "hybrid" ? { goal } : {});
  return [
    ...ways.flatMap(([name, order]): readonly Figure[] => {
      const ranks = held.map(({ hits, query }) => fileRank(order(hits), query));
      const paraphrases = ranks.filter((_, at) => held[at]?.query.style === "paraphrase");
      const remote = all.filter((one) => !isNamed(one)).map(({ hits, query }) => fileRank(order(hits), query));
      return [
        figure(`${name} recall@1`, within(ranks, 1)),
        figure(`${name} recall@5`, within(ranks, 5), isHybrid(name, GOALS.recall5)),
        figure(`${name} MRR`, bootstrap(ranks.map(reciprocal), seed), isHybrid(name, GOALS.mrr)),
        ...shareOf(paraphrases).map((share) =>
          figure(`${name} paraphrase recall@5`, share, isHybrid(name, GOALS.paraphrase)),
        ),
        ...shareOf(remote).map((share) => figure(`${name} remote recall@5`, share, { note: "hardly a shared word" })),
      ];
    }),
    figure(
      "hybrid recall@5, remote included",
      within(
        all.map(({ hits, query }) => fileRank(hits, query)),
        5,
      ),
    ),
    ...sections(held).map((ranks) => figure("hybrid section recall@5", within(ranks, 5))),
    ...fusions(tune).map(([name, ranks]) =>
      figure(name, bootstrap(ranks.map(reciprocal), seed), { information: true, note: "tune half" }),
    ),
    ...controls(held, { docs, gitops, seed }).map(([name, found, atMost]) =>
      figure(name, wilson(found.filter(Boolean).length, found.length), { better: "lower", control: { atMost } }),
    ),
    figure("query p95 ms", p95(answered.map(({ ms }) => ms)), { better: "lower", information: true }),
  ];
}

async function askAll(
  docs: string | undefined,
  gitops: string | undefined,
  queries: readonly Query[],
): Promise<readonly Answered[]> {
  const note = (line: string): boolean => process.stderr.write(`retrieval: ${line}\n`);
  const opened = await openFolders({ docs, gitops }, { note, stopped: new AbortController().signal });
  const answered: Answered[] = [];
  try {
    for (const query of queries) {
      const startedAt = performance.now();
      const found = await opened.knowledge.search({ text: query.query, corpora: [query.corpus], limit: LIMIT });
      if (found.kind === "unknown") throw new Error(`${query.id}: ${found.because}`);
      answered.push({ query, hits: found.hits, ms: performance.now() - startedAt });
    }
    return answered;
  } finally {
    await opened.close();
  }
}

function within(ranks: readonly Rank[], most: number): Interval {
  return wilson(ranks.filter((rank) => rank <= most).length, ranks.length);
}

function shareOf(ranks: readonly Rank[]): readonly Interval[] {
  return ranks.length === 0 ? [] : [within(ranks, 5)];
}

function sections(held: readonly Answered[]): readonly (readonly Rank[])[] {
  const ranks = held
    .filter(({ query }) => query.section !== undefined)
    .map(({ hits, query }) => sectionRank(hits, query));
  return ranks.length === 0 ? [] : [ranks];
}

/** What else Qdrant could be told; compared where nothing is reported. */
function fusions(tune: readonly Answered[]): readonly (readonly [string, readonly Rank[]])[] {
  if (tune.length === 0) return [];
  return [1, 2, 10, 61].flatMap((k) =>
    [1, 2, 3].map((sparse): readonly [string, readonly Rank[]] => [
      `tune MRR, k ${k}, BM25 ${sparse}:1`,
      tune.map(({ hits, query }) => fileRank(fused(hits, k, { sparse, dense: 1 }), query)),
    ]),
  );
}

function controls(
  held: readonly Answered[],
  { docs, gitops, seed }: Pick<Measured, "docs" | "gitops" | "seed">,
): readonly (readonly [string, readonly boolean[], number])[] {
  const kinds = [
    ["documents", docs],
    ["manifests", gitops],
  ] as const;
  const wrong = kinds.flatMap(([corpus]) => {
    const own = held.filter(({ query }) => query.corpus === corpus);
    const labels = shuffled(own, seed);
    return own.map(({ hits }, at) => fileRank(hits, labels[at]?.query ?? { files: [] }) <= 5);
  });
  const random = kinds.flatMap(([corpus, folder]) => {
    const own = held.map(({ query }) => query).filter((query) => query.corpus === corpus);
    return folder === undefined || own.length === 0 ? [] : foundByHash(folder, corpus, own);
  });
  return [
    ["hybrid recall@5, labels shuffled", wrong, 0.3],
    ["dense recall@5, vectors of hashes", random, 0.3],
  ];
}

function p95(times: readonly number[]): Interval {
  const sorted = [...times].sort((a, b) => a - b);
  const value = sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * 0.95))] ?? 0;
  return { value, n: times.length, low: value, high: value };
}
