/** school list: improvements, newest move first. */
import type { ImprovementLine } from "../../../shared/pipeline/listing.ts";
import { type Common, JSON_OPTION, type Register } from "../command.ts";
import { short, statusStyle, type Terminal } from "../terminal.ts";

interface Options extends Common {
  readonly status?: string;
  readonly category?: string;
  readonly limit: string;
}

export const list: Register = (program, { terminal, school }) => {
  program
    .command("list")
    .description("improvements, newest move first")
    .option("--status <status>", "only those that stand there, e.g. pending_review")
    .option("--category <category>", "only those of this category, e.g. security")
    .option("--limit <n>", "at most so many", "50")
    .option(...JSON_OPTION)
    .action(async ({ status, category, limit, json }: Options) => {
      const query = new URLSearchParams({
        limit,
        ...(status === undefined ? {} : { status }),
        ...(category === undefined ? {} : { category }),
      });
      const answer = await school().get<{ improvements: ImprovementLine[] }>(`/api/improvements?${query.toString()}`);
      if (json === true) return terminal.json(answer);
      const { improvements } = answer;
      if (improvements.length === 0) return terminal.line("nothing here yet; `school learn <file>` hands in a talk");
      terminal.line(improvementTable(terminal, improvements));
    });
};

export function improvementTable(terminal: Terminal, improvements: readonly ImprovementLine[]): string {
  const room = Math.max(24, terminal.columns - 78);
  return terminal.renderTable(
    ["ID", "STATUS", "CATEGORY", "RELEVANCE", "TITLE", "WHY / COMMIT"],
    improvements.map((line) => [
      short(line.id, 20),
      terminal.paint(statusStyle(line.status), line.status),
      short(line.category, 14),
      line.relevance === undefined ? "" : line.relevance.toFixed(2),
      short(line.title, room),
      short(remark(line), 40),
    ]),
  );
}

function remark({ status, review_reason: review, dead_reason: dead, ...line }: ImprovementLine): string | undefined {
  if (status === "pending_review") return review;
  if (status === "dead") return dead;
  if (status === "failed") return line.failure_reason;
  return line.git_commit?.slice(0, 10);
}
