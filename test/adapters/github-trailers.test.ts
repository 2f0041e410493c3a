/** Trailers are read as git reads them: the GitHub adapter has no git to ask. */
import { execFile } from "node:child_process";
import fc from "fast-check";
import { expect, test } from "vitest";
import { trailerValues } from "../../shared/adapters/github/trailers.ts";

const KEY = "Improvement-Id";

/** git-interpret-trailers of the message as it would stand in a commit. */
function gitsTrailers(message: string): Promise<string[]> {
  return new Promise((resolve, reject) => {
    const child = execFile("git", ["interpret-trailers", "--parse"], (error, stdout) => {
      if (error !== null) return reject(error);
      const values = stdout.split("\n").flatMap((line) => {
        const [, key, value = ""] = /^([^:]+): ?(.*)$/.exec(line) ?? [];
        return key?.trim().toLowerCase() === KEY.toLowerCase() ? [value.trim()] : [];
      });
      resolve(values);
    });
    child.stdin?.end(message);
  });
}

test.each<[string, string]>([
  ["at the end", `Subject\n\nBody\n\n${KEY}: i1\nCo-Authored-By: x <x@y>\n`],
  ["twice", `Subject\n\n${KEY}: i1\n${KEY}: i2\n`],
  ["in another case", `Subject\n\n${KEY.toUpperCase()}: i1\n`],
  ["folded over two lines", `Subject\n\n${KEY}: i1\n  and more\n`],
  ["in the middle", `Subject\n\n${KEY}: i1\n\nand so on\n`],
  ["in a paragraph with other words", `Subject\n\nBecause of this:\n${KEY}: i1\nit was done.\n`],
  ["in the subject only", `${KEY}: i1\n`],
  ["with blank lines after it", `Subject\n\n${KEY}: i1\n\n\n`],
  ["after a line of white space", `Subject\n \t\n${KEY}: i1\n`],
  ["without a line end", `Subject\n\n${KEY}: i1`],
  ["without a space", `Subject\n\n${KEY}:i1\n`],
  ["indented", `Subject\n\n  ${KEY}: i1\n`],
])("%s", async (_name, message) => {
  expect(trailerValues(message, KEY)).toEqual(await gitsTrailers(message));
});

test("nothing git would not take for a trailer is taken for one", async () => {
  const line = fc.constantFrom(
    "Subject",
    "some words",
    "",
    "",
    `${KEY}: i1`,
    `${KEY}: i2`,
    "Other: x",
    " folded",
    "a: b c",
    "no trailer: x",
  );
  await fc.assert(
    fc.asyncProperty(fc.array(line, { minLength: 1, maxLength: 8 }), async (lines) => {
      const message = `${lines.join("\n")}\n`;
      const ours = trailerValues(message, KEY);
      if (ours.length > 0) expect(ours).toEqual(await gitsTrailers(message));
    }),
    { numRuns: 200 },
  );
});
