/** Standings of the corpora, looked up once every few seconds. */
import type { QdrantClient } from "@qdrant/js-client-rest";
import type { Corpus, CorpusState } from "../../knowledge-ports.ts";
import { aliasOf } from "./names.ts";
import { type Standing, standingOf } from "./standing.ts";

const KEPT_MS = 5_000;

interface Looked {
  readonly standing: Standing;
  readonly at: number;
  /** The states it was made of; with others it is looked up anew. */
  readonly states: string;
}

export interface Standings {
  /** In the order of `corpora`; `states` are the book's, of all corpora asked for. Throws what the client throws. */
  of(corpora: readonly Corpus[], states: readonly CorpusState[]): Promise<readonly Standing[]>;
  /** The next look goes to Qdrant. */
  forget(): void;
}

export function standingsOf(client: () => Promise<QdrantClient>): Standings {
  const looked = new Map<Corpus, Looked>();
  return {
    async of(corpora, states) {
      const now = performance.now();
      let aliases: Promise<ReadonlyMap<string, string>> | undefined;
      return await Promise.all(
        corpora.map(async (corpus) => {
          const own = states.filter((state) => state.corpus === corpus);
          const key = JSON.stringify(own);
          const kept = looked.get(corpus);
          if (kept !== undefined && kept.states === key && now - kept.at < KEPT_MS) return kept.standing;
          const qdrant = await client();
          aliases ??= aliasesOf(qdrant);
          const standing = await standingOf(corpus, own, (await aliases).get(aliasOf(corpus)), qdrant);
          // What is broken may be well the next moment, and is asked for rarely.
          if (standing.kind !== "broken") looked.set(corpus, { standing, at: now, states: key });
          return standing;
        }),
      );
    },
    forget: () => looked.clear(),
  };
}

async function aliasesOf(qdrant: QdrantClient): Promise<ReadonlyMap<string, string>> {
  const { aliases } = await qdrant.getAliases();
  return new Map(aliases.map(({ alias_name, collection_name }) => [alias_name, collection_name]));
}
