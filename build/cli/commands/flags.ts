/** school flags: what operators switch by hand. */
import type { Flag } from "../../../shared/pipeline/flags.ts";
import { type Common, JSON_OPTION, type Register } from "../command.ts";
import { short } from "../terminal.ts";

interface State {
  readonly on: readonly string[];
  readonly details: Readonly<Record<string, Flag>>;
  readonly warnings: readonly string[];
  readonly restricting: readonly string[];
  readonly permissive: readonly string[];
}
interface SetOptions extends Common {
  readonly reason: string;
  readonly for?: string;
}

export const flags: Register = (program, { terminal, school }) => {
  const group = program.command("flags").description("brakes and permissions that operators switch by hand");

  group
    .command("list", { isDefault: true })
    .description("all flags and which are in force")
    .option(...JSON_OPTION)
    .action(async ({ json }: Common) => {
      const state = await school().get<State>("/api/flags");
      if (json === true) return terminal.json(state);
      const rows = [...state.restricting, ...state.permissive].map((name) => {
        const { author, reason, expires_at: ends } = state.details[name] ?? {};
        const on = state.on.includes(name);
        return [
          name,
          on ? terminal.paint("yellow", "on") : "off",
          state.restricting.includes(name) ? "stops" : "permits",
          short(author, 20),
          ends === undefined ? "" : new Date(ends).toISOString(),
          short(reason, 50),
        ];
      });
      terminal.table(["FLAG", "", "EFFECT", "BY", "UNTIL", "WHY"], rows);
      for (const warning of state.warnings) terminal.note(`warning: ${warning}`);
    });

  group
    .command("show")
    .description("one flag: whether it is in force, by whom and why")
    .argument("<name>")
    .option(...JSON_OPTION)
    .action(async (name: string, { json }: Common) => {
      const answer = await school().get<{ on: boolean } & Partial<Flag>>(`/api/flags/${encodeURIComponent(name)}`);
      if (json === true) return terminal.json(answer);
      const { on, author, reason, expires_at: ends } = answer;
      const by = author === undefined ? "" : ` by ${short(author, 40)}`;
      const until = ends === undefined ? "" : ` until ${new Date(ends).toISOString()}`;
      terminal.line(
        `${name} is ${on ? "on" : "off"}${by}${until}${reason === undefined ? "" : `: ${short(reason, 200)}`}`,
      );
    });

  group
    .command("set")
    .description("put a flag in force; one that permits must end by itself")
    .argument("<name>")
    .requiredOption("--reason <text>", "why")
    .option("--for <time>", "how long (30m, 2h, 7d), or until when (ISO 8601)")
    .option(...JSON_OPTION)
    .action(async (name: string, options: SetOptions) => {
      const { reason, for: span, json } = options;
      const body = { reason, ...(span === undefined ? {} : { expires_in: span }) };
      const answer = await school().put<{ expires_at?: number }>(`/api/flags/${encodeURIComponent(name)}`, body);
      if (json === true) return terminal.json(answer);
      const until = answer.expires_at === undefined ? "" : ` until ${new Date(answer.expires_at).toISOString()}`;
      terminal.line(`${name} is on${until}`);
    });

  group
    .command("clear")
    .description("take a flag out of force")
    .argument("<name>")
    .option("--reason <text>", "why; it goes into the audit trail")
    .option(...JSON_OPTION)
    .action(async (name: string, { reason, json }: Common & { readonly reason?: string }) => {
      const body = reason === undefined ? undefined : { reason };
      const answer = await school().delete<unknown>(`/api/flags/${encodeURIComponent(name)}`, body);
      if (json === true) return terminal.json(answer);
      terminal.line(`${name} is off`);
    });
};
