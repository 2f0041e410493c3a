/** school settings: the configuration in force. Secrets are told of, never shown. */
import type { ConfiguredValue } from "../../../functions/coordinator/configuration.ts";
import { type Common, JSON_OPTION, type Register } from "../command.ts";
import { short } from "../terminal.ts";

export const settings: Register = (program, { terminal, school }) => {
  program
    .command("settings")
    .description("the coordinator's configuration in force, and where each value is from")
    .option(...JSON_OPTION)
    .action(async ({ json }: Common) => {
      const answer = await school().get<{ settings: ConfiguredValue[] }>("/api/settings");
      if (json === true) return terminal.json(answer);
      terminal.table(
        ["NAME", "VALUE", "FROM"],
        answer.settings.map(({ name, value, secret, from }) => [
          name,
          from === "unset" ? "not set" : secret ? "set, secret" : short(value ?? "", 70),
          from === "unset" ? "" : from,
        ]),
      );
    });
};
