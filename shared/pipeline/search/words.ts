/** What an improvement can be found by: its words, and the facts that lists are filtered by. Pure. */

/** What improvements are filtered by. In a token a letter stands before the value, so that no fact looks like another. */
export type Fact = "category" | "type" | "expert" | "source" | "reviewStage" | "approvalRule" | "application";
/** Days in UTC, `2026-01-31`: of its creation, and of its last move. */
export type Day = "created" | "moved";
const LETTER: Readonly<Record<Fact | Day, string>> = {
  category: "c",
  type: "t",
  expert: "e",
  source: "s",
  reviewStage: "v",
  approvalRule: "r",
  application: "a",
  created: "d",
  moved: "u",
};

export function factToken(fact: Fact | Day, value: string): string {
  return `${LETTER[fact]}:${value}`;
}
export function wordToken(word: string): string {
  return `w:${word}`;
}

const LONGEST_WORD = 40;
/** A text of 4,000 signs has fewer; more come from one that wants to fill the index. */
const MOST_WORDS = 400;

/** Distinct words, lower case and without accents, in the order they first appear. */
export function wordsOf(text: string): string[] {
  const plain = text.normalize("NFKD").replaceAll(/\p{M}/gu, "").toLowerCase();
  const words = new Set<string>();
  for (const [word] of plain.matchAll(/[\p{L}\p{N}]+/gu)) {
    words.add(word.slice(0, LONGEST_WORD));
    if (words.size === MOST_WORDS) break;
  }
  return [...words];
}

/** The fields of a record that the index reads, in this order. */
export const INDEXED_FIELDS = [
  "title",
  "description",
  "category",
  "type",
  "source_title",
  "source_id",
  "expert",
  "review_stage",
  "approval_rule",
  "lock",
  "created_at",
  "change_set",
] as const;

export interface Findable {
  /** Never change after the improvement was created. */
  readonly words: readonly string[];
  /** As they are now; tokens, and with `@` before it the moment of creation, which is compared and not looked up. */
  readonly facts: readonly string[];
}

/** `values` are the INDEXED_FIELDS as Redis holds them; `movedAt` is the last move, milliseconds since the epoch. */
export function findable(values: readonly (string | null | undefined)[], movedAt: number): Findable {
  const record = Object.fromEntries(INDEXED_FIELDS.map((field, i) => [field, values[i] ?? ""])) as Record<
    (typeof INDEXED_FIELDS)[number],
    string
  >;
  const { title, description, type, source_title: sourceTitle } = record;
  const facts: [Fact | Day, string][] = [
    ["category", record.category],
    ["type", type],
    ["source", record.source_id],
    ["expert", record.expert],
    ["reviewStage", record.review_stage],
    ["approvalRule", record.approval_rule],
    // Applications that share a namespace share a lock; either name finds the improvement.
    ["application", applicationIn(record.change_set)],
    ["application", record.lock],
    ["created", record.created_at.slice(0, 10)],
    ["moved", dayOf(movedAt)],
  ];
  return {
    words: wordsOf([title, type, sourceTitle, description].join("\n")),
    facts: [
      ...new Set(facts.flatMap(([fact, value]) => (value === "" ? [] : [factToken(fact, value)]))),
      `@${record.created_at}`,
    ],
  };
}

/** The day in UTC of a moment in milliseconds since the epoch. */
export function dayOf(at: number): string {
  return new Date(at).toISOString().slice(0, 10);
}

function applicationIn(changeSet: string): string {
  if (changeSet === "") return "";
  try {
    const { application } = JSON.parse(changeSet) as { application?: unknown };
    return typeof application === "string" ? application : "";
  } catch {
    // A damaged record is doctor's to report; it is still found by all else.
    return "";
  }
}
