/** A forecast in the words and numbers that people see and the approval rule reads. */
import type { Forecast } from "../domain/forecast.ts";
import { type AmountModel, ENOUGH_AMOUNTS, ENOUGH_OUTCOMES, type HoldsModel } from "./fit.ts";
import type { Circumstances } from "./rows.ts";

export interface Fitted {
  readonly holds: HoldsModel | undefined;
  readonly minutes: AmountModel | undefined;
  readonly tokens: AmountModel | undefined;
  readonly dollars: AmountModel | undefined;
  /** Rows there were for each of them. */
  readonly counts: Readonly<Record<"outcomes" | "minutes" | "tokens" | "dollars", number>>;
  readonly damaged: number;
}

/** What was spent on the change so far: nobody foretells less. */
export interface Spent {
  readonly tokens: number;
  readonly dollars: number | undefined;
}

/** `at`: ISO 8601. */
export function tell(fitted: Fitted, of: Circumstances, spent: Spent, at: string): Forecast {
  const { holds, minutes, tokens, dollars, counts, damaged } = fitted;
  const need = ENOUGH_AMOUNTS;
  const parts = [
    { told: holds, have: counts.outcomes, need: ENOUGH_OUTCOMES, what: "outcomes" },
    { told: minutes, have: counts.minutes, need, what: "verified outcomes, for the time" },
    { told: tokens, have: counts.tokens, need, what: "outcomes, for tokens" },
    { told: dollars, have: counts.dollars, need, what: "outcomes with known prices, for the cost" },
  ];
  return {
    ...(holds === undefined ? {} : { holds: { ...probability(holds, of), n: holds.n } }),
    ...(minutes === undefined ? {} : { minutes: quantiles(minutes, of, 0, 2) }),
    ...(tokens === undefined ? {} : { tokens: quantiles(tokens, of, spent.tokens, 0) }),
    ...(dollars === undefined ? {} : { dollars: quantiles(dollars, of, spent.dollars ?? 0, 4) }),
    by: madeBy(fitted, of),
    missing: [
      ...parts.flatMap(({ told, have, need, what }) =>
        told === undefined ? [`not enough data: ${have} of ${need} ${what}`] : [],
      ),
      ...(damaged === 0 ? [] : [`${damaged} rows could not be read`]),
    ],
    at,
  };
}

/** What is said when it could not be made; whoever decides goes on without it. */
export function noForecast(because: string, at: string): Forecast {
  return { by: "nothing", missing: [`it could not be made: ${because.slice(0, 200)}`], at };
}

function madeBy({ holds, minutes, tokens, dollars }: Fitted, of: Circumstances): string {
  const amounts = Object.entries({ minutes, tokens, dollars }).flatMap(([name, model]) =>
    model === undefined
      ? []
      : [
          `${name}: ${model.by}, pinball loss ${short(model.losses.served)} (of all alike: ${short(model.losses.constant)})`,
        ],
  );
  if (holds === undefined) return ["nothing yet", ...amounts].join("; ");
  const { served, constant } = holds.losses;
  const own = `${holds.posterior.own(of)} of ${of.expert}/${of.kind}`;
  const figures = `Brier ${short(served)} (always the mean: ${short(constant)})`;
  return [`${holds.by} of ${holds.n} outcomes, ${own}, ${figures}`, ...amounts].join("; ");
}

function probability(model: HoldsModel, of: Circumstances): Omit<NonNullable<Forecast["holds"]>, "n"> {
  const { probability: value, low, high } = model.of(of);
  return { probability: rounded(value, 4), low: rounded(low, 4), high: rounded(high, 4) };
}

function quantiles(model: AmountModel, of: Circumstances, least: number, digits: number) {
  const { p50, p90 } = model.of(of);
  const median = Math.max(least, p50);
  return { p50: rounded(median, digits), p90: rounded(Math.max(median, p90), digits), n: model.n };
}

function rounded(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}

function short(value: number): string {
  return String(Number(value.toPrecision(3)));
}
