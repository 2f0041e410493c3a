/** Foretells how a change goes. What it learns from the outcomes it keeps for some minutes: few new ones change little. */
import type { Forecast } from "../domain/forecast.ts";
import type { Improvement } from "../domain/improvement.ts";
import { fitHolds, fitQuantiles } from "./fit.ts";
import { circumstancesOf, type ForecastBook, type ForecastRow, spentOn } from "./rows.ts";
import { type Fitted, noForecast, tell } from "./tell.ts";

export interface Forecaster {
  /** `now` in milliseconds since the epoch. Never throws: what went wrong stands in `missing`. */
  of(improvement: Improvement, now: number): Promise<Forecast>;
}

const KEPT_MS = 5 * 60_000;

export function forecaster(book: Pick<ForecastBook, "rows" | "extent">): Forecaster {
  let kept: { readonly fitted: Promise<Fitted>; readonly at: number; readonly count: number } | undefined;

  async function fitted(now: number): Promise<Fitted> {
    const { count } = await book.extent();
    // A tenth more is worth a new look; while there are few, every row is.
    if (kept !== undefined && Math.abs(now - kept.at) < KEPT_MS && count <= kept.count * 1.1 && count >= kept.count)
      return await kept.fitted;
    const fresh = fitAll(book);
    kept = { fitted: fresh, at: now, count };
    // What failed is tried again by the next one.
    fresh.catch(() => {
      kept = undefined;
    });
    return await fresh;
  }

  return {
    async of(improvement, now) {
      const at = new Date(now).toISOString();
      try {
        return tell(await fitted(now), circumstancesOf(improvement), spentOn(improvement), at);
      } catch (error) {
        return noForecast(error instanceof Error ? error.message : String(error), at);
      }
    },
  };
}

async function fitAll(book: Pick<ForecastBook, "rows">): Promise<Fitted> {
  const { rows, damaged } = await book.rows();
  const count = (amountOf: (row: ForecastRow) => number | undefined): number =>
    rows.filter((row) => amountOf(row) !== undefined).length;
  const minutesOf = ({ minutes }: ForecastRow): number | undefined => minutes;
  const tokensOf = ({ tokens }: ForecastRow): number => tokens;
  const dollarsOf = ({ dollars }: ForecastRow): number | undefined => dollars;
  // Other events are worked on between the parts.
  const holds = fitHolds(rows);
  await others();
  const minutes = fitQuantiles(rows, minutesOf);
  await others();
  const tokens = fitQuantiles(rows, tokensOf);
  await others();
  const dollars = fitQuantiles(rows, dollarsOf);
  const counts = { outcomes: rows.length, minutes: count(minutesOf), tokens: rows.length, dollars: count(dollarsOf) };
  return { holds, minutes, tokens, dollars, counts, damaged };
}

function others(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
