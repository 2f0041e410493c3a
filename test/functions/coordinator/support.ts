/** A coordinator on a test Redis, called over real HTTP. */
import { pino } from "pino";
import { type Coordinator, type CoordinatorOptions, startCoordinator } from "../../../functions/coordinator/start.ts";
import type { Improvement, Patch } from "../../../shared/domain/improvement.ts";
import type { Status } from "../../../shared/domain/lifecycle.ts";
import { connectPipeline } from "../../pipeline/support.ts";
import { startTestRedis, type TestRedis, type TestRedisOptions } from "../../support/redis.ts";
import { settle } from "./claim-and-settle.ts";

export const SECRET = "the secret of this test";
export const TOKENS = { viewer: "viewer-token", reviewer: "reviewer-token", operator: "operator-token" };
export type Who = keyof typeof TOKENS | "nobody";

export const baseEnv = {
  PORT: "0",
  LOG_LEVEL: "fatal",
  // A test asks as fast as it can.
  RATE_LIMIT_PER_MINUTE: "0",
  APPROVAL_SECRET: SECRET,
  SCHOOL_TOKENS: `viewer:vera:${TOKENS.viewer},reviewer:ruth:${TOKENS.reviewer},operator:otto:${TOKENS.operator}`,
};

export interface Answer {
  readonly status: number;
  readonly type: string;
  readonly text: string;
  // Answers are checked by the tests, field by field.
  // oxlint-disable-next-line typescript/no-explicit-any
  readonly json: any;
}

export interface TestSchool extends ReturnType<typeof connectPipeline> {
  readonly server: TestRedis;
  readonly coordinator: Coordinator;
  call(who: Who, method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Answer>;
  /** Creates an improvement and walks it, as the stages do, to `to`; `patch` is written by the last step. */
  stand(id: string, to: Status, patch?: Patch): Promise<void>;
  record(id: string): Promise<Improvement>;
  close(): Promise<void>;
}

export async function startSchool(
  options: Partial<CoordinatorOptions> = {},
  redis: TestRedisOptions = {},
): Promise<TestSchool> {
  const server = await startTestRedis(redis);
  const pipeline = connectPipeline(server.url);
  const coordinator = await startCoordinator({
    log: pino({ level: "silent" }),
    ...options,
    env: { ...baseEnv, REDIS_URL: server.url, ...options.env },
  });
  const call: TestSchool["call"] = (who, method, path, body, headers = {}) =>
    request(coordinator.url, who, method, path, body, headers);
  return {
    ...pipeline,
    server,
    coordinator,
    call,
    stand: (id, to, patch = {}) => settle(pipeline, id, to, patch),
    async record(id) {
      return (await call("viewer", "GET", `/api/improvements/${id}`)).json as Improvement;
    },
    async close() {
      await coordinator.close();
      pipeline.redis.disconnect();
      await server.close();
    },
  };
}

export async function request(
  url: string,
  who: Who,
  method: string,
  path: string,
  body?: unknown,
  headers: Record<string, string> = {},
): Promise<Answer> {
  const response = await fetch(url + path, {
    method,
    headers: {
      ...(who === "nobody" ? {} : { authorization: `Bearer ${TOKENS[who]}` }),
      ...(body === undefined ? {} : { "content-type": "application/json" }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) }),
  });
  const text = await response.text();
  const type = response.headers.get("content-type") ?? "";
  const isJson = /^application\/(problem\+)?json\b/.test(type);
  return { status: response.status, type, text, json: isJson ? JSON.parse(text) : undefined };
}
