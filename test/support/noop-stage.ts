/** One stage as a process with a handler that does nothing but move on: `node noop-stage.ts <stage> [error percentage]`. */

import { lifecycle } from "../../shared/domain/lifecycle.ts";
import { runStage } from "../../shared/runtime/main.ts";
import { moveTo } from "../../shared/runtime/outcome.ts";
import type { Stage } from "../../shared/runtime/stage.ts";
import { type OwnerName, ownerOf, stageEntry } from "../../shared/stages.ts";

const name = process.argv[2] as OwnerName;
const errorPercentage = Number(process.argv[3] ?? 0);
const entry = stageEntry(name);
if (entry.kind !== "owner" || ownerOf(entry.takes) !== name) throw new Error(`${name} is no owner stage`);
const next = lifecycle[entry.takes].stage[0];

const stage = {
  name,
  ports: () => ({}),
  handle: () => {
    if (Math.random() * 100 < errorPercentage) throw new Error("a random failure");
    return moveTo(next as string, {}, "no-op");
  },
} as unknown as Stage;
await runStage(stage);
