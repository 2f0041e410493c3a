import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { chunksOfFile } from "../../../../shared/knowledge/chunking/chunk-file.ts";
import { embeddedText } from "../../../../shared/knowledge/chunking/embedded-text.ts";
import { leftOutByContent, leftOutByName } from "../../../../shared/knowledge/chunking/readable.ts";
import type { Chunk } from "../../../../shared/knowledge-ports.ts";

const LONG = "Nothing here is short enough to be put together with its neighbours, as everybody sees. "
  .repeat(4)
  .trim();

function chunks(path: string, text: string): readonly Chunk[] {
  return chunksOfFile({ corpus: path.endsWith(".md") ? "documents" : "manifests", source: "docs", path, text });
}
const places = (path: string, text: string) => chunks(path, text).map(({ place, from, to }) => [place, from, to]);

describe("Markdown", () => {
  test.each([
    ["from H1 straight to H3", `# A\n\n${LONG}\n\n### C\n\n${LONG}\n\n## B\n\n${LONG}\n`, ["A", "A > C", "A > B"]],
    ["headings one below the other", `# A\n## B\n### C\n${LONG}\n`, ["A > B > C"]],
    [
      "code, emphasis and links in headings",
      `# The \`web\` *service* [here](x.md)\n${LONG}\n`,
      ["The web service here"],
    ],
    ["underlined headings", `Title\n=====\n\n${LONG}\n\nPart\n----\n\n${LONG}\n`, ["Title", "Title > Part"]],
    ["front matter", `---\ntitle: x\nowner: y\n---\n\n# A\n\n${LONG}\n`, ["A"]],
    ["headings in HTML", `<h1 align="center">Big <b>one</b></h1>\n\n${LONG}\n`, ["Big one"]],
    [
      "no heading in a fence or a comment",
      `# A\n\n\`\`\`sh\n# not one\n\`\`\`\n<!-- \n# nor this\n-->\n${LONG}\n`,
      ["A"],
    ],
    ["no heading at all", `${LONG}\n`, ["x"]],
    ["tiny ones with their peers", "# A\n\n## B\n\nb\n\n## C\n\nc\n", ["A"]],
    ["the same title twice", `# A\n${LONG.repeat(4)}\n# A\n${LONG.repeat(4)}\n`, ["A", "A"]],
  ])("%s", (_name, text, expected) => {
    expect(chunks("docs/x.md", text).map(({ place }) => place)).toEqual(expected);
    expect(new Set(chunks("docs/x.md", text).map(({ id }) => id)).size).toBe(expected.length);
  });

  test("lines are those of the file", () => {
    const text = `---\na: b\n---\n# A\r\n\r\n${LONG}\r\n\r\n## B\n\n${LONG}\n\n`;
    expect(places("x.md", text)).toEqual([
      ["A", 1, 6],
      ["A > B", 8, 10],
    ]);
  });

  test("a long table is cut between rows, its header above every part", () => {
    const rows = Array.from({ length: 90 }, (_, at) => `| host-${at} | 10.0.0.${at} | what it is good for |`);
    const found = chunks("x.md", `# Hosts\n\n| Host | Address | Use |\n|---|---|---|\n${rows.join("\n")}\n`);
    expect(found.length).toBeGreaterThan(2);
    for (const { text, place } of found) {
      expect(text).toContain("| Host | Address | Use |\n|---|---|---|");
      expect(text.length).toBeLessThanOrEqual(1_900);
      expect(place).toBe("Hosts");
    }
    const cells = found.flatMap(({ text }) => text.split("\n").filter((line) => line.startsWith("| host-")));
    expect(cells).toEqual(rows);
  });

  test("a table, a list and a fence that fit stay whole, wherever a long section is cut", () => {
    const table = `| a | b |\n|---|---|\n${"| one | two |\n".repeat(40)}`.trim();
    const list = Array.from({ length: 30 }, (_, at) => `- point ${at}\n  with a second line`).join("\n");
    const fence = `\`\`\`yaml\n${"key: value\n\n".repeat(60)}\`\`\``;
    const found = chunks(
      "x.md",
      `# A\n\n${LONG}\n\n${LONG}\n\n${table}\n\n${LONG}\n\n${list}\n\n${LONG}\n\n${fence}\n`,
    );
    for (const block of [table, list, fence]) expect(found.filter(({ text }) => text.includes(block))).toHaveLength(1);
  });

  test("headings are not embedded twice", () => {
    const [first, second] = chunks("docs/x.md", `Big *one*\n===\n\n${LONG}\n\n### Small\n\n${LONG} Small.\n`);
    expect(first && embeddedText(first)).toBe(`docs/x.md\nBig one\n${LONG}`);
    expect(second && embeddedText(second)).toBe(`docs/x.md\nBig one > Small\n${LONG} Small.`);
  });
});

