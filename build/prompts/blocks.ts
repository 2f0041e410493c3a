/** Follows the blocks of a template from left to right: which of them are open, and whether a variable stands inside a tag. */

export interface Place {
  /** Names of the open blocks, the outermost first. */
  readonly open: readonly string[];
  /** What has been read of a tag that has not ended, after its `<`. */
  readonly tag: string | undefined;
}
export const OUTSIDE: Place = { open: [], tag: undefined };

/** Stands for a variable's value in an attribute. */
const VALUE = "\u2022";
const TAG = /^(\/?)([a-z][a-z0-9_]*)((?:\s+[a-z_]+="[^"<]*")*)$/u;

/** Throws an Error that says which tag does not fit. */
export function readOn(from: Place, text: string): Place {
  let { open, tag } = from;
  for (let index = 0; index < text.length; index += 1) {
    const sign = text.charAt(index);
    if (tag === undefined) {
      // At the very end of a text a variable follows, which would be the tag's name.
      const next = text.charAt(index + 1);
      if (sign === "<" && (next === "" || /[a-z_/]/iu.test(next))) tag = "";
    } else if (sign === ">" && !quoted(tag)) {
      open = after(open, tag);
      tag = undefined;
    } else {
      tag += sign;
    }
  }
  return { open, tag };
}

/** Where a reader is behind a variable. Throws when it stands in a tag but outside of an attribute's quotes. */
export function passVariable({ open, tag }: Place): Place {
  if (tag === undefined) return { open, tag };
  if (!quoted(tag)) throw new Error(`a variable stands in the tag <${tag}, outside of quotes`);
  return { open, tag: `${tag}${VALUE}` };
}

export function samePlace(a: Place, b: Place): boolean {
  return a.tag === b.tag && a.open.length === b.open.length && a.open.every((name, index) => name === b.open[index]);
}

function quoted(tag: string): boolean {
  return tag.split('"').length % 2 === 0;
}

function after(open: readonly string[], tag: string): readonly string[] {
  const [, end, name] = TAG.exec(tag) ?? [];
  if (name === undefined) throw new Error(`<${tag}> is no tag of a block: <name attribute="…">`);
  if (end === "") return [...open, name];
  if (open.at(-1) === name) return open.slice(0, -1);
  throw new Error(`</${name}> ends ${open.length === 0 ? "no block" : `<${open.at(-1)}>`}`);
}
