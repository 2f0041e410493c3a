/** The router on labelled lines of somebody's own, which stay where they are: nothing is held against the ratchet. */
import { seedClassifier } from "../../../shared/routing/classifier/seed.ts";
import { share } from "../share.ts";
import type { Figure, Suite } from "../suite.ts";
import { knownDoubt } from "./comparison.ts";
import { matrixOf } from "./matrix.ts";
import { confusion, judged, macroF1, rightOf } from "./measures.ts";
import { memoryFigures } from "./memory-figures.ts";
import { type Case, casesIn, casesOf } from "./rows.ts";
import {
  cascade,
  claimedCategory,
  classifierAlone,
  keywordsAlone,
  majority,
  nearest,
  type System,
  seedRule,
} from "./systems.ts";

/** Rows as in `../sets`, one a line. `run` throws for a file without rows, and with the row that is damaged. */
export function linesOf(file: string): Suite {
  return {
    name: "routing",
    summary: matrixOf,
    async run({ seed }) {
      const lines = casesIn(file);
      if (lines.length === 0) throw new Error(`${file}: no rows`);
      const shipped = casesOf("seed");
      const classifier = await seedClassifier();
      const tiers = [cascade(classifier), keywordsAlone(), classifierAlone(classifier)];
      const simpler = [seedRule, claimedCategory, nearest(shipped), majority(shipped)];
      return [
        ...tiers.flatMap((system) => [
          accuracy(system, lines),
          ...knownDoubt(system.name, judged(system, lines), seed, undefined, "production"),
        ]),
        ...(await memoryFigures(classifier, lines, seed, "production")),
        ...simpler.map((system): Figure => ({ ...accuracy(system, lines), information: true })),
      ];
    },
  };
}

function accuracy(system: System, lines: readonly Case[]): Figure {
  const answers = judged(system, lines);
  return share(`routing/${system.name} accuracy on others`, rightOf(answers), answers.length, {
    text: "production",
    note: `macro-F1 ${macroF1(answers).toFixed(2)}; ${confusion(answers)}`,
  });
}
