/** school status: the whole school at a glance. */
import type { SchoolStatus } from "../../../functions/coordinator/api/status.ts";
import { type Common, JSON_OPTION, type Register } from "../command.ts";
import { statusStyle, type Terminal } from "../terminal.ts";

export const status: Register = (program, { terminal, school }) => {
  program
    .command("status")
    .description("counts, stages, brakes and budgets")
    .option(...JSON_OPTION)
    .action(async ({ json }: Common) => {
      const client = school();
      const state = await client.get<SchoolStatus>("/api/status");
      if (json === true) return terminal.json(state);
      terminal.line(`Cortex Online School ${state.version} at ${client.url}, Redis ${state.redis["redis_version"]}`);
      if (state.real.length > 0) terminal.line(`real: ${state.real.join(", ")}`);
      terminal.line();
      terminal.line(statusLine(terminal, state.counts));
      terminal.line();
      terminal.table(
        ["STAGE", "WAITING", "IN FLIGHT", "DELAYED", "DEAD", "OLDEST"],
        Object.entries(state.stages).map(([stage, load]) => [
          stage,
          String(load.waiting),
          String(load.inFlight),
          String(load.delayed),
          load.dead > 0 ? terminal.paint("red", String(load.dead)) : "0",
          load.oldestAgeMs === null ? "" : `${Math.round(load.oldestAgeMs / 1_000)} s`,
        ]),
      );
      const { commits } = state.budgets;
      terminal.line();
      terminal.line(`timers: ${state.timers.count}${state.timers.next === null ? "" : `, next ${state.timers.next}`}`);
      terminal.line(
        `commits: ${commits.hour} of ${commits.perHour} this hour, ${commits.day} of ${commits.perDay} today`,
      );
      terminal.line(`flags on: ${state.flags.on.join(", ") || "none"}`);
      const warnings = [...state.flags.warnings, state.breaker.because, state.freeze];
      for (const warning of warnings) if (warning !== null) terminal.note(`warning: ${warning}`);
    });
};

/** How many stand where, without the empty ones. */
export function statusLine(terminal: Terminal, counts: Readonly<Record<string, number>>): string {
  const parts = Object.entries(counts)
    .filter(([, count]) => count > 0)
    .map(([name, count]) => `${terminal.paint(statusStyle(name), name)} ${count}`);
  return parts.length === 0 ? "no improvements yet" : parts.join("  ");
}
