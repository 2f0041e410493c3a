import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { changeSet } from "../../../shared/domain/change-set.ts";
import type { GitReader } from "../../../shared/ports.ts";
import { startSchool, type TestSchool } from "./support.ts";

let school: TestSchool;
let git: () => Promise<Pick<GitReader, "head" | "read">>;
beforeAll(async () => {
  school = await startSchool({ git: () => git() as Promise<GitReader>, env: { SCHOOL_REAL: "redis, git" } });
});
afterAll(() => school.close());

describe("sources", () => {
  test("a text is handed to ingest as an event", async () => {
    const source = { title: "A talk", content: "WEBVTT\n", format: "vtt", again: true };
    const answer = await school.call("reviewer", "POST", "/api/sources", source);
    expect(answer.status).toBe(202);
    const event = JSON.parse((await school.redis.lindex("school:queue:ingest", 0)) ?? "");
    expect(event).toMatchObject({
      id: answer.json.event,
      source: "/cortex-online-school/person/ruth",
      data: { source },
    });
  });

  test.each<[string, unknown, number, string]>([
    ["neither text nor address", { title: "x" }, 422, "needs `content` or `address`"],
    ["an empty text", { content: "\n" }, 422, "empty"],
    ["an unknown format", { content: "x", format: "docx" }, 422, "format"],
    ["a list", [], 422, "expected object"],
    ["more than 5 MB of text", { content: "ä".repeat(2_600_000) }, 413, "5 MB"],
    ["more than 6 MB at all", { content: "x".repeat(7_000_000) }, 413, "6 MB"],
  ])("%s is refused", async (_name, body, status, says) => {
    const answer = await school.call("reviewer", "POST", "/api/sources", body);
    expect(answer.status).toBe(status);
    expect(answer.json.detail).toContain(says);
  });

  test("those that were read are listed with their improvements", async () => {
    await school.redis.del("school:queue:ingest");
    await school.seed(["s-1", "s-2"]);
    const { json } = await school.call("viewer", "GET", "/api/sources");
    expect(json.sources).toEqual([
      expect.objectContaining({ id: "src-s-1", state: "read", improvements: ["s-1", "s-2"] }),
    ]);
  });
});

describe("improvements", () => {
  test("are listed newest move first, by status, by category, and never more than asked for", async () => {
    for (const id of ["l1", "l2", "l3"]) await school.stand(id, "raw");
    await school.stand("l1", "rejected");
    const ids = async (query: string) =>
      (await school.call("viewer", "GET", `/api/improvements${query}`)).json.improvements.map(
        (one: { id: string }) => one.id,
      );

    expect((await ids(""))[0]).toBe("l1");
    expect(await ids("?limit=2")).toHaveLength(2);
    expect(await ids("?status=rejected")).toEqual(["l1"]);
    expect(await ids("?category=architecture&status=rejected")).toEqual(["l1"]);
    expect(await ids("?category=networking")).toEqual([]);
    expect(await ids("?status=verified")).toEqual([]);
    expect(await ids("?limit=1000")).toEqual(expect.arrayContaining(["l1", "l2", "l3"]));
  });

  test("a category of thousands is paged through without losing order", async () => {
    const batch = school.redis.pipeline();
    for (let n = 0; n < 1_500; n += 1) {
      const id = `many-${n}`;
      batch.hset(`improvement:${id}`, {
        id,
        status: "failed",
        title: id,
        category: n % 3 === 0 ? "database" : "security",
      });
      batch.zadd("improvements:failed", n, id).sadd("improvements:status:failed", id);
      batch.sadd("improvements:category:security", id);
      if (n % 3 === 0) batch.srem("improvements:category:security", id).sadd("improvements:category:database", id);
    }
    for (let n = 0; n < 2_100; n += 1) batch.sadd("improvements:category:security", `elsewhere-${n}`);
    await batch.exec();

    // Nobody announced them, so the index has to be told.
    await school.call("operator", "POST", "/api/doctor/repair");

    const { json } = await school.call("viewer", "GET", "/api/improvements?status=failed&category=security&limit=700");

    const expected = Array.from({ length: 1_500 }, (_, n) => n)
      .reverse()
      .filter((n) => n % 3 !== 0)
      .slice(0, 700);
    expect(json.improvements.map((one: { id: string }) => one.id)).toEqual(expected.map((n) => `many-${n}`));
  });

  test("a record that is damaged, or no record, is said to be so", async () => {
    await school.redis.hset("improvement:hurt", { id: "hurt", status: "raw", quotes: "{" });
    await school.redis.set("improvement:odd", "x");
    const hurt = await school.call("viewer", "GET", "/api/improvements/hurt");
    expect(hurt).toMatchObject({ status: 500, json: { detail: expect.stringContaining("damaged") } });
    const odd = await school.call("viewer", "GET", "/api/improvements/odd");
    expect(odd.json.detail).toContain("holds a string");
    expect((await school.call("viewer", "GET", "/api/improvements/l1:trail")).status).toBe(404);
  });
});

