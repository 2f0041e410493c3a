/** What a person decides about one improvement: school approve, reject, accept, … Each says why. */
import { type Action, IN_FLIGHT } from "../../../functions/coordinator/decisions.ts";
import type { RollbackPreview } from "../../../functions/coordinator/rollback-preview.ts";
import type { Client } from "../client.ts";
import { type Common, JSON_OPTION, type Register } from "../command.ts";
import { UsageError } from "../failure.ts";
import { describeRollback } from "../rollback-preview.ts";
import { statusStyle } from "../terminal.ts";

export type Decision = Action | "retry";

interface Options extends Common {
  readonly reason?: string;
  readonly expert?: string;
  readonly dryRun?: boolean;
}

/** Every decision the API knows: the type says when one is missing. */
export const DECISIONS: Readonly<Record<Decision, string>> = {
  approve: "let a pending change through, or answer the stage that asked",
  reject: "refuse a pending improvement for good",
  never: "refuse it, and have nothing like it proposed again",
  replan: "have a pending improvement planned again on the repository as it is now",
  reroute: "the wrong expert judged it: send it to the right one, and the router learns from it",
  accept: "a held change is fine: it counts as verified",
  extend: "watch a held change for another round",
  rollback: "take a change back that is live, held, blocked or still watched",
  close: "a blocked rollback was settled by hand: the improvement counts as failed",
  retry: "put a dead improvement back to where it died",
  override: "go on in spite of a conflict",
};

export const decisions: Register = (program, { terminal, school, fail }) => {
  for (const [name, description] of Object.entries(DECISIONS) as [Decision, string][]) {
    const command = program
      .command(name)
      .description(description)
      .argument("<id>", "the improvement's id, as `school list` shows it");
    if (name === "rollback") command.option("--reason <text>", WHY).option("--dry-run", "only show what it would do");
    else command.requiredOption("--reason <text>", WHY);
    if (name === "reroute") command.requiredOption("--expert <expert>", "the right expert");
    if (name === "approve") command.option("--expert <expert>", "the expert to ask, where routing found none");
    command.option(...JSON_OPTION).action(async (id: string, { reason, expert, dryRun, json }: Options) => {
      if (dryRun === true) {
        const preview = await previewRollback(school(), id);
        if (json === true) terminal.json(preview);
        else terminal.line(describeRollback(terminal, preview));
        if (!preview.possible) fail();
        return;
      }
      if (reason === undefined) throw new UsageError("say why with --reason, or look first with --dry-run");
      const answer = await decide(school(), id, name, reason, { expert });
      if (json === true) return terminal.json(answer);
      const status = terminal.paint(statusStyle(answer.status), answer.status);
      const noted = name === "rollback" && (IN_FLIGHT as readonly string[]).includes(answer.status);
      terminal.line(
        noted ? `${answer.id} is still ${status}; it is taken back at the next look` : `${answer.id} is now ${status}`,
      );
    });
  }
};

const WHY = "why; it goes into the audit trail";

/** Throws Failure with the school's words when it cannot look. */
function previewRollback(client: Client, id: string): Promise<RollbackPreview> {
  return client.get(`/api/improvements/${encodeURIComponent(id)}/rollback`);
}

/** Throws Failure with the school's words when it refuses. */
export function decide(
  client: Client,
  id: string,
  decision: Decision,
  reason: string,
  { expert, hash }: { readonly expert?: string | undefined; readonly hash?: string | undefined } = {},
): Promise<{ id: string; status: string }> {
  const body = { reason, ...(expert === undefined ? {} : { expert }), ...(hash === undefined ? {} : { hash }) };
  return client.post(`/api/improvements/${encodeURIComponent(id)}/${decision}`, body);
}
