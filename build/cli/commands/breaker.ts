/** school breaker: the circuit breaker and what it counts; with a reason it is closed, after somebody has looked. */
import type { breakerState } from "../../../functions/coordinator/breaker-state.ts";
import { type Common, JSON_OPTION, type Register } from "../command.ts";

type State = Awaited<ReturnType<typeof breakerState>>;

export const breaker: Register = (program, { terminal, school }) => {
  program
    .command("breaker")
    .description("the circuit breaker; with --reason close it: earlier rollbacks no longer count")
    .option("--reason <text>", "why it may be closed")
    .option(...JSON_OPTION)
    .action(async ({ reason, json }: Common & { readonly reason?: string }) => {
      if (reason !== undefined) {
        const answer = await school().post<unknown>("/api/breaker/close", { reason });
        if (json === true) return terminal.json(answer);
        return terminal.line("the circuit breaker is closed");
      }
      const state = await school().get<State>("/api/breaker");
      if (json === true) return terminal.json(state);
      terminal.line(state.open ? `open: ${state.because ?? ""}` : "closed");
      for (const { improvement, at } of state.rollbacks) terminal.line(`  ${at}  ${improvement} was taken back`);
    });
};
