/** A stand-in for models over HTTP, in both vendors' words. What the model says, and what goes wrong, tests decide. */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { Ajv2020 } from "ajv/dist/2020.js";
import { anthropicWire } from "./anthropic.ts";
import { openAiWire } from "./openai.ts";
import type { Answered, Asked, Fault, Habits, Reply, Wire } from "./wire.ts";

export interface ModelServer {
  /** Without the path the API is under. */
  readonly url: string;
  readonly key: string;
  /** Every question that reached the model. */
  readonly asked: Asked[];
  /** `POST /v1/messages`, … of everything that was received. */
  readonly requests: string[];
  /** What was wrong with requests by the vendors' descriptions. */
  readonly violations: string[];
  /** The model's next answers, in this order; without one it stays a server error. */
  say(...replies: readonly (Reply | ((asked: Asked) => Reply))[]): void;
  /** The next `times` requests fail. */
  fail(fault: Fault, times?: number): void;
  is(habits: Partial<Habits>): void;
  /** Models it serves, for `GET /v1/models`. */
  serve(...models: readonly string[]): void;
  calm(): void;
  close(): Promise<void>;
}

interface State {
  replies: (Reply | ((asked: Asked) => Reply))[];
  faults: Fault[];
  habits: Habits;
  models: readonly string[];
}

const KEY = "sk-stand-in-key-0123456789";
const CALM: Habits = { thinks: false, lacks: [] };

export async function modelServer(): Promise<ModelServer> {
  const [asked, requests, violations]: [Asked[], string[], string[]] = [[], [], []];
  const state: State = { replies: [], faults: [], habits: CALM, models: ["served-model"] };
  const server = createServer((request, response) => {
    handle(request, response, state, { asked, requests, violations }).catch((error: Error) => {
      violations.push(error.stack ?? error.message);
      response.destroy();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    key: KEY,
    asked,
    requests,
    violations,
    say: (...replies) => void state.replies.push(...replies),
    fail: (fault, times = 1) => void state.faults.push(...Array.from({ length: times }, () => fault)),
    is: (habits) => void (state.habits = { ...state.habits, ...habits }),
    serve: (...models) => void (state.models = models),
    calm() {
      Object.assign(state, { replies: [], faults: [], habits: CALM, models: ["served-model"] });
      for (const list of [asked, requests, violations]) list.length = 0;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function handle(
  request: IncomingMessage,
  response: ServerResponse,
  state: State,
  seen: Pick<ModelServer, "asked" | "requests" | "violations">,
): Promise<void> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  const { pathname } = new URL(request.url ?? "/", "http://models");
  seen.requests.push(`${request.method} ${pathname}`);
  const wire = [anthropicWire, openAiWire].find(({ path }) => path === pathname);
  const fault = state.faults.shift();
  const answer = answerTo(request, wire, Buffer.concat(parts).toString("utf8"), state, seen, fault);
  if (fault !== undefined) return spoil(response, fault, answer, wire);
  response.writeHead(answer.status, { "content-type": "application/json" }).end(JSON.stringify(answer.json));
}

function answerTo(
  { method, headers }: IncomingMessage,
  wire: Wire | undefined,
  text: string,
  state: State,
  { asked, violations }: Pick<ModelServer, "asked" | "violations">,
  fault: Fault | undefined,
): Answered {
  if (wire === undefined && method === "GET") {
    return { status: 200, json: { object: "list", data: state.models.map((id) => ({ id, object: "model" })) } };
  }
  if (wire === undefined || method !== "POST") return { status: 404, json: { error: { message: "Not Found" } } };
  const body: unknown = JSON.parse(text);
  const wrong = wire.wrong(body);
  violations.push(...wrong);
  if (wrong.length > 0) return wire.error(400, wrong.join("; "));
  const question = wire.asked(body);
  if (question.schema !== undefined) compiles(question.schema, violations);
  if (!wire.isAuthorised(headers, KEY) && headers.authorization !== "Bearer none") {
    return wire.error(401, `Incorrect API key provided: ${String(headers.authorization ?? headers["x-api-key"])}`);
  }
  const refusal = wire.refuses(body, state.habits);
  if (refusal !== undefined) return refusal;
  if (fault !== undefined && typeof fault === "object") return wire.error(fault.status, fault.message);
  asked.push(question);
  const reply = state.replies.shift();
  if (reply === undefined) return wire.error(500, "the model has nothing to say");
  return wire.answer(body, typeof reply === "function" ? reply(question) : reply);
}

function compiles(schema: object, violations: string[]): void {
  try {
    new Ajv2020({ strict: false }).compile(schema);
  } catch (error) {
    violations.push(`no JSON Schema: ${(error as Error).message}`);
  }
}

export function spoil(response: ServerResponse, fault: Fault, answer: Answered, wire: Wire | undefined): void {
  const json = { "content-type": "application/json" };
  if (typeof fault === "object") {
    const { status, message, headers } = fault;
    response.writeHead(status, { ...json, ...headers }).end(JSON.stringify(wire?.error(status, message).json));
    return;
  }
  const text = JSON.stringify(answer.json);
  const half = text.slice(0, Math.floor(text.length / 2));
  switch (fault) {
    case "silence":
      return;
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
