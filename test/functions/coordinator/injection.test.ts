import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startSchool, type TestSchool } from "./support.ts";

let school: TestSchool;
beforeAll(async () => {
  school = await startSchool();
  await school.stand("raw-1", "raw");
  await school.stand("approved-1", "approved");
  await school.stand("verified-1", "verified");
  await school.redis.set("improvement:odd", "not a hash");
});
afterAll(() => school.close());

const improvement = {
  title: "Add a backup",
  description: "Back the database up",
  category: "database",
  type: "backup",
  relevance: 0.7,
  source_id: "s",
  source_title: "S",
};
const about = (status: string, data: unknown) => ({
  specversion: "1.0",
  id: "event-1",
  source: "/test",
  type: `ai.cortex.school.improvement.${status}`,
  data,
});
const source = (data: unknown) => ({ ...about("x", data), type: "ai.cortex.school.source.submitted" });

describe("what may be pushed to which stage", () => {
  test.each<[name: string, stage: string, event: unknown, status: number, says: string]>([
    ["a new improvement at route", "route", about("raw", { id: "n1", improvement }), 202, ""],
    ["a new improvement at evaluate", "evaluate", about("routed", { id: "n2", improvement }), 202, ""],
    ["a new improvement at validate", "validate", about("categorized", { id: "n3", improvement }), 202, ""],
    ["a new improvement at plan", "plan", about("validated", { id: "n4", improvement }), 202, ""],
    ["a source at ingest", "ingest", source({ source: { content: "talk" } }), 202, ""],
    ["the id of one that stands there", "implement", about("approved", { id: "approved-1" }), 202, ""],
    ["the id of one that exists, to an observer", "learn", about("verified", { id: "verified-1" }), 202, ""],

    ["a new improvement at approve", "approve", about("planned", { id: "n5", improvement }), 422, "may enter at route"],
    ["a new improvement at implement", "implement", about("approved", { id: "n5", improvement }), 422, "may enter at"],
    ["an unknown id at implement", "implement", about("approved", { id: "n5" }), 422, "must already be approved"],
    ["an unknown id at rollback", "rollback", about("rolling_back", { id: "n5" }), 422, "must already be rolling_back"],
    ["an unknown id without an improvement", "route", about("raw", { id: "n5" }), 422, "brings none"],
    [
      "one that stands elsewhere",
      "implement",
      about("approved", { id: "raw-1" }),
      409,
      "is raw; implement takes approved",
    ],
    ["one that exists, brought again", "route", about("raw", { id: "raw-1", improvement }), 409, "exists already"],
    [
      "one that exists, brought to implement",
      "implement",
      about("approved", { id: "approved-1", improvement }),
      409,
      "exists already",
    ],
    ["an unknown id to an observer", "learn", about("verified", { id: "n5" }), 409, "there is no improvement"],
    ["an improvement to an observer", "learn", about("verified", { id: "n5", improvement }), 422, "only listens"],
    ["a type of another stage", "route", about("routed", { id: "n5", improvement }), 422, "improvement.raw"],
    ["a source at route", "route", source({ source: { content: "talk" } }), 422, "improvement.raw"],
    ["an improvement at ingest", "ingest", about("raw", { id: "n5", improvement }), 422, "takes sources"],
    [
      "an id that would name another key",
      "route",
      about("raw", { id: "raw-1:trail", improvement }),
      400,
      "letters, digits",
    ],
    ["an id under which something else lies", "route", about("raw", { id: "odd", improvement }), 409, "holds a string"],
    ["no CloudEvent", "route", { hello: "world" }, 400, "not a CloudEvent"],
    ["an unknown type", "route", about("levitating", { id: "n5" }), 400, "unknown event type"],
    [
      "an improvement with a wrong category",
      "route",
      about("raw", { id: "n5", improvement: { ...improvement, category: "art" } }),
      400,
      "category",
    ],
    ["a stage that does not exist", "deploy", about("raw", { id: "n5" }), 404, "the stages are"],
  ])("%s", async (_name, stage, event, status, says) => {
    const before = await school.redis.llen(`school:queue:${stage}`);

    const answer = await school.call("operator", "POST", `/stages/${stage}`, event, {
      "content-type": "application/cloudevents+json",
    });

    expect(answer.status, answer.text).toBe(status);
    if (status === 202) {
      expect(answer.json).toEqual({ event: "event-1", stage });
      expect(JSON.parse((await school.redis.lindex(`school:queue:${stage}`, 0)) ?? "")).toEqual(event);
    } else {
      expect(answer.json.detail).toContain(says);
      expect(await school.redis.llen(`school:queue:${stage}`)).toBe(before);
    }
  });

  test("the event lies in the list as the very text that was sent", async () => {
    const text = JSON.stringify(
      about("raw", { id: "n9", improvement: { ...improvement, quotes: [] }, extra: [] }),
      null,
      3,
    );
    expect((await school.call("operator", "POST", "/stages/route", text)).status).toBe(202);
    expect(await school.redis.lindex("school:queue:route", 0)).toBe(text);
  });

  test("an event in binary mode is taken as the structured one it stands for", async () => {
    const data = { id: "n10", improvement };
    const answer = await school.call("operator", "POST", "/stages/route", data, {
      "ce-specversion": "1.0",
      "ce-id": "binary-1",
      "ce-source": "/test",
      "ce-type": "ai.cortex.school.improvement.raw",
      "ce-subject": "Grenz%C3%BCbergang",
    });
    expect(answer.status, answer.text).toBe(202);
    expect(JSON.parse((await school.redis.lindex("school:queue:route", 0)) ?? "")).toEqual({
      ...about("raw", data),
      id: "binary-1",
      subject: "Grenzübergang",
      datacontenttype: "application/json",
    });
  });

  test("what cannot be read is refused with every problem and the types the stage takes", async () => {
    const answer = await school.call("operator", "POST", "/stages/route", { hello: 1 });
    expect(answer).toMatchObject({ status: 400, type: "application/problem+json" });
    expect(answer.json.problems.length).toBeGreaterThan(3);
    expect(answer.json.accepts).toEqual(["ai.cortex.school.improvement.raw"]);
  });

  test("another media type is refused", async () => {
    const answer = await school.call("operator", "POST", "/stages/route", "x", { "content-type": "text/plain" });
    expect(answer.status).toBe(415);
  });
});
