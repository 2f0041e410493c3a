import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { changeSet, verdictOf } from "../../../shared/domain/change-set.ts";
import type { Patch } from "../../../shared/domain/improvement.ts";
import { startSchool, type TestSchool, TOKENS } from "../../functions/coordinator/support.ts";
import { schoolCommand } from "./school.ts";

let school: TestSchool;
let env: Record<string, string>;
beforeAll(async () => {
  school = await startSchool();
  env = { SCHOOL_URL: school.coordinator.url, SCHOOL_TOKEN: TOKENS.reviewer };
});
afterAll(() => school.close());
beforeEach(() => school.redis.flushall());

const limits = {
  kind: "set-resource-limits",
  workload: { kind: "Deployment", namespace: "shop", name: "cart" },
  container: "cart",
  limits: { memory: "256Mi" },
};
const planned: Patch = {
  change_set: changeSet([{ path: "apps/limits.yaml", before: null, after: "kind: LimitRange\n" }], [], "shop"),
  verdict: verdictOf([{ rule: "some-rule", decision: "human", message: "it fired" }]),
  intent: limits,
  review_stage: "approve",
};
const why = ["--reason", "I have looked at it"];

test("a reviewer's whole way by the command line: find, read, put off, edit, approve, and never again", async () => {
  await school.stand("cli-1", "pending_review", planned);
  await school.stand("cli-2", "conflicts", { title: "Another mesh" });

  const queue = await schoolCommand(["queue"], env);
  expect(queue).toMatchObject({ code: 0, err: "" });
  expect(queue.out.indexOf("cli-1")).toBeLessThan(queue.out.indexOf("cli-2"));
  expect(queue.out).toContain("policy wants a person");
  expect((await schoolCommand(["review", "cli-1"], env)).out).toContain("+kind: LimitRange");

  expect((await schoolCommand(["defer", "cli-1", "--for", "3d", ...why], env)).out).toContain("cli-1 is put off until");
  expect((await schoolCommand(["queue"], env)).out).toContain("1 put off");
  const off = JSON.parse((await schoolCommand(["queue", "--deferred", "--json"], env)).out) as {
    rows: { id: string }[];
  };
  expect(off.rows.map(({ id }) => id)).toEqual(["cli-1"]);

  expect((await schoolCommand(["approve", "cli-1", ...why], env)).out).toContain("cli-1 is now approved");
  expect((await schoolCommand(["never", "cli-2", ...why], env)).out).toContain("cli-2 is now rejected");
  expect((await school.record("cli-2")).tombstone).toContain("I have looked at it");
  expect((await schoolCommand(["queue"], env)).out).toContain("nothing waits for you");
  const operator = { ...env, SCHOOL_TOKEN: TOKENS.operator };
  expect((await schoolCommand(["allow-again", "cli-2", ...why], env)).code).toBe(1);
  expect((await schoolCommand(["allow-again", "cli-2", ...why], operator)).out).toContain("may be proposed again");
});

describe("an intent", () => {
  const edit = (stdin: string) => schoolCommand(["edit", "cli-3", "--intent", "-", ...why], env, { stdin });

  test("is written anew from standard input, or refused by field", async () => {
    await school.stand("cli-3", "pending_review", planned);
    expect(await edit("{half")).toMatchObject({ code: 2, err: expect.stringContaining("not JSON") });
    const wrong = await edit(JSON.stringify({ ...limits, container: 7 }));
    expect(wrong).toMatchObject({ code: 1, err: expect.stringContaining("intent.container") });
    expect((await edit(JSON.stringify({ ...limits, limits: { memory: "1Gi" } }))).out).toContain("now validated");
    expect((await school.record("cli-3")).edited_intent?.by).toBe("person:ruth");
  });
});

test("the kinds of change are listed, and of one the schema an edit is checked by", async () => {
  const all = await schoolCommand(["intents"], env);
  expect(all).toMatchObject({ code: 0, err: "" });
  expect(all.out).toContain("add-network-policy");
  const one = await schoolCommand(["intents", "set-resource-limits", "--json"], env);
  expect(JSON.parse(one.out)).toMatchObject({
    intents: [{ kind: "set-resource-limits", schema: { required: ["kind", "workload", "container"] } }],
  });
  expect(await schoolCommand(["intents", "paint-it-black"], env)).toMatchObject({
    code: 1,
    out: "",
    err: expect.stringContaining("`school intents` lists them"),
  });
});

test.each([
  [["defer", "x", ...why], "either --for or --until"],
  [["defer", "x", "--for", "soon", ...why], "a span such as"],
  [["edit", "x", "--intent", "/nowhere/at-all.json", ...why], "cannot be read"],
])("%j is a mistake of typing", async (args, says) => {
  expect(await schoolCommand(args, env)).toMatchObject({ code: 2, out: "", err: expect.stringContaining(says) });
});
