/** school pipeline: what moves where and how fast, which functions run, and what is lost on the way and why. */
import type { PipelineReport } from "../../../functions/coordinator/pipeline-report.ts";
import { type Common, JSON_OPTION, type Register } from "../command.ts";
import { UsageError } from "../failure.ts";
import { short, statusStyle, type Terminal } from "../terminal.ts";
import { statusLine } from "./status.ts";

type Period = keyof PipelineReport["dropOffs"];
const PERIODS: readonly string[] = ["day", "week"] satisfies Period[];

export const pipeline: Register = (program, { terminal, school }) => {
  program
    .command("pipeline")
    .description("what moves where and how fast, which functions run, what is lost on the way and why")
    .option("--lost <period>", "what was lost in the last day or week", "day")
    .option(...JSON_OPTION)
    .action(async ({ lost, json }: Common & { readonly lost: string }) => {
      if (!PERIODS.includes(lost)) throw new UsageError(`--lost ${lost}: write day or week`);
      const report = await school().get<PipelineReport>("/api/pipeline");
      if (json === true) return terminal.json(report);
      show(terminal, report, lost as Period);
    });
};

function show(terminal: Terminal, report: PipelineReport, period: Period): void {
  terminal.line(statusLine(terminal, report.counts));
  terminal.line();
  terminal.table(
    ["STAGE", "LAYER", "WORKERS", "WAITING", "IN FLIGHT", "DELAYED", "DEAD", "OLDEST", "LAST HOUR", "COLD STARTS"],
    Object.entries(report.stages).map(([stage, load]) => [
      stage,
      load.layer,
      load.workers === 0 ? terminal.paint("dim", "cold") : `${load.workers} of ${load.maxWorkers}`,
      String(load.waiting),
      String(load.inFlight),
      String(load.delayed),
      load.dead > 0 ? terminal.paint("red", String(load.dead)) : "0",
      load.oldestAgeMs === null ? "" : `${Math.round(load.oldestAgeMs / 1_000)} s`,
      String(load.perMinute.reduce((sum, count) => sum + count, 0)),
      String(load.coldStarts),
    ]),
  );
  const { reasons, others } = report.dropOffs[period];
  terminal.line();
  if (reasons.length === 0) return terminal.line(`nothing left the way in the last ${period}`);
  terminal.table(
    [`LEFT THE WAY, LAST ${period.toUpperCase()}`, "AS", "AT", "WHY"],
    reasons.map(({ status, stage, reason, count }) => [
      String(count),
      terminal.paint(statusStyle(status), status),
      stage ?? "a person",
      short(reason, 90),
    ]),
  );
  if (others > 0) terminal.line(`and ${others} for other reasons`);
}
