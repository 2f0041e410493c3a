/** school upgrade: the local school that runs here goes over to the programs as they are now, without a stop. */
import { writeFile } from "node:fs/promises";
import path from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { readUpgradeNote, UPGRADE_NOTE, type UpgradeNote } from "../../local/upgrade-note.ts";
import { type Common, JSON_OPTION, type Register } from "../command.ts";
import { Failure } from "../failure.ts";

const LOOK_MS = 250;

export const upgrade: Register = (program, { terminal, local, stopped }) => {
  program
    .command("upgrade")
    .description("bundle what changed and replace every process of the local school, one after the other")
    .option(...JSON_OPTION)
    .action(async ({ json }: Common) => {
      const { pid, dataDir } = local();
      const asked = `${process.pid}-${Date.now()}`;
      await writeFile(path.join(dataDir, UPGRADE_NOTE), JSON.stringify({ asked } satisfies UpgradeNote), {
        mode: 0o600,
      });
      process.kill(pid, "SIGUSR2");
      if (json !== true) terminal.line("the work goes on while processes are replaced; Ctrl-C only stops looking on");
      for (;;) {
        await wait(LOOK_MS, undefined, { signal: stopped });
        const note = await readUpgradeNote(dataDir);
        if (note?.asked !== asked || note.result === undefined) {
          if (!isAlive(pid))
            throw new Failure("the school ended meanwhile; `npm start` starts it with the new programs");
          continue;
        }
        if (note.result === "failed")
          throw new Failure(`it failed, and what ran before goes on: ${note.because ?? ""}`);
        return json === true
          ? terminal.json(note)
          : terminal.line("every function and the coordinator run the new build");
      }
    });
};

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
