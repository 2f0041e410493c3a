/** school index: asks, waits, shows. */
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { knowledgeBook } from "../../../shared/pipeline/knowledge-book.ts";
import { startSchool, type TestSchool, TOKENS } from "../../functions/coordinator/support.ts";
import { schoolCommand } from "./school.ts";

let school: TestSchool;
let env: Record<string, string>;
beforeAll(async () => {
  // Nobody answers there; nobody needs to.
  school = await startSchool({ env: { QDRANT_URL: "http://127.0.0.1:1", GITOPS_REPO: "/none" } });
  env = { SCHOOL_URL: school.coordinator.url, SCHOOL_TOKEN: TOKENS.operator };
});
afterAll(() => school.close());
const book = () => knowledgeBook(school.redis, school.keys);
const at = "2026-05-01T10:00:00.000Z";

test("asks, and says when somebody asked before", async () => {
  const first = await schoolCommand(["index", "--source", "docs", "--json"], env);
  expect(JSON.parse(first.out)).toMatchObject({ source: "docs" });
  const again = await schoolCommand(["index", "--source", "docs"], env);
  expect(again).toMatchObject({ code: 0 });
  expect(again.out).toContain("docs: somebody asked before, that is still waiting");
});

test("shows how far the index is, and why not further", async () => {
  await book().note({
    corpus: "documents",
    source: "docs",
    state: "ready",
    at,
    commit: "a".repeat(40),
    files: 4,
    chunks: 9,
    embedder: "hash-1024",
  });
  await book().note({
    corpus: "issues",
    source: "issues",
    state: "absent",
    at,
    because: "nobody wrote any \u001b[31mred",
  });
  const { code, out } = await schoolCommand(["index", "--states"], env);
  expect(code).toBe(0);
  expect(out).toMatch(/documents\s+docs\s+ready\s+a{11}…\s+4\s+9\s+hash-1024/);
  expect(out).toContain("nobody wrote any");
  expect(out).not.toContain("\u001b[31m");
});

test("waits for a run that began after it asked; a failure is an exit code and a reason", async () => {
  const waiting = schoolCommand(["index", "--wait", "--json"], env);
  const soon = () => Date.now() + 60_000;
  await vi.waitFor(async () => expect(await school.redis.llen(school.keys.list("index"))).toBeGreaterThan(0), {
    timeout: 20_000,
  });
  await book().keepRun("all", soon());
  const done = await waiting;
  expect([done.code, (JSON.parse(done.out) as { kept: boolean }).kept]).toEqual([0, true]);

  await book().note({
    corpus: "issues",
    source: "issues",
    state: "failed",
    at: new Date(soon()).toISOString(),
    because: "it is away",
  });
  const failed = await schoolCommand(["index", "--wait"], env);
  expect(failed.code).toBe(1);
  expect(failed.out).toContain("it is away");
});

test("a time that is none is typed wrongly", async () => {
  expect((await schoolCommand(["index", "--wait", "--timeout", "soon"], env)).code).toBe(2);
});
