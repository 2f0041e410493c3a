/** school sources: what was read, what came of it, and reading it again. */
import type { ImprovementLine } from "../../../shared/pipeline/listing.ts";
import type { SourceLine } from "../../../shared/pipeline/sources.ts";
import { type Common, JSON_OPTION, type Register } from "../command.ts";
import { Failure } from "../failure.ts";
import { given, pagesOf } from "../pages.ts";
import { readSource } from "../source-files.ts";
import { harmless, type Style, short, type Terminal } from "../terminal.ts";
import { improvementTable } from "./list.ts";

interface ListOptions extends Common {
  readonly state?: string;
  readonly limit?: string;
  readonly cursor?: string;
  readonly all?: boolean;
}
interface Listed {
  readonly sources: readonly SourceLine[];
  readonly next?: string | null;
}
type Shown = Omit<SourceLine, "improvements"> & { readonly improvements: readonly ImprovementLine[] };

export const sources: Register = (program, { terminal, school, stdin }) => {
  const group = program.command("sources").description("what was read, and what came of it");

  group
    .command("list", { isDefault: true })
    .description("sources, the last read first")
    .option("--state <state>", "only those that stand so: waiting, read, nothing_found, listed, failed")
    .option("--limit <n>", "at most so many at once; 50 unless given")
    .option("--cursor <cursor>", "go on where a page ended")
    .option("--all", "all of them, page by page")
    .option(...JSON_OPTION)
    .action(async ({ json, all = false, limit, ...rest }: ListOptions) => {
      const query = given({ ...rest, limit: limit ?? (all ? "1000" : undefined) });
      const answer = await pagesOf<Listed>(school(), "/api/sources", query, "sources", all);
      if (json === true) return terminal.json(answer);
      const { sources: lines, next } = answer;
      if (lines.length === 0) return terminal.line("nothing was read yet; `school learn <file>` hands in a talk");
      terminal.table(
        ["ID", "STATE", "READ", "FOUND", "TITLE", "WHY / ADDRESS"],
        lines.map((line) => [
          short(line.id, 24),
          painted(terminal, line.state),
          line.read_at ?? "",
          String(line.improvements.length),
          short(line.title, 40),
          short(line.because ?? line.address, 50),
        ]),
      );
      if (next) terminal.note(`there are more: --all, or --cursor ${next}`);
    });

  group
    .command("show")
    .description("one source and the improvements that were found in it")
    .argument("<id>", "its id, as `school sources` shows it")
    .option(...JSON_OPTION)
    .action(async (id: string, { json }: Common) => {
      const source = await school().get<Shown>(`/api/sources/${encodeURIComponent(id)}`);
      if (json === true) return terminal.json(source);
      const { title, state, address, because, read_at: readAt, known, improvements } = source;
      terminal.line(`${terminal.paint("bold", harmless(title))}  ${painted(terminal, state)}  ${harmless(source.id)}`);
      if (address !== undefined) terminal.line(`address: ${harmless(address)}`);
      if (because !== undefined) terminal.line(`because: ${harmless(because)}`);
      if (readAt !== undefined) terminal.line(`read: ${readAt}`);
      if (known > 0) terminal.line(`known before: ${known}`);
      if (improvements.length > 0) terminal.line(`\n${improvementTable(terminal, improvements)}`);
    });

  group
    .command("again")
    .description("read a source again although it was read before; its text is not kept, so hand it in once more")
    .argument("<id>", "its id, as `school sources` shows it")
    .argument("<file>", "its text; - reads standard input")
    .option(...JSON_OPTION)
    .action(async (id: string, file: string, { json }: Common) => {
      const client = school();
      const path = `/api/sources/${encodeURIComponent(id)}`;
      const { title } = await client.get<Shown>(path);
      const text = await readSource(file, stdin).catch((error: unknown) => {
        if (!(error instanceof Failure)) throw error;
        throw new Failure(`${file}: ${error.message}`);
      });
      const body = { ...text, ...(title === "" ? {} : { title }) };
      const answer = await client.post<{ event: string }>(`${path}/again`, body);
      if (json === true) return terminal.json({ source: id, ...answer });
      terminal.line(`${id}: handed in again; \`school watch\` shows what becomes of it`);
    });
};

function painted(terminal: Terminal, state: string): string {
  const styles: Readonly<Record<string, Style>> = { read: "green", nothing_found: "dim", listed: "dim", failed: "red" };
  return terminal.paint(styles[state] ?? "cyan", state);
}
