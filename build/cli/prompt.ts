/** Questions to the person at the terminal. */
import { createInterface } from "node:readline/promises";

export interface Prompt {
  /** One line without its ends; undefined when the person has gone (Ctrl-C, Ctrl-D). */
  ask(question: string): Promise<string | undefined>;
  close(): void;
}

export function openPrompt(input: NodeJS.ReadableStream, output: NodeJS.WritableStream, stopped: AbortSignal): Prompt {
  const reader = createInterface({ input, output, terminal: true });
  // A question that is open when the reader closes is never answered.
  const closed = new Promise<undefined>((resolve) => reader.once("close", () => resolve(undefined)));
  reader.on("SIGINT", () => reader.close());
  return {
    async ask(question) {
      const answer = reader.question(question, { signal: stopped }).catch(() => undefined);
      return (await Promise.race([answer, closed]))?.trim();
    },
    close: () => reader.close(),
  };
}
