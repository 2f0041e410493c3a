/** school feedback: whether the right expert was chosen. The router learns from it. */
import { EXPERTS, type RoutingFeedback } from "../../../shared/domain/improvement.ts";
import { type Common, JSON_OPTION, type Register } from "../command.ts";
import { UsageError } from "../failure.ts";

interface Options extends Common {
  readonly right?: boolean;
  readonly wrong?: boolean;
  readonly expert?: string;
  readonly reason: string;
}
interface Answer {
  readonly id: string;
  readonly learns: boolean;
  readonly routing_feedback: Omit<RoutingFeedback, "at">;
}

export const feedback: Register = (program, { terminal, school }) => {
  program
    .command("feedback")
    .description("say whether the right expert was chosen; it moves nothing, and the router learns from it")
    .argument("<id>", "the improvement's id, as `school list` shows it")
    .option("--right", "it is with the right expert")
    .option("--wrong", "it is not")
    .option("--expert <expert>", `with --wrong, who would have been right: ${EXPERTS.join(", ")}`)
    .requiredOption("--reason <text>", "why; it goes into the audit trail")
    .option(...JSON_OPTION)
    .action(async (id: string, { right = false, wrong = false, expert, reason, json }: Options) => {
      if (right === wrong) throw new UsageError("say either --right or --wrong");
      const body = { right, reason, ...(expert === undefined ? {} : { expert }) };
      const answer = await school().post<Answer>(`/api/improvements/${encodeURIComponent(id)}/feedback`, body);
      if (json === true) return terminal.json(answer);
      const { routing_feedback: word, learns } = answer;
      const better = word.right || word.expert === undefined ? "" : `, ${word.expert} would have been right`;
      const when = learns ? "learns of it now" : "learns of it when the improvement ends";
      terminal.line(`noted: the router was ${word.right ? "right" : "wrong"}${better}; it ${when}`);
    });
};
