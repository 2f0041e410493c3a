/** school inject: puts one CloudEvent onto the list of a stage. */
import { readFile } from "node:fs/promises";
import { text } from "node:stream/consumers";
import { failureIn, Unreachable } from "../client.ts";
import { type Common, JSON_OPTION, type Register } from "../command.ts";
import { UsageError } from "../failure.ts";

export const inject: Register = (program, { terminal, school, stdin }) => {
  program
    .command("inject")
    .description("put one CloudEvent onto the list of a stage; what the stage does not take is refused")
    .argument("<stage>", "ingest, route, evaluate, …")
    .argument("<file>", "the event as JSON (structured mode); - reads standard input")
    .option(...JSON_OPTION)
    .action(async (stage: string, file: string, { json }: Common) => {
      const event = await contents(file, stdin);
      const client = school();
      const response = await client
        .fetch(`${client.url}/stages/${encodeURIComponent(stage)}`, {
          method: "POST",
          headers: { "content-type": "application/cloudevents+json" },
          body: event,
        })
        .catch((error: unknown) => {
          throw new Unreachable(
            `the school at ${client.url} does not answer (${(error as Error).message}); is it running? \`npm start\``,
          );
        });
      if (!response.ok) throw await failureIn(client.url, response);
      const answer = (await response.json()) as { event: string; stage: string };
      if (json === true) return terminal.json(answer);
      terminal.line(`${answer.event} waits for ${answer.stage}`);
    });
};

async function contents(file: string, stdin: NodeJS.ReadableStream): Promise<string> {
  if (file === "-") return text(stdin);
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    throw new UsageError(`${file} cannot be read: ${(error as Error).message}`);
  }
}
