/** school list: improvements, newest move first. */
import type { ImprovementLine } from "../../../shared/pipeline/listing.ts";
import { type Common, JSON_OPTION, type Register } from "../command.ts";
import { given, pagesOf } from "../pages.ts";
import { short, statusStyle, type Terminal } from "../terminal.ts";

interface Options extends Common {
  readonly status?: string;
  readonly category?: string;
  readonly search?: string;
  readonly source?: string;
  readonly application?: string;
  readonly since?: string;
  readonly limit?: string;
  readonly cursor?: string;
  readonly all?: boolean;
}
interface Answer {
  readonly improvements: readonly ImprovementLine[];
  readonly next?: string | null;
  /** The search index is being filled: some may be missing. */
  readonly filling?: boolean;
}

export const list: Register = (program, { terminal, school }) => {
  program
    .command("list")
    .description("improvements, newest move first")
    .option("--status <status>", "only those that stand there, e.g. pending_review,held")
    .option("--category <category>", "only those of these categories, e.g. security")
    .option("--search <words>", "words of title, description, type or source title, or the beginning of an id")
    .option("--source <id>", "only those proposed from this source")
    .option("--application <name>", "only those that change this Argo CD Application")
    .option("--since <time>", "only those that moved then or later: a date, or ISO 8601")
    .option("--limit <n>", "at most so many at once; 50 unless given")
    .option("--cursor <cursor>", "go on where a page ended")
    .option("--all", "all of them, page by page")
    .option(...JSON_OPTION)
    .action(async ({ search, since, json, all = false, limit, ...rest }: Options) => {
      const size = limit ?? (all ? "1000" : "50");
      const query = given({ ...rest, q: search, updated_from: since, limit: size });
      const answer = await pagesOf<Answer>(school(), "/api/improvements", query, "improvements", all);
      if (json === true) return terminal.json(answer);
      const { improvements, next } = answer;
      if (answer.filling === true) terminal.note("warning: the search index is being filled, some may be missing");
      if (improvements.length > 0) terminal.line(improvementTable(terminal, improvements));
      else if (Object.keys(query).length === 1) {
        terminal.line("nothing here yet; `school learn <file>` hands in a talk");
      } else terminal.line("nothing fits");
      if (next) terminal.note(`there are more: --all, or --cursor ${next}`);
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
