/** How a decision stands: in force, only proposed, refused, or replaced by a later one, followed across files. */

export type Standing = "in-force" | "proposed" | "refused" | "replaced" | "unstated";

/** A whole document, or the parts of it that are known, in the order of the file. */
export interface DecisionFile {
  readonly path: string;
  readonly text: string;
}

const LINES_READ = 4_000;
const STATES: readonly (readonly [Standing, RegExp])[] = [
  [
    "replaced",
    /\b(?:superse(?:ded|eded)|deprecated|obsolete|replaced|withdrawn|retired|archived|expired|outdated|no longer valid|abandoned)\b/iu,
  ],
  ["refused", /\b(?:rejected|declined|refused|denied|not accepted|turned down)\b/iu],
  [
    "proposed",
    /\b(?:proposed|proposal|draft|pending|under (?:review|discussion)|in review|rfc|wip|in progress|open|not yet accepted|to be decided|tbd)\b/iu,
  ],
  [
    "in-force",
    /\b(?:accepted|approved|adopted|active|implemented|decided|done|final|in force|in effect|current|valid|ratified|stable)\b/iu,
  ],
];

/** What the words of a status say; "Accepted. Supersedes ADR 2" stands, "superseded by 7" does not. */
export function standingOfWords(words: string): Standing {
  const own = words.slice(0, 300).replaceAll(/\b(?:supersedes|superseding|replaces|obsoletes)\b.{0,200}/giu, "");
  return STATES.find(([, pattern]) => pattern.test(own))?.[0] ?? "unstated";
}

/** The words of its status: front matter, a `Status:` line, or what stands under a heading `Status`. */
export function statusIn(text: string): string | undefined {
  const lines = text.slice(0, 200_000).split("\n", LINES_READ);
  const isSigned = lines[0]?.trim() === "---";
  let isUnderHeading = false;
  for (const line of lines) {
    const bare = line
      .slice(0, 400)
      .replaceAll(/[*_`>"]/gu, "")
      .trim();
    if (isUnderHeading && bare !== "") {
      return bare.startsWith("#") ? undefined : bare.replace(/^[-+]\s+/u, "");
    }
    if (/^#{1,6}\s+(?:\d+\.\s*)?status\s*:?\s*#*$/iu.test(bare)) isUnderHeading = true;
    const [, inline] = /^(?:[-+]\s+|\|\s*|#{1,6}\s+)?(?:decision\s+)?status\s*[:|]\s*(.{1,300})/iu.exec(bare) ?? [];
    if (inline !== undefined && (isSigned || standingOfWords(inline) !== "unstated")) return inline;
  }
  return undefined;
}

/** Standing of every file by its path. A decision that one in force says it supersedes is replaced, whatever it says itself. */
export function standingsOf(files: readonly DecisionFile[]): ReadonlyMap<string, Standing> {
  const standings = new Map<string, Standing>();
  for (const { path, text } of files) standings.set(path, standingOfWords(statusIn(text) ?? ""));
  for (const { path, text } of files) {
    const standing = standings.get(path);
    if (standing !== "in-force" && standing !== "unstated" && standing !== "replaced") continue;
    for (const named of supersededIn(text)) {
      const other = files.find((file) => file.path !== path && isNamed(file, named, path));
      if (other !== undefined) standings.set(other.path, "replaced");
    }
  }
  return standings;
}

/** What it says it supersedes: numbers, titles or file names, as written. */
function supersededIn(text: string): readonly string[] {
  const found: string[] = [];
  for (const line of text.slice(0, 200_000).split("\n", LINES_READ)) {
    const [, rest] =
      /\b(?:supersedes|superseding|obsoletes|replaces(?=\s*:?\s*(?:\[?adr|\[?\d|\[)))\b\s*:?\s*(.{1,300})/iu.exec(
        line.slice(0, 600),
      ) ?? [];
    if (rest !== undefined) found.push(rest);
  }
  return found;
}

/** By number (`ADR-0004`, `4`), by file name, or by title. Numbers count only among decisions of one folder. */
function isNamed({ path, text }: DecisionFile, words: string, from: string): boolean {
  const file = path.slice(path.lastIndexOf("/") + 1);
  if (words.includes(file)) return true;
  const title = titleOf(text).replace(/^(?:adr[\s-]*)?\d{1,5}\s*[.:)-]\s*/iu, "");
  if (title.length > 8 && words.toLowerCase().includes(title.toLowerCase())) return true;
  const number = numberOf({ path, text });
  const isSibling = path.slice(0, path.lastIndexOf("/") + 1) === from.slice(0, from.lastIndexOf("/") + 1);
  if (number === undefined || !isSibling) return false;
  const mentioned = [...words.matchAll(/(?:adr|decision|rfc|#|^|and|,|\[)[\s-]*0*(\d{1,5})\b/giu)].map(([, digits]) =>
    Number(digits),
  );
  return mentioned.includes(number);
}

export function titleOf(text: string): string {
  return /^#\s+(.{1,300})$/mu.exec(text.slice(0, 20_000))?.[1]?.trim() ?? "";
}

/** Of a file `0007-…` or a title `7. …`, `ADR 7: …`. */
export function numberOf({ path, text }: DecisionFile): number | undefined {
  const file = path.slice(path.lastIndexOf("/") + 1);
  const digits =
    /^(?:adr[-_]?)?(\d{1,5})\b/iu.exec(file.replaceAll("_", "-"))?.[1] ??
    /^(?:adr[\s-]*)?(\d{1,5})\s*[.:)-]/iu.exec(titleOf(text))?.[1];
  return digits === undefined ? undefined : Number(digits);
}
