/** Numbers an improvement wants to set, by the names it gives them. */
import { labelledClausesOf } from "./clauses.ts";
import type { Claim } from "./fact.ts";
import type { Scope } from "./scope.ts";
import { ownWords } from "./setting-words.ts";
import { settingsIn } from "./settings.ts";

/** It tells how things are or were, and asks for nothing. */
const TELLS = /\b(?:currently|today|at present|at the moment|right now|so far|until now|was|were|used to|had been)\b/iu;

export function settingClaims(sentence: string, scope: Scope): readonly Claim[] {
  return labelledClausesOf(sentence).flatMap(({ text }) => {
    if (TELLS.test(text)) return [];
    return settingsIn(text).map(({ name, owner, counted, op, dimension, amount, written }): Claim => {
      const { words } = name;
      const subject = {
        kind: "setting",
        id: words.join(" "),
        name: words.join(" "),
        words,
        near: ownWords(owner),
        isEvery: false,
      } as const;
      const bounded = op === "=" ? {} : { bounded: op.startsWith(">") ? ("min" as const) : ("max" as const) };
      const value = { dimension, amount, written };
      return {
        subject,
        sign: 1,
        value,
        ...bounded,
        about: ownWords(counted),
        purposes: [],
        scope,
        introduces: true,
        quote: sentence.slice(0, 400),
      };
    });
  });
}
