import { readFile } from "node:fs/promises";
import path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startSchool, type TestSchool, TOKENS } from "../../functions/coordinator/support.ts";
import { temporaryDirectory } from "../../support/directory.ts";
import { schoolCommand } from "./school.ts";

let school: TestSchool;
let env: Record<string, string>;
beforeAll(async () => {
  school = await startSchool();
  env = { SCHOOL_URL: school.coordinator.url, SCHOOL_TOKEN: TOKENS.viewer };
  await school.call("operator", "PUT", "/api/flags/freeze", { reason: "a release" });
  await school.call("operator", "DELETE", "/api/flags/freeze", { reason: "it is out" });
});
afterAll(() => school.close());

test("the audit as a table, as JSON and as a file", async () => {
  const table = await schoolCommand(["audit", "--action", "flag.set"], env);
  expect(table).toMatchObject({ code: 0, err: "" });
  expect(table.out).toMatch(/otto.*flag\.set.*freeze.*a release/);
  expect(table.out).not.toContain("it is out");

  const json = JSON.parse((await schoolCommand(["audit", "--json"], env)).out) as { entries: { action: string }[] };
  expect(json.entries.map(({ action }) => action)).toEqual(["flag.clear", "flag.set"]);

  const file = path.join(await temporaryDirectory(), "audit.jsonl");
  expect((await schoolCommand(["audit", "--export", file], env)).code).toBe(0);
  const lines = (await readFile(file, "utf8")).trimEnd().split("\n");
  expect(lines.map((line) => (JSON.parse(line) as { reason: string }).reason)).toEqual(["it is out", "a release"]);
});

test("what the coordinator refuses is said, and nothing is written", async () => {
  const refused = await schoolCommand(["audit", "--from", "yesterday"], env);
  expect(refused.code).toBe(1);
  expect(refused.err).toContain("from: a date");
});

test("the configuration without its secrets, and the breaker", async () => {
  const { code, out } = await schoolCommand(["settings"], env);
  expect(code).toBe(0);
  expect(out).toMatch(/COMMITS_PER_HOUR.*20.*default/);
  expect(out).toMatch(/APPROVAL_SECRET.*set, secret.*environment/);
  expect(out).not.toContain(TOKENS.operator);
  expect((await schoolCommand(["breaker"], env)).out).toContain("closed");
});