describe("the diff", () => {
  const change = changeSet(
    [
      { path: "apps/a.yaml", before: "blob-a", after: "replicas: 2\nname: a\n" },
      { path: "apps/b.yaml", before: null, after: "kind: New\n" },
      { path: "apps/c.yaml", before: "blob-c", after: null },
    ],
    [],
    "shop",
  );
  const blobs = new Map<string, string | null>([
    ["blob-a", "replicas: 1\nname: a\n"],
    ["blob-c", "kind: Old\n"],
  ]);
  beforeAll(() => school.stand("d1", "planned", { change_set: change }));

  test("is made against the old blobs", async () => {
    git = async () => ({ head: async () => "tip", read: async () => blobs });
    const { json } = await school.call("viewer", "GET", "/api/improvements/d1/diff");
    expect(json).toMatchObject({ id: "d1", application: "shop", hash: change.hash });
    expect(json.note).toBeUndefined();
    expect(json.files.map(({ effect }: { effect: string }) => effect)).toEqual(["change", "create", "delete"]);
    expect(json.files[0].diff).toContain("-replicas: 1\n+replicas: 2\n name: a\n");
    expect(json.files[1].diff).toContain("--- /dev/null\n+++ b/apps/b.yaml\n");
    expect(json.files[2].diff).toContain("+++ /dev/null\n");
  });

  test("without Git shows the new contents and says why", async () => {
    git = () => Promise.reject(new Error("the remote is away"));
    const { json } = await school.call("viewer", "GET", "/api/improvements/d1/diff");
    expect(json.note).toContain("the remote is away");
    expect(json.files[0]).toEqual({
      path: "apps/a.yaml",
      effect: "change",
      diff: null,
      content: "replicas: 2\nname: a\n",
    });
    expect(json.files[1].diff).toContain("+kind: New");
  });

  test("of an old file that is not text shows the new content", async () => {
    git = async () => ({
      head: async () => "tip",
      read: async () =>
        new Map([
          ["blob-a", null],
          ["blob-c", "x\n"],
        ]),
    });
    const { json } = await school.call("viewer", "GET", "/api/improvements/d1/diff");
    expect(json.note).toContain("not text");
    expect(json.files[0].content).toContain("replicas: 2");
  });

  test("of something that is not planned is 404", async () => {
    expect((await school.call("viewer", "GET", "/api/improvements/l2/diff")).status).toBe(404);
  });
});

describe("status and events", () => {
  test("the status counts what is there", async () => {
    await school.redis.zadd("school:timers", 4_000_000_000_000, "sync|{}");
    await school.redis.lpush("school:queue:notify", "not an event");
    const { json } = await school.call("viewer", "GET", "/api/status");
    expect(json).toMatchObject({
      name: "cortex-online-school",
      real: ["redis", "git"],
      counts: { planned: 1, rejected: 1 },
      timers: { count: 1, next: "2096-10-02T07:06:40.000Z" },
      breaker: { open: false },
      budgets: { commits: { hour: 0, day: 0, perHour: 20, perDay: 100 }, spent: false },
      redis: { maxmemory_policy: "noeviction" },
    });
    expect(json.stages.notify).toMatchObject({ waiting: 1, oldestAgeMs: null });
    expect(json.stages.route.oldestAgeMs).toBeGreaterThanOrEqual(0);
  });

  test("events can be followed from any point", async () => {
    const { json } = await school.call("viewer", "GET", "/api/events?limit=2");
    expect(json.events).toHaveLength(2);
    const [first, second] = json.events;
    const next = await school.call("viewer", "GET", `/api/events?after=${first.entry}&limit=1`);
    expect(next.json.events).toEqual([second]);
    expect((await school.call("viewer", "GET", `/api/events?after=${second.entry}`)).json.events).toEqual([]);
    expect((await school.call("viewer", "GET", "/api/events?after=x")).status).toBe(400);
  });
});

describe("doctor", () => {
  test("reports a difference and mends it when asked", async () => {
    await school.redis.flushall();
    await school.stand("sick", "raw");
    expect((await school.call("operator", "GET", "/api/doctor")).json).toMatchObject({ healthy: true, findings: [] });
    await school.redis.del("school:queue:route");
    await school.redis.srem("improvements:status:raw", "sick");

    const found = await school.call("operator", "GET", "/api/doctor");
    const mended = await school.call("operator", "POST", "/api/doctor/repair");

    expect(found.json.healthy).toBe(false);
    expect(found.json.findings.map(({ kind }: { kind: string }) => kind).sort()).toEqual(["index", "orphan"]);
    expect(mended.json.healthy).toBe(true);
    expect((await school.call("operator", "GET", "/api/doctor")).json.findings).toEqual([]);
  });
});
