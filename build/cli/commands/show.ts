/** school show: one improvement with all that was found, judged, decided and measured. */

import type { ChangeDescription } from "../../../functions/coordinator/diff.ts";
import type { Improvement } from "../../../shared/domain/improvement.ts";
import type { TrailEntry } from "../../../shared/pipeline/records.ts";
import { type Client } from "../client.ts";
import { type Common, JSON_OPTION, type Register } from "../command.ts";
import { describe } from "../describe.ts";

export const show: Register = (program, { terminal, school }) => {
  program
    .command("show")
    .description("one improvement: quotes, judgement, validation, verdict, trail and diff")
    .argument("<id>", "its id, as `school list` shows it")
    .option(...JSON_OPTION)
    .action(async (id: string, { json }: Common) => {
      const client = school();
      const path = `/api/improvements/${encodeURIComponent(id)}`;
      const improvement = await client.get<Improvement>(path);
      const { trail } = await client.get<{ trail: TrailEntry[] }>(`${path}/trail`);
      const change = await changeOf(client, path, improvement);
      if (json === true) return terminal.json({ improvement, trail, ...(change === undefined ? {} : { change }) });
      terminal.line(describe(terminal, improvement, trail, change));
    });
};

async function changeOf(
  client: Client,
  path: string,
  improvement: Improvement,
): Promise<ChangeDescription | undefined> {
  return improvement.change_set === undefined ? undefined : client.get<ChangeDescription>(`${path}/diff`);
}
