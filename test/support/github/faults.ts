/** Ways in which a request can go wrong between the school and GitHub. */
import type { ServerResponse } from "node:http";
import type { Answer } from "./answers.ts";

export type Fault =
  | {
      readonly status: number;
      readonly message: string;
      readonly headers?: Readonly<Record<string, string>>;
      /** Instead of an error. */
      readonly body?: object;
    }
  /** Headers, and then nothing for ever. */
  | "stall"
  /** The first half of the answer, the connection ends properly. */
  | "truncated"
  /** The connection ends in the middle. */
  | "reset"
  /** Somebody's proxy answers instead. */
  | "proxy page";

export interface FaultRule {
  readonly fault: Fault;
  /** Operations it happens to. */
  readonly on: RegExp;
  times: number;
  /** What was asked is done all the same; only the answer is lost. */
  readonly done: boolean;
}

export function faultFor(rules: readonly FaultRule[], operation: string): FaultRule | undefined {
  const rule = rules.find(({ on, times }) => times > 0 && on.test(operation));
  if (rule !== undefined) rule.times -= 1;
  return rule;
}

export function spoil(response: ServerResponse, fault: Fault, answer?: Answer): void {
  const json = { "content-type": "application/json; charset=utf-8" };
  if (typeof fault === "object") {
    const body = fault.body ?? { message: fault.message, documentation_url: "https://docs.github.com/rest" };
    response.writeHead(fault.status, { ...json, ...fault.headers }).end(JSON.stringify(body));
    return;
  }
  const text = JSON.stringify(answer?.json ?? { object: { sha: "0".repeat(40) }, sha: "0".repeat(40) });
  const half = text.slice(0, Math.floor(text.length / 2));
  switch (fault) {
    case "stall":
      response.writeHead(200, json).write(half);
      return;
    case "truncated":
      response.writeHead(200, json).end(half);
      return;
    case "reset":
      response.writeHead(200, { ...json, "content-length": String(text.length) }).write(half, () => response.destroy());
      return;
    case "proxy page":
      response.writeHead(200, { "content-type": "text/html" }).end("<html>Please log in</html>");
  }
}

/** Replicas that lag behind: what was answered last is kept, and given again while a test wants it so. */
export class Replicas {
  readonly #last = new Map<string, Answer>();
  #old = new Map<string, Answer>();
  #on = /^$/;
  #times = 0;

  stale(on: RegExp, times: number): void {
    this.#old = new Map(this.#last);
    this.#on = on;
    this.#times = times;
  }

  calm(): void {
    this.#times = 0;
  }

  async answer(operation: string, url: string, fresh: () => Promise<Answer>): Promise<Answer> {
    const old = this.#old.get(url);
    if (this.#times > 0 && this.#on.test(operation) && old !== undefined) {
      this.#times -= 1;
      return old;
    }
    const answer = await fresh();
    if (operation.startsWith("GET ")) this.#last.set(url, answer);
    return answer;
  }
}
