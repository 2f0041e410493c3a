/**
 * `npm run bench`: all figures in one run, each beside its peer. `-- --json` for machines, `-- --smoke` for a short one,
 * `-- --only coordinator` for a part (PARTS below; repeat it for several), `-- --chaos report.json` to show what
 * `npm run chaos -- --json report.json` found among the goals.
 */
import { readFile } from "node:fs/promises";
import { parseArgs } from "node:util";
import Table from "cli-table3";
import { STAGES, type StageName } from "../../shared/stages.ts";
import { GOALS, judge, type Verdict } from "./goals.ts";
import { installPeers } from "./install-peers.ts";
import type { Row } from "./rows.ts";

const { values } = parseArgs({
  options: {
    json: { type: "boolean", default: false },
    smoke: { type: "boolean", default: false },
    chaos: { type: "string" },
    only: { type: "string", multiple: true, default: [] },
  },
});
const { json, smoke, only } = values;

installPeers();
const { chain } = await import("./chain.ts");
const { classifier } = await import("./classifier.ts");
const { coldStart, coldStartProfile } = await import("./cold-start.ts");
const { coordinator } = await import("./coordinator.ts");
const { cost } = await import("./cost.ts");
const { indexing } = await import("./indexing.ts");
const { knowledge } = await import("./knowledge.ts");
const { models } = await import("./models.ts");
const { repository } = await import("./repository.ts");
const { retraining } = await import("./retraining.ts");
const { routing } = await import("./routing.ts");
const { simulation } = await import("./simulation.ts");
const { verifyMany } = await import("./verify.ts");
const { routingMemoryOf } = await import("./routing-memory.ts");
const { bundleSizes } = await import("./bundles.ts");

const parts: Readonly<Record<string, () => Promise<Row[]>>> = {
  chain: () => chain(smoke ? { items: 1_000, rounds: 1 } : { items: 10_000, rounds: 3 }),
  "cold-start": () => coldStart({ rounds: smoke ? 1 : 7 }),
  coordinator: () =>
    coordinator(
      smoke
        ? { improvements: 5_000, starts: 1, rounds: 10, settleMs: 1_000 }
        : { improvements: 100_000, starts: 7, rounds: 200, settleMs: 15_000 },
    ),
  repository: () => repository(smoke ? { manifests: 500, rounds: 1 } : { manifests: 5_000, rounds: 5 }),
  verify: () =>
    verifyMany(
      smoke
        ? { improvements: 100, duration: 30, interval: 5, bareSeconds: 10 }
        : { improvements: 500, duration: 300, interval: 10, bareSeconds: 60 },
    ),
  knowledge: () =>
    knowledge(
      smoke
        ? { points: 2_000, few: 500, dimension: 256, rounds: 20 }
        : { points: 100_000, few: 3_000, dimension: 1_024, rounds: 100 },
    ),
  indexing: () => indexing(smoke ? { pages: 30, rounds: 1 } : { pages: 300, rounds: 5 }),
  routing: () => routing(smoke ? { improvements: 500, decisions: 100 } : { improvements: 20_000, decisions: 1_000 }),
  "routing-memory": () => routingMemoryOf(smoke ? { rows: 1_000, rounds: 20 } : { rows: 10_000, rounds: 200 }),
  models: () => models(smoke ? { questions: 150, faster: 10 } : { questions: 1_500, faster: 5 }),
  retraining: () => retraining({ rows: smoke ? 250 : 10_000 }),
  classifier: () => classifier(smoke ? { rows: 300, rounds: 200 } : { rows: 10_000, rounds: 3_600 }),
  bundles: bundleSizes,
  simulation: () =>
    simulation({ days: smoke ? 2 : Number.POSITIVE_INFINITY, say: json ? () => undefined : console.log }),
  cost: () => cost(json ? () => undefined : console.log),
};
/** A whole school that works takes its minutes. */
const LONG = smoke ? ["cost"] : [];
const unknown = only.filter((name) => parts[name] === undefined);
if (unknown.length > 0) {
  console.error(`There is no part ${unknown.join(", ")}; parts are ${Object.keys(parts).join(", ")}`);
  process.exit(1);
}

