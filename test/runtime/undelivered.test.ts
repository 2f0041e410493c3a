/** The sink of a Broker: what nobody took is in its log, with who refused it and how. */
import { afterEach, beforeEach, expect, test } from "vitest";
import { type SinkProcess, startUndelivered } from "../support/undelivered.ts";

let sink: SinkProcess;
beforeEach(async () => {
  sink = await startUndelivered();
});
afterEach(() => sink.stop());

const refused = {
  "ce-knativeerrordest": "http://cortex-route-http.cortex-school.svc.cluster.local",
  "ce-knativeerrorcode": "422",
  "ce-knativeerrordata": "eyJkZXRhaWwiOiJubyJ9",
};

test("an event in binary mode, with why", async () => {
  const headers = {
    "content-type": "application/json",
    "ce-specversion": "1.0",
    "ce-id": "e1",
    "ce-source": "/t",
    "ce-type": "a.b",
    ...refused,
  };
  const answer = await fetch(sink.url, { method: "POST", headers, body: '{"id":"limits"}' });
  expect([answer.status, await answer.text()]).toEqual([204, ""]);
  expect(await sink.logged("nobody took this event")).toMatchObject({
    level: 40,
    refusedBy: refused["ce-knativeerrordest"],
    code: "422",
    because: refused["ce-knativeerrordata"],
    event: { id: "e1", source: "/t", type: "a.b" },
    body: '{"id":"limits"}',
  });
});

test("an event in structured mode, by its own attributes", async () => {
  const event = { specversion: "1.0", id: "e2", source: "/t", type: "a.b", knativeerrorcode: "500", data: { id: "x" } };
  const headers = { "content-type": "application/cloudevents+json; charset=utf-8" };
  expect((await fetch(sink.url, { method: "POST", headers, body: JSON.stringify(event) })).status).toBe(204);
  expect(await sink.logged("nobody took this event")).toMatchObject({ code: "500", event: { id: "e2", type: "a.b" } });
});

test("what is no event at all, cut: that may be why nobody took it", async () => {
  const headers = { "content-type": "application/cloudevents+json" };
  expect((await fetch(sink.url, { method: "POST", headers, body: `{${"x".repeat(10_000)}` })).status).toBe(204);
  const line = await sink.logged("nobody took this event");
  expect(line).toMatchObject({ bytes: 10_001, event: {} });
  expect(String(line["body"])).toHaveLength(2_000);
});

test("it leaves it to Knative's proxy to close a connection", async () => {
  const { headers } = await fetch(`${sink.url}/health/readiness`);
  expect(Number(/timeout=(\d+)/.exec(headers.get("keep-alive") ?? "")?.[1])).toBeGreaterThan(90);
});

test("it says that it is there, takes nothing but POST, and nothing that is too large", async () => {
  expect((await fetch(`${sink.url}/health/readiness`)).status).toBe(200);
  expect((await fetch(`${sink.url}/health/liveness`)).status).toBe(200);
  expect((await fetch(sink.url, { method: "PUT" })).status).toBe(405);
  const large = await fetch(sink.url, { method: "POST", body: "x".repeat(6 * 1024 * 1024 + 1) });
  expect(large.status).toBe(413);
});

test("it ends when it is told to", async () => {
  expect(await sink.stop()).toBe(0);
});
