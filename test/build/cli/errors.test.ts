/** What goes wrong says what to do about it, on standard error, with the exit code that is documented. */
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startSchool, type TestSchool, TOKENS } from "../../functions/coordinator/support.ts";
import { schoolCommand } from "./school.ts";

let school: TestSchool;
let strict: TestSchool;
let empty: string;
/** Answers like a server that is no school. */
const other = createServer((_, response) => response.writeHead(200).end("<html>"));
beforeAll(async () => {
  [school, strict] = await Promise.all([startSchool(), startSchool({ env: { RATE_LIMIT_PER_MINUTE: "4" } })]);
  await school.stand("stands-verified", "verified");
  empty = await mkdtemp(path.join(tmpdir(), "no-school-"));
  await new Promise<void>((resolve) => void other.listen(0, "127.0.0.1", resolve));
});
afterAll(async () => {
  other.close();
  await Promise.all([school.close(), strict.close()]);
  await rm(empty, { recursive: true, force: true });
});

type Case = readonly [what: string, args: string, who: keyof typeof WHO, code: number, says: readonly string[]];
const WHO = {
  operator: () => ({ SCHOOL_URL: school.coordinator.url, SCHOOL_TOKEN: TOKENS.operator }),
  viewer: () => ({ SCHOOL_URL: school.coordinator.url, SCHOOL_TOKEN: TOKENS.viewer }),
  stranger: () => ({ SCHOOL_URL: school.coordinator.url, SCHOOL_TOKEN: "nobody-knows-it" }),
  nobody: () => ({ SCHOOL_DATA_DIR: empty }),
  tokenless: () => ({ SCHOOL_URL: school.coordinator.url }),
  unreachable: () => ({ SCHOOL_URL: "http://127.0.0.1:9", SCHOOL_TOKEN: "x" }),
  elsewhere: () => ({ SCHOOL_URL: `http://127.0.0.1:${(other.address() as AddressInfo).port}`, SCHOOL_TOKEN: "x" }),
} as const;

test.each<Case>([
  ["no school", "list", "nobody", 1, ["npm start", "SCHOOL_URL"]],
  ["no token", "list", "tokenless", 1, ["SCHOOL_TOKEN is not set"]],
  ["a wrong token", "list", "stranger", 1, ["not known here", "Set SCHOOL_TOKEN"]],
  ["a role that may not", "flags set freeze --reason test", "viewer", 1, ["viewer", "operator", "`school whoami`"]],
  ["nobody answers", "status", "unreachable", 1, ["does not answer", "npm start"]],
  ["something else answers", "status", "elsewhere", 1, ["is that a school? Check SCHOOL_URL"]],
  ["an id nobody has", "show no-such-id", "operator", 1, ["no-such-id", "`school list` shows what there is"]],
  ["a session that ended", "sessions end gone --reason test", "operator", 1, ["`school sessions`"]],
  ["409: it stands elsewhere", "approve stands-verified --reason x", "operator", 1, ["`school show stands-verified`"]],
  ["422: a value that cannot be", "list --status nowhere", "operator", 1, ["one of raw, routed"]],
  ["an unknown command", "shwo x", "operator", 2, ["unknown command 'shwo'", "Did you mean show?"]],
  ["an unknown option", "list --jsn", "operator", 2, ["unknown option '--jsn'", "Did you mean --json?"]],
  [
    "no change to decide",
    "together approve stands-verified --reason x",
    "operator",
    1,
    ["no change set", "school show"],
  ],
  ["no reason", "reject x", "operator", 2, ["--reason"]],
  ["a file that is not there", "inject route ./nowhere.json", "operator", 2, ["nowhere.json cannot be read"]],
  ["a stage that is not there", `inject nostage ${import.meta.filename}`, "operator", 1, ["nostage", "ingest, route"]],
])("%s: school %s", async (_, args, who, code, says) => {
  const ended = await schoolCommand(args.split(" "), WHO[who](), { cwd: empty });
  expect({ code: ended.code, out: ended.out, err: ended.err }).toMatchObject({ code, out: "" });
  for (const words of says) expect(ended.err).toContain(words);
  expect(ended.err).not.toMatch(/^\s+at /m);
});

test("429: asked too often says when to go on", async () => {
  const env = { SCHOOL_URL: strict.coordinator.url, SCHOOL_TOKEN: TOKENS.viewer };
  for (let i = 0; i < 8; i += 1) await strict.call("viewer", "GET", "/api/me");
  const { code, err } = await schoolCommand(["whoami"], env);
  expect({ code, err }).toEqual({ code: 1, err: expect.stringMatching(/go on in \d+ seconds/) });
});
