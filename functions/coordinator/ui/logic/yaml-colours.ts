/** Which words of a YAML text are what. Loaded with the first YAML file somebody looks at. */
import { highlightTree, tagHighlighter, tags } from "@lezer/highlight";
import { parser } from "@lezer/yaml";

/** [from, to) in UTF-16 units of one line, and the class of what stands there. */
export type Coloured = readonly [from: number, to: number, name: string];

const highlighter = tagHighlighter([
  { tag: tags.definition(tags.propertyName), class: "y-key" },
  { tag: tags.string, class: "y-string" },
  { tag: tags.content, class: "y-value" },
  { tag: [tags.attributeValue, tags.special(tags.string)], class: "y-block" },
  { tag: tags.lineComment, class: "y-comment" },
  { tag: [tags.typeName, tags.labelName, tags.keyword], class: "y-mark" },
  { tag: [tags.punctuation, tags.separator, tags.meta], class: "y-mark" },
]);

/** For every line its coloured parts, ascending and without overlap; what they leave out has no colour. */
export function yamlColours(lines: readonly string[]): Coloured[][] {
  const text = lines.join("\n");
  const starts: number[] = [];
  let at = 0;
  for (const line of lines) {
    starts.push(at);
    at += line.length + 1;
  }
  const found: Coloured[][] = lines.map(() => []);
  let row = 0;
  highlightTree(parser.parse(text), highlighter, (from, to, name) => {
    while (row + 1 < starts.length && (starts[row + 1] ?? 0) <= from) row += 1;
    for (let i = row; i < lines.length && (starts[i] ?? 0) < to; i += 1) {
      const start = starts[i] ?? 0;
      const begin = Math.max(from - start, 0);
      const end = Math.min(to - start, lines[i]?.length ?? 0);
      if (begin < end) found[i]?.push([begin, end, name]);
    }
  });
  return found;
}
