/**
 * A vendor that fails in every known way and keeps its own books: what is in flight at once, what was answered how often, and
 * what it will charge for, whether the answer arrived or not.
 */
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { openAiWire } from "./openai.ts";
import { spoil } from "./server.ts";
import type { Answered, Counted, Fault, Reply } from "./wire.ts";

/** What happens to one request. */
export type Fate = { readonly reply: Reply } | { readonly fault: Fault; readonly reply?: Reply };

export interface MeteredServer {
  readonly url: string;
  /** US dollars, for everything that was generated. */
  readonly bill: () => number;
  readonly requests: () => number;
  /** The most requests with the very same text that were in flight at once. */
  readonly mostAlike: () => number;
  /** The most good answers that went out whole to the very same text. */
  readonly mostAnswered: () => number;
  readonly violations: readonly string[];
  close(): Promise<void>;
}

/** Dollars per million tokens, by model. */
export type Tariff = Readonly<Record<string, { readonly input: number; readonly output: number }>>;

/** `fate`: `nth` request with this very text, from 1. */
export async function meteredServer(
  tariff: Tariff,
  fate: (prompt: string, nth: number) => Fate,
): Promise<MeteredServer> {
  const violations: string[] = [];
  const [running, seen, answered] = [new Map<string, number>(), new Map<string, number>(), new Map<string, number>()];
  let [bill, requests, mostAlike] = [0, 0, 0];
  const add = (to: Map<string, number>, key: string, number: number) => {
    const sum = (to.get(key) ?? 0) + number;
    to.set(key, sum);
    return sum;
  };

  function serve(body: unknown, response: ServerResponse): void {
    const { prompt, system } = openAiWire.asked(body);
    const { model, max_completion_tokens: most = 0 } = body as { model: string; max_completion_tokens?: number };
    const text = `${model} ${system} ${prompt}`;
    requests += 1;
    mostAlike = Math.max(mostAlike, add(running, text, 1));
    const decided = fate(prompt, add(seen, text, 1));
    const reply = decided.reply ?? { value: {} };
    // As many tokens as a text can have, and as long an answer as was allowed.
    const counted: Counted = { input: JSON.stringify(body).length, output: most, cached: 0, written: 0 };
    const answer: Answered = openAiWire.answer(body, reply, counted);
    const isFree = "fault" in decided && typeof decided.fault === "object";
    const rates = tariff[model];
    if (rates === undefined) violations.push(`there is no price for ${model}`);
    else if (!isFree) bill += (counted.input * rates.input + counted.output * rates.output) / 1e6;
    response.on("close", () => {
      add(running, text, -1);
      const isGood = !("fault" in decided) && "value" in reply && (reply.value as { good?: unknown }).good === true;
      if (isGood && response.writableFinished) add(answered, text, 1);
    });
    if ("fault" in decided) return spoil(response, decided.fault, answer, openAiWire);
    response.writeHead(answer.status, { "content-type": "application/json" }).end(JSON.stringify(answer.json));
  }

  const server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on("data", (part: Buffer) => parts.push(part));
    request.on("end", () => {
      const body: unknown = JSON.parse(Buffer.concat(parts).toString("utf8"));
      violations.push(...openAiWire.wrong(body));
      serve(body, response);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    bill: () => bill,
    requests: () => requests,
    mostAlike: () => mostAlike,
    mostAnswered: () => Math.max(0, ...answered.values()),
    violations,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
