import { afterAll, beforeAll, expect, test } from "vitest";
import { startSchool, type TestSchool } from "./support.ts";

let school: TestSchool;
beforeAll(async () => {
  school = await startSchool();
});
afterAll(() => school.close());

const submit = (key: string, body: unknown, who: "reviewer" | "operator" = "reviewer") =>
  school.call(who, "POST", "/api/sources", body, { "idempotency-key": key });
const waiting = () => school.redis.llen("school:queue:ingest");

test("the same request with the same key is carried out once, and answered the same", async () => {
  const before = await waiting();
  const first = await submit("k1", { content: "Set limits." });
  const second = await submit("k1", { content: "Set limits." });
  expect(first.status).toBe(202);
  expect(second).toEqual(first);
  expect(await waiting()).toBe(before + 1);
});

test("sent many times at once it is carried out once; the others get the answer or are told to wait", async () => {
  const before = await waiting();
  const answers = await Promise.all(Array.from({ length: 10 }, () => submit("k2", { content: "Set limits." })));
  expect(await waiting()).toBe(before + 1);
  const statuses = new Set(answers.map(({ status }) => status));
  expect([...statuses].filter((status) => status !== 202 && status !== 409)).toEqual([]);
  const events = answers.filter(({ status }) => status === 202).map(({ json }) => json.event as string);
  expect(new Set(events).size).toBe(1);
});

test("another body, another query or another person is another request", async () => {
  await submit("k3", { content: "Set limits." });
  expect(await submit("k3", { content: "Set other limits." })).toMatchObject({
    status: 422,
    json: { detail: expect.stringContaining("another request") },
  });
  const before = await waiting();
  expect((await submit("k3", { content: "Set limits." }, "operator")).status).toBe(202);
  expect(await waiting()).toBe(before + 1);
});

test("what was refused may be tried again with the same key", async () => {
  expect((await submit("k4", { content: "" })).status).toBe(422);
  expect((await submit("k4", { content: "Set limits." })).status).toBe(202);
});

test("a token nobody knows and a role too low keep nothing", async () => {
  const size = await school.redis.dbsize();
  const headers = { "idempotency-key": "k5" };
  await school.call(
    "nobody",
    "POST",
    "/api/sources",
    { content: "x" },
    { ...headers, authorization: "Bearer unknown-token" },
  );
  await school.call("viewer", "POST", "/api/sources", { content: "x" }, headers);
  expect(await school.redis.dbsize()).toBe(size);
});

test.each(["", " ", "ü", "x".repeat(201)])("the key %j is refused", async (key) => {
  const headers = { "idempotency-key": encodeURI(key) === key ? key : "a b" };
  const answer = await school.call("reviewer", "POST", "/api/sources", { content: "x" }, headers);
  expect(answer.status).toBe(400);
});

test("an answer is kept for a day", async () => {
  await submit("k6", { content: "Set limits." });
  const slots = await school.redis.keys("school:replies:*");
  const lives = await Promise.all(slots.map((slot) => school.redis.ttl(slot)));
  expect(Math.max(...lives)).toBeGreaterThan(86_000);
  expect(slots.join()).not.toContain("k6");
});
