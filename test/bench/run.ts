/** `npm run bench`: all figures in one run, each beside its peer. `-- --json` for machines, `-- --smoke` for a short one. */
import { parseArgs } from "node:util";
import Table from "cli-table3";
import { installPeers } from "./install-peers.ts";
import type { Row } from "./rows.ts";

const { values } = parseArgs({
  options: { json: { type: "boolean", default: false }, smoke: { type: "boolean", default: false } },
});
const { json, smoke } = values;

installPeers();
const { chain } = await import("./chain.ts");
const { coldStart } = await import("./cold-start.ts");
const { bundleSizes, idleMemory } = await import("./idle.ts");

const rows: Row[] = [
  ...(await chain(smoke ? { items: 1_000, rounds: 1 } : { items: 10_000, rounds: 3 })),
  ...(await coldStart({ rounds: smoke ? 1 : 7 })),
  ...(await idleMemory({ settleMs: smoke ? 1_000 : 15_000 })),
  ...(await bundleSizes()),
];

if (json) {
  for (const { name, value, unit, peer, ratio } of rows) {
    process.stdout.write(`${JSON.stringify({ name, value, unit, peer: peer ?? null, ratio: ratio ?? null })}\n`);
  }
} else {
  const table = new Table({ head: ["what", "value", "unit", "beside", "ratio"], style: { head: [], border: [] } });
  for (const { name, value, unit, peer, ratio } of rows)
    table.push([name, value.toFixed(value < 100 ? 1 : 0), unit, peer ?? "", ratio?.toFixed(2) ?? ""]);
  process.stdout.write(`${table.toString()}\n`);
}
