/** What it is worth to remember: neighbours by themselves, and the cascade with them. */
import type { Classifier } from "../../../shared/routing-ports.ts";
import { share } from "../share.ts";
import type { Figure } from "../suite.ts";
import { knownDoubt } from "./comparison.ts";
import { judged, percentile, rightOf } from "./measures.ts";
import { remembered } from "./neighbours.ts";
import type { Case } from "./rows.ts";
import { cascade, neighboursAlone, type System } from "./systems.ts";

/** Every row of `others` asks, and all the others are remembered as routed and deployed well. */
export async function memoryFigures(
  classifier: Classifier,
  others: readonly Case[],
  seed: number,
): Promise<readonly Figure[]> {
  const found = await remembered(others);
  const vote = (text: Case["text"]) => found.get(text)?.vote;
  const of = (system: System): readonly Figure[] => {
    const answers = judged(system, others);
    const forced = share(`routing/${system.name} accuracy on others`, rightOf(answers), answers.length, {
      text: "third-party",
      note: `${others.length - 1} others are remembered`,
    });
    return [forced, ...knownDoubt(system.name, answers, seed)];
  };
  const taken = [...found.values()].map(({ ms }) => ms);
  const times = [0.5, 0.95].map((at): Figure => {
    const value = percentile(taken, at);
    const how = { better: "lower", text: "third-party", information: true } as const;
    return { name: `routing/neighbours p${at * 100} ms`, value, n: taken.length, low: value, high: value, ...how };
  });
  return [...of(cascade(classifier, vote)), ...of(neighboursAlone(vote)), ...times];
}
