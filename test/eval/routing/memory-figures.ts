/** What it is worth to remember: neighbours by themselves, and the cascade with them. */
import type { Classifier } from "../../../shared/routing-ports.ts";
import { share } from "../share.ts";
import type { Figure } from "../suite.ts";
import { knownDoubt, type Writer } from "./comparison.ts";
import { judged, percentile, rightOf } from "./measures.ts";
import { variationOf } from "./metamorphic.ts";
import { remembered } from "./neighbours.ts";
import type { Case } from "./rows.ts";
import { cascade, neighboursAlone, type System } from "./systems.ts";

/** Every row of `others` asks, and all the others are remembered as routed and deployed well. */
export async function memoryFigures(
  classifier: Classifier,
  others: readonly Case[],
  seed: number,
  writer: Writer = "own",
): Promise<readonly Figure[]> {
  const found = await remembered(others);
  const vote = (text: Case["text"]) => found.get(text)?.vote;
  const of = (system: System): readonly Figure[] => {
    const answers = judged(system, others);
    const forced = share(`routing/${system.name} accuracy on others`, rightOf(answers), answers.length, {
      text: writer,
      note: `${others.length - 1} others are remembered`,
    });
    return [forced, ...knownDoubt(system.name, answers, seed, undefined, writer)];
  };
  const taken = [...found.values()].map(({ ms }) => ms);
  const times = [0.5, 0.95].map((at): Figure => {
    const value = percentile(taken, at);
    const how = { better: "lower", text: writer, information: true } as const;
    return { name: `routing/neighbours p${at * 100} ms`, value, n: taken.length, low: value, high: value, ...how };
  });
  return [...of(cascade(classifier, vote)), ...of(neighboursAlone(vote)), ...times];
}

const WAYS = ["polite", "author", "writing"] as const;

/** What the tier is for: each proposal was routed three times in slightly other words, and is asked once more. */
export async function repeatFigures(held: readonly Case[]): Promise<readonly Figure[]> {
  const asked = held.filter(({ row }) => row.style === "proposal");
  const kept = asked.flatMap((one, at) =>
    WAYS.flatMap((way) => {
      const text = variationOf(way, one.text, one.label, at);
      return text === undefined ? [] : [{ ...one, id: `${one.id}-${way}`, group: `${one.group}-${way}`, text }];
    }),
  );
  const found = await remembered(kept, asked);
  const answers = judged(
    neighboursAlone((text) => found.get(text)?.vote),
    asked,
  );
  const decided = answers.filter(({ decided: expert }) => expert !== null);
  const note = `${kept.length} are remembered, three of each kind`;
  return [
    share("routing/neighbours coverage of repeats", decided.length, answers.length, { note }),
    ...(decided.length === 0
      ? []
      : [share("routing/neighbours precision on repeats", rightOf(decided), decided.length, { note })]),
  ];
}
