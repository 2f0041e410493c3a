/** Cuts files without a grammar of their own here: by underlined or bracketed headings, paragraphs and indentation. */
import { cut, type Lines, merged, type Unit } from "./piece.ts";

/** `[section]` and `[[section]]` of settings files. */
const BRACKETS = /^\s*\[{1,2}\s*([^[\]]{1,120}?)\s*\]{1,2}\s*(?:[#;].*)?$/;
/** reStructuredText and AsciiDoc. */
const UNDERLINE = /^([=\-~^"'`#*+.:_])\1{2,}\s*$/;
const EQUALS = /^(={1,6})\s+(\S.{0,119}?)\s*$/;

/** Pieces that hold every line that is not blank. */
export function cutText(path: string, lines: Lines): readonly Unit[] {
  const headings = headingsOf(path, lines.all);
  const first = headings[0]?.line ?? 1;
  const head = first > 1 ? [{ path: [], from: 1, to: first - 1 }] : [];
  const sections = headings.map(({ line, path: titles, bare }, at): Unit => {
    const to = (headings[at + 1]?.line ?? lines.all.length + 1) - 1;
    const isBare = lines.all.slice(line - 1 + bare, to).every((one) => one.trim() === "");
    return { path: titles, from: line, to, ...(isBare ? { bare: true } : {}) };
  });
  const units = headings.length === 0 ? [{ path: [], from: 1, to: lines.all.length }] : [...head, ...sections];
  return merged(
    units.flatMap((unit) => cut(unit, lines)),
    lines,
  );
}

interface Heading {
  readonly line: number;
  readonly path: readonly string[];
  /** Lines of the heading itself. */
  readonly bare: number;
}

function headingsOf(path: string, all: readonly string[]): readonly Heading[] {
  if (/\.(toml|ini|cfg|conf|service|network|netdev)$/i.test(path)) return bracketed(all);
  if (/\.(rst|txt|text)$/i.test(path)) return underlined(all);
  if (/\.(adoc|asciidoc)$/i.test(path)) return marked(all);
  return [];
}

function bracketed(all: readonly string[]): readonly Heading[] {
  return all.flatMap((line, at) => {
    const title = BRACKETS.exec(line)?.[1];
    return title === undefined ? [] : [{ line: at + 1, path: [title], bare: 1 }];
  });
}

/** Levels are told by the order in which their underlines appear, as in reStructuredText. */
function underlined(all: readonly string[]): readonly Heading[] {
  const signs: string[] = [];
  return nested(
    all.flatMap((line, at) => {
      const title = (all[at - 1] ?? "").trim();
      const isTitle = /^[\p{L}\p{N}]/u.test(title) && title.length <= 120 && line.trimEnd().length + 2 >= title.length;
      const sign = UNDERLINE.exec(line)?.[1];
      if (sign === undefined || !isTitle) return [];
      const isOverlined = at >= 2 && (all[at - 2] ?? "").trimEnd() === line.trimEnd();
      const isTable = !isOverlined && (all[at - 2] ?? "").trim() !== "";
      if (isTable) return [];
      const style = isOverlined ? `${sign}${sign}` : sign;
      if (!signs.includes(style)) signs.push(style);
      const bare = isOverlined ? 3 : 2;
      return [{ line: at + 2 - bare, level: signs.indexOf(style) + 1, title, bare }];
    }),
  );
}

function marked(all: readonly string[]): readonly Heading[] {
  return nested(
    all.flatMap((line, at) => {
      const [, signs = "", title] = EQUALS.exec(line) ?? [];
      return title === undefined ? [] : [{ line: at + 1, level: signs.length, title, bare: 1 }];
    }),
  );
}

function nested(
  headings: readonly { readonly line: number; readonly level: number; readonly title: string; readonly bare: number }[],
): readonly Heading[] {
  const above: { readonly level: number; readonly title: string }[] = [];
  return headings.map(({ line, level, title, bare }) => {
    while ((above.at(-1)?.level ?? 0) >= level) above.pop();
    above.push({ level, title });
    return { line, bare, path: above.map((one) => one.title) };
  });
}
