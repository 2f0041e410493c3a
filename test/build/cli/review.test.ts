import { Command } from "commander";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { clientOf } from "../../../build/cli/client.ts";
import { DECISIONS } from "../../../build/cli/commands/decisions.ts";
import { review } from "../../../build/cli/commands/review.ts";
import { terminal } from "../../../build/cli/terminal.ts";
import { ACTIONS } from "../../../functions/coordinator/decisions.ts";
import { changeSet, type Decision, verdictOf } from "../../../shared/domain/change-set.ts";
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

const planned = (decision: Decision = "human"): Patch => ({
  change_set: changeSet([{ path: "apps/limits.yaml", before: null, after: "kind: LimitRange\n" }], [], "shop"),
  verdict: verdictOf([{ rule: "some-rule", decision, message: "it fired" }]),
  intent: { kind: "set-limits" },
  approval_rule: "relevance",
  review_stage: "approve",
  review_reason: "relevance 0.6 is under 0.9",
});
const status = async (id: string) => (await school.record(id)).status;

/** `school review` in this process, with somebody at the terminal who answers so. */
async function withAnswers(answers: readonly (string | undefined)[], args: readonly string[] = []) {
  let out = "";
  let err = "";
  const asked: string[] = [];
  const waiting = [...answers];
  const stream = (write: (text: string) => void) =>
    ({ isTTY: true, columns: 120, write: (text: string) => (write(text), true) }) as unknown as NodeJS.WriteStream;
  const program = new Command("school").exitOverride();
  review(program, {
    terminal: terminal(
      stream((text) => {
        out += text;
      }),
      stream((text) => {
        err += text;
      }),
      { NO_COLOR: "1" },
    ),
    school: () => clientOf({ url: school.coordinator.url, token: TOKENS.reviewer }),
    redis: () => ({ url: school.server.url, prefix: "" }),
    local: () => ({ pid: process.pid, dataDir: "" }),
    cache: "",
    stopped: new AbortController().signal,
    stdin: process.stdin,
    root: process.cwd(),
    fail: () => undefined,
    prompt: () => ({
      async ask(question) {
        asked.push(question.trim());
        return waiting.shift();
      },
      close: () => undefined,
    }),
  });
  await program.parseAsync(["review", ...args], { from: "user" });
  return { out, err, asked };
}

describe("without a terminal", () => {
  test("lists what waits for a person with the rule that asked, the longest first", async () => {
    expect(await schoolCommand(["review"], env)).toMatchObject({ code: 0, out: "nothing waits for you\n" });
    await school.stand("rev-1", "pending_review", planned());
    await school.stand("rev-2", "held", { held_from: "deployed" });
    await school.stand("rev-3", "routed");

    const { code, out, err } = await schoolCommand(["review"], env);
    expect([code, err]).toEqual([0, ""]);
    expect(out).toMatch(/rev-1\s+pending_review\s+relevance\s+relevance 0\.6 is under 0\.9/);
    expect(out.indexOf("rev-1")).toBeLessThan(out.indexOf("rev-2"));
    expect(out).not.toContain("rev-3");
    expect(out).not.toContain("\u001b");

    const json = JSON.parse((await schoolCommand(["review", "--json"], env)).out) as { waiting: object[] };
    expect(json.waiting).toEqual([
      expect.objectContaining({
        id: "rev-1",
        asked_by: "relevance",
        decisions: ["approve", "reject", "never", "replan"],
      }),
      expect.objectContaining({ id: "rev-2", asked_by: "held", decisions: ["accept", "extend", "rollback"] }),
    ]);
  });

  test("one by its id is shown whole, and decided by an option", async () => {
    await school.stand("rev-1", "pending_review", planned());
    const one = await schoolCommand(["review", "rev-1"], env);
    expect(one.out).toContain("+kind: LimitRange");
    expect(one.out).toContain("to decide: approve, reject, never, replan");

    const decided = await schoolCommand(["review", "rev-1", "--approve", "--reason", "fine", "--json"], env);
    expect(decided).toEqual({ code: 0, out: '{"id":"rev-1","status":"approved"}\n', err: "" });
    const late = await schoolCommand(["review", "rev-1", "--reject", "--reason", "no"], env);
    expect(late).toMatchObject({ code: 1, out: "", err: expect.stringContaining("it is approved") });
  });

  test.each([
    [["rev-1", "--approve"], "needs --reason"],
    [["--approve", "--reason", "r"], "needs an id"],
    [["rev-1", "--approve", "--reject", "--reason", "r"], "exclude each other"],
    [["rev-1", "--reason", "r"], "needs a decision"],
  ])("%j is a mistake of typing", async (args, why) => {
    expect(await schoolCommand(["review", ...args], env)).toMatchObject({
      code: 2,
      out: "",
      err: expect.stringContaining(why),
    });
  });

  test("every decision of the API has its command and its option", async () => {
    expect(Object.keys(DECISIONS).sort()).toEqual([...ACTIONS, "retry"].sort());
    const { out } = await schoolCommand(["review", "--help"], env);
    for (const name of Object.keys(DECISIONS)) expect(out).toContain(`--${name} `);
  });
});

describe("at a terminal", () => {
  test("one after another: the diff, then a question; what is refused may be decided otherwise", async () => {
    await school.stand("rev-1", "pending_review", planned());
    await school.stand("rev-2", "pending_review", planned("deny"));
    await school.stand("rev-3", "held", { held_from: "deployed" });
    await school.stand("rev-4", "pending_review", planned());

    const { out, err, asked } = await withAnswers(
      "a; the diff is right; approve; please; re; rej; policy is right; skip; quit".split("; "),
    );

    expect(asked[0]).toBe("approve / reject / never / replan / skip / quit?");
    expect(out).toContain("1 of 4");
    expect(out).toContain("+kind: LimitRange");
    expect(out).toContain("rev-1 is now approved");
    expect(err).toContain("some-rule: it fired");
    expect(err).toContain("write one of these");
    expect(await Promise.all(["rev-1", "rev-2", "rev-3", "rev-4"].map(status))).toEqual([
      "approved",
      "rejected",
      "held",
      "pending_review",
    ]);
    expect((await school.record("rev-1")).approval).toMatchObject({
      actor: "person:ruth",
      reason: "the diff is right",
    });
  });

  test("no reason is no decision, and who leaves has decided nothing", async () => {
    await school.stand("rev-1", "pending_review", planned());
    await withAnswers(["approve", "", "approve", undefined]);
    await withAnswers([undefined]);
    expect(await status("rev-1")).toBe("pending_review");
  });

  test("where routing found no expert, it asks for one", async () => {
    await school.stand("rev-1", "pending_review", { review_stage: "route", review_reason: "no expert" });
    const { asked } = await withAnswers(["approve", "security", "it is about secrets"], ["rev-1"]);
    expect(asked[1]).toContain("which expert");
    expect(await school.record("rev-1")).toMatchObject({ status: "routed", expert: "security" });
  });
});
