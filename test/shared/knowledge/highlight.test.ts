import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { excerptOf, highlightsOf } from "../../../shared/knowledge/highlight.ts";

const marked = (text: string, question: string) =>
  highlightsOf(text, question).map(([from, to]) => text.slice(from, to));

describe("words that are marked", () => {
  test.each([
    ["Backups run at two. A backup is kept for a week.", "when do backups run", ["Backups", "run", "backup"]],
    ["redis-queue.shop and redis", "where is redis", ["redis", "redis"]],
    ["maxUnavailable: 1", "max unavailable", ["maxUnavailable"]],
    ["nothing of it", "postgres", []],
    ["The and of", "the and of", []],
    ["Größe des Volumes", "grosse volumes", ["Volumes"]],
  ])("%s / %s", (text, question, words) => expect(marked(text, question)).toEqual(words));

  test("are in order, within the text, and never overlap, whatever the texts are", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme", maxLength: 200 }), fc.string({ maxLength: 60 }), (text, question) => {
        let end = 0;
        for (const [from, to] of highlightsOf(text, `${question} ${text.slice(0, 20)}`)) {
          expect(from).toBeGreaterThanOrEqual(end);
          expect(to).toBeGreaterThan(from);
          end = to;
        }
        expect(end).toBeLessThanOrEqual(text.length);
      }),
    );
  });
});

describe("a quote", () => {
  const text = "# Title\n\nfirst\nPostgres is here\nwith its backups\n\nlast line\n";
  test.each([
    ["where are postgres backups", 2, "Postgres is here\nwith its backups", 3, 4],
    ["where are backups", 2, "with its backups", 4, 4],
    ["nothing of that", 1, "# Title", 0, 0],
    ["last", 9, "last line", 6, 6],
  ])("%s, %i lines", (question, lines, quote, from, to) => {
    expect(excerptOf(text, question, lines)).toMatchObject({ text: quote, from, to });
  });
});
