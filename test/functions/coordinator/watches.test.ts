/** Watched sources as people see them: the clock, the list, a look now, metrics, and the flag that stops it. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { pino } from "pino";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startSources } from "../../../functions/coordinator/loops/sources.ts";
import { startCoordinator } from "../../../functions/coordinator/start.ts";
import { watchedSources } from "../../../shared/sources/open.ts";
import type { StageName } from "../../../shared/stages.ts";
import { temporaryDirectory } from "../../support/directory.ts";
import { baseEnv, startSchool, type TestSchool } from "./support.ts";

let school: TestSchool;
let directory: string;
let file: string;
beforeAll(async () => {
  directory = await mkdtemp(path.join(tmpdir(), "school-test-"));
  file = path.join(directory, "sources.yaml");
  await writeFile(
    file,
    "sources:\n  - { name: blog, kind: feed, address: https://blog.example.org/feed, every: 6h, daily_limit: 5 }\n  - { name: notes, kind: folder, address: /srv/notes }\n",
  );
  school = await startSchool({ env: { SOURCES: file } });
});
afterAll(async () => {
  await school.close();
  await rm(directory, { recursive: true, force: true });
});

const waiting = async () =>
  (await school.redis.lrange(school.keys.list("ingest"), 0, -1)).map((text) => JSON.parse(text).data.source.watch);

describe("the clock", () => {
  test("looks at everything once when the coordinator starts, and not again before its time", async () => {
    await expect.poll(waiting).toEqual(["notes", "blog"]);
    const { json } = await school.call("viewer", "GET", "/api/watches");
    expect(json.watches).toMatchObject([
      { name: "blog", kind: "feed", looking: true, today: 0, limit: 5, next: expect.stringMatching(/^\d{4}-/) },
      { name: "notes", kind: "folder", address: "/srv/notes", limit: 10 },
    ]);
  });

  test("rests while the flag is set, and goes on with one look when it is cleared", async () => {
    await school.redis.del(school.keys.list("ingest"), school.keys.watch("blog"), school.keys.watch("notes"));
    expect((await school.call("operator", "PUT", "/api/flags/pause_sources", { reason: "quiet" })).status).toBe(200);
    const woken: StageName[] = [];
    const watches = await watchedSources({ SOURCES: file });
    const own = {
      ...school,
      watches,
      log: pino({ level: "silent" }),
      wake: (stage: StageName) => void woken.push(stage),
    };
    await startSources(own).stop();
    expect([await waiting(), woken]).toEqual([[], []]);
    await school.call("operator", "DELETE", "/api/flags/pause_sources");
    await startSources(own).stop();
    expect([await waiting(), woken]).toEqual([
      ["notes", "blog"],
      ["ingest", "ingest"],
    ]);
    await startSources(own).stop();
    expect(await waiting()).toHaveLength(2);
  });
});

describe("a look now", () => {
  test("is one event however many ask, for those who may review", async () => {
    await school.redis.del(school.keys.list("ingest"), school.keys.watch("blog"));
    expect((await school.call("viewer", "POST", "/api/watches/blog/look", {})).status).toBe(403);
    const first = await school.call("reviewer", "POST", "/api/watches/blog/look", {});
    expect(first).toMatchObject({ status: 202, json: { watch: "blog", waiting: false } });
    const second = await school.call("reviewer", "POST", "/api/watches/blog/look", {});
    expect(second.json).toEqual({ ...first.json, waiting: true });
    expect(await waiting()).toEqual(["blog"]);
  });

  test("needs a name that is watched", async () => {
    const { status, text } = await school.call("reviewer", "POST", "/api/watches/other/look", {});
    expect([status, text]).toEqual([404, expect.stringContaining("No source is watched as other")]);
  });
});

test("looks and new sources are counted", async () => {
  await school.redis.hset(school.keys.metrics, "look:blog:listed", "3", "sources_new", "7");
  const { text } = await school.call("nobody", "GET", "/metrics");
  expect(text).toContain('school_source_looks_total{name="blog",result="listed"} 3');
  expect(text).toContain('school_source_looks_total{name="notes",result="failed"} 0');
  expect(text).toContain("school_sources_new_total 7");
});

test("a file that does not fit keeps the coordinator from starting, with the line", async () => {
  const wrong = path.join(await temporaryDirectory(), "sources.yaml");
  await writeFile(wrong, "sources:\n  - name: blog\n    kind: rss\n    address: https://x.example\n");
  const env = { ...baseEnv, REDIS_URL: school.server.url, SOURCES: wrong };
  await expect(startCoordinator({ env, log: pino({ level: "silent" }) })).rejects.toThrow(/line 3: sources\.0\.kind/);
});
