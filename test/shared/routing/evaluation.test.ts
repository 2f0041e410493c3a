import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { EXPERTS } from "../../../shared/domain/improvement.ts";
import { keywordVote } from "../../../shared/routing/keywords/vote.ts";
import { problemsOf } from "../../eval/ratchet.ts";
import { comparison } from "../../eval/routing/comparison.ts";
import { linesOf } from "../../eval/routing/lines.ts";
import { matrixOf, SYSTEMS } from "../../eval/routing/matrix.ts";
import {
  brier,
  calibrationError,
  coverageAt90,
  leastCalibrationError,
  macroF1,
  mcnemar,
} from "../../eval/routing/measures.ts";
import { VARIATIONS, variationOf } from "../../eval/routing/metamorphic.ts";
import { drawn, ofOtherRepositories, oldest, repositoryOf } from "../../eval/routing/retrain.ts";
import { type Case, casesOf, hashOf, likeness, type SetName, wordsOf } from "../../eval/routing/rows.ts";
import { routeToExpert } from "../../eval/routing/seed-rule.ts";
import { broken, keywordsAlone, nearest } from "../../eval/routing/systems.ts";

const NAMES: readonly SetName[] = ["held", "adversarial", "others", "frozen"];
const sets = new Map<SetName, readonly Case[]>([...NAMES, "seed" as const].map((name) => [name, casesOf(name)]));
const rowsOf = (name: SetName): readonly Case[] => sets.get(name) ?? [];

describe("the sets", () => {
  // Who changes a set changes what every figure before meant: say why in the commit that changes the hash.
  test.each<[SetName, string]>([
    ["held", "d5dcfbd8942fe78da53fe5a43d6e1a0fa6d74162290576c73fcb051fc0ed1334"],
    ["adversarial", "5e4c33c213a6baf101b09084b4478eb6120f52e905e2c3d6d5c59679913784f6"],
    ["others", "e71c57e94db7521b7435de89ca50122af4c2fb3da0a3c709999c3329975f0847"],
    ["frozen", "ade05dbc1758d7a95d7499f319e7d73701e85e564268482fba77b18d5fcee62b"],
  ])("%s is as it was frozen", (name, hash) => {
    expect(hashOf(name)).toBe(hash);
  });

  test.each<[SetName, number, number]>([
    ["held", 300, 45],
    ["adversarial", 80, 10],
    ["others", 160, 15],
    ["frozen", 240, 25],
  ])("%s has at least %i rows, and of each expert at least %i", (name, rows, each) => {
    expect(rowsOf(name).length).toBeGreaterThanOrEqual(rows);
    for (const expert of EXPERTS) {
      expect(rowsOf(name).filter(({ label }) => label === expert).length, expert).toBeGreaterThanOrEqual(each);
    }
  });

  test("claims in the held set are right in seven of ten, and no expert's in one of ten", () => {
    const claims = rowsOf("held").filter(({ row }) => row.category !== null);
    const share = (some: readonly Case[]) => some.length / claims.length;
    expect(share(claims.filter(({ row, label }) => row.category === label))).toBeCloseTo(0.7, 1);
    const isNoExpert = ({ row }: Case) => row.category === "capability" || row.category === "knowledge";
    expect(share(claims.filter(isNoExpert))).toBeCloseTo(0.1, 1);
    expect(new Set(rowsOf("held").map(({ row }) => row.style)).size).toBe(5);
  });

  test("a row of others claims nothing; an adversarial one never claims what is right", () => {
    for (const { id, row } of rowsOf("others")) expect(row.category, id).toBeNull();
    for (const { row, label } of rowsOf("adversarial")) expect(row.category).not.toBe(label);
    expect(new Set(rowsOf("others").map(repositoryOf)).size).toBeGreaterThanOrEqual(6);
  });

  test("no row is a copy of what others wrote, so none says where it was taken from", () => {
    const taken = NAMES.flatMap((name) => rowsOf(name)).filter(
      ({ row }) => row.repository !== undefined || row.source !== undefined,
    );
    expect(taken.map(({ id }) => id)).toEqual([]);
  });

  test("nothing is on both sides: no group, no text, and no two that are nearly the same", () => {
    const parts = [...sets].map(([name, cases]) => ({
      name,
      cases: cases.map(({ id, row }) => ({ id, words: wordsOf(row) })),
      // Sets of words of very different sizes cannot be alike.
      bySize: Map.groupBy(
        cases.map(({ id, row }) => ({ id, words: wordsOf(row) })),
        ({ words }) => words.size,
      ),
      groups: new Set(cases.map(({ group }) => group)),
    }));
    const found: string[] = [];
    for (const [at, { name, cases, groups }] of parts.entries()) {
      for (const other of parts.slice(at + 1)) {
        found.push(...[...groups].filter((group) => other.groups.has(group)).map((group) => `group ${group}`));
        for (const { id, words } of cases) {
          for (let size = Math.ceil(words.size * 0.8); size <= words.size / 0.8; size += 1) {
            const alike = (other.bySize.get(size) ?? []).filter((one) => likeness(words, one.words) > 0.8);
            found.push(...alike.map((one) => `${name} ${id} is like ${other.name} ${one.id}`));
          }
        }
      }
    }
    expect(found).toEqual([]);
  });

  test("within a set no text occurs twice under two labels", () => {
    for (const [name, cases] of sets) {
      const byText = Map.groupBy(cases, ({ row }) => [...wordsOf(row)].sort().join(" "));
      const torn = [...byText.values()].filter((same) => new Set(same.map(({ label }) => label)).size > 1);
      expect(
        torn.map((same) => same.map(({ id }) => id)),
        name,
      ).toEqual([]);
    }
  });
});

