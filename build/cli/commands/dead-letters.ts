/** school dead-letters: events no stage could work on. school redrive: puts them back, once what they died of is mended. */
import type { Discarded, LetterLine } from "../../../shared/pipeline/dead-letters.ts";
import { STAGES, type StageName } from "../../../shared/stages.ts";
import type { Client } from "../client.ts";
import { type Common, JSON_OPTION, type Register, type Shell } from "../command.ts";
import { Failure, UsageError } from "../failure.ts";
import { given, pagesOf } from "../pages.ts";
import { harmless, short, type Terminal } from "../terminal.ts";

interface Listed {
  readonly letters: readonly LetterLine[];
  readonly next: string | null;
  readonly counts: Readonly<Record<string, number>>;
}
interface Outcome {
  readonly redriven?: number;
  readonly discarded?: number;
  readonly refused: readonly { readonly letter: string; readonly because: string }[];
  readonly left: number;
}
interface ListOptions extends Common {
  readonly stage?: string;
  readonly limit?: string;
  readonly cursor?: string;
  readonly all?: boolean;
}
interface ActOptions extends Common {
  readonly reason: string;
  readonly all?: boolean;
}

const PATH = "/api/dead-letters";
const WHAT = "a stage, or a letter's id (its beginning will do)";
const WHY = "why; it goes into the audit trail";

export const deadLetters: Register = (program, shell) => {
  const { terminal, school } = shell;
  const group = program.command("dead-letters").description("events no stage could work on, and why");

  group
    .command("list", { isDefault: true })
    .description("all of them, newest first")
    .option("--stage <stage>", "only of this stage")
    .option("--limit <n>", "at most so many at once; 50 unless given")
    .option("--cursor <cursor>", "go on where a page ended")
    .option("--all", "all of them, page by page")
    .option(...JSON_OPTION)
    .action(async ({ json, all = false, limit, ...rest }: ListOptions) => {
      const query = given({ ...rest, limit: limit ?? (all ? "200" : undefined) });
      const answer = await pagesOf<Listed>(school(), PATH, query, "letters", all);
      if (json === true) return terminal.json(answer);
      if (answer.letters.length === 0) return terminal.line("no dead letters");
      terminal.line(letterTable(terminal, answer.letters));
      if (answer.next !== null) terminal.note(`there are more: --all, or --cursor ${answer.next}`);
      terminal.note("`school redrive <letter> --reason …` puts one back, `school dead-letters discard` throws it away");
    });

  group
    .command("show")
    .description("one with its event")
    .argument("<letter>", "its id, or its beginning")
    .option(...JSON_OPTION)
    .action(async (id: string, { json }: Common) => {
      const client = school();
      const { stage, letter } = await letterAt(client, id);
      const whole = await client.get<Record<string, unknown>>(`${PATH}/${stage}/${letter}`);
      if (json === true) return terminal.json(whole);
      for (const [name, value] of Object.entries(whole)) {
        const text = typeof value === "string" ? value : JSON.stringify(value, null, 2);
        terminal.line(`${terminal.paint("bold", name)}: ${harmless(text)}`);
      }
    });

  group
    .command("discarded")
    .description("the last ones that were thrown away, by whom and why")
    .option(...JSON_OPTION)
    .action(async ({ json }: Common) => {
      const answer = await school().get<{ discarded: Discarded[] }>(`${PATH}/discarded`);
      if (json === true) return terminal.json(answer);
      if (answer.discarded.length === 0) return terminal.line("none was thrown away");
      terminal.table(
        ["AT", "STAGE", "LETTER", "BY", "WHY"],
        answer.discarded.map(({ at, stage, letter, by, reason }) => [
          at,
          stage,
          short(letter, 13),
          short(by, 24),
          short(reason, 60),
        ]),
      );
    });

  acting(group.command("discard"), shell, "discard", "throw dead letters away; the last 1,000 are kept to look at");
  acting(
    program.command("redrive"),
    shell,
    "redrive",
    "put dead letters back: their improvements go on where they died",
  );
};

