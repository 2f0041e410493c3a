/** Whether a clause speaks for or against what it names: denial, contrast and exchange, counted word by word. */
import { type Clause, cuesIn } from "./clauses.ts";
import { DENY_EITHER_SIDE } from "./cues.ts";
import type { Mark } from "./terms.ts";

const DENY_LEFTWARD: ReadonlySet<string> = new Set([
  "must not",
  "mustn't",
  "may not",
  "shall not",
  "never",
  "cannot",
  "can not",
  "can't",
  "not",
  "do not",
  "don't",
  "does not",
  "doesn't",
  "isn't",
  "aren't",
  "will not",
  "won't",
  "no longer",
]);

/** 1: it is to be so; -1: it is not. `meant` are the marks that carry what the clause is about. */
export function signOf(clause: Clause, mark: Mark, meant: readonly Mark[]): 1 | -1 {
  let sign: 1 | -1 = 1;
  const flip = (): void => {
    sign = sign === 1 ? -1 : 1;
  };
  for (const { mark: cue, phrase } of cuesIn(clause, "not")) {
    if (cue.from === mark.from) continue;
    if (isBound(clause, cue, phrase)) continue;
    const after = meant.some((one) => one.from >= cue.to);
    const before = meant.some((one) => one.to <= cue.from);
    if (DENY_EITHER_SIDE.has(phrase)) {
      if (before ? mark.to <= cue.from : mark.from >= cue.to) flip();
    } else if (
      mark.from >= cue.to
        ? !isPastBorder(clause, cue, mark)
        : !after && DENY_LEFTWARD.has(phrase) && isPassive(clause, cue)
    )
      flip();
  }
  for (const { mark: cue, phrase } of cuesIn(clause, "contrast")) {
    if (phrase === "over" && !meant.some((one) => one.to <= cue.from)) continue;
    if (mark.from >= cue.to) flip();
  }
  return (sign * exchanged(clause, mark, meant)) as 1 | -1;
}

/** "CPU limits must not be set", "secrets are never committed": what is denied stands before it. */
function isPassive({ words }: Clause, cue: Mark): boolean {
  const next = words[cue.to]?.text.toLowerCase();
  return next === undefined || /^(?:be|been|get|set|put|run|kept|in|needed|\p{L}{2,20}ed)$/u.test(next);
}

/** "30 days, no longer" bounds the number and denies nothing; "3 replicas, drop the local disk" does. */
function isBound({ quantities }: Clause, cue: Mark, phrase: string): boolean {
  if (!/^(?:no|not|never|no longer|no more)$/u.test(phrase)) return false;
  return quantities.some(({ to }) => cue.from >= to && cue.from <= to + 1);
}

/** A denial ends where a purpose or a goal begins: "remove X to get Y", "migrate from X, not Z, to Y". */
function isPastBorder(clause: Clause, cue: Mark, mark: Mark): boolean {
  const between = clause.words.slice(cue.to, mark.from);
  const last = between.at(-1);
  const text = last === undefined ? "" : clause.text.slice(clause.words[cue.to]?.at ?? 0, last.end);
  return /,\s*(?:and|use|using|only|just)\b|\b(?:in favou?r of|and (?:use|add|install|deploy|move|switch))\b/iu.test(
    text,
  );
}

/** "Replace A by B", "A is replaced by B", "A replaces B", "from A to B", "migrate A to B", "A becomes B". */
function exchanged(clause: Clause, mark: Mark, meant: readonly Mark[]): 1 | -1 {
  const [replace] = cuesIn(clause, "replace");
  const [replaced] = cuesIn(clause, "replaced");
  const withs = cuesIn(clause, "with");
  if (replaced !== undefined) {
    const by = withs.find((one) => one.mark.from >= replaced.mark.to);
    if (mark.to <= replaced.mark.from) return -1;
    return by === undefined || mark.from >= by.mark.to ? 1 : -1;
  }
  if (replace !== undefined) {
    const by = withs.find(
      (one) => one.mark.from >= replace.mark.to && meant.some((other) => other.from >= one.mark.to),
    );
    if (by !== undefined) return mark.from >= replace.mark.to && mark.to <= by.mark.from ? -1 : 1;
    const active = meant.some((one) => one.to <= replace.mark.from);
    return active && mark.from >= replace.mark.to ? -1 : active || mark.from < replace.mark.to ? 1 : -1;
  }
  const favoured = /\bin favou?r of\b/iu.exec(clause.text);
  if (favoured !== null && (clause.words[mark.from]?.at ?? 0) < favoured.index) return -1;
  const [becomes] = cuesIn(clause, "becomes");
  if (becomes !== undefined && mark.to <= becomes.mark.from && sharesKind(mark, meant, becomes.mark)) return -1;
  const moved = /\b(?:migrat\w*|mov\w+|switch\w*|chang\w+|convert\w*)\b/iu.exec(clause.text);
  if (moved === null) return 1;
  const to = cuesIn(clause, "to").find((one) =>
    meant.some((other) => other.from >= one.mark.to && other.from <= one.mark.to + 3),
  );
  if (to === undefined || mark.to > to.mark.from) return 1;
  const from = cuesIn(clause, "from").some((one) => one.mark.to <= mark.from && mark.from - one.mark.to <= 2);
  return from || sharesKind(mark, meant, to.mark) ? -1 : 1;
}

/** Whether something after the cue is of the same class: only likes are exchanged for each other. */
function sharesKind(mark: Mark, meant: readonly Mark[], cue: Mark): boolean {
  const kinds = kindsOf(mark);
  return meant.some(
    (one) => one.from >= cue.to && one.from <= cue.to + 5 && kindsOf(one).some((kind) => kinds.includes(kind)),
  );
}

function kindsOf({ terms }: Mark): readonly string[] {
  return terms.flatMap((term) => {
    if (term.kind === "technology") return term.technology.classes;
    return term.kind === "aspect" ? [term.aspect.id] : [];
  });
}
