/** What goes and what comes: "replace X by Y", "from X to Y", "Y instead of X". Exchanged roles are opposite proposals. */
import type { Word } from "./words.ts";

export interface Exchange {
  readonly from: string;
  readonly to: string;
}

/** Words a role may be away from its preposition. */
const NEAR = 3;
const FILLERS = /^(?:the|a|an|our|its|their|of|all|use|using|to|in|on|into|at)$/;

/** Every exchange a text states, as stems. */
export function exchangesOf(words: readonly Word[]): readonly Exchange[] {
  const found: Exchange[] = [];
  for (const [i, { plain }] of words.entries()) {
    const pair = `${plain} ${words[i + 1]?.plain ?? ""}`;
    if (plain === "from") add(found, contentAfter(words, i), contentAfterWord(words, i, /^(?:to|into)$/));
    else if (/^replac|^swap/.test(plain))
      add(found, contentAfter(words, i), contentAfterWord(words, i, /^(?:by|with|for)$/));
    else if (/^(?:instead of|rather than)$/.test(pair)) add(found, contentAfter(words, i + 1), contentBefore(words, i));
  }
  return found;
}

function add(found: Exchange[], from: string | undefined, to: string | undefined): void {
  if (from !== undefined && to !== undefined && from !== to) found.push({ from, to });
}

function contentAfter(words: readonly Word[], at: number): string | undefined {
  return words.slice(at + 1, at + 1 + NEAR).find(({ plain }) => !FILLERS.test(plain))?.stem;
}

function contentAfterWord(words: readonly Word[], at: number, preposition: RegExp): string | undefined {
  for (let i = at + 2; i <= at + 2 + NEAR && i < words.length; i += 1) {
    if (preposition.test(words[i]?.plain ?? "")) return contentAfter(words, i);
  }
  return undefined;
}

function contentBefore(words: readonly Word[], at: number): string | undefined {
  return words.slice(Math.max(0, at - NEAR), at).findLast(({ plain }) => !FILLERS.test(plain))?.stem;
}

/** True when one text goes from X to Y and the other from Y to X. */
export function areReversed(one: readonly Exchange[], other: readonly Exchange[]): boolean {
  return one.some(({ from, to }) => other.some((back) => back.from === to || back.to === from));
}
