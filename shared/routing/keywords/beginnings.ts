/** How the words that a phrase matches may begin: most phrases need not be tried on most words. */

/** As many signs of a word are looked at. */
export const LENGTH = 3;
const FEW = 8;
/** More ways to begin than this, and the phrase is tried everywhere. */
const MOST = 400;

/** The phrase is in the small notation of the lexicon, in small letters. Undefined: it may begin with anything. */
export function beginningsOf(phrase: string): ReadonlySet<string> | undefined {
  try {
    const reader = { text: phrase, at: 0 };
    const whole = alternatives(reader);
    const known = [...whole].map((beginning) => beginning.replace(END, "")).filter((beginning) => beginning !== "");
    const open = reader.at < phrase.length || known.length === 0 || known.some((beginning) => beginning.includes(ANY));
    return open ? undefined : new Set(known);
  } catch (error) {
    if (error instanceof TooMany) return undefined;
    throw error;
  }
}

interface Reader {
  readonly text: string;
  at: number;
}
/** Closes a beginning: the word ends here, or enough of it is known. */
const END = "\0";
/** Some sign nobody lists. */
const ANY = "\u0001";
class TooMany extends Error {}

/** Sets of beginnings; an element that ends with END takes nothing more. */
type Beginnings = ReadonlySet<string>;
const NOTHING: Beginnings = new Set([""]);

function alternatives(reader: Reader): Beginnings {
  const all = new Set(sequence(reader));
  while (reader.text[reader.at] === "|") {
    reader.at += 1;
    for (const one of sequence(reader)) all.add(one);
  }
  return bounded(all);
}

function sequence(reader: Reader): Beginnings {
  let sofar: Beginnings = NOTHING;
  while (reader.at < reader.text.length && !"|)".includes(reader.text[reader.at] ?? "")) {
    const one = repeated(reader, atom(reader));
    sofar = joined(sofar, one);
  }
  return sofar;
}

/** What follows an atom: `?`, `*` and `{0,…}` let it be left out. */
function repeated(reader: Reader, one: Beginnings): Beginnings {
  const [all = "", least = "1"] = /^(?:\{(\d+)(?:,\d*)?\}|[?*+])\??/u.exec(reader.text.slice(reader.at)) ?? [];
  if (all === "") return one;
  reader.at += all.length;
  const optional = all.startsWith("?") || all.startsWith("*") || (all.startsWith("{") && least === "0");
  // Of digits: what follows the first does not part phrases.
  if (!all.startsWith("?") && one.size > FEW) return new Set([...one, ...[...one].map((first) => first + ANY)]);
  const often = all.startsWith("?") ? one : joined(one, joined(new Set([...one, ""]), new Set([...one, ""])));
  return optional ? new Set([...often, ""]) : all.startsWith("{") || all.startsWith("+") ? often : one;
}

function atom(reader: Reader): Beginnings {
  const { text } = reader;
  const sign = text[reader.at] ?? "";
  reader.at += 1;
  if (sign === "(") return group(reader);
  if (sign === "[") return signsOf(reader);
  if (sign === "\\") return escaped(reader);
  if (sign === ".") return new Set([ANY]);
  if (sign === "^" || sign === "$") return NOTHING;
  return new Set([/[\p{L}\p{N}]/u.test(sign) ? sign : END]);
}

function group(reader: Reader): Beginnings {
  const [opening = ""] = /^\?(?:<?[=!]|:)/u.exec(reader.text.slice(reader.at)) ?? [];
  reader.at += opening.length;
  const inside = alternatives(reader);
  reader.at += 1;
  // What is only looked at takes no signs.
  return opening === "" || opening === "?:" ? inside : NOTHING;
}

function signsOf(reader: Reader): Beginnings {
  const end = reader.text.indexOf("]", reader.at);
  const listed = reader.text.slice(reader.at, end);
  reader.at = end + 1;
  return new Set(/^[a-z0-9]+$/u.test(listed) ? listed : [ANY]);
}

function escaped(reader: Reader): Beginnings {
  const sign = reader.text[reader.at] ?? "";
  reader.at += 1;
  if (sign === "d") return new Set("0123456789");
  if (sign === "b") return NOTHING;
  return new Set([/[\p{L}\p{N}]/u.test(sign) ? ANY : END]);
}

function joined(before: Beginnings, after: Beginnings): Beginnings {
  const all = new Set<string>();
  for (const first of before) {
    if (first.endsWith(END)) all.add(first);
    else for (const second of after) all.add(cut(first + second));
  }
  return bounded(all);
}

function cut(beginning: string): string {
  const known = beginning.replace(END, "");
  return known.length >= LENGTH ? known.slice(0, LENGTH) + END : beginning;
}

function bounded(all: Beginnings): Beginnings {
  if (all.size > MOST) throw new TooMany();
  return all;
}
