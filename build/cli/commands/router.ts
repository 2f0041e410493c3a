/** school router: how the router does, its decisions as a file, and what operators may do to it. */
import { createWriteStream } from "node:fs";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { type Command, InvalidArgumentError, Option } from "commander";
import type { RouterReport } from "../../../functions/coordinator/router-report.ts";
import { JUDGES } from "../../../shared/routing/report/judged.ts";
import { type Client, failureIn } from "../client.ts";
import { type Common, JSON_OPTION, type Register, type Shell } from "../command.ts";
import { Failure } from "../failure.ts";
import { describeRouter } from "../router-report.ts";

interface Why extends Common {
  readonly reason: string;
}

const REASON = ["--reason <text>", "why; it is noted with your name"] as const;

export const router: Register = (program, shell) => {
  const { terminal, school } = shell;
  const command = program
    .command("router")
    .description("how experts are chosen: arms, tiers, who was right, calibration, models")
    .addOption(
      new Option("--labels <whose>", "whose word counts: what somebody said, or outcomes of what was served, too")
        .choices([...JUDGES])
        .default("said"),
    )
    .option(...JSON_OPTION)
    .action(async ({ labels, json }: Common & { readonly labels: string }) => {
      const report = await school().get<RouterReport>(`/api/router?labels=${labels}`);
      if (json === true) return terminal.json(report);
      terminal.line(describeRouter(terminal, report));
    });
  moves(command, shell);
  exporting(command, shell);
  // Each inherits what commander is told about errors and help.
  for (const one of command.commands) one.exitOverride().copyInheritedSettings(program);
};

function moves(command: Command, { terminal, school }: Shell): void {
  async function send<Answer>(path: string, body: object, json: boolean, say: (answer: Answer) => string) {
    const answer = await school().post<Answer>(`/api/router/${path}`, body);
    if (json) terminal.json(answer);
    else terminal.line(say(answer));
  }
  const isJson = (own: Common, parent: Command) => own.json === true || parent.opts<Common>().json === true;

  command
    .command("rollout")
    .description("the share of improvements the learned arm serves, or back to the configured one")
    .argument("<share>", "0 to 1, or `reset`", shareOf)
    .requiredOption(...REASON)
    .option(...JSON_OPTION)
    .action((share: number | null, own: Why) =>
      send<{ share: number; override: unknown }>(
        "rollout",
        { share, reason: own.reason },
        isJson(own, command),
        (now) =>
          now.override === null
            ? `the learned arm serves ${now.share} again, as configured`
            : `the learned arm serves ${now.share} now`,
      ),
    );
  command
    .command("promote")
    .description("have a model serve that waits in staging, or served before")
    .argument("<version>", "as `school router` lists it")
    .requiredOption(...REASON)
    .option(...JSON_OPTION)
    .action((version: string, own: Why) =>
      send<{ serving: string }>("promote", { version, reason: own.reason }, isJson(own, command), serving),
    );
  command
    .command("step-back")
    .description("go back to the model that served before, at last to the one that comes with the school")
    .requiredOption(...REASON)
    .option(...JSON_OPTION)
    .action((own: Why) =>
      send<{ serving: string }>("step-back", { reason: own.reason }, isJson(own, command), serving),
    );
  command
    .command("retrain")
    .description("have the router trained; what does not win changes nothing")
    .requiredOption(...REASON)
    .option(...JSON_OPTION)
    .action((own: Why) =>
      send<unknown>(
        "retrain",
        { reason: own.reason },
        isJson(own, command),
        () => "learn trains the router; `school router` shows what came of it",
      ),
    );
}

const serving = (answer: { serving: string }) => `${answer.serving} serves now`;

function exporting(command: Command, { terminal, school, stopped }: Shell): void {
  command
    .command("export")
    .description("every decision on record, one JSON object per line")
    .option("--out <file>", "into this file instead of standard output")
    .option("--json", "as it is anyway: one JSON object per line")
    .action(async ({ out }: { readonly out?: string }) => {
      const body = await decisions(school(), stopped);
      const to = out === undefined ? process.stdout : createWriteStream(out);
      await pipeline(body, to, { end: out !== undefined, signal: stopped }).catch((error: NodeJS.ErrnoException) => {
        // `… | head` has what it wanted.
        if (error.code === "EPIPE") return;
        throw new Failure(`${out ?? "the output"} is not whole: ${error.message}`);
      });
      if (out === undefined) return;
      terminal.note(`the decisions are in ${out}`);
    });
}

async function decisions(client: Client, signal: AbortSignal): Promise<Readable> {
  const address = `${client.url}/api/router/decisions?format=jsonl`;
  const response = await client.fetch(address, { signal }).catch((error: unknown) => {
    throw new Failure(`the school at ${client.url} does not answer (${String(error)}); is it running? \`npm start\``);
  });
  if (!response.ok || response.body === null) throw await failureIn(client.url, response);
  return Readable.fromWeb(response.body as Parameters<typeof Readable.fromWeb>[0]);
}

function shareOf(text: string): number | null {
  if (text === "reset") return null;
  const share = Number(text);
  if (text.trim() !== "" && share >= 0 && share <= 1) return share;
  throw new InvalidArgumentError("a share from 0 to 1, or `reset`");
}
