/** school watches: what the school looks at by itself, and having it looked at now. */
import type { WatchState } from "../../../shared/pipeline/watches.ts";
import { type Common, JSON_OPTION, type Register } from "../command.ts";
import { type Style, short, type Terminal } from "../terminal.ts";

export const watches: Register = (program, { terminal, school }) => {
  const group = program.command("watches").description("sources the school looks at by itself (the file SOURCES)");

  group
    .command("list", { isDefault: true })
    .description("all of them: the next look, and what the last one came to")
    .option(...JSON_OPTION)
    .action(async ({ json }: Common) => {
      const answer = await school().get<{ watches: readonly WatchState[] }>("/api/watches");
      if (json === true) return terminal.json(answer);
      if (answer.watches.length === 0) return terminal.line("nothing is watched; SOURCES names a file of sources");
      terminal.table(
        ["NAME", "KIND", "NEXT", "LAST", "RESULT", "TODAY", "WHY", "ADDRESS"],
        answer.watches.map((watch) => [
          short(watch.name, 30),
          watch.kind,
          watch.looking ? "now" : (watch.next ?? "soon"),
          watch.last ?? "",
          painted(terminal, watch.result ?? ""),
          `${watch.today} of ${watch.limit}`,
          short(watch.because, 60),
          short(watch.address, 50),
        ]),
      );
    });

  group
    .command("look")
    .description("look at one now; its daily limit holds all the same")
    .argument("<name>", "its name, as `school watches` shows it")
    .option(...JSON_OPTION)
    .action(async (name: string, { json }: Common) => {
      const path = `/api/watches/${encodeURIComponent(name)}/look`;
      const answer = await school().post<{ event: string; waiting: boolean }>(path, {});
      if (json === true) return terminal.json(answer);
      terminal.line(answer.waiting ? `${name}: a look is on its way already` : `${name}: it is looked at now`);
    });
};

function painted(terminal: Terminal, result: string): string {
  const styles: Readonly<Record<string, Style>> = { listed: "green", read: "green", failed: "red" };
  return terminal.paint(styles[result] ?? "dim", result);
}
