import { afterAll, beforeAll, expect, test } from "vitest";
import { startSchool, type TestSchool, TOKENS } from "../../functions/coordinator/support.ts";
import { schoolCommand } from "./school.ts";

let school: TestSchool;
let env: Record<string, string>;
beforeAll(async () => {
  school = await startSchool();
  env = { SCHOOL_URL: school.coordinator.url, SCHOOL_TOKEN: TOKENS.operator };
});
afterAll(() => school.close());

test("locks are shown and opened with a reason", async () => {
  await school.stand("a", "deployed");
  await school.redis.set(school.keys.lock("shop"), "a");
  await school.redis.sadd(school.keys.lockNames, "shop");
  expect((await schoolCommand(["locks"], env)).out).toMatch(/shop\s+a\s+deployed\s+0/);
  expect(await schoolCommand(["unlock", "shop"], env)).toMatchObject({ code: 2, out: "" });
  const opened = await schoolCommand(["unlock", "shop", "--reason", "settled by hand"], env);
  expect(opened).toMatchObject({ code: 0, out: "shop is open; a held it\n" });
  expect(await schoolCommand(["locks"], env)).toMatchObject({ code: 0, out: "no Application is locked\n" });
}, 30_000);
