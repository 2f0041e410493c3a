import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { startSchool, type TestSchool } from "./support.ts";

let school: TestSchool;
beforeAll(async () => {
  school = await startSchool();
});
afterAll(() => school.close());
beforeEach(() => school.redis.flushall());

const reason = "I have looked at it";
const list = async (query = "") => (await school.call("viewer", "GET", `/api/dead-letters${query}`)).json;
const act = (what: string, stage: string, body: object) =>
  school.call("operator", "POST", `/api/dead-letters/${stage}/${what}`, { reason, ...body });

describe("the list", () => {
  test("tells of every letter what it was about, newest first, without its event", async () => {
    await school.stand("a", "dead");
    await school.stand("b", "dead");
    await school.redis.lpush("school:queue:ingest", "{ this is no event");
    await school.queue("ingest").claim(1);

    const { letters, next, counts } = await list();

    expect(next).toBeNull();
    expect(counts).toMatchObject({ route: 2, ingest: 1, plan: 0 });
    const byImprovement = Object.fromEntries(letters.map((one: { improvement: string }) => [one.improvement, one]));
    expect(byImprovement["a"]).toEqual({
      id: expect.stringMatching(/^[0-9a-f]{40}$/),
      stage: "route",
      reason: "it cannot work",
      attempts: 1,
      at: expect.stringMatching(/^\d{4}-/),
      event: expect.stringMatching(/^a:raw:/),
      type: "ai.cortex.school.improvement.raw",
      improvement: "a",
      bytes: expect.any(Number),
    });
    expect(byImprovement["null"]).toMatchObject({ stage: "ingest", event: null, type: null });
    expect(letters.map(({ at }: { at: string }) => at)).toEqual(
      letters
        .map(({ at }: { at: string }) => at)
        .toSorted()
        .toReversed(),
    );
  });

  test("comes page by page, each letter once, across stages and though many died in the same millisecond", async () => {
    const entry = (n: number, stage: string) =>
      JSON.stringify({
        stage,
        reason: `no. ${n}`,
        attempts: 1,
        at: `2026-01-31T08:00:0${n % 3}.000Z`,
        event: { id: `e${n}` },
      });
    // In the order of death, as the scripts push them.
    const order = Array.from({ length: 30 }, (_, n) => n).toSorted((a, b) => (a % 3) - (b % 3));
    for (const n of order)
      await school.redis.lpush(`school:queue:${n % 2 === 0 ? "plan" : "sync"}:dead`, entry(n, "x"));

    const seen: string[] = [];
    let next: string | null = null;
    do {
      const page = await list(`?limit=4${next === null ? "" : `&cursor=${next}`}`);
      seen.push(...page.letters.map((one: { event: string }) => one.event));
      next = page.next;
    } while (next !== null);

    expect(seen.toSorted()).toEqual(order.map((n) => `e${n}`).toSorted());
    expect((await list("?stage=sync&limit=200")).letters).toHaveLength(15);
  });

  test("a source of megabytes is told by its size, and shown when asked for", async () => {
    const event = {
      specversion: "1.0",
      id: "big",
      source: "/t",
      type: "t",
      data: { source: { content: "ä".repeat(2_000_000) } },
    };
    await school.redis.lpush("school:queue:ingest", JSON.stringify(event));
    const queue = school.queue("ingest");
    const [lease] = (await queue.claim(1)).leases;
    await queue.settle([{ kind: "dead", token: lease?.token ?? "", reason: 'too much, "event": said' }], 0);

    const answer = await school.call("viewer", "GET", "/api/dead-letters");
    expect(answer.text.length).toBeLessThan(2_000);
    const [letter] = answer.json.letters;
    expect(letter).toMatchObject({ event: "big", improvement: null, reason: 'too much, "event": said' });
    expect(letter.bytes).toBeGreaterThan(4_000_000);
    const whole = await school.call("viewer", "GET", `/api/dead-letters/ingest/${letter.id}`);
    expect(whole.json).toMatchObject({ id: letter.id, reason: letter.reason, event });
    expect((await school.call("viewer", "GET", `/api/dead-letters/route/${letter.id}`)).status).toBe(404);
  });
});

