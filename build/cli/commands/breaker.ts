/** school breaker: closes the circuit breaker after somebody has looked. */
import { type Common, JSON_OPTION, type Register } from "../command.ts";

export const breaker: Register = (program, { terminal, school }) => {
  program
    .command("breaker")
    .description("close the circuit breaker: earlier rollbacks no longer count")
    .requiredOption("--reason <text>", "why")
    .option(...JSON_OPTION)
    .action(async ({ reason, json }: Common & { readonly reason: string }) => {
      const answer = await school().post<unknown>("/api/breaker/close", { reason });
      if (json === true) return terminal.json(answer);
      terminal.line("the circuit breaker is closed");
    });
};
