import fc from "fast-check";
import { expect, test } from "vitest";
import { findAdvice } from "../../../functions/ingest/extract.ts";
import { readSource } from "../../../functions/ingest/read.ts";
import { sentencesOf } from "../../../functions/ingest/sentences.ts";
import { talk } from "./support.ts";

const TALKS = [
  "spare-keys-12-the-wedding-drain.vtt",
  "four-hundred-and-eleven-pages.json",
  "nine-lines-of-configuration.vtt",
  "what-the-landlord-never-said.srt",
] as const;

/** The talk's words alone, in paragraphs as a person would type them. */
const spokenIn = (name: string): string[] =>
  sentencesOf(readSource(talk(name), 5_000_000).pieces)
    .filter(({ order }) => order === undefined)
    .map(({ text }) => text);

const topicsOf = async (raw: string): Promise<string[]> =>
  (await findAdvice(sentencesOf(readSource(raw, 5_000_000).pieces))).found.map(({ topic }) => topic.id);

interface Damage {
  /** Of a hundred marks, how many are lost. */
  readonly marks: number;
  readonly lower: boolean;
  readonly width: number;
  readonly format: "text" | "srt" | "list";
}
const damage: fc.Arbitrary<Damage> = fc.record({
  marks: fc.integer({ min: 0, max: 100 }),
  lower: fc.boolean(),
  width: fc.integer({ min: 4, max: 14 }),
  format: fc.constantFrom("text", "srt", "list"),
});

function damaged(sentences: readonly string[], { marks, lower, width, format }: Damage): string {
  let count = 0;
  const words = sentences
    .join(" ")
    .replaceAll(/[.,;:!?](?= )/gu, (mark) => ((count = (count + 37) % 100) < marks ? "" : mark))
    .split(" ");
  const lines: string[] = [];
  for (let i = 0; i < words.length; i += width) lines.push(words.slice(i, i + width).join(" "));
  const shown = lower ? lines.map((line) => line.toLowerCase()) : lines;
  if (format === "text") return shown.join("\n");
  if (format === "list") return JSON.stringify(shown.map((text, i) => ({ text, start: i * 3, duration: 5 })));
  const time = (seconds: number): string => new Date(seconds * 1_000).toISOString().slice(11, 23).replace(".", ",");
  return shown.map((text, i) => `${i + 1}\n${time(i * 3)} --> ${time(i * 3 + 3)}\n${text}\n`).join("\n");
}

const talks = TALKS.map((name) => ({ name, sentences: spokenIn(name) }));

test("most of what is proposed survives lost marks, lost capitals, other lines and other formats, and little is added", async () => {
  const before = await Promise.all(
    talks.map(async ({ name, sentences }) => (await topicsOf(sentences.join("\n\n"))).map((id) => `${name}: ${id}`)),
  );
  const wanted = before.flat();
  await fc.assert(
    fc.asyncProperty(damage, async (how) => {
      const heard = await Promise.all(
        talks.map(async ({ name, sentences }) =>
          (await topicsOf(damaged(sentences, how))).map((id) => `${name}: ${id}`),
        ),
      );
      const got = heard.flat();
      const kept = wanted.filter((one) => got.includes(one));
      expect(kept.length / wanted.length).toBeGreaterThanOrEqual(0.7);
      expect(kept.length / got.length).toBeGreaterThanOrEqual(0.7);
    }),
    { numRuns: 20 },
  );
});

test.each(talks)("every quote of $name exists, whatever was lost", async ({ sentences }) => {
  await fc.assert(
    fc.asyncProperty(damage, async (how) => {
      const { pieces } = readSource(damaged(sentences, how), 5_000_000);
      const said = pieces.map(({ text }) => text).join(" ");
      const { found } = await findAdvice(sentencesOf(pieces));
      for (const { supports } of found) for (const { text } of supports) expect(said).toContain(text);
    }),
    { numRuns: 6 },
  );
});
