/** Every system on every set: forced answers, what it decides by itself, and how far its confidence can be believed. */
import { bootstrap } from "../intervals.ts";
import { share } from "../share.ts";
import type { Figure } from "../suite.ts";
import {
  brier,
  calibrationError,
  confusion,
  coverageAt90,
  type Judged,
  judged,
  leastCalibrationError,
  macroF1,
  mcnemar,
  percentile,
  rightOf,
  timesOf,
} from "./measures.ts";
import type { Case } from "./rows.ts";
import type { System } from "./systems.ts";

export interface Sets {
  readonly held: readonly Case[];
  readonly adversarial: readonly Case[];
  readonly others: readonly Case[];
}

/** Who wrote the rows; those of this repository are its authors'. */
export type Writer = Figure["text"];

/** Of the goals table, for the cascade; see README. */
const GOALS = { others: 0.75, adversarial: 0.9, precision: 0.9, coverage: 0.7, calibration: 0.05 };

/** The first of the systems is what the others are compared with in pairs. */
export function comparison(systems: readonly System[], sets: Sets, seed: number): readonly Figure[] {
  const first = systems[0] === undefined ? [] : judged(systems[0], sets.others);
  return systems.flatMap((system) => {
    const others = judged(system, sets.others);
    const isCascade = system === systems[0];
    const goal = (value: number): Partial<Figure> => (isCascade ? { goal: value } : {});
    return [
      ...accuracies(system, sets, isCascade ? [] : first, goal),
      ...knownDoubt(system.name, others, seed, goal),
      ...calibration(system.name, "held", judged(system, sets.held), seed, goal),
      ...times(system, sets),
    ];
  });
}

/** Shown and not judged: what the product has to be better than. */
export function baselines(systems: readonly System[], sets: Sets, than: System): readonly Figure[] {
  const first = judged(than, sets.others);
  return systems
    .flatMap((system) => [...accuracies(system, sets, first, () => ({})), ...times(system, sets)])
    .map((figure) => ({ ...figure, information: true as const }));
}

/** Forced answers; `first` are those of the cascade, to compare with. */
function accuracies(
  system: System,
  sets: Sets,
  first: readonly Judged[],
  goal: (value: number) => Partial<Figure>,
): readonly Figure[] {
  const others = judged(system, sets.others);
  const of = (set: keyof Sets, more: Partial<Figure>): Figure => {
    const answers = set === "others" ? others : judged(system, sets[set]);
    return share(`routing/${system.name} accuracy on ${set}`, rightOf(answers), answers.length, {
      note: `macro-F1 ${macroF1(answers).toFixed(2)}; ${confusion(answers)}`,
      ...more,
    });
  };
  const forced = of("others", goal(GOALS.others));
  const p = first.length === 0 ? "" : `; McNemar against the cascade p ${mcnemar(first, others).toFixed(4)}`;
  return [{ ...forced, note: `${forced.note}${p}` }, of("held", {}), of("adversarial", goal(GOALS.adversarial))];
}

/** On changes as others make them: what is decided, how right that is, and whether the confidence says so. */
export function knownDoubt(
  name: string,
  others: readonly Judged[],
  seed: number,
  goal: (value: number) => Partial<Figure> = () => ({}),
  text: Writer = "own",
): readonly Figure[] {
  const figures = [
    ...decisions(name, others, goal),
    share(`routing/${name} coverage at 90 % on others`, coverageAt90(others), others.length, {
      note: "the threshold is chosen on these rows",
    }),
    ...calibration(name, "others", others, seed, goal),
  ];
  return figures.map((figure) => ({ ...figure, text }));
}

function decisions(
  name: string,
  answers: readonly Judged[],
  goal: (value: number) => Partial<Figure>,
): readonly Figure[] {
  const decided = answers.filter(({ decided: expert }) => expert !== null);
  const tiers = [...Map.groupBy(answers, ({ tier }) => tier)].map(
    ([tier, some]) => `${tier} ${some.length} (${(rightOf(some) / some.length).toFixed(2)})`,
  );
  const found: Figure[] = [
    share(`routing/${name} coverage on others`, decided.length, answers.length, {
      note: `decided, and right: ${tiers.sort().join(", ")}`,
      ...goal(GOALS.coverage),
    }),
  ];
  if (decided.length === 0) return found;
  const more = { note: "of what it decides", ...goal(GOALS.precision) } as const;
  return [...found, share(`routing/${name} precision on others`, rightOf(decided), decided.length, more)];
}

function calibration(
  name: string,
  set: keyof Sets,
  answers: readonly Judged[],
  seed: number,
  goal: (value: number) => Partial<Figure>,
): readonly Figure[] {
  const over = (measure: (some: readonly Judged[]) => number) =>
    bootstrap([...answers.keys()], seed, (rows) => measure(rows.flatMap((row) => answers[row] ?? [])));
  const least = leastCalibrationError(answers, seed).toFixed(3);
  const more = { better: "lower", text: "own" } as const;
  return [
    {
      name: `routing/${name} calibration error on ${set}`,
      ...over(calibrationError),
      ...more,
      ...goal(GOALS.calibration),
      note: `a perfectly calibrated one would show ${least} with so many rows`,
    },
    { name: `routing/${name} Brier on ${set}`, ...over(brier), ...more },
  ];
}

function times(system: System, { held, others }: Sets): readonly Figure[] {
  const some = [...held, ...others].filter((_, at) => at % 3 === 0);
  const taken = timesOf(some, ({ text }) => system.answer(text));
  return [0.5, 0.95].map((at): Figure => {
    const value = percentile(taken, at);
    const name = `routing/${system.name} p${at * 100} ms`;
    return { name, value, n: taken.length, low: value, high: value, better: "lower", text: "own", information: true };
  });
}
