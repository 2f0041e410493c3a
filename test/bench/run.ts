/**
 * `npm run bench`: all figures in one run, each beside its peer. `-- --json` for machines, `-- --smoke` for a short one,
 * `-- --only coordinator` for a part (chain, cold-start, coordinator, repository, verify, knowledge, routing-memory, models, retraining, classifier, bundles; repeat it for several).
 */
import { parseArgs } from "node:util";
import Table from "cli-table3";
import { installPeers } from "./install-peers.ts";
import type { Row } from "./rows.ts";

const { values } = parseArgs({
  options: {
    json: { type: "boolean", default: false },
    smoke: { type: "boolean", default: false },
    only: { type: "string", multiple: true, default: [] },
  },
});
const { json, smoke, only } = values;

installPeers();
const { chain } = await import("./chain.ts");
const { classifier } = await import("./classifier.ts");
const { coldStart } = await import("./cold-start.ts");
const { coordinator } = await import("./coordinator.ts");
const { knowledge } = await import("./knowledge.ts");
const { models } = await import("./models.ts");
const { repository } = await import("./repository.ts");
const { retraining } = await import("./retraining.ts");
const { routing } = await import("./routing.ts");
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
  routing: () => routing(smoke ? { improvements: 500, decisions: 100 } : { improvements: 20_000, decisions: 1_000 }),
  "routing-memory": () => routingMemoryOf(smoke ? { rows: 1_000, rounds: 20 } : { rows: 10_000, rounds: 200 }),
  models: () => models(smoke ? { questions: 150, faster: 10 } : { questions: 1_500, faster: 5 }),
  retraining: () => retraining({ rows: smoke ? 250 : 10_000 }),
  classifier: () => classifier(smoke ? { rows: 300, rounds: 200 } : { rows: 10_000, rounds: 3_600 }),
  bundles: bundleSizes,
};
const unknown = only.filter((name) => parts[name] === undefined);
if (unknown.length > 0)
  throw new Error(`There is no part ${unknown.join(", ")}; parts are ${Object.keys(parts).join(", ")}`);

const rows: Row[] = [];
for (const [name, measure] of Object.entries(parts)) {
  if (only.length === 0 || only.includes(name)) rows.push(...(await measure()));
}

if (json) {
  for (const { name, value, unit, median = null, peer = null, ratio = null } of rows) {
    process.stdout.write(`${JSON.stringify({ name, value, unit, median, peer, ratio })}\n`);
  }
} else {
  const head = ["what", "value", "unit", "median", "beside", "ratio"];
  const table = new Table({ head, style: { head: [], border: [] } });
  for (const { name, value, unit, median, peer, ratio } of rows)
    table.push([name, rounded(value), unit, rounded(median), peer ?? "", ratio?.toFixed(2) ?? ""]);
  process.stdout.write(`${table.toString()}\n`);
}

function rounded(value: number | undefined): string {
  return value === undefined ? "" : value.toFixed(value < 100 ? 1 : 0);
}
