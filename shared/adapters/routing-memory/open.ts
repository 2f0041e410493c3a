/** The router's memory. Everything heavy is loaded by the first call: a cold start must not wait for it. */
import type { IndexBook, KnowledgeBook } from "../../knowledge-ports.ts";
import type { Neighbourhood, RouterBook, RoutingMemory, RoutingMemoryWriter } from "../../routing-ports.ts";
import type { Environment } from "../../runtime/config.ts";
import { readAccess, writeAccess } from "../qdrant/settings.ts";
import { untilAborted, withinLimit } from "../time-limit.ts";
import { chosenThreshold } from "./settings.ts";

/** Of a whole question, the embedding included: what it finds may decide, what it costs must not be waited for. */
const LIMIT_MS = 2_000;

export interface ReaderBooks {
  readonly knowledge: Pick<KnowledgeBook, "model" | "countTokens">;
  readonly router: Pick<RouterBook, "threshold">;
}

/** With the key that only reads. Throws ConfigurationError for settings that cannot be read. */
export function routingMemory(
  env: Environment,
  books: ReaderBooks,
  { limitMs = LIMIT_MS }: { readonly limitMs?: number } = {},
): RoutingMemory {
  const access = readAccess(env);
  const chosen = chosenThreshold(env);
  async function open() {
    const { neighboursIn } = await import("./reader.ts");
    return neighboursIn(env, access, books, { chosen, limitMs });
  }
  let opening: ReturnType<typeof open> | undefined;
  return {
    async neighbours(improvement, text, signal) {
      signal.throwIfAborted();
      try {
        return await withinLimit(limitMs, signal, (limited) =>
          untilAborted(limited, async () => {
            opening ??= open();
            return await (await opening)(improvement, text, limited);
          }),
        );
      } catch (error) {
        signal.throwIfAborted();
        return unknown(error, limitMs);
      }
    },
  };
}

function unknown(error: unknown, limitMs: number): Neighbourhood {
  const isLate = error instanceof Error && error.name === "TimeoutError";
  const said = error instanceof Error ? error.message : String(error);
  const because = isLate ? `the router's memory does not answer within ${limitMs / 1_000} seconds` : said.slice(0, 500);
  return { kind: "unknown", because };
}

export interface WriterBooks {
  readonly knowledge: Pick<IndexBook, "model" | "countTokens">;
  readonly router: Pick<RouterBook, "threshold" | "keepThreshold" | "note" | "count">;
}

/** Undefined where there is no index. Throws ConfigurationError. */
export function routingMemoryWriter(env: Environment, books: WriterBooks): RoutingMemoryWriter | undefined {
  const access = writeAccess(env);
  if (access.url === undefined) return undefined;
  async function open() {
    const { keeperIn } = await import("./writer.ts");
    return keeperIn(env, access, books);
  }
  let opening: ReturnType<typeof open> | undefined;
  return {
    async keep(experience, signal) {
      signal.throwIfAborted();
      opening ??= open();
      await (await opening)(experience, signal);
    },
  };
}
