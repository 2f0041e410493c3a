/** When the threshold of an embedder is measured anew on what the school remembers, and on which rows. */
import { type Calibration, calibrated, type MeasuredRow } from "../../routing/neighbours/calibrate.ts";
import { DENSE } from "../qdrant/names.ts";
import type { Carrier } from "./carry-over.ts";
import { collectionOf } from "./names.ts";
import type { WriterBooks } from "./open.ts";
import { isExpert } from "./payload.ts";
import { storing } from "./storing.ts";

/** Rows that went well, between two measurements. */
const EVERY = 25;
const FEWEST = 30;
/** The newest: pairs are quadratic in them. */
const MOST = 500;
/** With their vectors, of one request. */
const PAGE = 50;
/** Smaller changes are within what the next few rows change again. */
const CHANGE = 0.005;

const SUCCESS = { key: "success", match: { value: true } };
const WENT_WELL = { must: [SUCCESS] };
/** What neighbours have routed agrees with them in any case; it counts where somebody said that it was right. */
const JUDGED = {
  must: [
    SUCCESS,
    {
      should: [
        { key: "route_right", match: { value: true } },
        { must_not: [{ key: "route_type", match: { value: "neighbours" } }] },
      ],
    },
  ],
};

export interface Measuring {
  readonly carrier: Carrier;
  readonly books: WriterBooks;
  /** An outcome has become known. */
  readonly isLearned: boolean;
  /** The collection is another embedder's since a moment ago. */
  readonly isOther: boolean;
}

/** Keeps a threshold that was measured, and notes why. Throws as the book and `storing` do. */
export async function measureWhereDue({ carrier, books, isLearned, isOther }: Measuring): Promise<void> {
  if (!isLearned && !isOther) return;
  const { qdrant, access, embedder, signal } = carrier;
  const name = collectionOf("routing_queries", embedder);
  const { count } = await storing(access, () => qdrant.count(name, { filter: WENT_WELL, exact: true }));
  if (count < FEWEST || (!isOther && count % EVERY !== 0)) return;
  const measured = await calibrated(embedder.id, await rowsOf(carrier, name), signal);
  if (measured === undefined) return;
  const before = await books.router.threshold(embedder.id);
  if (before !== undefined && Math.abs(before - measured.threshold) < CHANGE) return;
  await books.router.keepThreshold(embedder.id, measured.threshold);
  await books.router.note({
    at: new Date().toISOString(),
    what: "threshold",
    because: told(measured, before, embedder.id),
  });
}

function told({ threshold, votes, right }: Calibration, before: number | undefined, embedder: string): string {
  const was = before === undefined ? "" : ` instead of ${before.toFixed(2)}`;
  return `neighbours count from cosine ${threshold.toFixed(2)} on${was} (${embedder}): ${right} of ${votes} votes of the school's own rows were right`;
}

/** The newest of them, by the order of time. */
async function rowsOf({ qdrant, access }: Carrier, name: string): Promise<readonly MeasuredRow[]> {
  const order_by = { key: "timestamp", direction: "desc" as const };
  const asked = { filter: JUDGED, order_by, limit: MOST, with_payload: false };
  const { points } = await storing(access, () => qdrant.scroll(name, asked));
  const newest = points.map(({ id }) => id);
  const rows: MeasuredRow[] = [];
  for (let from = 0; from < newest.length; from += PAGE) {
    const request = { ids: newest.slice(from, from + PAGE), with_payload: ["tool", "source"], with_vector: [DENSE] };
    for (const { payload, vector } of await storing(access, () => qdrant.retrieve(name, request))) {
      const dense = (vector as Readonly<Record<string, unknown>> | null | undefined)?.[DENSE];
      const expert = payload?.["tool"];
      if (!isExpert(expert) || !Array.isArray(dense)) continue;
      rows.push({ expert, source: String(payload?.["source"]), vector: Float32Array.from(dense as number[]) });
    }
  }
  return rows;
}
