import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startSchool, type TestSchool, TOKENS } from "../../functions/coordinator/support.ts";
import { schoolCommand } from "./school.ts";

let school: TestSchool;
let env: Record<string, string>;
let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(path.join(tmpdir(), "school-test-"));
  const SOURCES = path.join(directory, "sources.yaml");
  await writeFile(
    SOURCES,
    "sources:\n  - { name: blog, kind: feed, address: https://blog.example.org/feed, daily_limit: 5 }\n  - { name: notes, kind: folder, address: /srv/notes }\n",
  );
  school = await startSchool({ env: { SOURCES } });
  env = { SCHOOL_URL: school.coordinator.url, SCHOOL_TOKEN: TOKENS.reviewer };
});
afterAll(async () => {
  await school.close();
  await rm(directory, { recursive: true, force: true });
});

async function looked(name: string, fields: Record<string, string> = {}): Promise<void> {
  await school.redis.hdel(school.keys.watch(name), "pending");
  if (Object.keys(fields).length > 0) await school.redis.hset(school.keys.watch(name), fields);
}

test("watches: all of them, with what the last look came to", async () => {
  // The clock has them looked at once when it starts; what came of it is written here.
  await expect.poll(() => school.redis.llen(school.keys.list("ingest"))).toBe(2);
  await looked("blog", {
    last: "2026-01-01T00:00:00.000Z",
    result: "failed",
    because: "503 \u001b[31mService Unavailable",
  });
  for (const args of [["watches"], ["watches", "list"]]) {
    const { code, out } = await schoolCommand(args, env);
    expect(code).toBe(0);
    expect(out).toMatch(/blog\s+feed\s+\S+\s+2026-01-01T00:00:00\.000Z\s+failed\s+0 of 5\s+503 \\u\{1b\}\[31mService/);
    expect(out).toMatch(/notes\s+folder\s+now\s+0 of 10\s+\/srv\/notes/);
  }
  const { out } = await schoolCommand(["watches", "--json"], env);
  expect(JSON.parse(out)).toEqual((await school.call("viewer", "GET", "/api/watches")).json);
});

test("watches look: one event however often somebody asks", async () => {
  await looked("blog");
  await school.redis.del(school.keys.list("ingest"));
  expect(await schoolCommand(["watches", "look", "blog"], env)).toEqual({
    code: 0,
    out: "blog: it is looked at now\n",
    err: "",
  });
  expect((await schoolCommand(["watches", "look", "blog"], env)).out).toBe("blog: a look is on its way already\n");
  const { out } = await schoolCommand(["watches", "look", "blog", "--json"], env);
  expect(JSON.parse(out)).toMatchObject({ watch: "blog", waiting: true, event: expect.stringContaining("blog") });
  const events = await school.redis.lrange(school.keys.list("ingest"), 0, -1);
  expect(events.map((text) => (JSON.parse(text) as { data: object }).data)).toMatchObject([
    { source: { watch: "blog" } },
  ]);
});

test("watches look: a name nobody watches, no name, and a person who may only look on", async () => {
  const unknown = await schoolCommand(["watches", "look", "../flags", "--json"], env);
  expect(unknown).toMatchObject({ code: 1, out: "" });
  expect(unknown.err).toContain("No source is watched as ../flags");
  expect(await schoolCommand(["watches", "look"], env)).toMatchObject({ code: 2, out: "" });
  const viewer = await schoolCommand(["watches", "look", "notes"], { ...env, SCHOOL_TOKEN: TOKENS.viewer });
  expect(viewer).toMatchObject({ code: 1, out: "" });
});

test("watches: a school that watches nothing says how it would", async () => {
  const other = await startSchool();
  try {
    const own = { ...env, SCHOOL_URL: other.coordinator.url };
    expect((await schoolCommand(["watches"], own)).out).toBe("nothing is watched; SOURCES names a file of sources\n");
  } finally {
    await other.close();
  }
});
