/**
 * `node traced.ts <stage>`: a stage that does next to nothing, in the real runtime. `ingest` proposes one improvement; the
 * others ask CALL_URL and move on. The first try of route fails, and sync looks twice.
 */
import { lifecycle } from "../../../shared/domain/lifecycle.ts";
import { RetryLater } from "../../../shared/runtime/errors.ts";
import { runStage } from "../../../shared/runtime/main.ts";
import { again, moveTo } from "../../../shared/runtime/outcome.ts";
import type { Context, Stage } from "../../../shared/runtime/stage.ts";
import { type StageName, stageEntry } from "../../../shared/stages.ts";
import { proposal } from "../../pipeline/support.ts";

const name = process.argv[2] as StageName;
const entry = stageEntry(name);

const stage = {
  name,
  ports: () => ({}),
  async handle(input: { improvement?: { sync_started_at?: string } }, _ports: unknown, { log, attempt }: Context) {
    log.info("at work");
    if (entry.kind === "observer") return { kind: "observed", because: "heard" };
    if (entry.kind !== "owner") {
      const source = { id: "talk", title: "A talk", contentHash: "1" };
      return { kind: "source-read", source, proposals: [{ id: "traced", ...proposal("Traced") }], because: "read" };
    }
    await fetch(process.env["CALL_URL"] ?? "");
    if (name === "route" && attempt === 1) throw new RetryLater("not yet", 1);
    if (name === "sync" && input.improvement?.sync_started_at === undefined) {
      return again(1, { sync_started_at: new Date(0).toISOString() }, "not live yet");
    }
    return moveTo(lifecycle[entry.takes].stage[0] as string, {}, "done");
  },
} as unknown as Stage;
await runStage(stage);