const rows: Row[] = [];
for (const [name, measure] of Object.entries(parts)) {
  if (only.length === 0 ? LONG.includes(name) : !only.includes(name)) continue;
  const begun = performance.now();
  process.stderr.write(`${name} …`);
  rows.push(...(await measure()));
  process.stderr.write(` ${((performance.now() - begun) / 1_000).toFixed(0)} s\n`);
}

if (values.chaos !== undefined) rows.push(await chaosRow(values.chaos));
const verdicts = judge(GOALS, rows);

if (json) {
  for (const { name, value, unit, median = null, peer = null, ratio = null, spread = null } of rows) {
    process.stdout.write(`${JSON.stringify({ name, value, unit, median, peer, ratio, spread })}\n`);
  }
  for (const { what, goal, reached, command, row } of verdicts) {
    process.stdout.write(`${JSON.stringify({ what, goal, reached, command, worst: row?.name ?? null })}\n`);
  }
} else {
  const head = ["what", "value", "unit", "median", "middle half", "beside", "ratio"];
  const table = new Table({ head, style: { head: [], border: [] } });
  for (const row of rows) {
    const { name, value, unit, median, peer, ratio } = row;
    table.push([name, rounded(value), unit, rounded(median), spreadText(row), peer ?? "", ratio?.toFixed(2) ?? ""]);
  }
  process.stdout.write(`${table.toString()}\n${goalsText(verdicts)}\n`);
  for (const stage of stagesThatMiss(verdicts)) {
    process.stdout.write(`where the cold start of ${stage} goes:\n  ${(await coldStartProfile(stage)).join("\n  ")}\n`);
  }
}

/** Only stages that start too slowly; what else is missed has the rows it is made of. */
function stagesThatMiss(all: readonly Verdict[]): StageName[] {
  const worst = all.flatMap(({ reached, row }) => (reached === "no" && row !== undefined ? [row.name] : []));
  return STAGES.filter((stage) => worst.some((name) => name.startsWith(`cold start, ${stage} `)));
}

function goalsText(all: readonly Verdict[]): string {
  const head = ["goal", "wanted", "measured (the worst)", "middle half", "reached", "again"];
  const table = new Table({ head, style: { head: [], border: [] } });
  for (const { what, goal, row, reached, command } of all) {
    const ratio = row?.ratio === undefined ? "" : `, ${row.ratio.toFixed(2)} × ${row.peer ?? "its peer"}`;
    const measured = row === undefined ? "" : `${rounded(row.value)} ${row.unit}${ratio}: ${row.name}`;
    table.push([what, goal, measured, row === undefined ? "" : spreadText(row), reached, command]);
  }
  const missed = all
    .filter(({ reached }) => reached === "no")
    .flatMap(({ what, row, others }) => [
      `missed: ${what}; worst first:`,
      ...[row, ...others].flatMap((one) =>
        one === undefined ? [] : [`  ${rounded(one.value)} ${one.unit}  ${one.name}`],
      ),
    ]);
  const short = smoke ? ["The short form measures less than the goals are about; it shows that all of it runs."] : [];
  return [table.toString(), ...short, ...missed].join("\n");
}

function spreadText({ spread }: Row): string {
  return spread === undefined ? "" : `${rounded(spread.lower)} to ${rounded(spread.upper)} (${spread.rounds})`;
}

async function chaosRow(file: string): Promise<Row> {
  const { broken, minutes, seed } = JSON.parse(await readFile(file, "utf8")) as {
    broken: readonly unknown[];
    minutes: number;
    seed: number;
  };
  return { name: `chaos: broken in ${minutes} minutes, seed ${seed}`, value: broken.length, unit: "findings" };
}

function rounded(value: number | undefined): string {
  return value === undefined ? "" : value.toFixed(value < 100 ? 1 : 0);
}