describe("YAML", () => {
  const deployment =
    "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: web\n  namespace: shop\nspec:\n  replicas: 2\n";

  test("one chunk per object, with kind, namespace, name and lines", () => {
    const found = chunks("a.yaml", `# top\n---\n${deployment}---\nkind: Namespace\nmetadata: {name: shop}\n`);
    expect(found.map(({ kind, namespace, name, from, to, place }) => [kind, namespace, name, from, to, place])).toEqual(
      [
        ["Deployment", "shop", "web", 1, 9, "Deployment shop/web"],
        ["Namespace", undefined, "shop", 10, 12, "Namespace shop"],
      ],
    );
  });

  test("objects of a List are objects", () => {
    const text =
      "apiVersion: v1\nkind: List\nitems:\n  - kind: Service\n    metadata: {name: a}\n  # the other\n  - kind: Service\n    metadata: {name: b}\n";
    expect(places("a.yaml", text)).toEqual([
      ["Service a", 1, 5],
      ["Service b", 6, 8],
    ]);
  });

  test("a long ConfigMap is cut by key, small keys stay together", () => {
    const big = `    ${"line of a script\n    ".repeat(80).trim()}`;
    const text = `kind: ConfigMap\nmetadata:\n  name: c\ndata:\n  a: x\n  b: y\n  run.sh: |\n${big}\n  z: last\n`;
    const found = chunks("a.yaml", text);
    expect(found.map(({ place }) => place)).toEqual(
      ["ConfigMap c", "ConfigMap c > run.sh", "ConfigMap c"].slice(0, found.length),
    );
    expect(found.some(({ text: one }) => one.includes("a: x\n  b: y"))).toBe(true);
  });

  test.each([
    [
      "a template",
      `kind: Deployment\nmetadata:\n  name: {{ .Release.Name }}-web\n{{- if .Values.x }}\nspec: {}\n{{- end }}\n`,
      "Deployment {{ .Release.Name }}-web",
    ],
    ["broken", `kind: Service\nmetadata:\n  name: web\n  namespace: "shop"\nspec:\n - a\n  b: [\n`, "Service shop/web"],
    ["keys twice", `kind: Service\nmetadata:\n  name: web\nspec:\n  a: 1\n  a: 2\n`, "Service web"],
    ["carriage returns", deployment.replaceAll("\n", "\r\n"), "Deployment shop/web"],
    ["tabs", "kind: Service\nmetadata:\n\tname: web\n", "Service web"],
    ["values of a chart", "image:\n  tag: 1\n", "values"],
    ["a list", "- a\n- b\n", "values"],
    ["a scalar", "hello\n", "values"],
    ["JSON", '{"kind": "Service", "metadata": {"name": "web"}}', "Service web"],
  ])("%s is found under its name, and beside it a document that is whole", (_name, text, place) => {
    const found = chunks(
      "charts/values.yaml",
      `${text}---\nkind: Namespace\nmetadata:\n  name: other\n`.replace(/^(\{.*\})---/, "$1\n---"),
    );
    expect(found.map((chunk) => chunk.place)).toEqual([place, "Namespace other"]);
  });
});

describe("no line is lost", () => {
  const word = fc.constantFrom(
    "web",
    "# A",
    "## B",
    "### C",
    "kind: ConfigMap",
    "metadata:",
    "  name: x",
    "data:",
    "  k: |",
    "    text",
    "---",
    "- item",
    "  - sub",
    "| a | b |",
    "|---|---|",
    "```",
    "```yaml",
    "===",
    "> quote",
    "{{ if }}",
    "items:",
    "a: [",
    "b: }",
    "",
    "\t",
    "<div>",
    "<!--",
    "-->",
    "    code",
    "[x]",
    "key = 1",
    "1. one",
    "...",
    "&a *b",
    "%YAML 1.2",
    "***",
    "a".repeat(4_000),
    LONG,
  );
  const file = fc.array(word, { maxLength: 60 }).map((lines) => lines.join("\n"));
  test.each([
    "x.md",
    "x.yaml",
    "x.json",
    "x.txt",
    "x.rst",
    "x.toml",
    "x.adoc",
    "run.sh",
    "templates/x.tpl",
    "Makefile",
  ])("%s", (path) => {
    fc.assert(
      fc.property(file, (text) => {
        const found = chunks(path, text);
        const covered = new Map<number, string>();
        for (const { from, to, text: shown } of found) {
          expect(shown.length).toBeLessThanOrEqual(1_800 + 4_100);
          for (let line = from; line <= to; line += 1) covered.set(line, (covered.get(line) ?? "") + shown);
        }
        for (const [at, line] of text.split("\n").entries()) {
          if (line.trim() === "") continue;
          expect(covered.get(at + 1)?.replaceAll("\n", "")).toContain(line.trim().slice(0, 1_000));
        }
        expect(new Set(found.map(({ id }) => id)).size).toBe(found.length);
      }),
      { numRuns: 150 },
    );
  });
});

describe("identity", () => {
  test("a place keeps its id when its text changes, and every change changes the hash", () => {
    const [before] = chunks("x.md", `# A\n\n${LONG}\n`);
    const [after] = chunks("x.md", `# A\n\n${LONG} More.\n`);
    const [moved] = chunks("x.md", `\n\n# A\n\n${LONG}\n`);
    expect(after?.id).toBe(before?.id);
    expect(moved?.id).toBe(before?.id);
    expect(new Set([before?.hash, after?.hash, moved?.hash]).size).toBe(3);
    expect(chunks("y.md", `# A\n\n${LONG}\n`)[0]?.id).not.toBe(before?.id);
    expect(chunks("x.md", `# A\n\n${LONG}\n`)[0]).toEqual(before);
  });
});

test.each([
  ["node_modules/a/README.md", "x", true],
  ["package-lock.json", "x", true],
  ["logo.png", "x", true],
  ["docs/a.md", "a\u0000b", true],
  ["docs/a.json", "x".repeat(1_000_001), true],
  ["docs/a.json", `{"a":"${"x".repeat(200_000)}"}`, true],
  ["docs/a.md", "text", false],
  ["charts/a/templates/_helpers.tpl", "{{ x }}", false],
])("%s is left out: %#", (path, text, isLeftOut) => {
  const because = leftOutByName(path) ?? leftOutByContent(text);
  expect(because !== undefined).toBe(isLeftOut);
});
