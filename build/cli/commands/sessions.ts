/** school whoami: as whom this token acts. school sessions: who is signed in on the dashboard, and ending that. */
import { type Common, JSON_OPTION, type Register } from "../command.ts";
import { harmless, short } from "../terminal.ts";

interface Session {
  readonly session: string;
  readonly name: string;
  readonly role: string;
  readonly began_at: string;
  readonly seen_at: string;
  readonly ends_at: string;
  readonly agent: string;
}

export const sessions: Register = (program, { terminal, school }) => {
  program
    .command("whoami")
    .description("who you are for the school, and in which role")
    .option(...JSON_OPTION)
    .action(async ({ json }: Common) => {
      const client = school();
      const me = await client.get<{ name: string; role: string }>("/api/me");
      if (json === true) return terminal.json(me);
      terminal.line(`${harmless(me.name)}, ${me.role} at ${client.url}`);
    });

  const group = program.command("sessions").description("who is signed in on the dashboard");
  group
    .command("list", { isDefault: true })
    .description("all sessions that have not ended")
    .option(...JSON_OPTION)
    .action(async ({ json }: Common) => {
      const answer = await school().get<{ sessions: Session[] }>("/api/sessions");
      if (json === true) return terminal.json(answer);
      if (answer.sessions.length === 0) return terminal.line("nobody is signed in on the dashboard");
      terminal.table(
        ["SESSION", "WHO", "ROLE", "SINCE", "LAST SEEN", "ENDS", "WITH"],
        answer.sessions.map(({ session, name, role, began_at: since, seen_at: seen, ends_at: ends, agent }) => [
          session,
          short(name, 30),
          role,
          since,
          seen,
          ends,
          short(agent, 40),
        ]),
      );
    });
  group
    .command("end")
    .description("sign somebody out")
    .argument("<session>", "as `school sessions` shows it")
    .requiredOption("--reason <text>", "why; it goes into the audit trail")
    .option(...JSON_OPTION)
    .action(async (session: string, { reason, json }: Common & { readonly reason: string }) => {
      const path = `/api/sessions/${encodeURIComponent(session)}`;
      const answer = await school().delete<{ session: string; of: string }>(path, { reason });
      if (json === true) return terminal.json(answer);
      terminal.line(`${harmless(answer.of)} is signed out`);
    });
};
