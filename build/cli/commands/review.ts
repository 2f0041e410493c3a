/** school review: what waits for a person, and why; on a terminal one after another, with a question after each. */
import type { ChangeDescription } from "../../../functions/coordinator/diff.ts";
import { forecastLine } from "../../../shared/domain/forecast-words.ts";
import { EXPERTS, type Improvement } from "../../../shared/domain/improvement.ts";
import type { TrailEntry } from "../../../shared/pipeline/records.ts";
import type { Client } from "../client.ts";
import { type Common, JSON_OPTION, type Register } from "../command.ts";
import { describe } from "../describe.ts";
import { Failure, UsageError } from "../failure.ts";
import type { Prompt } from "../prompt.ts";
import { askedBy, possible, waitingFor, whyItWaits } from "../review.ts";
import { short, statusStyle, type Terminal } from "../terminal.ts";
import { DECISIONS, type Decision, decide } from "./decisions.ts";

interface Options extends Common, Readonly<Partial<Record<Decision, boolean>>> {
  readonly reason?: string;
  readonly expert?: string;
  readonly status?: string;
  readonly list?: boolean;
}

const ALL = Object.keys(DECISIONS) as Decision[];

export const review: Register = (program, { terminal, school, prompt, stopped }) => {
  const command = program
    .command("review")
    .description("what waits for a person and which rule asked; on a terminal one after another")
    .argument("[id]", "only this one")
    .option("--status <status>", "what stands there, e.g. conflicts, instead of all that waits")
    .option("--list", "only list them, also on a terminal");
  for (const name of ALL) command.option(`--${name}`, DECISIONS[name]);
  command
    .option("--reason <text>", "why; it goes into the audit trail")
    .option("--expert <expert>", "with --approve, where routing found none; with --reroute, the right one")
    .option(...JSON_OPTION)
    .action(async (id: string | undefined, options: Options) => {
      const client = school();
      const decision = decisionIn(id, options);
      if (id !== undefined && decision !== undefined) {
        const answer = await decide(client, id, decision, options.reason as string, { expert: options.expert });
        if (options.json === true) return terminal.json(answer);
        return terminal.line(nowStands(terminal, answer));
      }
      const talks = prompt !== undefined && options.json !== true && options.list !== true;
      if (id !== undefined) {
        const one = await everythingOf(client, id);
        if (options.json === true) return terminal.json({ ...one, decisions: possible(one.improvement) });
        if (!talks) return shown(terminal, one);
      }
      const waiting = id === undefined ? await waitingFor(client, options.status) : [];
      if (options.json === true) {
        const lines = waiting.map((line) => ({ ...line, asked_by: askedBy(line), decisions: possible(line) }));
        return terminal.json({ waiting: lines });
      }
      if (id === undefined && waiting.length === 0) return terminal.line("nothing waits for you");
      if (!talks) {
        terminal.table(
          ["ID", "STATUS", "ASKED BY", "WHY", "TITLE", "FORECAST"],
          waiting.map((line) => [
            short(line.id, 20),
            terminal.paint(statusStyle(line.status), line.status),
            short(askedBy(line), 26),
            short(whyItWaits(line), 60),
            short(line.title, 40),
            line.forecast === undefined ? "" : short(forecastLine(line.forecast), 60),
          ]),
        );
        return terminal.line("`school review <id>` shows one; `school review <id> --approve --reason …` decides it");
      }
      const questions = prompt();
      try {
        await walk(terminal, client, questions, id === undefined ? waiting.map((line) => line.id) : [id], stopped);
      } finally {
        questions.close();
      }
    });
};

