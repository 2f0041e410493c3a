/** school anomalies: whether the stages' metrics are as usual, and the last alarm of each kind. */
import type { Anomalies } from "../../../functions/coordinator/anomalies.ts";
import { type Common, JSON_OPTION, type Register } from "../command.ts";
import { harmless, short, type Terminal } from "../terminal.ts";

export const anomalies: Register = (program, { terminal, school }) => {
  program
    .command("anomalies")
    .description("whether the stages' metrics are as usual, and the last alarm of each kind")
    .option(...JSON_OPTION)
    .action(async ({ json }: Common) => {
      const answer = await school().get<Anomalies>("/api/anomalies");
      if (json === true) return terminal.json(answer);
      show(terminal, answer);
    });
};

function show(terminal: Terminal, { samples, newest, surprise, learned, learnedAt, refusing, alarms }: Anomalies) {
  terminal.line(
    `samples: ${samples}, the newest ${newest ?? "never"}${surprise === null ? "" : `, surprise ${surprise}`}`,
  );
  if (refusing !== null) terminal.line(harmless(`no alarms are raised: ${refusing}`));
  else if (learnedAt === null) terminal.line("no alarms are raised: nothing was learned yet");
  else {
    const { distinct, features, constant } = learned;
    terminal.line(
      `learned ${learnedAt} from ${learned.samples} samples (${distinct} distinct): ${features} features, ${constant} that never change left out`,
    );
  }
  if (alarms.length === 0) return terminal.line("no alarm so far");
  terminal.line("");
  const rows = alarms.map(({ kind, state, since, over, surprise: at, text }) => [
    short(kind, 20),
    state === "open" ? terminal.paint("red", "open") : "over",
    since,
    over ?? "",
    String(at.toFixed(1)),
    short(text, 160),
  ]);
  terminal.table(["KIND", "STATE", "SINCE", "OVER", "SURPRISE", "WHAT"], rows);
}
