/** What `route` counts is what the report reads: every time and every complexity lands in a bucket that is known. */
import { expect, test } from "vitest";
import { countsOf } from "../../../../functions/route/counts.ts";
import { complexityScores, TIME_BOUNDS, tierTimes } from "../../../../shared/routing/report/buckets.ts";
import { tierReports, trafficOf } from "../../../../shared/routing/report/tiers.ts";

const MS = [0, ...TIME_BOUNDS.flatMap((bound) => [bound, bound + 0.5])];
const COMPLEXITIES = [0, 1, 10, 11, 50, 99, 100];

function counted() {
  const sums = new Map<string, number>();
  let decisions = 0;
  for (const complexity of COMPLEXITIES) {
    for (const ms of MS) {
      const vote = { tier: "keywords", expert: "database", confidence: 0.8, because: "b", ms } as const;
      const repeat = { tier: "exact-repeat", expert: null, confidence: 0, because: "b", ms: 1 } as const;
      const away = { tier: "neighbours", expert: null, confidence: 0, because: "b", ms, unknown: true } as const;
      const listed = [repeat, vote, away];
      const heard = { repeat, keywords: vote, keywordsSure: true, neighbours: away, listed };
      const arm = decisions % 2 === 0 ? "rules" : "learned";
      const counts = countsOf({ heard, arm, choice: vote, complexity, hasModel: false });
      for (const [field, by] of Object.entries(counts)) sums.set(field, (sums.get(field) ?? 0) + by);
      decisions += 1;
    }
  }
  return { count: (field: string) => sums.get(field) ?? 0, decisions };
}

test("nothing that was counted is lost on the way to the report", () => {
  const { count, decisions } = counted();
  const times = tierTimes(count, "keywords");
  expect(times.n).toBe(decisions);
  expect(times.counts.at(-1)).toBe(COMPLEXITIES.length);
  expect(times.sum).toBeCloseTo(COMPLEXITIES.length * MS.reduce((all, one) => all + one, 0));
  expect(complexityScores(count)).toMatchObject({
    n: decisions,
    sum: MS.length * COMPLEXITIES.reduce((all, one) => all + one, 0),
  });
  const reports = new Map(tierReports(count, new Map()).map((one) => [one.tier, one]));
  expect(reports.get("keywords")).toMatchObject({ served: decisions, votes: { decided: decisions } });
  expect(reports.get("keywords")?.meanConfidence).toBeCloseTo(0.8);
  expect(reports.get("exact-repeat")).toMatchObject({ served: 0, votes: { abstained: decisions } });
  expect(reports.get("neighbours")).toMatchObject({ votes: { unknown: decisions, abstained: 0 } });
  const { rules, learned } = trafficOf(count);
  expect(rules + learned).toBe(decisions);
});
