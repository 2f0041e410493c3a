import { pino } from "pino";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startCoordinator } from "../../../functions/coordinator/start.ts";
import { baseEnv, startSchool, type TestSchool, TOKENS } from "../../functions/coordinator/support.ts";
import { schoolCommand, startSchoolCommand } from "./school.ts";

const STREAM = "school:events";
const PATIENCE = { timeout: 30_000, interval: 50 };

let school: TestSchool;
let env: Record<string, string>;
beforeAll(async () => {
  school = await startSchool();
  env = { SCHOOL_URL: school.coordinator.url, SCHOOL_TOKEN: TOKENS.viewer };
});
afterAll(() => school.close());

function happen(improvement: string, to = "routed", because = "test"): Promise<string> {
  const fields = { improvement, from: "raw", to, by: "route", because };
  return school.redis.xadd(STREAM, "*", ...Object.entries(fields).flat()) as Promise<string>;
}
const entries = (out: string) =>
  out
    .trim()
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => (JSON.parse(line) as { entry?: string }).entry);

describe("what has happened", () => {
  test("the newest, or all since then, over as many pages as it takes", async () => {
    const ids: string[] = [];
    for (let i = 0; i < 2_100; i += 1) ids.push(await happen(`e-${i}`, i % 100 === 0 ? "verified" : "routed"));

    const newest = await schoolCommand(["events", "--limit", "3", "--json"], env);
    const all = await schoolCommand(["events", "--since", "1h", "--json"], env);
    const after = await schoolCommand(["events", "--after", ids.at(-3) as string, "--json"], env);
    const some = await schoolCommand(
      ["events", "--since", "1h", "--limit", "2", "--status", "verified", "--json"],
      env,
    );
    const one = await schoolCommand(["events", "--improvement", "e-7"], env);

    expect([newest.code, all.code, after.code, some.code, one.code]).toEqual([0, 0, 0, 0, 0]);
    expect(entries(newest.out)).toEqual(ids.slice(-3));
    expect(entries(all.out)).toEqual(ids);
    expect(entries(after.out)).toEqual(ids.slice(-2));
    expect(entries(some.out)).toEqual([ids[0], ids[100]]);
    expect(one.out).toMatch(/^\S+Z {2}e-7 {2}raw -> routed {2}by route: test\n$/);
  });

  test("a gap is a warning, and an object of its own for programs", async () => {
    await school.redis.del(STREAM);
    const [first] = [await happen("a"), await happen("b"), await happen("c")];
    await school.redis.xtrim(STREAM, "MAXLEN", 1);
    const { code, out, err } = await schoolCommand(["events", "--after", first, "--json"], env);
    expect(code).toBe(0);
    expect(err).toContain("warning: the school does not keep events for so long");
    const [gap, event] = out
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(gap).toMatchObject({ gap: { reason: "trimmed" } });
    expect(event).toMatchObject({ improvement: "c" });
  });

  test("words from outside cannot steer the terminal", async () => {
    await happen("evil", "routed", "\u001b[2Jgone\nand more");
    const { out } = await schoolCommand(["events", "--improvement", "evil"], env);
    expect(out).toContain("\\u{1b}[2Jgone and more");
  });

  test.each([
    [["--since", "yesterday"], 2, "write 30m, 2h, 7d"],
    [["--since", "1h", "--limit", "0"], 2, "a whole number"],
    [["--since", "1h", "--after", "1-1"], 2, "cannot be used with"],
    [["--status", "lost"], 1, "one of raw, routed"],
    [["--after", "x"], 1, "the `entry` of an event"],
  ])("%j ends with %i and says why", async (args, code, why) => {
    const ended = await schoolCommand(["events", ...args], env);
    expect(ended).toMatchObject({ code, out: "", err: expect.stringContaining(why) });
  });
});

describe("--follow", () => {
  test("first the newest, then what happens, through a new coordinator at the same address; no line twice", async () => {
    const log = pino({ level: "silent" });
    const options = { ...baseEnv, REDIS_URL: school.server.url };
    let coordinator = await startCoordinator({ env: options, log });
    const { port } = new URL(coordinator.url);
    const running = startSchoolCommand(["events", "--follow", "--json"], { ...env, SCHOOL_URL: coordinator.url });
    try {
      const before = await happen("before");
      await expect.poll(() => entries(running.out()).at(-1), PATIENCE).toBe(before);

      await coordinator.close();
      await expect.poll(running.err, PATIENCE).toContain("waiting for it");
      const meanwhile = await happen("meanwhile");
      coordinator = await startCoordinator({ env: { ...options, PORT: port }, log });
      await expect.poll(() => entries(running.out()).at(-1), PATIENCE).toBe(meanwhile);
      const after = await happen("after");
      await expect.poll(() => entries(running.out()).slice(-3), PATIENCE).toEqual([before, meanwhile, after]);
      expect(running.err()).toContain("it answers again");

      running.signal("SIGINT");
      expect((await running.ended).code).toBe(0);
      expect(new Set(entries(running.out())).size).toBe(entries(running.out()).length);
    } finally {
      running.signal("SIGKILL");
      await coordinator.close();
    }
  });

  test("a school that refuses, or does not answer, ends it with a sentence", async () => {
    const refused = await schoolCommand(["events", "--follow"], { ...env, SCHOOL_TOKEN: "some other token" });
    expect(refused).toMatchObject({ code: 1, out: "", err: expect.stringContaining("This token is not known") });
    const nobody = await schoolCommand(["watch"], { ...env, SCHOOL_URL: "http://127.0.0.1:9" });
    expect(nobody).toMatchObject({ code: 1, out: "", err: expect.stringContaining("does not answer") });
  });
});
