import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { type PrometheusSettings, prometheus } from "../../shared/adapters/prometheus.ts";
import { PermanentError, RetryLater } from "../../shared/runtime/errors.ts";

let server: Server;
let settings: PrometheusSettings;
let asked: { path: string; query: string | null; authorization: string | undefined }[] = [];
let reply: { status?: number; body?: string; hang?: boolean } = {};

beforeAll(async () => {
  server = createServer((request, response) => {
    const url = new URL(request.url ?? "/", "http://prometheus");
    const { authorization } = request.headers;
    asked.push({ path: url.pathname, query: url.searchParams.get("query"), authorization });
    if (reply.hang === true) return;
    response.writeHead(reply.status ?? 200).end(reply.body);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  settings = {
    PROMETHEUS_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    PROMETHEUS_TOKEN: undefined,
    PROMETHEUS_TIMEOUT_MS: 5_000,
    METRICS_WORKLOAD_LABEL: "service",
    METRICS_STATUS_LABEL: "status",
    METRICS_RATE_WINDOW: "2m",
  };
});
beforeEach(() => {
  asked = [];
  reply = {};
});
afterAll(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

function answers(data: unknown): void {
  reply = { body: JSON.stringify({ status: "success", data }) };
}

test("a vector becomes samples; NaN and infinities are numbers", async () => {
  answers({
    resultType: "vector",
    result: [
      { metric: { service: "a" }, value: [1.5, "0.25"] },
      { metric: {}, value: [1.5, "NaN"] },
      { metric: {}, value: [1.5, "+Inf"] },
    ],
  });
  expect(await prometheus(settings).query('up{job="x"} + 1')).toEqual([
    { labels: { service: "a" }, value: 0.25 },
    { labels: {}, value: Number.NaN },
    { labels: {}, value: Number.POSITIVE_INFINITY },
  ]);
  expect(asked).toEqual([{ path: "/api/v1/query", query: 'up{job="x"} + 1', authorization: undefined }]);
});

test("no data is an empty list, and a token is sent", async () => {
  answers({ resultType: "vector", result: [] });
  expect(await prometheus({ ...settings, PROMETHEUS_TOKEN: "t" }).query("up")).toEqual([]);
  expect(asked[0]?.authorization).toBe("Bearer t");
});

test.each([400, 422])("%i: the query is wrong for ever, in Prometheus' own words", async (status) => {
  reply = { status, body: JSON.stringify({ status: "error", errorType: "bad_data", error: "parse error at char 3" }) };
  const call = prometheus(settings).query("up{");
  await expect(call).rejects.toThrow(PermanentError);
  await expect(call).rejects.toThrow("parse error at char 3");
});

test.each([429, 500, 503])("%i passes", async (status) => {
  reply = { status, body: "<html>gateway" };
  await expect(prometheus(settings).query("up")).rejects.toThrow(RetryLater);
});

test("a refusal names its status and is no answer", async () => {
  reply = { status: 401, body: "who are you" };
  await expect(prometheus(settings).query("up")).rejects.toThrow("401: who are you");
});

test.each([
  ["not JSON", "<html>"],
  ["another shape", JSON.stringify({ status: "success", data: { resultType: "matrix", result: [] } })],
  ["an error with status 200", JSON.stringify({ status: "error", error: "x" })],
])("%s is never taken for no data", async (_name, body) => {
  reply = { body };
  await expect(prometheus(settings).query("up")).rejects.toThrow(RetryLater);
});

test("a server that never answers, or is not there, passes", async () => {
  reply = { hang: true };
  await expect(prometheus({ ...settings, PROMETHEUS_TIMEOUT_MS: 50 }).query("up")).rejects.toThrow(RetryLater);
  const nowhere = { ...settings, PROMETHEUS_URL: "http://127.0.0.1:1" };
  await expect(prometheus(nowhere).query("up")).rejects.toThrow(RetryLater);
});

test("the caller's own abort is not mistaken for an outage", async () => {
  const signal = AbortSignal.abort(new Error("lease lost"));
  await expect(prometheus(settings).query("up", signal)).rejects.toThrow("lease lost");
});

test("no Prometheus at all: nothing is asked and there is no data", async () => {
  expect(await prometheus({ ...settings, PROMETHEUS_URL: "none" }).query("up")).toEqual([]);
});

test("rule groups are asked for by themselves", async () => {
  answers({
    groups: [
      {
        name: "web",
        file: "/rules/shop-web-1.yaml",
        interval: 30,
        rules: [
          { type: "alerting", name: "Down", health: "ok", state: "inactive", query: "up == 0", alerts: [] },
          { type: "recording", name: "a:b", health: "err", lastError: "many-to-many", query: "a * b" },
        ],
      },
    ],
  });
  expect(await prometheus(settings).ruleGroups?.()).toEqual([
    {
      name: "web",
      file: "/rules/shop-web-1.yaml",
      rules: [
        { name: "Down", health: "ok", state: "inactive" },
        { name: "a:b", health: "err", lastError: "many-to-many" },
      ],
    },
  ]);
  expect(asked).toEqual([{ path: "/api/v1/rules", query: null, authorization: undefined }]);
});

test("nobody to ask for rules is not the same as no rules", async () => {
  answers({ groups: [] });
  expect(await prometheus(settings).ruleGroups?.()).toEqual([]);
  reply = { status: 404, body: "404 page not found" };
  expect(await prometheus(settings).ruleGroups?.()).toBeUndefined();
  expect(await prometheus({ ...settings, PROMETHEUS_URL: "none" }).ruleGroups?.()).toBeUndefined();
  reply = { status: 403, body: "no" };
  await expect(prometheus(settings).ruleGroups?.()).rejects.toThrow("403");
  reply = { status: 200, body: "<html>" };
  await expect(prometheus(settings).ruleGroups?.()).rejects.toThrow(RetryLater);
});
