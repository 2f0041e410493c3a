/**
 * Pages of improvements, newest move first, without reading whole records: a list shows facts, not change sets. No page
 * looks at more than a bounded number of improvements, so one that asks for something rare may come back short and still
 * have a next.
 */
import type { Redis } from "ioredis";
import type { Forecast } from "../domain/forecast.ts";
import { STATUSES, type Status } from "../domain/lifecycle.ts";
import type { Keys } from "./keys.ts";
import { defineScripts } from "./scripts/define.ts";
import { linesScript } from "./scripts/find.ts";
import { finder, type Look, type SearchQuery, type Span } from "./search/find.ts";
import { type IndexKeeper, indexKeeper } from "./search/index-keeper.ts";
import { newestFirst, type Place, type Stretch } from "./time-order.ts";

/** The fields a list shows. All but the forecast are plain text in the record. */
const CHEAP_FIELDS = [
  "id",
  "status",
  "title",
  "category",
  "type",
  "relevance",
  "expert",
  "source_id",
  "source_title",
  "rag_check_passed",
  "approval_rule",
  "review_stage",
  "review_reason",
  "lock",
  "git_commit",
  "rollback_commit",
  "failure_reason",
  "dead_reason",
  "forecast",
  "created_at",
  "updated_at",
] as const;
type CheapField = (typeof CHEAP_FIELDS)[number];
export type ImprovementLine = {
  readonly [F in Exclude<CheapField, "id" | "status" | "relevance" | "forecast">]?: string;
} & {
  readonly id: string;
  readonly status: Status;
  readonly relevance?: number;
  readonly forecast?: ShortForecast;
};
/** What a list says of a forecast. */
export type ShortForecast = Pick<Forecast, "holds" | "minutes" | "missing">;

export interface ListingQuery extends SearchQuery {
  /** Any of these; all when empty. */
  readonly statuses: readonly Status[];
  /** Of the last move. */
  readonly updated?: Span | undefined;
  /** Begin behind this place: `next` of the page before. */
  readonly after?: Place | undefined;
  /** At most this many. */
  readonly limit: number;
}

export interface ListingPage {
  readonly improvements: readonly ImprovementLine[];
  /** Where to go on; null when this was the end. */
  readonly next: Place | null;
  /** True while the search index is being filled: what it does not know yet is missing here. */
  readonly filling: boolean;
}

export interface Listing {
  page(query: ListingQuery): Promise<ListingPage>;
  /** Those of `ids` that exist, in the order given. */
  lines(ids: readonly string[]): Promise<ImprovementLine[]>;
  readonly index: IndexKeeper;
}

const PAGE = 1_000;
/** Most improvements one page looks at to find those that fit. */
const MOST_LOOKED_AT = 10_000;

export function listing(redis: Redis, keys: Keys): Listing {
  const index = indexKeeper(redis, keys);
  const find = finder(redis, keys, index);
  const { schoolLines } = defineScripts(redis, keys.prefix, { schoolLines: linesScript });

  async function lines(ids: readonly string[]): Promise<ImprovementLine[]> {
    if (ids.length === 0) return [];
    const answer = (await schoolLines(CHEAP_FIELDS.length, ...CHEAP_FIELDS, ...ids)) as string;
    // A key of another type under a record's name: doctor reports it, a list passes over it.
    return (JSON.parse(answer) as (Values | false)[]).flatMap((values) => (values === false ? [] : lineOf(values)));
  }

  return {
    lines,
    index,
    async page(query) {
      const { limit, after, updated } = query;
      const statuses = query.statuses.length === 0 ? STATUSES : query.statuses;
      const stretch: Stretch = { statuses, after, from: updated?.from, to: updated?.to };
      const found = await find(query, stretch);
      const filling = found?.complete === false;
      const improvements: ImprovementLine[] = [];
      let last = after ?? null;
      let lookedAt = 0;
      for await (const { fit, end, looked } of found?.looks ?? all(newestFirst(redis, keys, stretch, step(limit)))) {
        for (let position = 0; position < fit.length; ) {
          // One more than there is room for, so that the last page knows that it is.
          const some = fit.slice(position, position + limit + 1 - improvements.length);
          position += some.length;
          const read = new Map((await lines(some.map(({ id }) => id))).map((line) => [line.id, line]));
          for (const place of some) {
            const line = read.get(place.id);
            // Gone, or moved on between the two looks: then it stands at the top now.
            if (line === undefined || !statuses.includes(line.status)) continue;
            if (improvements.length === limit) return { improvements, next: last, filling };
            improvements.push(line);
            last = place;
          }
        }
        last = end;
        lookedAt += looked;
        if (lookedAt >= MOST_LOOKED_AT) return { improvements, next: last, filling };
      }
      return { improvements, next: null, filling };
    },
  };
}

function step(limit: number): number {
  return Math.min(PAGE, limit + 1);
}

/** What is not searched needs no bound: everything that is looked at is shown. */
async function* all(pages: AsyncIterable<readonly Place[]>): AsyncGenerator<Look> {
  for await (const fit of pages) yield { fit, end: fit.at(-1) as Place, looked: 0 };
}

type Values = readonly (string | false)[];

function lineOf(values: Values): ImprovementLine[] {
  const line: Record<string, unknown> = {};
  CHEAP_FIELDS.forEach((field, i) => {
    const value = values[i];
    if (typeof value !== "string") return;
    if (field === "forecast") line[field] = shortForecast(value);
    else line[field] = field === "relevance" ? Number(value) : value;
  });
  return line["id"] === undefined || line["status"] === undefined ? [] : [line as unknown as ImprovementLine];
}

/** A damaged one is left out of a list; the record itself says what is wrong with it. */
function shortForecast(text: string): ShortForecast | undefined {
  try {
    const { holds, minutes, missing = [] } = JSON.parse(text) as Partial<Forecast>;
    return { ...(holds === undefined ? {} : { holds }), ...(minutes === undefined ? {} : { minutes }), missing };
  } catch {
    return undefined;
  }
}
