import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { changeSet, type Decision, verdictOf } from "../../../shared/domain/change-set.ts";
import type { Patch } from "../../../shared/domain/improvement.ts";
import { startSchool, type TestSchool, TOKENS } from "../../functions/coordinator/support.ts";
import { schoolCommand, startSchoolCommand } from "./school.ts";

let school: TestSchool;
let directory: string;
let env: Record<string, string>;
beforeAll(async () => {
  school = await startSchool();
  directory = await mkdtemp(path.join(tmpdir(), "school-cli-"));
  env = { SCHOOL_URL: school.coordinator.url, SCHOOL_TOKEN: TOKENS.operator };
});
afterAll(async () => {
  await school.close();
  await rm(directory, { recursive: true, force: true });
});

const planned = (decision: Decision): Patch => ({
  change_set: changeSet([{ path: "apps/limits.yaml", before: null, after: "kind: LimitRange\n" }], [], "shop"),
  verdict: verdictOf([{ rule: "some-rule", decision, message: "it fired" }]),
  intent: { kind: "set-limits" },
  validation: [{ check: "duplicate", result: "pass", because: "nothing like it", evidence: ["a.yaml"] }],
  review_stage: "approve",
  review_reason: "relevance 0.6 is under 0.9",
});

async function waitingSources(): Promise<Record<string, unknown>[]> {
  const events = await school.redis.lrange("school:queue:ingest", 0, -1);
  return events.map((event) => (JSON.parse(event) as { data: { source: Record<string, unknown> } }).data.source);
}

describe("learn", () => {
  test("hands in files, standard input and addresses; one that fails does not stop the others", async () => {
    await writeFile(path.join(directory, "my-first_talk.vtt"), "WEBVTT\n\n00:01.000 --> 00:02.000\nSet limits.\n");
    await writeFile(path.join(directory, "video.json"), '{"title":"Its own title"}');
    await writeFile(path.join(directory, "windows.srt"), Buffer.from("\ufeffGrüße", "utf16le"));
    await writeFile(path.join(directory, "photo.txt"), Buffer.from([0x89, 0xff, 0x00, 0xfe]));
    const files = [
      "my-first_talk.vtt",
      "video.json",
      "windows.srt",
      "photo.txt",
      "missing.txt",
      "https://example.org/talk",
      "-",
    ];

    const { code, out, err } = await schoolCommand(["learn", ...files, "--json"], env, {
      cwd: directory,
      stdin: "From a pipe.",
    });

    expect(code).toBe(1);
    expect(err).toContain("photo.txt: is not text");
    expect(err).toContain("missing.txt: cannot be read: there is no such file");
    const { sources } = JSON.parse(out) as { sources: { source: string; event?: string }[] };
    expect(sources.filter(({ event }) => event !== undefined).map(({ source }) => source)).toEqual([
      "my-first_talk.vtt",
      "video.json",
      "windows.srt",
      "https://example.org/talk",
      "-",
    ]);
    expect((await waitingSources()).reverse()).toEqual([
      expect.objectContaining({
        title: "my first talk",
        format: "vtt",
        content: expect.stringContaining("Set limits."),
      }),
      { content: '{"title":"Its own title"}', format: "json", again: false },
      expect.objectContaining({ content: "Grüße", format: "srt" }),
      { address: "https://example.org/talk", again: false },
      { content: "From a pipe.", again: false },
    ]);
  });

  test("--title and --again are passed on; a title for two sources is a mistake", async () => {
    await school.redis.del("school:queue:ingest");
    const { code } = await schoolCommand(["learn", "-", "--title", "T", "--again"], env, { stdin: "text" });
    expect(code).toBe(0);
    expect(await waitingSources()).toEqual([{ title: "T", content: "text", again: true }]);
    expect((await schoolCommand(["learn", "a", "b", "--title", "T"], env)).code).toBe(2);
  });
});

describe("looking", () => {
  beforeAll(async () => {
    await school.stand("look-1", "pending_review", planned("human"));
    await school.redis.hset("improvement:look-1", "title", "Set \u001b[31mlimits\u202e now");
  });

  test("list shows what there is, and JSON alone with --json", async () => {
    const plain = await schoolCommand(["list", "--status", "pending_review"], env);
    expect(plain.code).toBe(0);
    expect(plain.out).toMatch(/look-1\s+pending_review\s+architecture\s+0\.90/);
    expect(plain.out).toContain("relevance 0.6 is under 0.9");

    const json = await schoolCommand(["list", "--category", "architecture", "--limit", "1", "--json"], env);
    expect(JSON.parse(json.out)).toMatchObject({ improvements: [{ id: "look-1", status: "pending_review" }] });
    expect(json.err).toBe("");

    const wrong = await schoolCommand(["list", "--status", "lost"], env);
    expect(wrong).toMatchObject({ code: 1, out: "", err: expect.stringContaining("one of raw, routed") });
  });

  test("show tells everything, and nothing a talk says can steer the terminal", async () => {
    const { out } = await schoolCommand(["show", "look-1"], env);
    for (const part of [
      "00:01:00  “look-1”",
      "pass     duplicate: nothing like it [a.yaml]",
      "human: some-rule: it fired",
      "asks for a person: approve: relevance 0.6",
      "+kind: LimitRange",
      "raw -> pending_review",
      "Set \\u{1b}[31mlimits\\u{202e} now",
    ]) {
      expect(out).toContain(part);
    }
    expect(out).not.toMatch(/[\u001b\u202e]/);

    const json = JSON.parse((await schoolCommand(["show", "look-1", "--json"], env)).out) as Record<string, object>;
    expect(Object.keys(json)).toEqual(["improvement", "trail", "change"]);
  });

  test("status shows counts and stages", async () => {
    const { code, out } = await schoolCommand(["status"], env);
    expect(code).toBe(0);
    expect(out).toContain("pending_review 1");
    expect(out).toMatch(/\n\s*ingest\s+1/);
    expect(JSON.parse((await schoolCommand(["status", "--json"], env)).out)).toMatchObject({
      counts: { pending_review: 1 },
    });
  });

  test("watch writes one line per transition until it is told to stop", async () => {
    const plain = startSchoolCommand(["watch"], env);
    const json = startSchoolCommand(["watch", "--json"], env);
    await expect.poll(plain.err, { timeout: 10_000 }).toContain("watching");
    // The JSON log says nothing before the first event, so transitions are made until it has seen one.
    let made = 0;
    await expect
      .poll(
        async () => {
          made += 1;
          await school.stand(`watched-${made}`, "routed");
          return json.out();
        },
        { timeout: 15_000, interval: 300 },
      )
      .toContain('"to":"routed"');
    await expect.poll(plain.out, { timeout: 10_000 }).toContain("raw -> routed  by route: test");

    plain.signal("SIGINT");
    json.signal("SIGTERM");
    expect((await plain.ended).code).toBe(0);
    const { code, out } = await json.ended;
    expect(code).toBe(0);
    for (const line of out.trim().split("\n")) expect(JSON.parse(line)).toHaveProperty("improvement");
  });
});

