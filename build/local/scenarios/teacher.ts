/** What people of a school do with its router, over the same API as everybody. */
import { execFile } from "node:child_process";
import { randomUUID } from "node:crypto";
import path from "node:path";
import { promisify } from "node:util";
import type { RouterReport } from "../../../functions/coordinator/router-report.ts";
import type { Expert } from "../../../shared/domain/improvement.ts";
import { ROOT } from "../../bundle/targets.ts";
import type { LocalSchool } from "../school.ts";
import type { Proposed, Word } from "./learning.ts";

export interface Teacher {
  readonly propose: (proposed: Proposed) => Promise<string>;
  /** `action` is one of the coordinator's decisions. */
  readonly decide: (
    id: string,
    action: string,
    body: { readonly reason: string; readonly expert?: Expert },
  ) => Promise<void>;
  readonly feedback: (id: string, word: Word) => Promise<void>;
  readonly report: () => Promise<RouterReport>;
  /** Whether no event waits for `learn` or is with it. */
  readonly hasLearned: () => Promise<boolean>;
  readonly terminal: () => Promise<string>;
}

interface Load {
  readonly waiting: number;
  readonly inFlight: number;
  readonly delayed: number;
  readonly dead: number;
}

export function teacherOf({ url, tokens }: Pick<LocalSchool, "url" | "tokens">): Teacher {
  async function call<T>(token: string, method: string, address: string, body?: object): Promise<T> {
    const type = address.startsWith("/stages/") ? "application/cloudevents+json" : "application/json";
    const response = await fetch(`${url}${address}`, {
      method,
      headers: { authorization: `Bearer ${token}`, "content-type": type },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    if (!response.ok) throw new Error(`${method} ${address} answered ${response.status}: ${await response.text()}`);
    return (await response.json()) as T;
  }
  return {
    async propose(proposed) {
      const id = randomUUID();
      // A source of its own: what comes from one source is judged as one.
      const source = { source_id: `by-hand-${id}`, source_title: "By hand" };
      await call(tokens.operator, "POST", "/stages/route", {
        specversion: "1.0",
        id: randomUUID(),
        source: "/scenario",
        type: "ai.cortex.school.improvement.raw",
        data: { id, improvement: { ...proposed, ...source, relevance: 0.9 } },
      });
      return id;
    },
    async decide(id, action, body) {
      await call(tokens.reviewer, "POST", `/api/improvements/${id}/${action}`, body);
    },
    async feedback(id, word) {
      await call(tokens.reviewer, "POST", `/api/improvements/${id}/feedback`, word);
    },
    report: () => call<RouterReport>(tokens.viewer, "GET", "/api/router"),
    async hasLearned() {
      const { stages } = await call<{ stages: { learn: Load } }>(tokens.viewer, "GET", "/api/status");
      const { waiting, inFlight, delayed, dead } = stages.learn;
      if (dead > 0) throw new Error("learn has given up an event; it lies among the dead letters");
      return waiting + inFlight + delayed === 0;
    },
    async terminal() {
      const env = { PATH: process.env["PATH"] ?? "", NO_COLOR: "1", SCHOOL_URL: url, SCHOOL_TOKEN: tokens.viewer };
      const command = path.join(ROOT, "build/cli/main.ts");
      const { stdout } = await promisify(execFile)(process.execPath, [command, "router"], { env });
      return stdout;
    },
  };
}