describe("the rule of the platform document", () => {
  test.each([
    ["monitoring", "The author of the talk draws a dashboard.", "security"],
    ["monitoring", "Alert when Postgres lags.", "database"],
    ["monitoring", "Alert when requests are slow.", "monitoring"],
    ["capability", "Alert when requests are slow.", "architecture"],
    [undefined, "Encrypt Redis.", "security"],
  ] as const)("%s, %s: %s", (category, description, expert) => {
    expect(routeToExpert({ title: "", description, implementation_notes: "", type: "technique", category })).toBe(
      expert,
    );
  });
});

describe("measures", () => {
  const bets = (confidence: number, right: number, wrong: number) => [
    ...Array.from({ length: right }, () => ({ confidence, isRight: true })),
    ...Array.from({ length: wrong }, () => ({ confidence, isRight: false })),
  ];

  test("the calibration error is the distance within bins, and rows that say what is so have none", () => {
    expect(calibrationError(bets(0.75, 3, 1))).toBeCloseTo(0, 10);
    expect(calibrationError([...bets(0.95, 5, 5), ...bets(0.55, 5, 5)])).toBeCloseTo((0.45 + 0.05) / 2, 10);
    expect(brier(bets(1, 1, 1))).toBe(0.5);
    expect(leastCalibrationError(bets(1, 4, 4), 1)).toBe(0);
    expect(leastCalibrationError(bets(0.5, 50, 50), 1)).toBeGreaterThan(0.02);
  });

  test("coverage counts the most confident as long as nine of ten are right, and never parts equals", () => {
    expect(coverageAt90([...bets(0.9, 9, 1), ...bets(0.4, 1, 3)])).toBe(10);
    expect(coverageAt90(bets(0.9, 8, 2))).toBe(0);
  });

  test("F1 of a constant answer is a sixth of one expert's", () => {
    const answers = EXPERTS.map((label) => ({ label, forced: EXPERTS[0] }));
    expect(macroF1(answers)).toBeCloseTo((2 * 1) / 7 / 6, 10);
    expect(macroF1(EXPERTS.map((label) => ({ label, forced: label })))).toBe(1);
  });

  test("McNemar's exact p: one of ten pairs is .021, five of ten says nothing", () => {
    const pair = (isRight: boolean) => ({
      isRight,
      label: EXPERTS[0],
      forced: EXPERTS[0],
      decided: null,
      confidence: 0,
      tier: "",
    });
    const pairs = (only: number, other: number) =>
      mcnemar(
        [...Array.from({ length: only }, () => pair(true)), ...Array.from({ length: other }, () => pair(false))],
        [...Array.from({ length: only }, () => pair(false)), ...Array.from({ length: other }, () => pair(true))],
      );
    expect(pairs(9, 1)).toBeCloseTo(0.0215, 3);
    expect(pairs(5, 5)).toBe(1);
    expect(pairs(0, 0)).toBe(1);
  });
});

describe("variations", () => {
  const all = [...rowsOf("held"), ...rowsOf("adversarial"), ...rowsOf("others")];

  test("each kind applies to some rows and changes them; a changed claim is never the right one", () => {
    for (const kind of VARIATIONS) {
      const varied = all.flatMap(({ text, label }, at) => {
        const other = variationOf(kind, text, label, at);
        return other === undefined ? [] : [{ text, other, label }];
      });
      expect(varied.length, kind).toBeGreaterThan(10);
      for (const { text, other, label } of varied) {
        expect(other, kind).not.toEqual(text);
        if (kind === "claim") expect(other.category).not.toBe(label);
      }
    }
  });

  test("a swapped noun swaps back, and no word inside another is touched", () => {
    const text = { title: "Redis-exporter for Redis", description: "", implementation_notes: "", type: "technique" };
    const once = variationOf("noun", text, "monitoring", 0);
    expect(once?.title).toBe("Redis-exporter for Valkey");
    expect(variationOf("noun", once ?? text, "monitoring", 0)?.title).toBe(text.title);
  });
});