function acting(command: ReturnType<Parameters<Register>[0]["command"]>, shell: Shell, act: Act, text: string): void {
  const { terminal, school, fail } = shell;
  command
    .description(text)
    .argument("[what]", WHAT)
    .option("--all", "those of all stages")
    .requiredOption("--reason <text>", WHY)
    .option(...JSON_OPTION)
    .action(async (what: string | undefined, { reason, all = false, json }: ActOptions) => {
      if ((what === undefined) === !all) throw new UsageError(`say which: ${WHAT}, or --all`);
      const client = school();
      const outcomes = await carryOut(client, act, what, reason);
      if (outcomes.some(({ refused }) => refused.length > 0)) fail();
      if (json === true) return terminal.json({ stages: outcomes });
      if (outcomes.length === 0) return terminal.line("no dead letters");
      const done = act === "redrive" ? "put back" : "thrown away";
      for (const { stage, count, refused, left } of outcomes) {
        terminal.line(`${stage}: ${count} ${done}, ${left} left`);
        for (const { letter, because } of refused) terminal.note(`school: ${short(letter, 13)}: ${harmless(because)}`);
      }
    });
}

type Act = "redrive" | "discard";
interface StageOutcome {
  readonly stage: StageName;
  readonly count: number;
  readonly refused: Outcome["refused"];
  readonly left: number;
}

async function carryOut(client: Client, act: Act, what: string | undefined, reason: string): Promise<StageOutcome[]> {
  const named = STAGES.find((stage) => stage === what);
  if (what !== undefined && named === undefined) {
    const { stage, letter } = await letterAt(client, what);
    return [outcomeOf(stage, [await client.post<Outcome>(`${PATH}/${stage}/${act}`, { reason, letter })])];
  }
  const { counts } = await client.get<Listed>(`${PATH}?limit=1`);
  const stages = STAGES.filter((stage) => (named === undefined || named === stage) && (counts[stage] ?? 0) > 0);
  const outcomes: StageOutcome[] = [];
  for (const stage of stages) {
    const answers: Outcome[] = [];
    // One request takes a thousand; those that will not go are left, and would come again and again.
    do answers.push(await client.post<Outcome>(`${PATH}/${stage}/${act}`, { reason, all: true }));
    while (doneIn(answers.at(-1)) > 0 && (answers.at(-1)?.left ?? 0) > (answers.at(-1)?.refused.length ?? 0));
    outcomes.push(outcomeOf(stage, answers));
  }
  return outcomes;
}

function outcomeOf(stage: StageName, answers: readonly Outcome[]): StageOutcome {
  const last = answers.at(-1);
  const count = answers.reduce((sum, answer) => sum + doneIn(answer), 0);
  return { stage, count, refused: last?.refused ?? [], left: last?.left ?? 0 };
}

function doneIn(answer: Outcome | undefined): number {
  return answer?.redriven ?? answer?.discarded ?? 0;
}

/** The one letter whose id begins so. Throws Failure when there is none, or more than one. */
async function letterAt(client: Client, beginning: string): Promise<{ stage: StageName; letter: string }> {
  if (!/^[0-9a-f]{4,40}$/.test(beginning)) {
    throw new UsageError(`${short(beginning, 60)} is neither a stage (${STAGES.join(", ")}) nor a letter's id`);
  }
  const { letters } = await pagesOf<Listed>(client, PATH, { limit: "200" }, "letters", true);
  const [found, ...others] = letters.filter(({ id }) => id.startsWith(beginning));
  if (found === undefined) {
    throw new Failure(
      `there is no dead letter ${beginning}; it may have gone back. \`school dead-letters\` lists them`,
    );
  }
  if (others.length > 0) throw new Failure(`${beginning} begins ${others.length + 1} letters' ids; write more of it`);
  return { stage: found.stage, letter: found.id };
}

function letterTable(terminal: Terminal, letters: readonly LetterLine[]): string {
  return terminal.renderTable(
    ["LETTER", "STAGE", "IMPROVEMENT", "AT", "TRIES", "WHY"],
    letters.map(({ id, stage, improvement, at, attempts, reason }) => [
      id.slice(0, 12),
      stage,
      short(improvement ?? "", 20),
      at,
      String(attempts),
      short(reason, 70),
    ]),
  );
}
