/** What a person decides about one improvement: school approve, reject, accept, … Each says why. */
import { type Common, JSON_OPTION, type Register } from "../command.ts";
import { statusStyle } from "../terminal.ts";

interface Options extends Common {
  readonly reason: string;
  readonly expert?: string;
}

const DECISIONS: readonly (readonly [name: string, description: string])[] = [
  ["approve", "let a pending change through, or answer the stage that asked"],
  ["reject", "refuse a pending improvement for good"],
  ["replan", "have a pending improvement planned again on the repository as it is now"],
  ["accept", "a held change is fine: it counts as verified"],
  ["extend", "watch a held change for another round"],
  ["rollback", "take a verified, held or blocked change back"],
  ["close", "a blocked rollback was settled by hand: the improvement counts as failed"],
  ["retry", "put a dead improvement back to where it died"],
  ["override", "go on in spite of a conflict"],
];

export const decisions: Register = (program, { terminal, school }) => {
  for (const [name, description] of DECISIONS) {
    const command = program
      .command(name)
      .description(description)
      .argument("<id>", "the improvement's id, as `school list` shows it")
      .requiredOption("--reason <text>", "why; it goes into the audit trail");
    if (name === "approve") command.option("--expert <expert>", "the expert to ask, where routing found none");
    command.option(...JSON_OPTION).action(async (id: string, { reason, expert, json }: Options) => {
      const body = { reason, ...(expert === undefined ? {} : { expert }) };
      const answer = await school().post<{ id: string; status: string }>(
        `/api/improvements/${encodeURIComponent(id)}/${name}`,
        body,
      );
      if (json === true) return terminal.json(answer);
      terminal.line(`${answer.id} is now ${terminal.paint(statusStyle(answer.status), answer.status)}`);
    });
  }
};
