/** What a pull request says notifies nobody and links nothing, whatever a caller lets through. */
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { requestBody, requestTitle } from "../../shared/adapters/github/markdown.ts";

test.each([
  ["a person", "ask @dana and **@acme/platform**", "ask @ dana and **@ acme/platform**"],
  ["a person behind markup", "<b>x</b>@dana _a_@dana", "<b>x</b>@ dana _a_@ dana"],
  ["a person in characters", "&#64;dana &#x40;dana &commat;dana", "@ dana @ dana @ dana"],
  ["a ticket", "fixes #12, acme/x#3 and GH-4", "fixes # 12, acme/x# 3 and GH 4"],
  ["a ticket in characters", "closes &#35;12 &num;3", "closes # 12 # 3"],
  [
    "an address of a ticket",
    "see https://github.com/acme/x/issues/1",
    "see https://redirect.github.com/acme/x/issues/1",
  ],
  ["what people do not see", "a<!-- b -->\u200b\u202e", "a&lt;!-- b -->"],
])("%s", (_name, text, expected) => {
  expect(requestBody(text)).toBe(expected);
});

test("layout, code, links, digests and mail addresses stay as they are", () => {
  const body = `# Heading

| a | b |
|---|---|
| \`image: ghcr.io/acme/x@sha256:abc\` | [talk](https://www.youtube.com/watch?v=1#t=4) |

\`\`\`diff
-  cpu: 1
+  cpu: 2 # more
\`\`\`

- [ ] mail to dana@example.org
`;
  expect(requestBody(body)).toBe(body);
});

test("no text is longer than GitHub takes, and none is cut within a character", () => {
  const long = requestBody("🚀".repeat(40_000));
  expect(long.length).toBeLessThan(65_536);
  expect(long.isWellFormed()).toBe(true);
  expect(long).toMatch(/left out/);
  expect([...requestTitle("🚀".repeat(400))].length).toBeLessThanOrEqual(256);
  expect(requestTitle(" \u200b\n")).toMatch(/\w/);
  expect(requestTitle("a\n\nb @dana #1")).toBe("a b @ dana # 1");
});

test("whatever is written, nobody is mentioned and no ticket is named", () => {
  const piece = fc.constantFrom(
    "@",
    "#",
    "&#64;",
    "&#35;",
    "dana",
    "1",
    "GH-",
    " ",
    "\n",
    "*",
    "<!--",
    "&",
    ";",
    "\u200b",
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
      const body = requestBody(pieces.join(""));
      expect(body).not.toMatch(/(^|[^\p{L}\p{N}])@[\p{L}\p{N}]/u);
      expect(body).not.toMatch(/#\d/);
      expect(body).not.toMatch(/\bGH-\d/i);
      expect(body).not.toContain("<!--");
    }),
  );
});
