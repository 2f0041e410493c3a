/** Cuts a Markdown document where its headings cut it. */

export interface Section {
  /** Headings from the outermost to its own, `A > B`; empty before the first one. */
  readonly place: string;
  readonly text: string;
}

const FENCE = /^ {0,3}(`{3,}|~{3,})/;
const HEADING = /^ {0,3}(#{1,6})\s+(.*?)\s*#*\s*$/;
const UNDERLINE = /^ {0,3}(=+|-+)\s*$/;

/** Sections in the order of the text, none longer than `most` characters; longer ones are cut between paragraphs. */
export function markdownSections(text: string, most: number): readonly Section[] {
  const sections: Section[] = [];
  const path: { readonly level: number; readonly title: string }[] = [];
  let lines: string[] = [];
  let fence: string | undefined;

  function close(): void {
    const place = path.map(({ title }) => title).join(" > ");
    for (const part of parts(lines.join("\n"), most)) sections.push({ place, text: part });
    lines = [];
  }
  function open(level: number, title: string): void {
    close();
    while ((path.at(-1)?.level ?? 0) >= level) path.pop();
    path.push({ level, title: title.slice(0, 120) });
  }

  for (const line of text.replaceAll("\r\n", "\n").split("\n")) {
    const mark = FENCE.exec(line)?.[1];
    if (fence !== undefined) {
      if (mark?.startsWith(fence) === true && line.trim() === mark) fence = undefined;
      lines.push(line);
      continue;
    }
    if (mark !== undefined) fence = mark;
    const heading = HEADING.exec(line);
    const under = UNDERLINE.exec(line)?.[1];
    const before = lines.at(-1) ?? "";
    if (heading !== null) open((heading[1] ?? "#").length, heading[2] ?? "");
    else if (under !== undefined && isTitle(before, lines.at(-2))) {
      lines.pop();
      open(under.startsWith("=") ? 1 : 2, before.trim());
    } else lines.push(line);
  }
  close();
  return sections;
}

/** A line of its own; `---` below a list, a table or nothing is a rule. */
function isTitle(line: string, before: string | undefined): boolean {
  return (before ?? "").trim() === "" && /^ {0,3}[^\s#>|*+-]/.test(line) && !/^\s*\w[\w-]*:\s/.test(line);
}

function parts(text: string, most: number): string[] {
  const found: string[] = [];
  let current = "";
  for (const paragraph of text.split(/\n\s*\n/)) {
    if (current !== "" && current.length + paragraph.length + 2 > most) {
      found.push(current);
      current = "";
    }
    current = current === "" ? paragraph : `${current}\n\n${paragraph}`;
    while (current.length > most) {
      found.push(current.slice(0, most));
      current = current.slice(most);
    }
  }
  return [...found, current].map((part) => part.trim()).filter((part) => part !== "");
}
