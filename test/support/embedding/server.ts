/** A stand-in for vendors of embeddings and rerankers over HTTP. What it knows, and what goes wrong, tests decide. */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { spoil } from "../models/server.ts";
import type { Answered, Fault as ModelFault } from "../models/wire.ts";
import { cohereError, RERANK_FAULTS, type RerankFault, readRerankRequest, reranked } from "./cohere.ts";
import {
  EMBEDDING_FAULTS,
  type EmbeddingFault,
  type EmbeddingHabits,
  embeddings,
  OPENAI_HABITS,
  openAiError,
  readEmbeddingRequest,
} from "./openai.ts";

/** `code`: OpenAI's name for it. */
export type Fault = (ModelFault & { readonly code?: string }) | ModelFault | EmbeddingFault | RerankFault;

export interface EmbeddingServer {
  /** Without the path the APIs are under. */
  readonly url: string;
  readonly key: string;
  /** `POST /v1/embeddings`, … of everything that was received. */
  readonly requests: string[];
  /** Texts of each request that was understood, and questions of rerankers. */
  readonly texts: (readonly string[])[];
  /** What was wrong with requests by the vendors' descriptions. */
  readonly violations: string[];
  /** Requests that were open at the same time, at most. */
  readonly mostAtOnce: () => number;
  /** The next `times` requests fail. */
  fail(fault: Fault, times?: number): void;
  is(habits: Partial<EmbeddingHabits>): void;
  calm(): void;
  close(): Promise<void>;
}

interface State {
  faults: Fault[];
  habits: EmbeddingHabits;
  open: number;
  mostOpen: number;
}
type Seen = Pick<EmbeddingServer, "requests" | "texts" | "violations">;

const KEY = "sk-stand-in-key-9876543210";

export async function embeddingServer(): Promise<EmbeddingServer> {
  const seen: Seen = { requests: [], texts: [], violations: [] };
  const state: State = { faults: [], habits: OPENAI_HABITS, open: 0, mostOpen: 0 };
  const server = createServer((request, response) => {
    state.open += 1;
    state.mostOpen = Math.max(state.mostOpen, state.open);
    response.on("close", () => {
      state.open -= 1;
    });
    handle(request, response, state, seen).catch((error: Error) => {
      seen.violations.push(error.stack ?? error.message);
      response.destroy();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    key: KEY,
    ...seen,
    mostAtOnce: () => state.mostOpen,
    fail: (fault, times = 1) => void state.faults.push(...Array.from({ length: times }, () => fault)),
    is: (habits) => void (state.habits = { ...state.habits, ...habits }),
    calm() {
      Object.assign(state, { faults: [], habits: OPENAI_HABITS, mostOpen: state.open });
      for (const list of Object.values(seen)) list.length = 0;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function handle(request: IncomingMessage, response: ServerResponse, state: State, seen: Seen): Promise<void> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  const { pathname } = new URL(request.url ?? "/", "http://vendors");
  seen.requests.push(`${request.method} ${pathname}`);
  const fault = state.faults.shift();
  const isCohere = pathname === "/v2/rerank";
  const error = isCohere ? cohereError : openAiError;
  const reply = ({ status, json }: Answered, headers: Readonly<Record<string, string>> = {}) => {
    response.writeHead(status, { "content-type": "application/json", ...headers }).end(JSON.stringify(json));
  };
  if (request.method !== "POST" || (!isCohere && pathname !== "/v1/embeddings")) return reply(error(404, "Not Found"));
  const { authorization } = request.headers;
  if (authorization !== `Bearer ${KEY}`) return reply(error(401, `Incorrect API key provided: ${authorization}`));
  if (typeof fault === "object") {
    const code = "code" in fault ? fault.code : undefined;
    return reply(
      isCohere ? error(fault.status, fault.message) : openAiError(fault.status, fault.message, code),
      fault.headers,
    );
  }
  const body: unknown = JSON.parse(Buffer.concat(parts).toString("utf8"));
  const answer = isCohere ? rerank(body, fault, seen) : embed(body, fault, state.habits, seen);
  const isOfTheAnswer = fault === undefined || isOf(EMBEDDING_FAULTS, fault) || isOf(RERANK_FAULTS, fault);
  if (isOfTheAnswer) return reply(answer);
  return spoil(response, fault, answer, undefined);
}

function embed(body: unknown, fault: Fault | undefined, habits: EmbeddingHabits, seen: Seen): Answered {
  const request = readEmbeddingRequest(body);
  if (typeof request === "string") return violated(seen, openAiError(400, request), request);
  seen.texts.push(request.input);
  return embeddings(request, habits, isOf(EMBEDDING_FAULTS, fault) ? fault : undefined);
}

function rerank(body: unknown, fault: Fault | undefined, seen: Seen): Answered {
  const request = readRerankRequest(body);
  if (typeof request === "string") return violated(seen, cohereError(422, request), request);
  seen.texts.push([request.query, ...request.documents]);
  return reranked(request, isOf(RERANK_FAULTS, fault) ? fault : undefined);
}

function violated({ violations }: Seen, answer: Answered, what: string): Answered {
  violations.push(what);
  return answer;
}

function isOf<Name extends string>(names: readonly Name[], fault: unknown): fault is Name {
  return names.some((name) => name === fault);
}
