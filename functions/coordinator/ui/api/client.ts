/** The coordinator's API as whoever is signed in. Every failure is a Failure whose message can be shown. */
import type { Improvement } from "../../../../shared/domain/improvement.ts";
import type { ActionName } from "../logic/actions.ts";
import { type Filters, filterQuery, type Question, questionQuery } from "../logic/address.ts";
import type {
  ChangeAnswer,
  KnowledgeAnswer,
  ModelUse,
  Page,
  Person,
  RollbackAnswer,
  SearchAnswer,
  StatusAnswer,
  TrailStep,
  Watch,
  Whole,
} from "./answers.ts";
import { Failure, failureOf, unreachable } from "./failure.ts";
import type { PipelineAnswer } from "./pipeline-answers.ts";
import type { RouterAnswer, RouterMove } from "./router-answers.ts";

export interface Client {
  me(signal?: AbortSignal): Promise<Person>;
  status(signal?: AbortSignal): Promise<StatusAnswer>;
  /** What moves where, how fast, and what is lost on the way. */
  pipeline(signal?: AbortSignal): Promise<PipelineAnswer>;
  list(filters: Filters, page: { limit: number; cursor?: string }, signal?: AbortSignal): Promise<Page>;
  /** The record with its trail and its diff. */
  whole(id: string, signal?: AbortSignal): Promise<Whole>;
  /** What a rollback would do now. */
  previewRollback(id: string, signal?: AbortSignal): Promise<RollbackAnswer>;
  /** What the school knows of the platform, and how fresh that is. */
  knowledge(signal?: AbortSignal): Promise<KnowledgeAnswer>;
  /** Has everything looked at again. */
  reindex(): Promise<void>;
  /** What the school looks at by itself. */
  watches(signal?: AbortSignal): Promise<readonly Watch[]>;
  lookAt(watch: string): Promise<void>;
  /** Which models are asked, and what they cost today. */
  models(signal?: AbortSignal): Promise<ModelUse>;
  search(question: Question, signal?: AbortSignal): Promise<SearchAnswer>;
  /** How experts are chosen, and whether they were the right ones. */
  router(signal?: AbortSignal): Promise<RouterAnswer>;
  moveRouter(move: RouterMove, reason: string): Promise<void>;
  /** Whether the right expert was chosen. */
  sayOfRouting(id: string, body: { right: boolean; expert?: string; reason: string }): Promise<void>;
  decide(id: string, action: ActionName, body: { reason: string; expert?: string; hash?: string }): Promise<void>;
  /** Any other answer: pages that only operators use have their routes in files of their own. */
  ask<T>(path: string, signal?: AbortSignal): Promise<T>;
  send<T>(method: "POST" | "PUT" | "DELETE", path: string, body: object): Promise<T>;
}

/** `onRefused` is called when nobody is signed in any more. */
export function client(onRefused: () => void = () => undefined): Client {
  async function call<T>(method: string, path: string, options: { signal?: AbortSignal; body?: unknown }): Promise<T> {
    const { signal, body } = options;
    let status: number;
    let text: string;
    try {
      const response = await fetch(path, {
        method,
        headers: {
          accept: "application/json",
          // Proof that this page asks: no other site may send it.
          "x-school-request": "1",
          ...(body === undefined ? {} : { "content-type": "application/json" }),
        },
        credentials: "same-origin",
        cache: "no-store",
        ...(signal === undefined ? {} : { signal }),
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      ({ status } = response);
      text = await response.text();
    } catch (error) {
      if (signal?.aborted === true) throw error;
      throw unreachable();
    }
    if (status >= 200 && status < 300) return JSON.parse(text) as T;
    const failure = failureOf(status, text);
    if (failure.kind === "signed-out") onRefused();
    throw failure;
  }
  const get = <T>(path: string, signal?: AbortSignal) => call<T>("GET", path, signal === undefined ? {} : { signal });

  return {
    me: (signal) => get<Person>("/api/me", signal),
    status: (signal) => get<StatusAnswer>("/api/status", signal),
    pipeline: (signal) => get<PipelineAnswer>("/api/pipeline", signal),
    list(filters, { limit, cursor }, signal) {
      const query = filterQuery(filters);
      query.set("limit", String(limit));
      if (cursor !== undefined) query.set("cursor", cursor);
      return get<Page>(`/api/improvements?${query}`, signal);
    },
    async whole(id, signal) {
      const path = `/api/improvements/${encodeURIComponent(id)}`;
      const [improvement, { trail }] = await Promise.all([
        get<Improvement>(path, signal),
        get<{ trail: TrailStep[] }>(`${path}/trail`, signal),
      ]);
      if (improvement.change_set === undefined) return { improvement, trail };
      const change = await get<ChangeAnswer>(`${path}/diff`, signal).catch(noneIfMissing);
      return { improvement, trail, ...(change === undefined ? {} : { change }) };
    },
    previewRollback: (id, signal) =>
      get<RollbackAnswer>(`/api/improvements/${encodeURIComponent(id)}/rollback`, signal),
    knowledge: (signal) => get<KnowledgeAnswer>("/api/knowledge", signal),
    async reindex() {
      await call("POST", "/api/knowledge/index", { body: { reason: "asked for on the dashboard" } });
    },
    watches: async (signal) => (await get<{ watches: readonly Watch[] }>("/api/watches", signal)).watches,
    async lookAt(watch) {
      await call("POST", `/api/watches/${encodeURIComponent(watch)}/look`, { body: {} });
    },
    models: (signal) => get<ModelUse>("/api/models", signal),
    search: (question, signal) => get<SearchAnswer>(`/api/search?${questionQuery(question)}`, signal),
    router: (signal) => get<RouterAnswer>("/api/router", signal),
    async moveRouter({ move, ...what }, reason) {
      await call("POST", `/api/router/${move}`, { body: { ...what, reason } });
    },
    async sayOfRouting(id, body) {
      await call("POST", `/api/improvements/${encodeURIComponent(id)}/feedback`, { body });
    },
    async decide(id, action, body) {
      await call("POST", `/api/improvements/${encodeURIComponent(id)}/${action}`, { body });
    },
    ask: get,
    send: (method, path, body) => call(method, path, { body }),
  };
}

/** The plan was thrown away between two requests: that is no failure of the page. */
function noneIfMissing(error: unknown): undefined {
  if (error instanceof Failure && error.kind === "missing") return undefined;
  throw error;
}
