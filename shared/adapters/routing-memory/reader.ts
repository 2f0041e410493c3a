/** Asks for past improvements like one, of the collection the alias leads to and with the embedder it was made with. */
import type { QdrantClient } from "@qdrant/js-client-rest";
import type { Embedder } from "../../knowledge-ports.ts";
import { comparedText, keptText } from "../../routing/neighbours/kept-text.ts";
import { thresholdOf } from "../../routing/neighbours/thresholds.ts";
import type { Neighbour, Neighbourhood, RoutingMemory } from "../../routing-ports.ts";
import type { Environment } from "../../runtime/config.ts";
import { openClient } from "../qdrant/client.ts";
import { type Fault, QdrantError, read } from "../qdrant/faults.ts";
import { DENSE } from "../qdrant/names.ts";
import type { QdrantAccess } from "../qdrant/settings.ts";
import { embeddersOfCollections } from "./embedders.ts";
import { type Made, madeWith } from "./names.ts";
import type { ReaderBooks } from "./open.ts";
import { NEIGHBOUR_FIELDS, neighbourOf } from "./payload.ts";
import { targetsOf } from "./targets.ts";
import { numbersOf } from "./vectors.ts";

const MOST = 50;
/** For so long an alias is taken to lead where it led. */
const KEPT_MS = 5_000;
/** Of the embedder where nothing is remembered yet. */
const NOBODY = "none";

export interface ReaderSettings {
  /** The operator's threshold. */
  readonly chosen: number | undefined;
  readonly limitMs: number;
}

/** Throws an Error whose message says what is wrong and what to do, and what the books and the embedder throw. */
export function neighboursIn(
  env: Environment,
  access: QdrantAccess,
  { knowledge, router }: ReaderBooks,
  { chosen, limitMs }: ReaderSettings,
): RoutingMemory["neighbours"] {
  let opened: Promise<QdrantClient> | undefined;
  const client = () => (opened ??= openClient(access, limitMs));
  const embedderFor = embeddersOfCollections(env, knowledge);
  let led: { readonly to: string | undefined; readonly at: number } | undefined;

  async function target(): Promise<string | undefined> {
    if (led !== undefined && performance.now() - led.at < KEPT_MS) return led.to;
    const { routing_queries: to } = await targetsOf(await client());
    led = { to, at: performance.now() };
    return to;
  }

  return async function neighbours(improvement, text, signal): Promise<Neighbourhood> {
    if (access.url === undefined) throw new Error("QDRANT_URL is not set: there is no memory to ask");
    const compared = comparedText(keptText(text));
    const ask = async (): Promise<Neighbourhood> => {
      const collection = await read(access, target);
      if (collection === undefined) {
        return { kind: "found", neighbours: [], embedder: NOBODY, ...thresholdOf(NOBODY, { chosen }) };
      }
      const embedder = await embedderOfCollection(collection, embedderFor);
      const measured = chosen === undefined ? await router.threshold(embedder.id) : undefined;
      const reach = thresholdOf(embedder.id, { chosen, measured });
      const [vector] = await embedder.embed([compared], "query", signal);
      if (vector === undefined) throw new Error(`embedder ${embedder.id} gave no vector`);
      const near = await read(access, async () => nearest(await client(), collection, vector));
      const others = near.filter((one) => one.improvement !== improvement).slice(0, MOST);
      const [first] = others;
      return {
        kind: "found",
        neighbours: others.filter(({ cosine }) => cosine >= reach.threshold),
        ...(first === undefined ? {} : { nearest: first.cosine }),
        embedder: embedder.id,
        ...reach,
      };
    };
    try {
      return await ask();
    } catch (error) {
      if (!(error instanceof QdrantError) || !isWorthAnotherTry(error.fault)) throw told(error);
      led = undefined;
      return await ask().catch((again: unknown) => {
        throw told(again);
      });
    }
  };
}

async function embedderOfCollection(
  collection: string,
  embedderFor: (made: Made) => Promise<Embedder | undefined>,
): Promise<Embedder> {
  const made = madeWith(collection);
  if (made === undefined)
    throw new Error(`alias routing_queries leads to ${collection}, which this school did not make`);
  const embedder = await embedderFor(made);
  if (embedder !== undefined && embedder.id === made.id && embedder.dimension === made.dimension) return embedder;
  throw new Error(
    `the router's memory was made with embedder ${made.id}, which is neither configured nor kept: the next outcome that is learned brings it over to the one that is`,
  );
}

/** Nearest first, one more than is needed: the improvement itself may be among them. */
async function nearest(
  qdrant: Pick<QdrantClient, "query">,
  collection: string,
  vector: Float32Array,
): Promise<readonly Neighbour[]> {
  const with_payload = [...NEIGHBOUR_FIELDS];
  const query = { query: numbersOf(vector), using: DENSE, limit: MOST + 1, with_payload };
  const { points } = await qdrant.query(collection, query);
  return points.flatMap(({ payload, score }) => neighbourOf(payload, Math.min(1, score)) ?? []);
}

/** A collection that was switched a moment ago, or a connection the server closed; no other fault passes by itself at once. */
function isWorthAnotherTry({ kind, isTimeout }: Fault): boolean {
  return kind === "missing" || kind === "rejected" || (kind === "away" && isTimeout !== true);
}

function told(error: unknown): unknown {
  if (!(error instanceof QdrantError)) return error;
  const advice: Readonly<Record<Fault["kind"], string>> = {
    away: "see that it runs and that QDRANT_URL is right",
    limited: "it is asked again with the next improvement",
    refused: "give this process a key that may read",
    missing: "the next outcome that is learned makes it again",
    rejected: "delete the collections that begin with routing_",
  };
  return new Error(`${error.fault.because}: ${advice[error.fault.kind]}`, { cause: error });
}
