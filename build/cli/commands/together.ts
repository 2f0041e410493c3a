/** school together: several changes of the same kind decided at once, each bound to the change set that is there now. */
import { Argument } from "commander";
import type { Improvement } from "../../../shared/domain/improvement.ts";
import { type Common, JSON_OPTION, type Register } from "../command.ts";
import { Failure } from "../failure.ts";
import { harmless, statusStyle } from "../terminal.ts";

interface Outcome {
  readonly decided: readonly { readonly id: string; readonly status: string }[];
  readonly refused: readonly { readonly id: string; readonly because: string }[];
}

export const together: Register = (program, { terminal, school, fail }) => {
  program
    .command("together")
    .description("decide several changes of the same kind at once; what needs a look of its own is refused")
    .addArgument(new Argument("<action>", "what to do with all of them").choices(["approve", "reject"]))
    .argument("<id...>", "their ids, as `school review` shows them; 20 at most")
    .requiredOption("--reason <text>", "why; it goes into the audit trail of each")
    .option(...JSON_OPTION)
    .action(async (action: string, ids: readonly string[], { reason, json }: Common & { readonly reason: string }) => {
      const client = school();
      const records = await Promise.all(
        ids.map((id) => client.get<Improvement>(`/api/improvements/${encodeURIComponent(id)}`)),
      );
      const items = records.map(({ id, change_set: changeSet }) => {
        if (changeSet === undefined) throw new Failure(`${id} has no change set yet: \`school show ${id}\` says why`);
        return { id, hash: changeSet.hash, reason };
      });
      const answer = await client.post<Outcome>("/api/review/decide", { action, items });
      if (answer.refused.length > 0) fail();
      if (json === true) return terminal.json(answer);
      for (const { id, status } of answer.decided) {
        terminal.line(`${id} is now ${terminal.paint(statusStyle(status), status)}`);
      }
      for (const { id, because } of answer.refused) terminal.line(`${id} is refused: ${harmless(because)}`);
    });
};