describe("redrive", () => {
  test("of one: its improvement returns to where it died, and the others stay", async () => {
    await school.stand("a", "dead");
    await school.stand("b", "dead");
    const letter = (await list()).letters.find((one: { improvement: string }) => one.improvement === "a");

    expect(await act("redrive", "route", { letter: letter.id })).toMatchObject({
      status: 200,
      json: { redriven: 1, refused: [], left: 1 },
    });

    expect(await school.record("a")).toMatchObject({ status: "raw" });
    expect(await school.record("b")).toMatchObject({ status: "dead" });
    expect(await act("redrive", "route", { letter: letter.id })).toMatchObject({
      status: 409,
      json: { detail: "this dead letter is gone already" },
    });
  });

  test("of all: those that never were events stay, and are told", async () => {
    for (const id of ["a", "b", "c"]) await school.stand(id, "dead");
    await school.redis.lpush("school:queue:route", "garbage");
    await school.queue("route").claim(1);

    const { json } = await act("redrive", "route", { all: true });

    expect(json).toMatchObject({ redriven: 3, left: 1 });
    expect(json.refused).toEqual([
      { letter: expect.any(String), because: expect.stringContaining("never was an event") },
    ]);
    for (const id of ["a", "b", "c"]) expect((await school.record(id)).status).toBe("raw");
    expect(await school.redis.llen("school:queue:route")).toBe(3);
  });
});

describe("discard", () => {
  test("keeps the letter in a history with who and why; the improvement stays dead and its trail says so", async () => {
    await school.stand("a", "dead");
    const [letter] = (await list()).letters;

    expect((await act("discard", "route", { letter: letter.id })).json).toEqual({ discarded: 1, refused: [], left: 0 });

    const { discarded } = (await school.call("viewer", "GET", "/api/dead-letters/discarded")).json;
    expect(discarded).toEqual([
      expect.objectContaining({ letter: letter.id, stage: "route", by: "person:otto", reason, bytes: letter.bytes }),
    ]);
    expect(JSON.parse(discarded[0].entry)).toMatchObject({ stage: "route", event: { id: letter.event } });
    expect((await school.record("a")).status).toBe("dead");
    const { trail } = (await school.call("viewer", "GET", "/api/improvements/a/trail")).json;
    expect(trail.at(-1)).toMatchObject({ by: "person:otto", because: `its dead letter was discarded: ${reason}` });
    expect((await school.call("reviewer", "POST", "/api/improvements/a/retry", { reason })).status).toBe(200);
  });

  test("the history keeps the last 1,000", async () => {
    const batch = school.redis.pipeline();
    for (let n = 0; n < 1_002; n += 1) batch.lpush("school:queue:plan:dead", JSON.stringify({ reason: `no. ${n}` }));
    await batch.exec();
    expect((await act("discard", "plan", { all: true })).json).toMatchObject({ discarded: 1_000, left: 2 });
    expect((await act("discard", "plan", { all: true })).json).toMatchObject({ discarded: 2, left: 0 });
    expect(await school.redis.llen("school:discarded")).toBe(1_000);
  });
});

test.each<[body: object, says: string]>([
  [{}, "say which"],
  [{ all: true, letter: "0".repeat(40) }, "say which"],
  [{ letter: "short" }, "40 hexadecimal digits"],
  [{ all: true, reason: " " }, "say why"],
])("%j is refused, for redrive and discard", async (body, says) => {
  for (const what of ["redrive", "discard"]) {
    const answer = await act(what, "route", body);
    expect(answer.status).toBe(422);
    expect(answer.json.detail).toContain(says);
  }
});

describe("closing a dead improvement", () => {
  test("before anything was pushed rejects it, frees its lock for who waits, and takes its letter along", async () => {
    await school.stand("a", "approved", { lock: "shop" });
    await school.redis.set(school.keys.lock("shop"), "a");
    await school.stand("a", "dead");
    expect(await school.redis.get(school.keys.lock("shop"))).toBe("a");

    const answer = await school.call("reviewer", "POST", "/api/improvements/a/close", { reason });

    expect(answer.json).toEqual({ id: "a", status: "rejected" });
    expect(await school.redis.exists(school.keys.lock("shop"))).toBe(0);
    expect((await list()).letters).toEqual([]);
    expect(await school.redis.llen("school:discarded")).toBe(1);
    expect((await school.call("reviewer", "POST", "/api/improvements/a/retry", { reason })).status).toBe(409);
  });

  test("whose commit may be in Git fails it", async () => {
    await school.stand("a", "approved", { git_head_before: "0a1b2c" });
    await school.stand("a", "dead");
    const answer = await school.call("reviewer", "POST", "/api/improvements/a/close", { reason });
    expect(answer.json).toEqual({ id: "a", status: "failed" });
    expect(await school.record("a")).toMatchObject({ failed_at: expect.any(String), failure_reason: reason });
  });
});
