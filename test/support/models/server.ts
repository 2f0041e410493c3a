/** A stand-in for models over HTTP, in both vendors' words. What the model says, and what goes wrong, tests decide. */
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { Ajv2020 } from "ajv/dist/2020.js";
import { anthropicWire } from "./anthropic.ts";
import type { Capacity } from "./capacity.ts";
import { openAiWire } from "./openai.ts";
import {
  type Answered,
  type Asked,
  COUNTED,
  type Counted,
  type Fault,
  type Habits,
  type Reply,
  type Wire,
} from "./wire.ts";

export interface ModelServer {
  /** Without the path the API is under. */
  readonly url: string;
  readonly key: string;
  /** Every question that reached the model. */
  readonly asked: Asked[];
  /** `POST /v1/messages`, … of everything that was received. */
  readonly requests: string[];
  /** Bodies and headers of what reached the model. */
  readonly bodies: { readonly body: unknown; readonly headers: IncomingHttpHeaders }[];
  /** What was wrong with requests by the vendors' descriptions. */
  readonly violations: string[];
  /** The model's next answers, in this order; without one it stays a server error. */
  say(...replies: readonly (Reply | ((asked: Asked) => Reply))[]): void;
  /** The next `times` requests fail. */
  fail(fault: Fault, times?: number): void;
  is(habits: Partial<Habits>): void;
  /** From now on every question is answered by `reply`, takes its time and is counted, unless `say` or `fail` say otherwise. */
  work(capacity: Capacity, reply: (asked: Asked) => Reply | Fault): void;
  /** Headers of the next answers. */
  send(headers: Readonly<Record<string, string>>): void;
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
  headers: Readonly<Record<string, string>>;
  work: { readonly capacity: Capacity; readonly reply: (asked: Asked) => Reply | Fault } | undefined;
}

const KEY = "sk-stand-in-key-0123456789";
const CALM: Habits = { thinks: false, lacks: [] };

export async function modelServer(): Promise<ModelServer> {
  const [asked, requests, violations]: [Asked[], string[], string[]] = [[], [], []];
  const bodies: ModelServer["bodies"] = [];
  const state: State = { ...initial() };
  const server = createServer((request, response) => {
    handle(request, response, state, { asked, requests, bodies, violations }).catch((error: Error) => {
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
    bodies,
    violations,
    work: (capacity, reply) => void (state.work = { capacity, reply }),
    send: (headers) => void (state.headers = headers),
    say: (...replies) => void state.replies.push(...replies),
    fail: (fault, times = 1) => void state.faults.push(...Array.from({ length: times }, () => fault)),
    is: (habits) => void (state.habits = { ...state.habits, ...habits }),
    serve: (...models) => void (state.models = models),
    calm() {
      Object.assign(state, initial());
      for (const list of [asked, requests, bodies, violations]) list.length = 0;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function initial(): State {
  return { replies: [], faults: [], habits: CALM, models: ["served-model"], headers: {}, work: undefined };
}

async function handle(
  request: IncomingMessage,
  response: ServerResponse,
  state: State,
  seen: Pick<ModelServer, "asked" | "requests" | "bodies" | "violations">,
): Promise<void> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  const { pathname } = new URL(request.url ?? "/", "http://models");
  seen.requests.push(`${request.method} ${pathname}`);
  const wire = [anthropicWire, openAiWire].find(({ path }) => path === pathname);
  const text = Buffer.concat(parts).toString("utf8");
  const fault = state.faults.shift();
  const judged = judge(request, wire, text, state, seen);
  if (fault !== undefined && typeof fault === "object") return spoil(response, fault, NOTHING, wire);
  if ("status" in judged) return fault === undefined ? send(response, judged) : spoil(response, fault, judged, wire);
  const { wire: spoken, body, question } = judged;
  seen.asked.push(question);
  seen.bodies.push({ body, headers: request.headers });
  const gone = new AbortController();
  response.on("close", () => gone.abort());
  const { reply, counted } = await replyTo(question, state, gone.signal);
  const spoilt = fault ?? (reply !== undefined && isFault(reply) ? reply : undefined);
  const answer = spoken.answer(body, reply === undefined || isFault(reply) ? { value: {} } : reply, counted);
  if (spoilt !== undefined) return spoil(response, spoilt, answer, spoken);
  if (reply === undefined)
    return send(response, { ...spoken.error(500, "the model has nothing to say"), headers: SOON });
  send(response, answer, state.headers);
}

const NOTHING: Answered = { status: 0, json: {} };
const SOON = { "retry-after-ms": "1" };

function send(response: ServerResponse, { status, json, headers }: Answered, more: State["headers"] = {}): void {
  response.writeHead(status, { "content-type": "application/json", ...more, ...headers }).end(JSON.stringify(json));
}

function isFault(reply: Reply | Fault): reply is Fault {
  return typeof reply === "string" || "status" in reply;
}

async function replyTo(
  question: Asked,
  { replies, work }: State,
  gone: AbortSignal,
): Promise<{ reply: Reply | Fault | undefined; counted: Counted }> {
  const next = replies.shift();
  if (next !== undefined) return { reply: typeof next === "function" ? next(question) : next, counted: COUNTED };
  if (work === undefined) return { reply: undefined, counted: COUNTED };
  const reply = work.reply(question);
  // A server that fails does so at once.
  return { reply, counted: isFault(reply) ? COUNTED : await work.capacity.serve(question, gone) };
}

type Judged = Answered | { readonly wire: Wire; readonly body: unknown; readonly question: Asked };

/** What is answered before any model is asked, or what to ask it. */
function judge(
  { method, headers }: IncomingMessage,
  wire: Wire | undefined,
  text: string,
  state: State,
  { violations }: Pick<ModelServer, "violations">,
): Judged {
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
  return wire.refuses(body, state.habits) ?? { wire, body, question };
}

const compiled = new Map<string, string | undefined>();

function compiles(schema: object, violations: string[]): void {
  const text = JSON.stringify(schema);
  if (!compiled.has(text)) {
    try {
      new Ajv2020({ strict: false }).compile(schema);
      compiled.set(text, undefined);
    } catch (error) {
      compiled.set(text, `no JSON Schema: ${(error as Error).message}`);
    }
  }
  const wrong = compiled.get(text);
  if (wrong !== undefined) violations.push(wrong);
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
