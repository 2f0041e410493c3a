/** Trailers as git reads them (git-interpret-trailers): the last paragraph, if it is made of nothing else. */

/** Values of the trailer `name` in a commit message, in their order; names are compared without case. */
export function trailerValues(message: string, name: string): readonly string[] {
  const paragraphs = message
    .replace(/^#.*(\n|$)/gm, "")
    .trimEnd()
    .split(/\n(?:[ \t]*\n)+/);
  // The first paragraph is the subject, whatever it looks like.
  const lines = paragraphs.length > 1 ? (paragraphs.at(-1) ?? "").split("\n") : [];
  const values: { name: string; value: string }[] = [];
  for (const line of lines) {
    const last = values.at(-1);
    const [, key, value] = /^([A-Za-z0-9-]+)[ \t]*:(.*)$/.exec(line) ?? [];
    if (/^[ \t]/.test(line) && last !== undefined) last.value += ` ${line.trim()}`;
    else if (key !== undefined && value !== undefined) values.push({ name: key, value: value.trim() });
    else return [];
  }
  return values.filter((each) => each.name.toLowerCase() === name.toLowerCase()).map(({ value }) => value);
}
