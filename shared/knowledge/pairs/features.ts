/** Two statements as numbers between 0 and 1 (differences below 0): what the model weighs. All are symmetric. */
import { type Guard, guardOf, says } from "./guards.ts";
import { agrees } from "./numbers.ts";
import type { Statement } from "./statement.ts";

/** How many of `documents` texts say a concept: what all say tells little. */
export interface Frequencies {
  readonly documents: number;
  readonly of: Readonly<Record<string, number>>;
}

/**
 * Each with what it may speak for: 1 that two texts say the same, -1 that they do not. A set of hard cases would teach
 * that likeness is suspicious, because it holds more near misses than life does.
 */
const SENSES = {
  overlap: 1,
  containment: 1,
  grams: 1,
  template: -1,
  "left over": -1,
  "rarest left over": -1,
  "same technology": 1,
  "further technology": -1,
  "same numbers": 1,
  "further numbers": -1,
  "same direction": 1,
  "same action": 1,
  "other action": -1,
  "same target": 1,
  "further alternative": -1,
  "one-sided alternative": -1,
  length: 1,
  thin: -1,
  "firm guard": -1,
  "soft guard": -1,
} as const;
export type Feature = keyof typeof SENSES;
export const FEATURES = Object.keys(SENSES) as readonly Feature[];
export const SIGNS: readonly number[] = Object.values(SENSES);

/** Two words of one kind in the same sentence are rarely a figure of speech; a negation or a name may be. */
const FIRM: ReadonlySet<Guard["kind"]> = new Set(["direction", "exchange", "number", "technology", "target"]);

/** One value per name of `FEATURES`, in their order. */
export function featuresOf(a: Statement, b: Statement, frequencies: Frequencies): readonly number[] {
  const weigh = (concepts: Iterable<string>) => sum([...concepts].map((concept) => rarity(concept, frequencies)));
  const shared = weigh([...a.concepts].filter((one) => b.concepts.has(one)));
  const [ofA, ofB] = [weigh(a.concepts), weigh(b.concepts)];
  const [onlyA, onlyB] = [without(a.concepts, b.concepts), without(b.concepts, a.concepts)];
  const left = Math.min(weigh(onlyA), weigh(onlyB));
  const overlap = share(shared, ofA + ofB - shared);
  const rarest = (concepts: readonly string[]) => Math.max(0, ...concepts.map((one) => rarity(one, frequencies)));
  const guard = guardOf(a, b)?.kind;
  const isFirm = guard !== undefined && FIRM.has(guard);
  const values: Readonly<Record<Feature, number>> = {
    overlap,
    containment: share(shared, Math.min(ofA, ofB)),
    grams: dice(a.grams, b.grams),
    // The same sentence with one thing exchanged: a template filled in twice, not a paraphrase.
    template: left > 0 ? ends(a.words, b.words) : 0,
    "left over": share(left, Math.min(ofA, ofB)),
    "rarest left over": Math.min(rarest(onlyA), rarest(onlyB)) / rarity("", frequencies),
    ...namesAndNumbers(a, b),
    length: -Math.abs(Math.log((a.words.length + 4) / (b.words.length + 4))) / 3,
    thin: Number(isThin(a, b)),
    "firm guard": Number(isFirm),
    "soft guard": Number(guard !== undefined && !isFirm),
  };
  return FEATURES.map((name) => values[name]);
}

/** Below this many common concepts two texts are too short to be sure of, unless they hold the same ones. */
const ENOUGH = 3;
/** A remark inside a long text is not the text. */
const COMPARABLE = 0.25;

/** Too little is said by one of them to tell that it is what the other says. */
export function isThin(a: Statement, b: Statement): boolean {
  const shared = [...a.concepts].filter((concept) => b.concepts.has(concept)).length;
  const [most, least] = [Math.max(a.concepts.size, b.concepts.size), Math.min(a.concepts.size, b.concepts.size)];
  return (shared < ENOUGH && shared < most) || least < most * COMPARABLE || isWider(a, b) || isWider(b, a);
}

