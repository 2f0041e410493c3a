import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { evaluate } from "../../../shared/repository/templates/evaluate.ts";
import { plainFunctions } from "../../../shared/repository/templates/functions.ts";
import { parseTemplate } from "../../../shared/repository/templates/parse.ts";
import { NotUnderstood } from "../../../shared/repository/templates/syntax.ts";

const dot = {
  a: { b: "x", n: 3, on: true, off: false },
  list: ["p", "q"],
  none: null,
  text: "Some Text",
  map: { k: "v" },
};

function render(text: string, missing: "nothing" | "refuse" = "nothing"): string {
  const { body, named } = parseTemplate(text);
  return evaluate(body, dot, { functions: plainFunctions, named, missing });
}

describe("Go templates", () => {
  test.each([
    ["plain text }} stays", "plain text }} stays"],
    ["{{ .a.b }}", "x"],
    ["{{.a.n}} {{ .a.on }}", "3 true"],
    ["[{{ .none }}{{ .nothing }}]", "[]"],
    ["a {{- .a.b -}} \n b", "axb"],
    ["a{{/* a comment }} */}}b{{- /* and one more */ -}} c", "abc"],
    ["{{ if .a.off }}1{{ else if .a.on }}2{{ else }}3{{ end }}", "2"],
    ["{{ if and .a.on .none }}1{{ else }}2{{ end }}", "2"],
    ["{{ if or .none .a.b }}1{{ end }}", "1"],
    ["{{ with .a }}{{ .b }}{{ $.text }}{{ end }}", "xSome Text"],
    ["{{ with .none }}1{{ else }}2{{ end }}", "2"],
    ["{{ range .list }}<{{ . }}>{{ end }}", "<p><q>"],
    ["{{ range $i, $e := .list }}{{ $i }}={{ $e }};{{ end }}", "0=p;1=q;"],
    ["{{ range $k, $v := .map }}{{ $k }}:{{ $v }}{{ end }}", "k:v"],
    ["{{ range .nothing }}1{{ else }}2{{ end }}", "2"],
    ['{{ $x := "1" }}{{ if .a.on }}{{ $x = "2" }}{{ end }}{{ $x }}', "2"],
    ['{{ $x := "1" }}{{ if .a.on }}{{ $x := "2" }}{{ end }}{{ $x }}', "1"],
    ['{{ "}}" }}{{ `raw "text"` }}', '}}raw "text"'],
    ['{{ .text | lower | replace " " "-" | quote }}', '"some-text"'],
    ['{{ default "d" .none }}{{ .a.b | default "d" }}', "dx"],
    ['{{ printf "%s-%d%%" .a.b 4 }}', "x-4%"],
    ["{{ (index .list 1) }}{{ index .map `k` }}", "qv"],
    ['{{ trunc 4 .text }}{{ trunc -4 .text }}{{ trimSuffix "xt" .text }}', "SomeTextSome Te"],
    ['{{ eq .a.b "x" "y" }}{{ ne .a.b "x" }}{{ not .a.b }}', "truefalsefalse"],
    ['{{ (dict "k" .a.b).k }}{{ len .list }}{{ list "a" | first }}', "x2a"],
    ["{{ and .none .a.on }}", ""],
  ])("%s", (text, expected) => {
    expect(render(text)).toBe(expected);
  });

  test.each([
    "{{ .none.b }}",
    "{{ .a.b.c }}",
    "{{ .a }}",
    "{{ unknown .a }}",
    "{{ constructor }}",
    "{{ .a.b | }}",
    "{{ .a",
    "{{ end }}",
    "{{ if .a }}",
    "{{ else }}",
    "{{ $x }}",
    "{{ eq .a.n .a.b }}",
    "{{ index .list 7 }}",
    '{{ template "x" }}',
    '{{ printf "%x" 1 }}',
    "{{ }}",
    "{{ .a.b .a.n }}",
    "{{ 10000000 }}",
    "{{ 'c' }}",
    "{{ if .a }}{{ define `x` }}{{ end }}{{ end }}",
    `{{ ${"(".repeat(100)}1${")".repeat(100)} }}`,
    `${"{{ if true }}".repeat(100)}x${"{{ end }}".repeat(100)}`,
    `{{ range .list }}${"{{ range $.list }}".repeat(20)}x${"{{ end }}".repeat(21)}`,
  ])("not understood: %s", (text) => {
    expect(() => render(text)).toThrow(NotUnderstood);
  });

  test("what is missing is refused where printing nothing would be a guess", () => {
    expect(() => render("{{ .nothing }}", "refuse")).toThrow(NotUnderstood);
  });

  test("nothing of the language gets in by a name", () => {
    for (const name of ["__proto__", "constructor", "toString", "hasOwnProperty"]) {
      expect(render(`[{{ .${name} }}{{ .map.${name} }}{{ get .map "${name}" }}]`)).toBe("[]");
    }
  });

  test("any text is rendered or not understood, and text without actions is itself", () =>
    fc.assert(
      fc.property(
        fc.array(
          fc.constantFrom(
            "{{",
            "}}",
            "{{-",
            "-}}",
            " if ",
            " end ",
            " else ",
            ".a",
            "$",
            "|",
            "(",
            ")",
            '"',
            "`",
            "x ",
            "range ",
            "define ",
            ":= ",
            "1",
            "\n",
            "/*",
            "*/",
          ),
          { maxLength: 30 },
        ),
        (parts) => {
          const text = parts.join("");
          try {
            const rendered = render(text);
            if (!text.includes("{{")) expect(rendered).toBe(text);
          } catch (error) {
            expect(error).toBeInstanceOf(NotUnderstood);
          }
        },
      ),
    ));
});
