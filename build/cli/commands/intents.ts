/** school intents: the kinds of change the school can carry out, and what an intent of one looks like. */
import type { IntentSchema } from "../../../functions/coordinator/intent-schemas.ts";
import { type Common, JSON_OPTION, type Register } from "../command.ts";
import { Failure } from "../failure.ts";

export const intents: Register = (program, { terminal, school }) => {
  program
    .command("intents")
    .description("the kinds of change the school can carry out; of one kind the schema `school edit` is checked by")
    .argument("[kind]", "only this one")
    .option(...JSON_OPTION)
    .action(async (kind: string | undefined, { json }: Common) => {
      const answer = await school().get<{ intents: readonly IntentSchema[] }>("/api/intents");
      const found = answer.intents.filter((one) => kind === undefined || one.kind === kind);
      if (found.length === 0) {
        throw new Failure(`there is no kind of change ${kind ?? ""}; \`school intents\` lists them`);
      }
      if (json === true) return terminal.json({ intents: found });
      const [one] = found;
      if (kind === undefined || one === undefined) {
        return terminal.table(
          ["KIND", "WHAT IT CHANGES"],
          found.map(({ kind: name, purpose }) => [name, purpose]),
        );
      }
      terminal.line(`${one.kind}: ${one.purpose}`);
      terminal.line(JSON.stringify(one.schema, null, 2));
    });
};