/** One says in which namespace, the other means all of them, or another. */
function isWider(one: Statement, other: Statement): boolean {
  return [...(one.names.targets.get("namespace") ?? [])].some((name) => !says(other, name));
}

/** What no probability outweighs: a guard, or too little to go by. */
export function isBarred(features: readonly number[]): boolean {
  return FEATURES.some((name, i) => /^(?:thin|firm guard|soft guard)$/.test(name) && (features[i] ?? 0) > 0);
}

function namesAndNumbers(a: Statement, b: Statement) {
  const [one, other] = [[...a.names.technologies.keys()], [...b.names.technologies.keys()]];
  const sameTechnologies = one.filter((name) => other.includes(name)).length;
  const [ours, theirs] = [[...a.numbers], [...b.numbers]];
  const sameNumbers = ours.filter((number) => theirs.some((their) => agrees(number, their))).length;
  const numbersBeyond = Math.max(ours.length, theirs.length) - Math.min(sameNumbers, ours.length, theirs.length);
  const poles = [...a.directions.poles].filter(([axis, pole]) => pole !== 0 && b.directions.poles.get(axis) === pole);
  const sameActions = [...a.actions].filter((action) => b.actions.has(action)).length;
  const fewestActions = Math.min(a.actions.size, b.actions.size);
  const families = new Set([...a.alternatives.keys(), ...b.alternatives.keys()]);
  const beyond = [...families].filter((family) => {
    const [mine, its] = [a.alternatives.get(family), b.alternatives.get(family)];
    if (mine === undefined || its === undefined) return false;
    return mine.size !== its.size || [...mine].some((member) => !its.has(member));
  });
  const oneSided = [...families].filter((family) => a.alternatives.has(family) !== b.alternatives.has(family));
  return {
    "same technology": Math.min(1, sameTechnologies),
    "further technology": Math.min(2, Math.max(one.length, other.length) - sameTechnologies) / 2,
    "same numbers": Math.min(2, sameNumbers) / 2,
    "further numbers": Math.min(2, numbersBeyond) / 2,
    "same direction": Math.min(1, poles.length),
    "same action": Math.min(1, sameActions),
    "other action": fewestActions === 0 ? 0 : 1 - sameActions / fewestActions,
    "same target": Number(sharesTarget(a, b)),
    "further alternative": Math.min(2, beyond.length) / 2,
    "one-sided alternative": Math.min(2, oneSided.length) / 2,
  };
}

function sharesTarget(a: Statement, b: Statement): boolean {
  const targets = (statement: Statement) => [...statement.names.targets.values()].flatMap((names) => [...names]);
  return targets(a).some((name) => b.stems.has(name)) || targets(b).some((name) => a.stems.has(name));
}

/** Inverse document frequency; a concept nobody knows is rare. */
function rarity(concept: string, { documents, of }: Frequencies): number {
  const frequency = Object.hasOwn(of, concept) ? (of[concept] ?? 0) : 0;
  return Math.log(1 + documents / (frequency + 1));
}

function without(these: ReadonlySet<string>, those: ReadonlySet<string>): readonly string[] {
  return [...these].filter((one) => !those.has(one));
}

/** The share of the shorter text that both begin or end with. */
function ends(a: readonly string[], b: readonly string[]): number {
  const most = Math.min(a.length, b.length);
  let first = 0;
  while (first < most && a[first] === b[first]) first += 1;
  let last = 0;
  while (last < most - first && a.at(-1 - last) === b.at(-1 - last)) last += 1;
  return share(first + last, most);
}

function dice(a: ReadonlySet<string>, b: ReadonlySet<string>): number {
  let common = 0;
  for (const gram of a) if (b.has(gram)) common += 1;
  return share(2 * common, a.size + b.size);
}

function share(part: number, whole: number): number {
  return whole <= 0 ? 0 : part / whole;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