function decisionIn(id: string | undefined, options: Options): Decision | undefined {
  const [decision, ...others] = ALL.filter((name) => options[name] === true);
  if (decision === undefined) {
    if (options.reason !== undefined) throw new UsageError("--reason needs a decision beside it, e.g. --approve");
    return undefined;
  }
  if (others.length > 0) throw new UsageError(`--${decision} and --${others[0]} exclude each other`);
  if (id === undefined) throw new UsageError(`--${decision} needs an id: school review <id> --${decision} --reason …`);
  if (options.reason === undefined) throw new UsageError(`--${decision} needs --reason <text>: why`);
  return decision;
}

interface Everything {
  readonly improvement: Improvement;
  readonly trail: readonly TrailEntry[];
  readonly change?: ChangeDescription;
}

async function everythingOf(client: Client, id: string): Promise<Everything> {
  const path = `/api/improvements/${encodeURIComponent(id)}`;
  const improvement = await client.get<Improvement>(path);
  const { trail } = await client.get<{ trail: TrailEntry[] }>(`${path}/trail`);
  if (improvement.change_set === undefined) return { improvement, trail };
  return { improvement, trail, change: await client.get<ChangeDescription>(`${path}/diff`) };
}

function shown(terminal: Terminal, { improvement, trail, change }: Everything): void {
  terminal.line(describe(terminal, improvement, trail, change));
  const can = possible(improvement);
  terminal.line();
  terminal.line(can.length === 0 ? "nothing is to be decided here" : `to decide: ${can.join(", ")}`);
}

/** One after another until the person has had enough; what others have decided meanwhile is passed over. */
async function walk(
  terminal: Terminal,
  client: Client,
  questions: Prompt,
  ids: readonly string[],
  stopped: AbortSignal,
): Promise<void> {
  for (const [i, id] of ids.entries()) {
    if (stopped.aborted) return;
    const one = await everythingOf(client, id);
    const can = possible(one.improvement);
    terminal.line();
    terminal.line(terminal.paint("dim", `${i + 1} of ${ids.length}`));
    shown(terminal, one);
    if (can.length === 0) continue;
    if ((await decided(terminal, client, questions, one.improvement, can)) === "quit") return;
  }
}

/** Asks until something is decided, skipped, or the person leaves. */
async function decided(
  terminal: Terminal,
  client: Client,
  questions: Prompt,
  { id, review_stage: stage, change_set: changeSet }: Improvement,
  can: readonly Decision[],
): Promise<"next" | "quit"> {
  const choices = [...can, "skip", "quit"];
  for (;;) {
    terminal.line();
    const answer = await questions.ask(`${choices.join(" / ")}? `);
    if (answer === undefined) return "quit";
    const choice = choiceOf(answer.toLowerCase(), choices);
    if (choice === "quit") return "quit";
    if (choice === "skip") return "next";
    if (choice === undefined) {
      terminal.note("write one of these, or its beginning");
      continue;
    }
    const expert = choice === "reroute" || (choice === "approve" && stage === "route" && changeSet === undefined);
    const who = expert ? await questions.ask(`which expert (${EXPERTS.join(", ")})? `) : undefined;
    const reason = await questions.ask("why (it goes into the audit trail; empty: back)? ");
    if (reason === undefined) return "quit";
    if (reason === "") continue;
    try {
      terminal.line(
        nowStands(
          terminal,
          await decide(client, id, choice as Decision, reason, { expert: who, hash: changeSet?.hash }),
        ),
      );
      return "next";
    } catch (error) {
      // Refused by a rule: the person reads why and may decide otherwise.
      if (!(error instanceof Failure)) throw error;
      terminal.note(`school: ${error.message}`);
    }
  }
}

/** A choice by its name or a beginning that fits no other. */
function choiceOf(answer: string, choices: readonly string[]): string | undefined {
  const fitting = choices.filter((choice) => answer !== "" && choice.startsWith(answer));
  return choices.find((choice) => choice === answer) ?? (fitting.length === 1 ? fitting[0] : undefined);
}

function nowStands(terminal: Terminal, { id, status }: { id: string; status: string }): string {
  return `${id} is now ${terminal.paint(statusStyle(status), status)}`;
}
