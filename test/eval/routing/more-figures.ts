/** What has to stay as it is when the text is varied, what rows of a school add, and what must be bad. */

import { keywordVote } from "../../../shared/routing/keywords/vote.ts";
import type { LabelledRow } from "../../../shared/routing-ports.ts";
import { bootstrap, mean, shuffled } from "../intervals.ts";
import { share } from "../share.ts";
import type { Figure } from "../suite.ts";
import type { Sets } from "./comparison.ts";
import { judged, macroF1, rightOf } from "./measures.ts";
import { VARIATIONS, variationOf } from "./metamorphic.ts";
import { drawn, ofOtherRepositories, oldest, type Split, trained } from "./retrain.ts";
import type { Case } from "./rows.ts";
import { broken, cascade, classifierAlone, keywordsAlone, majority, type System } from "./systems.ts";

/** Forced answers that stay when a text is varied; and decisions that turn into another, which would be served. */
export function metamorphicFigures({ answer }: System, cases: readonly Case[]): readonly Figure[] {
  const pairs = VARIATIONS.map((kind) => ({
    kind,
    pairs: cases.flatMap(({ text, label }, at) => {
      const varied = variationOf(kind, text, label, at);
      return varied === undefined ? [] : [{ before: answer(text), after: answer(varied) }];
    }),
  }));
  const same = pairs.map(({ kind, pairs: some }) => {
    const stays = some.filter(({ before, after }) => before.forced === after.forced);
    return share(`routing/metamorphic, ${kind}`, stays.length, some.length, { goal: 1 });
  });
  const all = pairs.flatMap(({ pairs: some }) => some).filter(({ before }) => before.decided !== null);
  const kept = all.filter(({ before, after }) => after.decided === null || after.decided === before.decided);
  const note = "of what was decided; to abstain is allowed";
  return [...same, share("routing/metamorphic, no other decision", kept.length, all.length, { goal: 1, note })];
}

/** Rows of a school, and how often they are drawn: each draw is a training. */
const STEPS = [
  [20, 1],
  [40, 1],
  [60, 2],
] as const;
/** After sixty rows. */
const GOAL = 0.85;

/** With a router trained anew, on rows of `others` that were not in the training: the cascade, and its classifier alone. */
export async function learningCurve(shipped: readonly Case[], others: readonly Case[], seed: number) {
  const figures: Figure[] = [];
  for (const [step, draws] of STEPS) {
    const splits = Array.from({ length: draws }, (_, at) => drawn(others, step, seed + at));
    const [whole, alone] = await curvePoint(`${step} rows`, shipped, splits, seed);
    figures.push(step === 60 ? { ...whole, goal: GOAL } : whole, alone);
  }
  const apart = [0, 1].map((half) => ofOtherRepositories(others, 60, half));
  figures.push(...(await curvePoint("60 rows of other repositories", shipped, apart, seed)));
  figures.push(...(await curvePoint("the 60 oldest rows", shipped, [oldest(others, 60)], seed)));
  return figures;
}

async function curvePoint(after: string, shipped: readonly Case[], splits: readonly Split[], seed: number) {
  const hits = { cascade: new Map<string, number[]>(), classifier: new Map<string, number[]>() };
  for (const [at, { own, rest }] of splits.entries()) {
    const classifier = await trained(shipped, own, seed + at);
    for (const [name, { answer }] of [
      ["cascade", cascade(classifier)],
      ["classifier", classifierAlone(classifier)],
    ] as const) {
      for (const { id, label, text } of rest) {
        hits[name].set(id, [...(hits[name].get(id) ?? []), Number(answer(text).forced === label)]);
      }
    }
  }
  const figure = (name: keyof typeof hits): Figure => ({
    name: `routing/${name} after ${after}, accuracy on others`,
    ...bootstrap([...hits[name].values()].map(mean), seed),
    better: "higher",
    text: "own",
    note: `mean of ${splits.length} ${splits.length === 1 ? "split" : "splits"}`,
  });
  return [figure("cascade"), figure("classifier")] as const;
}

/** Chance is one in six; with some rows more of one expert than of another, a little over. */
const CHANCE = 0.3;

export async function controls(shipped: readonly Case[], sets: Sets, seed: number): Promise<readonly Figure[]> {
  const { held } = sets;
  const some = shipped.filter((_, at) => at % 3 === 0);
  const bad = (name: string, hits: number, n: number, atMost: number): Figure =>
    share(`routing/${name}`, hits, n, { better: "lower", control: { atMost } });
  const poisoned = await trained(relabelled(some, seed), [], seed);
  const learned = judged(classifierAlone(poisoned), held);
  const constant = judged(majority(shipped), held);
  const turned = judged(keywordsAlone(broken(keywordVote)), held).filter(({ decided }) => decided !== null);
  const rows = [...held.keys()];
  return [
    bad("classifier of shuffled labels, accuracy on held", rightOf(learned), learned.length, CHANCE),
    bad("constant answer, accuracy on held", rightOf(constant), constant.length, CHANCE),
    {
      name: "routing/constant answer, macro-F1 on held",
      ...bootstrap(rows, seed, (sample) => macroF1(sample.flatMap((row) => constant[row] ?? []))),
      better: "lower",
      text: "own",
      control: { atMost: 0.1 },
    },
    bad("broken keywords, precision on held", rightOf(turned), turned.length, CHANCE),
  ];
}

/** Labels of other rows: the words are as they were, and say nothing about who is right. */
function relabelled(rows: readonly Case[], seed: number): readonly LabelledRow[] {
  const labels = shuffled(
    rows.map(({ label }) => label),
    seed,
  );
  return rows.map((row, at) => ({ ...row, label: labels[at] ?? row.label }));
}
