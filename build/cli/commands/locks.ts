/** school locks: which improvement holds which Application. school unlock: opens one by hand. */
import type { Lock } from "../../../shared/pipeline/locks.ts";
import { type Common, JSON_OPTION, type Register } from "../command.ts";
import { short } from "../terminal.ts";

export const locks: Register = (program, { terminal, school }) => {
  program
    .command("locks")
    .description("which improvement holds which Application, and how many wait")
    .option(...JSON_OPTION)
    .action(async ({ json }: Common) => {
      const answer = await school().get<{ locks: Lock[] }>("/api/locks");
      if (json === true) return terminal.json(answer);
      if (answer.locks.length === 0) return terminal.line("no Application is locked");
      terminal.table(
        ["LOCK", "HELD BY", "STATUS", "WAITING"],
        answer.locks.map(({ name, holder, status, waiting }) => [
          short(name, 40),
          short(holder ?? "nobody", 24),
          status ?? "no record",
          String(waiting),
        ]),
      );
    });
  program
    .command("unlock")
    .description("let others change an Application although its improvement is not done")
    .argument("<lock>", "its name, as `school locks` shows it")
    .requiredOption("--reason <text>", "why; it goes into the audit trail")
    .option(...JSON_OPTION)
    .action(async (lock: string, { reason, json }: Common & { readonly reason: string }) => {
      const path = `/api/locks/${encodeURIComponent(lock)}/unlock`;
      const answer = await school().post<{ lock: string; holder: string }>(path, { reason });
      if (json === true) return terminal.json(answer);
      terminal.line(`${answer.lock} is open; ${answer.holder} held it`);
    });
};
