/** school version: of this command line, of the school it talks to, and of everything that is at work there. */
import type { About } from "../../../functions/coordinator/about.ts";
import { upgradeText } from "../../../functions/coordinator/about-text.ts";
import packageFile from "../../../package.json" with { type: "json" };
import { type Common, JSON_OPTION, type Register } from "../command.ts";

export const version: Register = (program, { terminal, school }) => {
  program
    .command("version")
    .description("which version runs, process by process, and how far an upgrade is")
    .option(...JSON_OPTION)
    .action(async ({ json }: Common) => {
      const client = school();
      const about = await client.get<About>("/api/about");
      if (json === true) return terminal.json({ commandLine: packageFile.version, ...about });
      terminal.line(`command line ${packageFile.version}, school ${about.build} at ${client.url}`);
      terminal.line();
      terminal.table(
        ["PART", "BUILD", "RECORDS", "PROCESSES"],
        about.running.map(({ part, build, record, workers }) => [part, build, String(record), String(workers)]),
      );
      terminal.line();
      terminal.line(upgradeText(about.upgrade));
      for (const id of about.upgrade.records.damaged) terminal.note(`cannot be brought forward: improvement ${id}`);
    });
};
