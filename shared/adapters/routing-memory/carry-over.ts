/** Takes what another collection remembers into the own one: texts are kept, so that another embedder can read them again. */
import type { QdrantClient } from "@qdrant/js-client-rest";
import type { Embedder } from "../../knowledge-ports.ts";
import { comparedText } from "../../routing/neighbours/kept-text.ts";
import { RetryLater } from "../../runtime/errors.ts";
import { DENSE } from "../qdrant/names.ts";
import { type Scrolled, scroll } from "../qdrant/scroll.ts";
import type { QdrantAccess } from "../qdrant/settings.ts";
import { collectionOf } from "./names.ts";
import { keptAtOf, type Payload, textOf } from "./payload.ts";
import { storing } from "./storing.ts";
import { numbersOf } from "./vectors.ts";

/** Texts that are embedded and written at a time: what is done of them is done when the process dies. */
const PAGE = 100;
/** Of one call; the next goes on where it stopped. */
const LIMIT_MS = 60_000;
const AGAIN_MS = 2_000;

export interface Carrier {
  readonly qdrant: QdrantClient;
  readonly access: QdrantAccess;
  readonly embedder: Embedder;
  readonly signal: AbortSignal;
  readonly limitMs?: number | undefined;
}

/** Both payloads of one improvement. */
export interface Remembered {
  readonly id: string;
  readonly query: Payload;
  readonly outcome: Payload | undefined;
}

/**
 * Brings over all of `queries`, and of `outcomes` what belongs to it, that the own collections lack or have older. Answers
 * how many that were. Throws RetryLater when the time is over before all is done.
 */
export async function carryOver(
  from: { readonly queries: string; readonly outcomes: string },
  carrier: Carrier,
): Promise<number> {
  const { qdrant, access, signal, limitMs = LIMIT_MS } = carrier;
  const until = performance.now() + limitMs;
  const hasOutcomes = (await storing(access, () => qdrant.collectionExists(from.outcomes))).exists;
  let carried = 0;
  for await (const page of scroll(qdrant, access, from.queries, { limit: PAGE, with_payload: true })) {
    signal.throwIfAborted();
    const lacking = await lackingOf(page, carrier);
    if (lacking.length === 0) continue;
    // A call that brings over nothing at all would be tried for ever.
    if (carried > 0 && performance.now() >= until) {
      const because = `the router's memory is being brought over to embedder ${carrier.embedder.id}: ${carried} are done`;
      throw new RetryLater(because, AGAIN_MS, { free: true });
    }
    const ids = lacking.map(({ id }) => id);
    const request = { ids, with_payload: true };
    const outcomes = hasOutcomes ? await storing(access, () => qdrant.retrieve(from.outcomes, request)) : [];
    const byId = new Map(outcomes.map(({ id, payload }) => [id, payload]));
    const remembered = lacking.map(({ id, payload }) => ({
      id: String(id),
      query: payload ?? {},
      outcome: byId.get(id) ?? undefined,
    }));
    await write(remembered, carrier);
    carried += remembered.length;
  }
  return carried;
}

/** Texts of ours that are not in the own collection, or are older there. */
async function lackingOf(page: Scrolled, { qdrant, access, embedder }: Carrier): Promise<Scrolled> {
  const ours = page.filter(({ payload }) => textOf(payload) !== undefined);
  if (ours.length === 0) return [];
  const own = collectionOf("routing_queries", embedder);
  const request = { ids: ours.map(({ id }) => id), with_payload: ["kept_at"] };
  const stored = await storing(access, () => qdrant.retrieve(own, request));
  const keptAt = new Map(stored.map(({ id, payload }) => [id, keptAtOf(payload)]));
  return ours.filter(({ id, payload }) => {
    const kept = keptAt.get(id);
    return kept === undefined || kept < keptAtOf(payload);
  });
}

/** Outcomes first: what is found by its query is whole. Throws as the embedder and `storing` do. */
export async function write(
  remembered: readonly Remembered[],
  { qdrant, access, embedder, signal }: Carrier,
): Promise<void> {
  const texts = remembered.map(({ query }) => textOf(query)).map((text) => (text ? comparedText(text) : ""));
  const vectors = await embedder.embed(texts, "document", signal);
  const points = remembered.map((one, at) => ({ ...one, vector: vectorOf(vectors[at], embedder) }));
  const outcomes = points.flatMap(({ id, outcome, vector }) =>
    outcome === undefined ? [] : [{ id, payload: outcome, vector }],
  );
  const queries = points.map(({ id, query, vector }) => ({ id, payload: query, vector }));
  for (const [memory, some] of [
    ["routing_outcomes", outcomes],
    ["routing_queries", queries],
  ] as const) {
    if (some.length === 0) continue;
    await storing(access, () => qdrant.upsert(collectionOf(memory, embedder), { wait: true, points: some }));
  }
}

function vectorOf(vector: Float32Array | undefined, { id }: Embedder) {
  if (vector === undefined) throw new Error(`embedder ${id} gave too few vectors`);
  return { [DENSE]: numbersOf(vector) };
}
