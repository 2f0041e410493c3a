import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { startSchool, type TestSchool, TOKENS } from "../../functions/coordinator/support.ts";
import { schoolCommand } from "./school.ts";

let school: TestSchool;
let env: Record<string, string>;
beforeAll(async () => {
  school = await startSchool();
  env = { SCHOOL_URL: school.coordinator.url, SCHOOL_TOKEN: TOKENS.operator };
});
afterAll(() => school.close());
beforeEach(async () => {
  await school.redis.flushall();
  await school.stand("died-1", "dead");
  await school.stand("died-2", "dead");
});

interface Letters {
  letters: { id: string; improvement: string; stage: string }[];
}
async function idOf(improvement: string): Promise<string> {
  const { out } = await schoolCommand(["dead-letters", "--json"], env);
  return (JSON.parse(out) as Letters).letters.find((letter) => letter.improvement === improvement)?.id ?? "";
}
const status = async (id: string) => (await school.record(id)).status;

test("are listed with the reason, shown with their event, and put back one by one", async () => {
  const listed = await schoolCommand(["dead-letters"], env);
  expect(listed.code).toBe(0);
  expect(listed.out).toMatch(/[0-9a-f]{12}\s+route\s+died-1\s.*it cannot work/);
  const id = await idOf("died-1");
  const shown = await schoolCommand(["dead-letters", "show", id.slice(0, 12)], env);
  expect(shown.out).toContain("it cannot work");
  expect(shown.out).toContain('"specversion": "1.0"');

  const one = await schoolCommand(["redrive", id.slice(0, 12), "--reason", "mended"], env);
  expect(one).toMatchObject({ code: 0, out: "route: 1 put back, 1 left\n", err: "" });
  expect([await status("died-1"), await status("died-2")]).toEqual(["raw", "dead"]);
});

test("go back by stage, and all of them", async () => {
  const stage = await schoolCommand(["redrive", "route", "--reason", "mended", "--json"], env);
  expect(JSON.parse(stage.out)).toEqual({ stages: [{ stage: "route", count: 2, refused: [], left: 0 }] });
  await school.stand("died-3", "dead");
  const all = await schoolCommand(["redrive", "--all", "--reason", "mended"], env);
  expect(all.out).toBe("route: 1 put back, 0 left\n");
  expect(await status("died-3")).toBe("raw");
  const none = await schoolCommand(["redrive", "--all", "--reason", "again"], env);
  expect(none).toMatchObject({ code: 0, out: "no dead letters\n" });
});

test("are thrown away with a reason, and what was thrown away can be looked at", async () => {
  const { code, out } = await schoolCommand(["dead-letters", "discard", "route", "--reason", "of no use"], env);
  expect([code, out]).toEqual([0, "route: 2 thrown away, 0 left\n"]);
  expect((await schoolCommand(["dead-letters"], env)).out).toBe("no dead letters\n");
  const discarded = await schoolCommand(["dead-letters", "discarded"], env);
  expect(discarded.out).toMatch(/route\s+\S+\s+person:otto\s+of no use/);
});

test("one that will not go is said with its reason, the others go, and the exit code is 1", async () => {
  await school.redis.lpush("school:queue:route:dead", "no dead letter at all");
  const { code, out, err } = await schoolCommand(["redrive", "route", "--reason", "mended"], env);
  expect([code, out]).toEqual([1, "route: 2 put back, 1 left\n"]);
  expect(err).toMatch(/^school: [0-9a-f]{12}…: ./);
});

test.each([
  [["redrive", "--reason", "r"], 2, "say which"],
  [["redrive", "route", "--all", "--reason", "r"], 2, "say which"],
  [["redrive", "route"], 2, "--reason"],
  [["redrive", "nothing-like-it", "--reason", "r"], 2, "neither a stage"],
  [["redrive", "abcdef", "--reason", "r"], 1, "there is no dead letter abcdef"],
])("%j ends with %i and says why", async (args, code, why) => {
  const ended = await schoolCommand(args, env);
  expect(ended).toMatchObject({ code, out: "", err: expect.stringContaining(why) });
});

test("who may only look is told which role it takes", async () => {
  const viewer = { ...env, SCHOOL_TOKEN: TOKENS.reviewer };
  const ended = await schoolCommand(["redrive", "route", "--reason", "r"], viewer);
  expect(ended).toMatchObject({ code: 1, out: "", err: expect.stringContaining("operator") });
});
