/** Where a setting stands in the text of a configuration. */

export const FORMATS = ["plain", "redis", "postgresql", "ini", "nginx", "properties", "env", "json", "yaml"] as const;
export type Format = (typeof FORMATS)[number];

/** The value between two offsets of the text, without the quotes around it. */
export interface Place {
  readonly from: number;
  readonly to: number;
  readonly value: string;
  readonly quote: "" | "'" | '"';
  /** What a format with types says it is; text elsewhere. */
  readonly type: "text" | "number" | "boolean";
}

export type Located =
  | { readonly kind: "found"; readonly place: Place }
  | { readonly kind: "absent" }
  | { readonly kind: "unclear"; readonly because: string };

/** The place of `text.slice(from, to)`, with quotes of its own taken off. */
export function placeOfText(text: string, from: number, to: number): Place {
  const first = text.charAt(from);
  const quote = (first === '"' || first === "'") && to - from >= 2 && text.charAt(to - 1) === first ? first : "";
  const [start, end] = quote === "" ? [from, to] : [from + 1, to - 1];
  return { from: start, to: end, value: text.slice(start, end), quote, type: "text" };
}

/** Exactly one place is clear; a setting that is written twice is a person's to tidy. */
export function onlyOne(places: readonly Place[], setting: string): Located {
  const [place, second] = places;
  if (place === undefined) return { kind: "absent" };
  if (second !== undefined) return unclear(`${setting} is written ${places.length} times`);
  if (/\$[({]|\{\{|\\$|['"]/.test(place.value)) return unclear(`${setting} has a value that is left alone`);
  return { kind: "found", place };
}

export function unclear(because: string): Located {
  return { kind: "unclear", because };
}
