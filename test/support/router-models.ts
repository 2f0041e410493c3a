/** Small models of the router that really load, and rows they are right or wrong about. */
import { EXPERTS, type Expert } from "../../shared/domain/improvement.ts";
import { trainRouter } from "../../shared/routing/classifier/train.ts";
import type { Classifier, LabelledRow, ModelEntry, RoutableText, TrainingRow } from "../../shared/routing-ports.ts";

/** Words no rule knows: what they mean is only what a model was taught. */
const WORDS = ["brimul", "drovak", "felnor", "grabix", "hulmet", "jorpan"] as const;

export function textOf(place: number, number: number): RoutableText {
  const word = WORDS[place % WORDS.length];
  return {
    title: `${word} ${word} for team ${number}`,
    description: `the ${word} of team ${number}`,
    implementation_notes: "",
    type: "technique",
  };
}

/** `shift` 0: each word means its expert; otherwise another one's. */
export function rowsOf(count: number, shift = 0): LabelledRow[] {
  return Array.from({ length: count }, (_, i) => ({
    id: `r${i}`,
    group: `g${i}`,
    text: textOf(i, i),
    label: EXPERTS[(i + shift) % EXPERTS.length] as Expert,
  }));
}

export async function modelOf(version: string, rows: readonly LabelledRow[]) {
  const { bytes, checksum, kind, rowsHash } = await trainRouter(rows, { kinds: ["softmax"] });
  const entry: ModelEntry = {
    version,
    at: "2026-05-01T10:00:00.000Z",
    checksum,
    bytes: bytes.length,
    kind,
    rows: rows.length,
    rowsHash,
    figures: {},
    because: "made for a test",
  };
  return { entry, bytes };
}

/** A classifier that answers what it is told to: `choose` gets the text's place in WORDS. */
export function answering(version: string, choose: (title: string) => Expert, share = 0.9): Classifier {
  return {
    version,
    threshold: 0.5,
    predict({ title }) {
      const best = choose(title);
      const rest = (1 - share) / (EXPERTS.length - 1);
      const ranked = EXPERTS.map((expert) => ({ expert, share: expert === best ? share : rest }));
      return ranked.sort((a, b) => b.share - a.share);
    },
  };
}

export function trainingRowOf(id: string, over: Partial<TrainingRow> = {}): TrainingRow {
  return {
    id,
    source: `s-${id}`,
    at: "2026-06-01T10:00:00.000Z",
    text: { title: id, description: "d", implementation_notes: "", type: "technique" },
    votes: [],
    label: "security",
    right: true,
    by: "person",
    weight: 1,
    reached: "verified",
    ...over,
  };
}

export const labelledRow = (id: string, label: Expert, over: Partial<LabelledRow> = {}): LabelledRow => ({
  id,
  group: id,
  label,
  text: { title: id, description: "", implementation_notes: "", type: "t" },
  ...over,
});
export const labelledRows = (name: string, n: number): LabelledRow[] =>
  Array.from({ length: n }, (_, i) => labelledRow(`${name}${i}`, EXPERTS[i % 6] as Expert));
/** Right but for those rows; asked by the id of a row. */
export const knowing = (version: string, rows: readonly LabelledRow[], wrong: readonly string[] = [], share = 0.9) => {
  const labels = new Map(rows.map(({ id, label }) => [id, label]));
  const miss = new Set(wrong);
  return answering(
    version,
    (title) => {
      const label = labels.get(title) ?? "security";
      return miss.has(title) ? (EXPERTS[(EXPERTS.indexOf(label) + 1) % 6] as Expert) : label;
    },
    share,
  );
};
export const idsOf = (name: string, from: number, to: number) =>
  Array.from({ length: to - from }, (_, i) => `${name}${from + i}`);
