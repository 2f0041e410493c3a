/** school doctor: differences between records, indexes and lists. Exit code 1 while there are any. */
import type { UpgradeState } from "../../../functions/coordinator/about.ts";
import { upgradeText } from "../../../functions/coordinator/about-text.ts";
import type { Finding } from "../../../shared/pipeline/doctor.ts";
import { type Common, JSON_OPTION, type Register } from "../command.ts";
import { short } from "../terminal.ts";

interface Examination {
  readonly healthy: boolean;
  readonly findings: readonly Finding[];
  /** A coordinator of an earlier version does not say. */
  readonly upgrade?: UpgradeState;
}

export const doctor: Register = (program, { terminal, school, fail }) => {
  program
    .command("doctor")
    .description("look for differences between records, indexes and lists")
    .option("--repair", "mend what can be mended")
    .option(...JSON_OPTION)
    .action(async ({ repair, json }: Common & { readonly repair?: boolean }) => {
      const client = school();
      const answer =
        repair === true
          ? await client.post<Examination>("/api/doctor/repair")
          : await client.get<Examination>("/api/doctor");
      if (!answer.healthy) fail();
      if (json === true) return terminal.json(answer);
      const { findings, upgrade } = answer;
      if (upgrade !== undefined && upgrade.state !== "done") terminal.note(upgradeText(upgrade));
      if (findings.length === 0) return terminal.line("no difference found");
      terminal.table(
        ["KIND", "IMPROVEMENT", "PROBLEM", ""],
        findings.map(({ kind, id, problem, repaired }) => [
          kind,
          short(id, 24),
          short(problem, 100),
          repaired ? "mended" : "",
        ]),
      );
      if (!answer.healthy && repair !== true) terminal.note("`school doctor --repair` mends what can be mended");
    });
};
