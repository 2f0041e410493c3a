/** The forecaster, loaded by the first question: a function that starts for one event need not carry it before. */
import type { Forecaster } from "./forecaster.ts";
import type { ForecastBook } from "./rows.ts";

export function lateForecaster(book: Pick<ForecastBook, "rows" | "extent">): Forecaster {
  let opening: Promise<Forecaster> | undefined;
  return {
    async of(improvement, now) {
      opening ??= import("./forecaster.ts").then(({ forecaster }) => forecaster(book));
      return await (await opening).of(improvement, now);
    },
  };
}
