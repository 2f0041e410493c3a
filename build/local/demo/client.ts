/** What the demonstration asks of the running school's API, with the tokens any user has. */
import { setTimeout as wait } from "node:timers/promises";
import type { Improvement } from "../../../shared/domain/improvement.ts";
import type { Status } from "../../../shared/domain/lifecycle.ts";
import type { LocalSchool } from "../school.ts";

export interface Line {
  readonly id: string;
  readonly status: Status;
  readonly title?: string;
  readonly review_reason?: string;
  readonly failure_reason?: string;
  readonly git_commit?: string;
  readonly rollback_commit?: string;
}

export interface Move {
  readonly from: string;
  readonly to: string;
  readonly by: string;
  readonly because: string;
}

export interface DemoClient {
  submit(source: { title: string; content: string }): Promise<void>;
  list(): Promise<Line[]>;
  show(id: string): Promise<Improvement>;
  /** Every move so far, oldest first. */
  trail(id: string): Promise<readonly Move[]>;
  approve(id: string, reason: string): Promise<void>;
  override(id: string, reason: string): Promise<void>;
  /** Measures once more what is held. */
  extend(id: string, reason: string): Promise<void>;
  /** Nobody tries any more to take back what could not be taken back. */
  close(id: string, reason: string): Promise<void>;
  /** Titles of the sources that were read to their end. */
  sourcesRead(): Promise<readonly string[]>;
  doctor(): Promise<readonly { readonly kind: string; readonly id: string; readonly problem: string }[]>;
}

export function demoClient({ url, tokens }: Pick<LocalSchool, "url" | "tokens">): DemoClient {
  async function call<T>(token: string, method: string, path: string, body?: unknown): Promise<T> {
    const response = await fetch(`${url}${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    if (response.status === 429) {
      // Who looks on often meets the limit that holds for everybody, and waits as long as he is told.
      await response.body?.cancel();
      await wait(1_000 * Number(response.headers.get("retry-after") ?? 1));
      return call(token, method, path, body);
    }
    if (!response.ok) throw new Error(`${method} ${path} answered ${response.status}: ${await response.text()}`);
    return (await response.json()) as T;
  }
  return {
    async submit(source) {
      await call(tokens.reviewer, "POST", "/api/sources", source);
    },
    async list() {
      return (await call<{ improvements: Line[] }>(tokens.viewer, "GET", "/api/improvements?limit=500")).improvements;
    },
    show: (id) => call<Improvement>(tokens.viewer, "GET", `/api/improvements/${id}`),
    async trail(id) {
      return (await call<{ trail: Move[] }>(tokens.viewer, "GET", `/api/improvements/${id}/trail`)).trail;
    },
    async approve(id, reason) {
      await call(tokens.reviewer, "POST", `/api/improvements/${id}/approve`, { reason });
    },
    async override(id, reason) {
      await call(tokens.reviewer, "POST", `/api/improvements/${id}/override`, { reason });
    },
    async extend(id, reason) {
      await call(tokens.reviewer, "POST", `/api/improvements/${id}/extend`, { reason });
    },
    async close(id, reason) {
      await call(tokens.reviewer, "POST", `/api/improvements/${id}/close`, { reason });
    },
    async sourcesRead() {
      const { sources } = await call<{ sources: { title: string; state: string }[] }>(
        tokens.viewer,
        "GET",
        "/api/sources",
      );
      return sources.flatMap(({ title, state }) => (state === "waiting" ? [] : [title]));
    },
    async doctor() {
      const answer = await call<{ findings: { kind: string; id: string; problem: string }[] }>(
        tokens.operator,
        "GET",
        "/api/doctor",
      );
      return answer.findings;
    },
  };
}