describe("deciding", () => {
  test("approve and reject with a reason", async () => {
    await school.stand("cli-1", "pending_review", planned("human"));
    await school.stand("cli-2", "pending_review", planned("deny"));

    const approved = await schoolCommand(["approve", "cli-1", "--reason", "fine", "--json"], env);
    const denied = await schoolCommand(["approve", "cli-2", "--reason", "fine"], env);
    const rejected = await schoolCommand(["reject", "cli-2", "--reason", "no"], env);

    expect(approved).toEqual({ code: 0, out: '{"id":"cli-1","status":"approved"}\n', err: "" });
    expect(denied).toMatchObject({ code: 1, out: "", err: expect.stringContaining("some-rule: it fired") });
    expect(rejected).toMatchObject({ code: 0, out: "cli-2 is now rejected\n" });
    expect((await school.record("cli-1")).approval?.actor).toBe("person:otto");
  });

  test("a reason is never optional, and an id nobody knows is refused", async () => {
    for (const command of [
      "approve",
      "reject",
      "replan",
      "accept",
      "extend",
      "rollback",
      "close",
      "retry",
      "override",
    ]) {
      expect(await schoolCommand([command, "cli-1"], env), command).toMatchObject({ code: 2, out: "" });
    }
    const unknown = await schoolCommand(["rollback", "nobody/../x", "--reason", "r"], env);
    expect(unknown).toMatchObject({ code: 1, err: expect.stringContaining("There is no improvement") });
  }, 30_000);
});

test("the circuit breaker is looked at without a reason, and closed with one alone", async () => {
  expect(await schoolCommand(["breaker"], env)).toEqual({ code: 0, out: "closed\n", err: "" });
  const closings = async () => (await school.call("viewer", "GET", "/api/audit?action=breaker")).json.entries.length;
  expect(await closings()).toBe(0);
  expect(await schoolCommand(["breaker", "--reason", ""], env)).toMatchObject({ code: 1, out: "" });
  expect(await schoolCommand(["breaker", "--reason"], env)).toMatchObject({ code: 2, out: "" });
  expect(await closings()).toBe(0);
  const closed = await schoolCommand(["breaker", "--reason", "looked at it"], env);
  expect(closed).toMatchObject({ code: 0, out: "the circuit breaker is closed\n" });
  expect(await closings()).toBe(1);
});

test("flags are listed, set and cleared", async () => {
  const refused = await schoolCommand(["flags", "set", "auto_approve_all", "--reason", "test"], env);
  expect(refused).toMatchObject({ code: 1, err: expect.stringContaining("must end") });
  const set = await schoolCommand(["flags", "set", "auto_approve_all", "--reason", "test", "--for", "2h"], env);
  expect(set).toMatchObject({ code: 0, out: expect.stringMatching(/^auto_approve_all is on until \d{4}-/) });
  const listed = await schoolCommand(["flags", "--json"], env);
  expect(JSON.parse(listed.out)).toMatchObject({ on: ["auto_approve_all"] });
  expect((await schoolCommand(["flags", "list"], env)).out).toMatch(/auto_approve_all\s+on\s+permits\s+otto/);
  expect((await schoolCommand(["flags", "clear", "auto_approve_all"], env)).out).toBe("auto_approve_all is off\n");
});

test("doctor ends with 1 while something is wrong, and mends it", async () => {
  await school.redis.flushall();
  await school.stand("ill", "raw");
  expect(await schoolCommand(["doctor"], env)).toMatchObject({ code: 0, out: "no difference found\n" });
  await school.redis.del("school:queue:route");
  expect(await schoolCommand(["doctor"], env)).toMatchObject({
    code: 1,
    out: expect.stringContaining("no event for route"),
  });
  expect((await schoolCommand(["doctor", "--repair"], env)).out).toContain("mended");
  expect(JSON.parse((await schoolCommand(["doctor", "--json"], env)).out)).toMatchObject({
    healthy: true,
    findings: [],
  });
});
