/** Keeps what became of routed improvements: the query with its route, and its outcome. */
import type { QdrantClient } from "@qdrant/js-client-rest";
import { keptText } from "../../routing/neighbours/kept-text.ts";
import type { RoutingExperience, RoutingMemoryWriter } from "../../routing-ports.ts";
import type { Environment } from "../../runtime/config.ts";
import { RetryLater } from "../../runtime/errors.ts";
import { openClient } from "../qdrant/client.ts";
import type { QdrantAccess } from "../qdrant/settings.ts";
import { type Carrier, write } from "./carry-over.ts";
import { arePublished, openCollections } from "./collections.ts";
import { configuredEmbedder } from "./embedders.ts";
import { measureWhereDue } from "./measure.ts";
import { collectionOf } from "./names.ts";
import type { WriterBooks } from "./open.ts";
import { outcomePayload, type Payload, pointIdOf, queryPayload } from "./payload.ts";
import { storing } from "./storing.ts";

/** A write waits until the points can be found. */
const LIMIT_MS = 60_000;
const TRIES = 3;
const RETRY_MS = 10_000;

/** Throws as the embedder, the books and `storing` do. */
export function keeperIn(env: Environment, access: QdrantAccess, books: WriterBooks): RoutingMemoryWriter["keep"] {
  let opened: Promise<QdrantClient> | undefined;
  const client = () => (opened ??= openClient(access, LIMIT_MS));
  let turn: Promise<unknown> = Promise.resolve();

  async function keep(experience: RoutingExperience, signal: AbortSignal): Promise<void> {
    const qdrant = await client();
    for (let tries = 0; tries < TRIES; tries += 1) {
      signal.throwIfAborted();
      const embedder = await configuredEmbedder(env, books.knowledge);
      const carrier: Carrier = { qdrant, access, embedder, signal };
      const carried = await openCollections(carrier);
      const before = await storedBefore(experience, carrier);
      // Events come in any order: what is known already is not replaced by what was known earlier.
      if (isNewer(before, experience)) return;
      const payload = await put(experience, carrier);
      // Another process may have gone over to another embedder, and have looked here before this was written.
      if (!(await arePublished(qdrant, access, embedder))) continue;
      await count(books, payload, before);
      const isLearned = payload["success"] !== undefined && payload["success"] !== before?.["success"];
      await measureWhereDue({ carrier, books, isLearned, isOther: carried > 0 });
      return;
    }
    throw new RetryLater("the embedder changed while an outcome was written", RETRY_MS, { free: true });
  }

  return async function inTurn(experience, signal) {
    // Two at once would both bring the same texts over.
    const mine = turn.then(() => keep(experience, signal));
    turn = mine.catch(() => undefined);
    await mine;
  };
}

async function storedBefore({ improvement }: RoutingExperience, carrier: Carrier): Promise<Payload | undefined> {
  const { qdrant, access, embedder } = carrier;
  const request = { ids: [pointIdOf(improvement)], with_payload: ["timestamp", "success"] };
  const [point] = await storing(access, () => qdrant.retrieve(collectionOf("routing_queries", embedder), request));
  return point === undefined ? undefined : (point.payload ?? {});
}

function isNewer(before: Payload | undefined, { at }: RoutingExperience): boolean {
  const timestamp = before?.["timestamp"];
  return typeof timestamp === "string" && Date.parse(timestamp) > Date.parse(at);
}

async function put(experience: RoutingExperience, carrier: Carrier): Promise<Payload> {
  const keptAt = Date.now();
  const query = queryPayload(experience, keptText(experience.text), keptAt);
  const id = pointIdOf(experience.improvement);
  await write([{ id, query, outcome: outcomePayload(experience, keptAt) }], carrier);
  return query;
}

/** Once for an improvement, and once for every outcome it comes to. */
async function count({ router }: WriterBooks, payload: Payload, before: Payload | undefined): Promise<void> {
  const { route_type: tier, success } = payload;
  const counts = {
    ...(before === undefined ? { [`routing_stored:${String(tier)}`]: 1 } : {}),
    ...(success === undefined || success === before?.["success"] ? {} : { [`routing_outcome:${success === true}`]: 1 }),
  };
  // A count that is lost must not lose the row.
  if (Object.keys(counts).length > 0) await router.count(counts).catch(() => undefined);
}
