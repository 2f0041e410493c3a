import { afterAll, beforeAll, expect, test } from "vitest";
import { startSchool, type TestSchool } from "./support.ts";

let school: TestSchool;
beforeAll(async () => {
  school = await startSchool();
});
afterAll(() => school.close());

test("an operator sees the locks and opens one with a reason, once", async () => {
  await school.stand("a", "deployed");
  await school.redis.set(school.keys.lock("shop front"), "a");
  await school.redis.sadd(school.keys.lockNames, "shop front");
  expect((await school.call("viewer", "GET", "/api/locks")).json).toEqual({
    locks: [{ name: "shop front", holder: "a", status: "deployed", waiting: 0 }],
  });

  const silent = await school.call("operator", "POST", "/api/locks/shop%20front/unlock", {});
  expect(silent).toMatchObject({ status: 422 });
  const unlock = () => school.call("operator", "POST", "/api/locks/shop%20front/unlock", { reason: "settled by hand" });
  expect(await unlock()).toMatchObject({ status: 200, json: { lock: "shop front", holder: "a" } });
  expect(await unlock()).toMatchObject({ status: 409, json: { detail: expect.stringContaining("nobody holds") } });

  expect((await school.call("viewer", "GET", "/api/locks")).json).toEqual({ locks: [] });
  const { trail } = (await school.call("viewer", "GET", "/api/improvements/a/trail")).json;
  expect(trail.at(-1)).toMatchObject({ by: "person:otto", because: expect.stringContaining("settled by hand") });
});
