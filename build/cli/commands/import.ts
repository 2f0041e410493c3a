/**
 * school import: takes in what the founding platform left in Redis. It reads and writes Redis itself: the coordinator knows
 * one Redis only, and nothing of the platform's keys.
 */
import { type Common, JSON_OPTION, type Register } from "../command.ts";

export interface ImportOptions extends Common {
  readonly dryRun?: boolean;
  readonly redis?: string;
  readonly fromPrefix: string;
}

export const importCommand: Register = (program, { terminal, redis, fail, stopped }) => {
  program
    .command("import")
    .description("take in the improvements of the founding platform; its own keys stay as they are")
    .option("--dry-run", "only say what would be done")
    .option("--redis <url>", "where the platform's keys are; the school's own Redis unless given")
    .option("--from-prefix <prefix>", "what stands before the platform's keys", "")
    .option(...JSON_OPTION)
    .action(async (options: ImportOptions) => {
      // Redis' client and the whole domain: no other command should wait for them.
      const { answerImport } = await import("../../import/answer.ts");
      await answerImport(options, { terminal, redis, fail, stopped });
    });
};
