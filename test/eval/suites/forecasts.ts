/**
 * Whether forecasts are worth their numbers, on invented histories whose true chances are known: how often the interval holds
 * the truth, and by how much Brier score and pinball loss beat always saying the same. Figures are of changes that came
 * after those that were learned from.
 */
import { ENOUGH_OUTCOMES, fitHolds, fitQuantiles } from "../../../shared/forecast/fit.ts";
import { pinballLoss } from "../../../shared/forecast/quantiles.ts";
import { type HistoryOptions, history, type Told } from "../../support/forecast-history.ts";
import { bootstrap, mean, shuffled } from "../intervals.ts";
import { share } from "../share.ts";
import type { Figure, Suite } from "../suite.ts";

/** Few and many outcomes, alike and different kinds, and such where the blast radius decides. */
const WORLDS: readonly Omit<HistoryOptions, "seed">[] = [
  { rows: ENOUGH_OUTCOMES },
  { rows: 120, spread: 0.3 },
  { rows: 300, spread: 1 },
  { rows: 500, radius: 0.6, spread: 0.5, base: 1 },
];
const HISTORIES = 6;
const LATER = 150;

interface Judged {
  readonly row: Told;
  readonly covered: boolean;
  /** Smaller is better. */
  readonly brier: number;
  readonly constantBrier: number;
  readonly pinball: number | undefined;
  readonly pooledPinball: number | undefined;
  readonly byPosterior: boolean;
}

export const suite: Suite = {
  name: "forecasts",
  async run({ seed }): Promise<readonly Figure[]> {
    // The histories are a set like any other: the seed does not move them.
    const judged = WORLDS.flatMap((world, at) =>
      Array.from({ length: HISTORIES }, (_, i) => judge({ ...world, seed: 100 * at + i + 1 })).flat(),
    );
    const posterior = judged.filter(({ byPosterior }) => byPosterior);
    const timed = judged.filter(({ pinball }) => pinball !== undefined);
    const mixed = WORLDS.slice(2).flatMap((world, at) =>
      Array.from({ length: HISTORIES }, (_, i) => judge({ ...world, seed: 100 * at + i + 1 }, seed)).flat(),
    );
    return [
      share("forecasts/interval holds the truth", hits(posterior), posterior.length, {
        goal: 0.9,
        note: "95 % intervals of the posterior",
      }),
      gain("forecasts/Brier skill over the mean", judged, seed, 0.02, (one) => [one.brier, one.constantBrier]),
      gain("forecasts/pinball skill over all alike", timed, seed, 0.02, (one) => [
        one.pinball ?? 0,
        one.pooledPinball ?? 0,
      ]),
      {
        ...gain("forecasts/control: outcomes of other changes", mixed, seed, 0, (one) => [
          one.brier,
          one.constantBrier,
        ]),
        control: { atMost: 0.01 },
        note: "learned from shuffled outcomes: nothing is to be gained",
      },
    ];
  },
};

/** Learns from the older rows and judges by the newer ones; `shuffle` moves the outcomes to other rows first. */
function judge(options: HistoryOptions, shuffle?: number): readonly Judged[] {
  const all = history({ ...options, rows: options.rows + LATER });
  const later = all.slice(0, LATER);
  const before = all.slice(LATER);
  const moved = shuffle === undefined ? before : shuffled(before, shuffle);
  const seen = before.map((row, at): Told => ({ ...row, held: moved[at]?.held ?? row.held }));
  const holds = fitHolds(seen);
  if (holds === undefined) throw new Error("not enough rows to say anything");
  const constant = mean(seen.map(({ held }) => (held ? 1 : 0)));
  const minutes = fitQuantiles(seen, (row) => row.minutes);
  const alike = fitQuantiles(
    seen.map((row) => ({ ...row, expert: "all", kind: "all", radius: 0, category: "all" })),
    (row) => row.minutes,
  );
  return later.map((row): Judged => {
    const said = holds.of(row);
    const wanted = row.held ? 1 : 0;
    const loss = (model: typeof minutes, of: Told): number | undefined =>
      model === undefined || row.minutes === undefined ? undefined : pinballLoss(model.of(of), row.minutes);
    return {
      row,
      covered: said.low <= row.truth && row.truth <= said.high,
      brier: (said.probability - wanted) ** 2,
      constantBrier: (constant - wanted) ** 2,
      pinball: loss(minutes, row),
      pooledPinball: loss(alike, { ...row, expert: "all" as Told["expert"], kind: "all", category: "all" }),
      byPosterior: holds.by === "posterior" && (options.radius ?? 0) === 0,
    };
  });
}

function hits(judged: readonly Judged[]): number {
  return judged.filter(({ covered }) => covered).length;
}

/** 1 - loss / loss of the baseline: 0 is no better than saying always the same. */
function gain(
  name: string,
  judged: readonly Judged[],
  seed: number,
  goal: number,
  lossesOf: (one: Judged) => readonly [number, number],
): Figure {
  const losses = judged.map(lossesOf);
  // Resampled by row: the ratio of two means over the same rows.
  const skill = (rows: readonly number[]): number =>
    1 - mean(rows.map((at) => losses[at]?.[0] ?? 0)) / mean(rows.map((at) => losses[at]?.[1] ?? 1));
  const figure = bootstrap(
    judged.map((_, at) => at),
    seed,
    skill,
  );
  return { name, ...figure, better: "higher", text: "own", ...(goal === 0 ? {} : { goal }) };
}
