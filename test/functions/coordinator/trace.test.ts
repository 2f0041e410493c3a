/** The coordinator's entrances keep the trace of the request: sources that are handed in, events that are posted. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { proposal } from "../../pipeline/support.ts";
import { startSchool, type TestSchool } from "./support.ts";

const TRACE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
let school: TestSchool;
beforeAll(async () => {
  school = await startSchool();
});
afterAll(() => school.close());

async function newest(stage: string): Promise<Record<string, unknown>> {
  const [raw = ""] = await school.redis.lrange(school.keys.list(stage), 0, 0);
  return JSON.parse(raw) as Record<string, unknown>;
}

test("a source that is handed in", async () => {
  const headers = { traceparent: TRACE, tracestate: "a=1" };
  const source = { title: "A talk", content: "words" };
  expect((await school.call("reviewer", "POST", "/api/sources", source, headers)).status).toBeLessThan(300);
  expect(await newest("ingest")).toMatchObject({ traceparent: TRACE, tracestate: "a=1" });
  const other = { title: "Another talk", content: "other words" };
  await school.call("reviewer", "POST", "/api/sources", other, { traceparent: "nonsense" });
  expect(await newest("ingest")).not.toHaveProperty("traceparent");
});

test("an event that is posted", async () => {
  const event = {
    specversion: "1.0",
    id: "e1",
    source: "/tests",
    type: "ai.cortex.school.improvement.raw",
    data: { id: "posted", improvement: proposal("Posted") },
  };
  const headers = { "content-type": "application/cloudevents+json", traceparent: TRACE };
  expect((await school.call("operator", "POST", "/stages/route", event, headers)).status).toBe(202);
  expect(await newest("route")).toMatchObject({ id: "e1", traceparent: TRACE });
});
