/**
 * Does the router choose the right expert, and does it know when it does not? The tiers and their cascade as the product
 * runs them, on rows that none of it was made from, beside what is simpler. Nothing is tuned here.
 */
import { seedClassifier } from "../../../shared/routing/classifier/seed.ts";
import { baselines, comparison } from "../routing/comparison.ts";
import { matrixOf } from "../routing/matrix.ts";
import { memoryFigures, repeatFigures } from "../routing/memory-figures.ts";
import { controls, learningCurve, metamorphicFigures } from "../routing/more-figures.ts";
import { casesOf } from "../routing/rows.ts";
import {
  cascade,
  claimedCategory,
  classifierAlone,
  keywordsAlone,
  majority,
  nearest,
  seedRule,
} from "../routing/systems.ts";
import type { Suite } from "../suite.ts";

export const suite: Suite = {
  name: "routing",
  summary: matrixOf,
  async run({ seed }) {
    const sets = { held: casesOf("held"), adversarial: casesOf("adversarial"), others: casesOf("others") };
    const shipped = casesOf("seed");
    const classifier = await seedClassifier();
    const router = cascade(classifier);
    const simpler = [seedRule, claimedCategory, nearest(shipped), majority(shipped)];
    return [
      ...comparison([router, keywordsAlone(), classifierAlone(classifier)], sets, seed),
      ...(await memoryFigures(classifier, sets.others, seed)),
      ...(await repeatFigures(sets.held)),
      ...baselines(simpler, sets, router),
      ...metamorphicFigures(router, [...sets.held, ...sets.adversarial, ...sets.others]),
      ...(await learningCurve(shipped, sets.others, seed)),
      ...(await controls(shipped, sets, seed)),
    ];
  },
};
