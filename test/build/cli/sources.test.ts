import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startSchool, type TestSchool, TOKENS } from "../../functions/coordinator/support.ts";
import { schoolCommand } from "./school.ts";

let school: TestSchool;
let env: Record<string, string>;
beforeAll(async () => {
  school = await startSchool();
  env = { SCHOOL_URL: school.coordinator.url, SCHOOL_TOKEN: TOKENS.reviewer };
});
afterAll(() => school.close());

async function known(id: string, at: number, fields: Record<string, string>): Promise<void> {
  await school.redis.hset(school.keys.source(id), fields);
  await school.redis.zadd(school.keys.sources, at, id);
}

describe("sources", () => {
  beforeAll(async () => {
    await school.seed(["found-1"]);
    await school.redis.del(school.keys.sources);
    await known("s1", 1_000, { state: "failed", title: "Old \u001b[31mtalk", because: "it is empty" });
    await known("s2", 2_000, {
      state: "read",
      title: "New talk",
      address: "https://example.org/talk",
      improvements: '["found-1"]',
      known: "0",
    });
  });

  test("are listed, the last read first, by state, and page by page", async () => {
    const { code, out } = await schoolCommand(["sources"], env);
    expect(code).toBe(0);
    expect(out).toMatch(/s2\s+read\s.*\s1\s+New talk\s+https:\/\/example\.org\/talk/);
    expect(out.indexOf("s2")).toBeLessThan(out.indexOf("s1"));
    expect(out).toContain("Old \\u{1b}[31mtalk");
    const failed = await schoolCommand(["sources", "list", "--state", "failed", "--json"], env);
    expect(JSON.parse(failed.out)).toMatchObject({ sources: [{ id: "s1", because: "it is empty" }], next: null });
    const paged = await schoolCommand(["sources", "--limit", "1"], env);
    expect(paged.err).toContain("there are more: --all, or --cursor ");
    const all = await schoolCommand(["sources", "--limit", "1", "--all", "--json"], env);
    expect((JSON.parse(all.out) as { sources: { id: string }[] }).sources.map(({ id }) => id)).toEqual(["s2", "s1"]);
  });

  test("one is shown with what was found in it", async () => {
    const { out } = await schoolCommand(["sources", "show", "s2"], env);
    expect(out).toContain("address: https://example.org/talk");
    expect(out).toMatch(/found-1\s+raw/);
    const nobody = await schoolCommand(["sources", "show", "s9"], env);
    expect(nobody).toMatchObject({ code: 1, out: "", err: expect.stringContaining("There is no source s9") });
  });

  test("are read again with their text handed in once more, under their own title and address", async () => {
    await school.redis.del(school.keys.list("ingest"));
    const again = await schoolCommand(["sources", "again", "s2", "-"], env, { stdin: "Set limits." });
    expect(again).toMatchObject({ code: 0, err: "" });
    const events = await school.redis.lrange(school.keys.list("ingest"), 0, -1);
    expect(events.map((event) => (JSON.parse(event) as { data: { source: object } }).data.source)).toEqual([
      { content: "Set limits.", title: "New talk", address: "https://example.org/talk", again: true },
    ]);
    const missing = await schoolCommand(["sources", "again", "s1", "missing.vtt"], env);
    expect(missing).toMatchObject({ code: 1, out: "", err: expect.stringContaining("missing.vtt: cannot be read") });
    expect((await schoolCommand(["sources", "again", "s1"], env)).code).toBe(2);
  });
});

test("list finds by words and by several statuses, and follows its cursor", async () => {
  await school.stand("by-1", "routed");
  await school.stand("by-2", "pending_review");
  await school.stand("by-3", "routed");
  const several = await schoolCommand(
    ["list", "--status", "routed,pending_review", "--limit", "1", "--all", "--json"],
    env,
  );
  const { improvements } = JSON.parse(several.out) as { improvements: { id: string }[] };
  expect(improvements.map(({ id }) => id)).toEqual(["by-3", "by-2", "by-1"]);
  const first = await schoolCommand(["list", "--limit", "1"], env);
  const [, cursor = ""] = /--cursor (\S+)/.exec(first.err) ?? [];
  const second = await schoolCommand(["list", "--limit", "1", "--cursor", cursor, "--json"], env);
  expect(JSON.parse(second.out)).toMatchObject({ improvements: [{ id: "by-2" }] });
  await expect
    .poll(async () => (await schoolCommand(["list", "--search", "by-3"], env)).out, { timeout: 30_000 })
    .toMatch(/by-3\s+routed/);
  expect((await schoolCommand(["list", "--search", "nowhere"], env)).out).toBe("nothing fits\n");
});
