/** Compares a number that was decided with one that is wanted: of the same setting, of the same thing. */
import { keepsTo } from "./bounds.ts";
import type { Comparison } from "./compare.ts";
import type { Bound, Claim, Fact } from "./fact.ts";
import { partsOf } from "./setting-words.ts";

type Raw = Pick<Comparison, "result" | "because"> | undefined;
type SettingSubject = Extract<Fact["subject"], { kind: "setting" }>;

/** `title` is what the improvement is about where its sentence names nothing. */
export function ofSetting({ subject, relation, owner = [] }: Fact, claim: Claim, title: string): Raw {
  if (subject.kind !== "setting" || claim.subject.kind !== "setting" || relation.kind !== "limits") return undefined;
  const said = new Set([...wordsOf(claim.quote), ...wordsOf(title)]);
  const same = sameSetting(subject, claim.subject, said);
  const whose = sameOwner(subject, claim, owner, said);
  if (same === "no" || whose === "no") return undefined;
  const { bound } = relation;
  const name = owner.length === 0 ? subject.name : `${subject.name} (${owner.join(" ")})`;
  const rule = `${name} is ${OPS[bound.op]} ${bound.written}`.replaceAll(/\s+/gu, " ");
  const result = keeps(bound, claim);
  if (result === undefined) return undefined;
  const { written = "" } = claim.value ?? {};
  if (result === "other unit")
    return { result: "unknown", because: `${rule}, and ${written} is asked for in another unit` };
  if (result) return { result: "compatible", because: rule };
  const broken = `${rule}, and ${written} is asked for`;
  return same === "yes" && whose === "yes"
    ? { result: "conflict", because: broken }
    : { result: "unknown", because: `${broken}, but perhaps of something else` };
}

const OPS = { ">=": "at least", "<=": "at most", ">": "more than", "<": "less than", "=": "" } as const;

function wordsOf(text: string): readonly string[] {
  return text.split(/[^\p{L}\p{N}_-]+/u).flatMap((word) => partsOf(word));
}

type Sure = "yes" | "no" | "perhaps";

/** The head of both names is the same, the rest of each is said by the other, or the wanted one is a special one. */
function sameSetting(rule: SettingSubject, wanted: SettingSubject, said: ReadonlySet<string>): Sure {
  const head = rule.words.at(-1) ?? "";
  if (!wanted.words.includes(head)) return "no";
  if (!rule.words.every((word) => wanted.words.includes(word) || wanted.near.includes(word) || said.has(word)))
    return "no";
  const known = new Set([...rule.words, ...rule.near]);
  const more = wanted.words.filter((word) => !known.has(word));
  if (more.length === 0) return known.has(wanted.words.at(-1) ?? "") ? "yes" : "no";
  const tail = wanted.words.slice(-rule.words.length);
  if (tail.join(" ") !== rule.words.join(" ")) return "no";
  return rule.words.length > 1 || rule.isEvery ? "yes" : "perhaps";
}

function sameOwner(
  rule: SettingSubject,
  { subject: wanted, about }: Claim,
  owner: readonly string[],
  said: ReadonlySet<string>,
): Sure {
  if (owner.length === 0) return "yes";
  if (wanted.kind !== "setting") return "no";
  const own = [...wanted.words.filter((word) => !rule.words.includes(word)), ...wanted.near].filter(
    (word) => !rule.words.includes(word),
  );
  const shared = owner.filter((word) => own.includes(word));
  if (own.length > 0) {
    if (shared.length === 0) return "no";
    const isOne =
      shared.length === owner.length || own.every((word) => owner.includes(word) || rule.near.includes(word));
    return isOne ? "yes" : "perhaps";
  }
  const named = owner.filter((word) => said.has(word)).length;
  // "40 workers" names the pool of workers.
  if (named === owner.length || about.some((word) => owner.includes(word))) return "yes";
  return named * 2 >= owner.length ? "perhaps" : "no";
}

/** A wanted end of a range is held against an end: a minimum above a required minimum keeps to it. Undefined: not comparable. */
function keeps(bound: Bound, { value, bounded }: Claim): boolean | "other unit" | undefined {
  if (value === undefined) return undefined;
  if (bound.op === "=" && bounded !== undefined) return undefined;
  if (value.dimension === bound.dimension) return keepsTo(value.amount, bound);
  const [one, other] = [value, bound];
  if (one.dimension === "percent" && other.dimension === "count" && other.amount <= 1)
    return keepsTo(one.amount / 100, bound);
  if (one.dimension === "count" && other.dimension === "percent" && one.amount <= 1 && one.amount > 0)
    return keepsTo(one.amount * 100, bound);
  return one.dimension === "count" || other.dimension === "count" ? "other unit" : undefined;
}
