/** school check: validates improvements from a file against folders; needs no running school. */

import type { ValidationFinding } from "../../../shared/domain/improvement.ts";
import type { Checked } from "../../knowledge/check-improvements.ts";
import type { Draft, Unreadable } from "../../knowledge/improvement-file.ts";
import { type Common, JSON_OPTION, NO_CACHE_OPTION, type Register, type Shell } from "../command.ts";
import { UsageError } from "../failure.ts";
import { harmless, type Style, short, type Terminal } from "../terminal.ts";

type Outcome = Checked["result"] | "unreadable";

type Report =
  | ({ readonly line: number; readonly id: string; readonly title: string } & Checked)
  | { readonly line: number; readonly result: "unreadable"; readonly problem: string };

interface Options extends Common {
  readonly past?: string;
  readonly docs?: string;
  readonly gitops?: string;
  readonly publicUrl?: string;
  readonly cache: boolean;
}

/** Of all of them the worst: a line that cannot be read is worse than a conflict, which is worse than what is unknown. */
const EXIT_CODES = { unreadable: 2, conflict: 1, unknown: 3, pass: 0 } as const;

const STYLES: Readonly<Record<Outcome, Style>> = {
  unreadable: "red",
  conflict: "red",
  unknown: "yellow",
  pass: "green",
};
/** Quotes of one finding, and signs of one line. */
const CITED = 5;
const CITED_OF_PASS = 1;
const WIDEST = 200;

const HELP = `
The file holds one improvement as a JSON object, a list of them, or one object per line (JSONL); "-" is standard input:

  {"title": "Run the cache with three replicas",
   "description": "One replica is down with every node that is drained.",
   "category": "architecture",
   "implementation_notes": "replicas: 3 and a PodDisruptionBudget",
   "quotes": ["a single replica is not a cache, it is a hope"]}

Only the title is needed. Lines are checked one by one and know nothing of each other; what was proposed before is in --past,
a file of the same form, where "status" may say what became of it (verified unless given).

With --json one line per improvement: {"line", "id", "title", "result", "findings"}; "result" is pass, conflict, unknown, or
unreadable, and then "problem" says why. Every finding has "check", "result", "because", "evidence" and, where words of a file
are its reason, "citations" with path, lines and quote.

Exit codes: 0 all pass, 1 a conflict, 2 typed wrongly or a line that cannot be read, 3 something is unknown.`;

export const check: Register = (program, shell) => {
  program
    .command("check")
    .description("validates an improvement from a file against your documents and manifests; needs no running school")
    .argument("<file>", "JSON or JSONL; `-` for standard input")
    .option("--docs <dir>", "a folder of documents")
    .option("--gitops <dir>", "a folder of manifests, its documents included")
    .option("--past <file>", "improvements that were proposed before, to find duplicates of")
    .option(
      "--public-url <url>",
      "the address Argo CD Applications use for --gitops, where it has no remote of its own",
    )
    .option(...NO_CACHE_OPTION)
    .option(...JSON_OPTION)
    .addHelpText("after", HELP)
    .action((file: string, options: Options) => run(file, options, shell));
};

async function run(file: string, options: Options, shell: Shell): Promise<void> {
  const { terminal, stopped } = shell;
  const { docs, gitops, publicUrl } = options;
  if (docs === undefined && gitops === undefined)
    throw new UsageError("name what to hold it against: --docs DIR, --gitops DIR or both");
  const { isDraft, readImprovements } = await import("../../knowledge/improvement-file.ts");
  const drafts = await readImprovements(file, shell.stdin);
  const past = options.past === undefined ? [] : await readImprovements(options.past, shell.stdin);
  const unread = past.find((one) => !isDraft(one));
  if (unread !== undefined && "problem" in unread)
    throw new UsageError(`--past ${options.past}, line ${unread.line}: ${unread.problem}`);
  const seen = new Set<Outcome>();
  const report = (line: Report) => {
    seen.add(line.result);
    if (options.json === true) terminal.line(JSON.stringify(line));
    else showReport(terminal, file, line);
  };
  if (drafts.some(isDraft)) await checkAll();
  else for (const draft of drafts) report(unreadable(draft));
  const worst = (["unreadable", "conflict", "unknown"] as const).find((result) => seen.has(result));
  if (worst !== undefined) shell.fail(EXIT_CODES[worst]);

  async function checkAll(): Promise<void> {
    const { openFolders } = await import("../../knowledge/open-folders.ts");
    const { checkImprovement } = await import("../../knowledge/check-improvements.ts");
    const folders = await openFolders(
      { docs, gitops },
      { note: (text) => terminal.note(text), stopped, cache: options.cache ? shell.cache : undefined },
    );
    try {
      for (const note of folders.notes) terminal.note(note);
      const platform = publicUrl === undefined ? {} : { publicUrl };
      const before = past.filter(isDraft).map(({ improvement }) => improvement);
      for (const draft of drafts) {
        if (!isDraft(draft)) {
          report(unreadable(draft));
          continue;
        }
        const { id, title } = draft.improvement;
        const checked = await checkImprovement(draft.improvement, before, folders, platform, stopped);
        report({ line: draft.line, id, title, ...checked });
      }
    } finally {
      await folders.close();
    }
  }
}

function unreadable(draft: Draft | Unreadable): Report {
  return { line: draft.line, result: "unreadable", problem: "problem" in draft ? draft.problem : "" };
}

function showReport(terminal: Terminal, file: string, report: Report): void {
  const heading = "problem" in report ? `${file}:${report.line}` : report.title;
  terminal.line(
    `${terminal.paint(STYLES[report.result], report.result)}  ${terminal.paint("bold", harmless(heading))}`,
  );
  if ("problem" in report) terminal.line(`  ${harmless(report.problem)}`);
  else for (const finding of report.findings) showFinding(terminal, finding);
  terminal.line();
}

function showFinding(
  terminal: Terminal,
  { check, result, because, evidence, citations = [] }: ValidationFinding,
): void {
  const name = terminal.paint(STYLES[result], result.padEnd(8));
  terminal.line(`  ${name} ${terminal.paint("bold", harmless(check))}: ${harmless(because)}`);
  for (const { path, from, to, quote } of citations.slice(0, result === "pass" ? CITED_OF_PASS : CITED)) {
    const lines = from === to ? `${from}` : `${from}-${to}`;
    terminal.line(`           ${terminal.paint("cyan", harmless(`${path}:${lines}`))}  “${short(quote, WIDEST)}”`);
  }
  if (citations.length > 0 || result === "pass") return;
  for (const one of evidence.slice(0, CITED)) terminal.line(`           ${short(one, WIDEST)}`);
}
