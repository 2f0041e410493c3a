/** The rules of a shown diff without a browser: its two sides, what is other within a line, the colours of YAML. */
import { createTwoFilesPatch, FILE_HEADERS_ONLY } from "diff";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { codePieces } from "../../../functions/coordinator/ui/logic/code-pieces.ts";
import { type DiffLine, diffLines } from "../../../functions/coordinator/ui/logic/diff-lines.ts";
import { alteredIn, alteredWithin, sideBySide } from "../../../functions/coordinator/ui/logic/side-by-side.ts";
import { yamlColours } from "../../../functions/coordinator/ui/logic/yaml-colours.ts";

describe("a diff side by side", () => {
  const text = fc
    .array(fc.constantFrom("a: 1", "a: 2", "  b: x", "", "- c", "# d", "\\ e", "+f", "-g", "@@ h"), { maxLength: 30 })
    .map((lines) => lines.join("\n"));
  const diffOf = (before: string, after: string, context: number) =>
    diffLines(
      createTwoFilesPatch("a/f", "b/f", before, after, undefined, undefined, {
        context,
        headerOptions: FILE_HEADERS_ONLY,
      }),
    );
  const isCode = (line: DiffLine | undefined): line is DiffLine =>
    line !== undefined && line.kind !== "hunk" && line.kind !== "note";
  const lines = (whole: string) => (whole.endsWith("\n") ? whole.slice(0, -1) : whole).split("\n");

  test("its sides are both files, line by line and number by number", () => {
    fc.assert(
      fc.property(text, text, (before, after) => {
        fc.pre(before !== after && before !== "" && after !== "");
        const pairs = sideBySide(diffOf(before, after, 1_000));
        const left = pairs.map((pair) => pair.left).filter(isCode);
        const right = pairs.map((pair) => pair.right).filter(isCode);
        expect(left.map((line) => line.text)).toEqual(lines(before));
        expect(right.map((line) => line.text)).toEqual(lines(after));
        expect(left.map((line) => line.before)).toEqual(left.map((_, i) => i + 1));
        expect(right.map((line) => line.after)).toEqual(right.map((_, i) => i + 1));
      }),
    );
  });

  test("no line is lost or shown twice where the diff leaves parts out", () => {
    fc.assert(
      fc.property(text, text, (before, after) => {
        const all = diffOf(before, after, 2);
        const shown = new Set(sideBySide(all).flatMap(({ left, right }) => [left, right]));
        shown.delete(undefined);
        expect(shown.size).toBe(all.length);
      }),
    );
  });

  test.each([
    ["  replicas: 2", "  replicas: 3", "2", "3"],
    ["image: cart:1.4.2", "image: cart:1.5.0", "4.2", "5.0"],
    ["memory: 128Mi", "memory: 128Mi # measured", "", " # measured"],
    ["name: 🙂", "name: 🙃", "🙂", "🙃"],
  ])("of %j and %j the difference is marked", (before, after, was, is) => {
    const altered = alteredWithin(before, after);
    expect(before.slice(...(altered?.before ?? []))).toBe(was);
    expect(after.slice(...(altered?.after ?? []))).toBe(is);
  });

  test("lines that have nothing in common, or only their indentation, have no mark", () => {
    expect(alteredWithin("          ports:", "          # x")).toBeUndefined();
    expect(alteredWithin("same", "same")).toBeUndefined();
    expect(alteredIn(diffOf("a: 1\n", "zzz\n", 3)).size).toBe(0);
  });
});

describe("the colours of YAML", () => {
  test("keys, texts and comments have theirs, also over several lines", () => {
    const lines = ["# why", 'name: "cart"', "run: |", "  echo 1", "  echo 2"];
    const shown = yamlColours(lines).map((row, i) => row.map(([a, b, name]) => [lines[i]?.slice(a, b), name]));
    expect(shown[0]).toEqual([["# why", "y-comment"]]);
    expect(shown[1]).toContainEqual(["name", "y-key"]);
    expect(shown[1]).toContainEqual(['"cart"', "y-string"]);
    expect(shown[3]?.map(([, name]) => name)).toContain("y-value");
    expect(shown[4]?.map(([, name]) => name)).toContain("y-value");
  });

  test("whatever the text is, its pieces in a row are the text", () => {
    const row = fc.string({ unit: fc.constantFrom("a", ":", " ", "-", "'", '"', "{", "<", "#", "&", "|", "🙂", "\t") });
    fc.assert(
      fc.property(fc.array(row, { maxLength: 12 }), fc.nat(20), fc.nat(20), (lines, from, size) => {
        const colours = yamlColours(lines);
        expect(colours).toHaveLength(lines.length);
        for (const [i, line] of lines.entries()) {
          const altered = [Math.min(from, line.length), Math.min(from + size, line.length)] as const;
          expect(
            codePieces(line, colours[i] ?? [], altered)
              .map((piece) => piece.text)
              .join(""),
          ).toBe(line);
        }
      }),
    );
  });
});