describe("splits", () => {
  const others = rowsOf("others");

  test("no group and no row is on both sides, whatever is drawn", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 100 }), fc.nat(), (most, seed) => {
        for (const { own, rest } of [
          drawn(others, most, seed),
          ofOtherRepositories(others, most, seed),
          oldest(others, most),
        ]) {
          const groups = new Set(own.map(({ group }) => group));
          expect(rest.filter(({ group }) => groups.has(group))).toEqual([]);
          expect(own.length).toBeGreaterThanOrEqual(Math.min(most, own.length));
        }
      }),
      { numRuns: 20 },
    );
  });

  test("other repositories are others, and what is oldest is before what is tested", () => {
    const { own, rest } = ofOtherRepositories(others, 60, 1);
    const trained = new Set(own.map(repositoryOf));
    expect(own).toHaveLength(60);
    expect(rest.filter((one) => trained.has(repositoryOf(one)))).toEqual([]);
    const byTime = oldest(others, 60);
    const last =
      byTime.own
        .map(({ at }) => at ?? "")
        .sort()
        .at(-1) ?? "";
    expect(byTime.rest.filter(({ at }) => (at ?? "") < last)).toEqual([]);
  });
});

describe("the suite", () => {
  const third = (name: SetName) => rowsOf(name).filter((_, at) => at % 3 === 0);
  const some = { held: third("held"), adversarial: third("adversarial"), others: third("others") };

  test("a broken rule turns figures red", () => {
    const good = comparison([keywordsAlone()], some, 1);
    const ratchet = Object.fromEntries(
      good.filter(({ information }) => information !== true).map(({ name, value, n }) => [name, { value, n }]),
    );
    expect(problemsOf(good, ratchet, ["routing"])).toEqual([]);
    const problems = problemsOf(comparison([keywordsAlone(broken(keywordVote))], some, 1), ratchet, ["routing"]);
    for (const set of ["others", "held", "adversarial"]) {
      expect(problems.join("\n")).toContain(`routing/keywords accuracy on ${set}`);
    }
  });

  test("lines of one's own are judged as production, and a damaged one is named", async () => {
    const folder = mkdtempSync(path.join(tmpdir(), "lines-"));
    const file = path.join(folder, "lines.jsonl");
    const rows = rowsOf("held").filter((_, at) => at % 30 === 0);
    const lines = rows.map(({ row }) => JSON.stringify({ ...row, repository: "shop/infra" }));
    writeFileSync(file, `${lines.join("\n")}\n\n`);
    const figures = await linesOf(file).run({ seed: 1 });
    expect(figures.filter(({ text }) => text !== "production")).toEqual([]);
    expect(figures.find(({ name }) => name === "routing/cascade accuracy on others")?.n).toBe(rows.length);
    expect(matrixOf(figures)).toMatch(/seed rule +│ \d/);

    writeFileSync(file, `${lines[0]}\n{"id": "x", "label": "storage"}\n`);
    await expect(linesOf(file).run({ seed: 1 })).rejects.toThrow("row 2");
    writeFileSync(file, `${lines[0]}\n${lines[0]}\n`);
    await expect(linesOf(file).run({ seed: 1 })).rejects.toThrow(`${rows[0]?.id} occurs twice`);
    writeFileSync(file, "");
    await expect(linesOf(file).run({ seed: 1 })).rejects.toThrow("no rows");
    rmSync(folder, { recursive: true });
  });

  test("neighbours of a row's own kind are found, and an empty memory names somebody all the same", () => {
    const { answer } = nearest(rowsOf("held"));
    for (const { text, label } of rowsOf("held").slice(0, 20)) expect(answer(text).forced).toBe(label);
    expect(EXPERTS).toContain(nearest([]).answer(rowsOf("held")[0]?.text ?? expect.fail()).forced);
  });

  test("the matrix has a line for every system, and its figures in it", () => {
    const figure = { name: "routing/cascade accuracy on others", value: 0.8125, n: 1, low: 0, high: 1 };
    const matrix = matrixOf([{ ...figure, better: "higher", text: "own" }]);
    for (const system of SYSTEMS) expect(matrix).toContain(system);
    expect(matrix).toMatch(/cascade +│ 0\.81/);
  });
});
