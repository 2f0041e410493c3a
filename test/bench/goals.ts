/** What is to be reached, beside what was measured in this run. The last table of `npm run bench`. */
import type { Row } from "./rows.ts";

export interface Goal {
  readonly what: string;
  readonly goal: string;
  /** Repeats it alone. */
  readonly command: string;
  /** Rows it is read from: the worst of them counts. Each part has to be there, or it was not measured. */
  readonly rows: readonly RegExp[];
  /** What of a row is compared. */
  readonly of: "value" | "ratio";
  readonly least?: number;
  readonly most?: number;
}

export interface Verdict {
  readonly what: string;
  readonly goal: string;
  readonly command: string;
  readonly reached: "yes" | "no" | "not measured";
  /** The worst row. */
  readonly row?: Row;
  /** Where it is missed: the other rows of the goal that miss it too, or come closest, worst first. */
  readonly others: readonly Row[];
}

const bench = (part: string) => `npm run bench -- --only ${part}`;

export const GOALS: readonly Goal[] = [
  {
    what: "three-stage chain, no-op handlers, one process per stage",
    goal: "≥ 3 × BullMQ",
    command: bench("chain"),
    rows: [/^three-stage chain, school/],
    of: "ratio",
    least: 3,
  },
  {
    what: "cold start of route, approve, notify",
    goal: "≤ 2 × bare node:http",
    command: bench("cold-start"),
    rows: [/^cold start, route /, /^cold start, approve /, /^cold start, notify /],
    of: "ratio",
    most: 2,
  },
  {
    what: "cold start of every stage",
    goal: "≤ 5 × bare node:http",
    command: bench("cold-start"),
    rows: [/^cold start, (?!bare)/],
    of: "ratio",
    most: 5,
  },
  {
    what: "idle memory of the coordinator",
    goal: "≤ 100 MB",
    command: bench("coordinator"),
    rows: [/^idle memory, coordinator$/],
    of: "value",
    most: 100,
  },
  {
    what: "chaos: lost, doubled or out of step",
    goal: "0",
    command: "npm run chaos -- --minutes 30 --json chaos.json, then npm run bench -- --chaos chaos.json",
    rows: [/^chaos: /],
    of: "value",
    most: 0,
  },
  {
    what: "routing decision in process, p95",
    goal: "< 5 ms",
    command: bench("routing"),
    rows: [/^routing decision in process/],
    of: "value",
    most: 5,
  },
  {
    what: "routing with Qdrant, p95",
    goal: "< 50 ms",
    command: bench("routing-memory"),
    rows: [/^p95 neighbours of /],
    of: "value",
    most: 50,
  },
  {
    what: "hybrid search over the chunks of a platform, p95",
    goal: "< 10 ms",
    command: bench("knowledge"),
    rows: [/^p95 hybrid, \d+ points$/],
    of: "value",
    most: 10,
  },
  { what: "full index", goal: "< 30 s", command: bench("indexing"), rows: [/^full index, /], of: "value", most: 30 },
  {
    what: "one changed file",
    goal: "< 1 s",
    command: bench("indexing"),
    rows: [/^one changed file, /],
    of: "value",
    most: 1,
  },
  {
    what: "any page of the API, p95",
    goal: "< 50 ms",
    command: bench("coordinator"),
    rows: [/^p95 of GET /],
    of: "value",
    most: 50,
  },
  {
    what: "first paint of any page of the dashboard",
    goal: "< 1,000 ms",
    command: bench("coordinator"),
    rows: [/^first paint of /],
    of: "value",
    most: 1_000,
  },
];

const SHOWN = 4;

export function judge(goals: readonly Goal[], rows: readonly Row[]): Verdict[] {
  return goals.map(({ what, goal, command, rows: wanted, of, least, most }) => {
    const found = wanted.map((pattern) => rows.filter(({ name }) => pattern.test(name)));
    const figure = (row: Row) => row[of] ?? Number.NaN;
    const worstFirst = found
      .flat()
      .sort((a, b) => (least === undefined ? figure(b) - figure(a) : figure(a) - figure(b)));
    const [row] = worstFirst;
    if (row === undefined || found.some((some) => some.length === 0)) {
      return { what, goal, command, reached: "not measured", others: [] };
    }
    // A figure that is no number reaches nothing.
    const holds = (one: Row) =>
      figure(one) >= (least ?? Number.NEGATIVE_INFINITY) && figure(one) <= (most ?? Number.POSITIVE_INFINITY);
    const reached = worstFirst.every(holds) ? "yes" : "no";
    return { what, goal, command, reached, row, others: reached === "yes" ? [] : worstFirst.slice(1, 1 + SHOWN) };
  });
}
