import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { readCaptions } from "../../../functions/ingest/captions.ts";
import { unroll } from "../../../functions/ingest/rolling.ts";
import { sentencesOf } from "../../../functions/ingest/sentences.ts";
import { clock } from "../../../functions/ingest/transcript.ts";

const time = (ms: number): string => new Date(ms).toISOString().slice(11, 23);
const words = (raw: string): string[] => unroll(readCaptions(raw)).map(({ text }) => text);
const cue = (from: number, to: number, ...lines: string[]): string =>
  `${time(from)} --> ${time(to)}\n${lines.join("\n")}\n\n`;

/** As automatic captions are delivered: each line with the one before it, then alone for ten milliseconds. */
function rolled(lines: readonly string[]): string {
  return lines
    .map(
      (line, i) =>
        cue(i * 2_000, i * 2_000 + 1_990, lines[i - 1] ?? " ", line) +
        cue(i * 2_000 + 1_990, (i + 1) * 2_000, line, " "),
    )
    .join("");
}

describe("what rolls is heard once", () => {
  test("whatever the lines, also when one is said twice in a row", () => {
    const line = fc.array(fc.constantFrom("so", "no", "set", "limits", "the", "pods"), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(fc.array(line, { minLength: 3, maxLength: 12 }), (lines) => {
        const said = lines.map((list) => list.join(" "));
        expect(words(`WEBVTT\n\n${rolled(said)}`)).toEqual(said);
      }),
    );
  });

  test("a line that grows word by word", () => {
    const raw =
      cue(0, 500, "so we had") + cue(500, 900, "so we had a very") + cue(900, 2_000, "so we had a very bad day");
    expect(words(raw).join(" ")).toBe("so we had a very bad day");
  });

  test("but not what people repeat in captions that do not roll", () => {
    const raw = [
      "It is late.",
      "Yes, it is.",
      "Yes, it is.",
      "I know.",
      "Good night.",
      "Good night to you.",
      "Off we go.",
      "Now.",
    ]
      .map((line, i) => cue(i * 2_000, i * 2_000 + 1_900, line))
      .join("");
    expect(words(raw)).toHaveLength(8);
  });
});

describe("words carry their own time", () => {
  const raw = `WEBVTT\n\n${cue(0, 6_000, " ", "we<00:00:00.400><c> lost</c><00:00:00.800><c> it</c><00:00:04.000><c> set</c><00:00:04.300><c> limits</c>")}`;

  test("taken from the line's own marks", () => {
    expect(readCaptions(raw)).toEqual([
      { text: "we lost it set limits", start: 0, end: 6_000, times: [0, 400, 800, 4_000, 4_300] },
    ]);
  });

  test("and a quote is dated by its first word", () => {
    const long = Array.from({ length: 6 }, (_, i) => {
      const at = i * 20_000;
      const said = "and that was the story of the pump so set memory limits on every container".split(" ");
      const begun = said.map((word, k) => `<${time(at + k * 300 + (k > 7 ? 3_000 : 0))}><c> ${word}</c>`);
      return cue(at, at + 12_000, begun.join(""));
    }).join("");
    const found = sentencesOf(unroll(readCaptions(long))).filter(({ text }) => text.startsWith("so set memory"));
    expect(found.map(({ start }) => clock(start ?? 0)).slice(0, 2)).toEqual(["00:00:05", "00:00:25"]);
  });
});

describe("speech without punctuation is cut where thoughts end", () => {
  const cut = (text: string): string[] => sentencesOf([{ text }]).map((sentence) => sentence.text);

  test.each([
    [
      "we had no limits for a year and then the node died in the night so set memory limits on every container okay the next thing is the backup you have to test it every month",
      ["so set memory limits on every container"],
    ],
    [
      "the certificate was made by hand on a friday um i will not say who it was me so please let cert manager renew your certificates okay that was the first thing of the three",
      ["so please let cert manager renew your certificates"],
    ],
  ])("%#", (said, sentences) => {
    for (const sentence of sentences) expect(cut(said)).toContain(sentence);
  });

  test("never after a word that cannot end one, and never into monsters", () => {
    const said = "so we went to the big shop of the old man who has a dog and the dog was in the garden "
      .repeat(30)
      .trim();
    for (const sentence of cut(said)) {
      expect(sentence).not.toMatch(/ (?:the|a|of|to)$/u);
      expect(sentence.split(" ").length).toBeLessThanOrEqual(40);
    }
  });

  test("music and laughter part what is said before and after", () => {
    const raw =
      cue(0, 2_000, "that was all of it") +
      cue(2_000, 4_000, "[Laughter] set limits") +
      cue(4_000, 6_000, "on pods (applause) thank you");
    expect(sentencesOf(readCaptions(raw)).map(({ text }) => text)).toEqual([
      "that was all of it",
      "set limits on pods",
      "thank you",
    ]);
  });
});
