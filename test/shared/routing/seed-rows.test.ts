import { describe, expect, test } from "vitest";
import * as z from "zod";
import { CATEGORIES, EXPERTS } from "../../../shared/domain/improvement.ts";
import stored from "../../../shared/routing/seed/rows.json" with { type: "json" };

const STYLES = ["proposal", "talk", "blog", "commit", "changelog"] as const;
const rowSchema = z.strictObject({
  id: z.string().regex(/^s\d{4}$/u),
  group: z.string().regex(/^g\d{4}$/u),
  label: z.enum(EXPERTS),
  category: z.enum(CATEGORIES).nullable(),
  type: z.enum(["pattern", "technique", "tool", "integration", "enhancement", "concept"]),
  title: z.string().min(3).max(300),
  description: z.string().max(1200),
  notes: z.string().max(1200),
  style: z.enum(STYLES),
});
const rows = z.array(rowSchema).parse(stored);
const words = (row: z.output<typeof rowSchema>) =>
  `${row.title} ${row.description}`
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, " ")
    .trim();

function share(part: readonly unknown[], whole: readonly unknown[]): number {
  return part.length / whole.length;
}

describe("the rows a router starts from", () => {
  test("are enough, and no expert has much more to learn from than another", () => {
    expect(rows.length).toBeGreaterThanOrEqual(1500);
    const counts = EXPERTS.map((expert) => rows.filter((row) => row.label === expert).length);
    expect(Math.min(...counts)).toBeGreaterThanOrEqual(220);
    expect(Math.max(...counts) / Math.min(...counts)).toBeLessThan(1.2);
  });

  test("are told apart by id and by text", () => {
    expect(new Set(rows.map((row) => row.id)).size).toBe(rows.length);
    const seen = new Map<string, string>();
    const twice = rows.flatMap((row) => {
      const before = seen.get(words(row));
      seen.set(words(row), row.id);
      return before === undefined ? [] : [`${before} and ${row.id}`];
    });
    expect(twice).toEqual([]);
  });

  test("of one idea have one label, and few rows are of one idea", () => {
    const groups = Map.groupBy(rows, (row) => row.group);
    const split = [...groups].filter(([, of]) => new Set(of.map((row) => row.label)).size > 1).map(([group]) => group);
    expect(split).toEqual([]);
    expect(Math.max(...[...groups.values()].map((of) => of.length))).toBeLessThanOrEqual(3);
  });

  test("sound like all the places proposals come from, for every expert", () => {
    for (const style of STYLES) {
      const spoken = rows.filter((row) => row.style === style);
      expect(share(spoken, rows), style).toBeGreaterThan(0.05);
      expect(share(spoken, rows), style).toBeLessThan(0.5);
      for (const expert of EXPERTS) {
        expect(spoken.filter((row) => row.label === expert).length, `${style} of ${expert}`).toBeGreaterThanOrEqual(20);
      }
    }
  });

  test("claim a category only as proposals do, and it is often enough wrong that nobody learns to believe it", () => {
    expect(rows.filter((row) => row.style !== "proposal" && row.category !== null)).toEqual([]);
    const claimed = rows.filter((row) => row.style === "proposal");
    expect(claimed.filter((row) => row.category === null)).toEqual([]);
    const right = share(
      claimed.filter((row) => row.category === row.label),
      claimed,
    );
    expect(right).toBeGreaterThan(0.6);
    expect(right).toBeLessThan(0.8);
    const elsewhere = claimed.filter((row) => row.category === "capability" || row.category === "knowledge");
    expect(share(elsewhere, claimed)).toBeGreaterThan(0.05);
  });

  test("have terse and long texts, so that length tells nothing of the label", () => {
    const mean = (expert: string) => {
      const own = rows.filter((row) => row.label === expert);
      return own.reduce((sum, row) => sum + words(row).split(" ").length, 0) / own.length;
    };
    const means = EXPERTS.map(mean);
    expect(Math.max(...means) / Math.min(...means)).toBeLessThan(1.4);
    expect(rows.filter((row) => words(row).split(" ").length <= 5).length).toBeGreaterThan(100);
    expect(rows.filter((row) => words(row).split(" ").length >= 20).length).toBeGreaterThan(100);
  });

  test("name what belongs to one field under others as well, since what is asked for decides", () => {
    for (const noun of ["postgres", "redis", "prometheus", "traefik", "secret", "webhook"]) {
      const labels = new Set(rows.filter((row) => words(row).includes(noun)).map((row) => row.label));
      expect(labels.size, noun).toBeGreaterThanOrEqual(4);
    }
  });

  test("were written in sentences of their own: no opening of four words is a template", () => {
    const openings = Map.groupBy(
      rows.filter((row) => words(row).split(" ").length >= 8),
      (row) => words(row).split(" ").slice(0, 4).join(" "),
    );
    expect([...openings].filter(([, of]) => of.length > 4).map(([opening]) => opening)).toEqual([]);
  });
});
