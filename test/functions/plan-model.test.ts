/** plan with a model: it chooses among typed intents, is checked as an enemy is, is paid once, and can be away. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { Improvement, StoredIntent } from "../../shared/domain/improvement.ts";
import { setResourceLimits } from "../../shared/intents/workloads/set-resource-limits.ts";
import { type ModelServer, modelServer } from "../support/models/server.ts";
import type { Reply } from "../support/models/wire.ts";
import { approvalOf, decided, LIMITS, platformTexts, proposal, rounds } from "../support/plan-model.ts";
import { gitOf, platformOf } from "../support/platform.ts";

let server: ModelServer;
beforeAll(async () => {
  server = await modelServer();
});
afterAll(() => server.close());
beforeEach(() => server.calm());
afterEach(() => expect(server.violations).toEqual([]));

const texts = platformTexts();
const candidates = setResourceLimits.candidates(platformOf(texts));
const [first, second] = candidates;
if (first === undefined || second === undefined) throw new Error("the sample has no two places");

const says = (pattern: RegExp) => expect.stringMatching(pattern) as string;
const run = (improvement: Improvement, more: Parameters<typeof rounds>[2] = {}) =>
  rounds({ improvement }, server, more);
const candidate = (number: number): Reply => ({
  value: { because: "It fits.", choice: "candidate", candidate: number },
});
const filled = (intent: object): Reply => ({ value: { because: "It fits.", choice: "intent", intent } });
const none = (missing: string): Reply => ({ value: { because: "No.", choice: "none", missing } });
const prompt = (at = -1) => server.asked.at(at)?.prompt ?? "";

describe("a choice of the model", () => {
  test("among the rules' candidates is planned like theirs, and says who chose", async () => {
    server.say(candidate(2));
    const outcome = await run(proposal(LIMITS));
    expect(outcome).toMatchObject({
      to: "planned",
      patch: { intent: second.intent, plan_answers: null, planning: { because: "It fits." } },
      evidence: { planning: {}, answers: [{ usage: { input: 1_000, output: 40 }, prompt: says(/^[0-9a-f]{64}$/) }] },
    });
    expect(outcome.patch.planning?.by).toMatch(/^anthropic:claude/);
    expect(outcome.patch.planning).not.toHaveProperty("doubt");
    expect(outcome.patch.other_targets).toContain(first.target);
  });

  test.each<[string, StoredIntent]>([
    ["another kind than the text is about", { kind: "add-network-policy", namespace: "insights" }],
    ["values of its own", { ...first.intent, limits: { memory: "900Mi" } }],
  ])("%s is for a person, whatever the flags", async (_name, intent) => {
    server.say(filled(intent));
    const outcome = await run(proposal(LIMITS));
    expect(outcome).toMatchObject({ to: "planned", patch: { intent, planning: { doubt: says(/^only the model/) } } });
    expect(await decided(outcome)).toBe("pending");
    expect((await approvalOf(outcome)).patch.approval_rule).toMatch(/^always-human-/);
  });

  test("for something the rules know no intent for comes to a person with a change to look at", async () => {
    server.say(filled({ kind: "add-network-policy", namespace: "insights" }));
    const outcome = await run(proposal("Be nice to each other"));
    expect(outcome).toMatchObject({ to: "planned", patch: { planning: { doubt: says(/only the model/) } } });
    expect(outcome.patch.change_set?.files).toHaveLength(1);
  });

  test("that nothing fits: a person hears what is missing", async () => {
    server.say(none("which\u202E namespace\nit is about"));
    expect(await run(proposal("Be nice to each other"))).toMatchObject({
      to: "pending_review",
      patch: {
        review_reason: says(/no typed intent .* sees no fitting change: which namespace it is about; a person has to/),
      },
    });
  });

  test("that nothing fits where the rules find a place: their plan, held for a person", async () => {
    server.say(none("the talk warns against limits"));
    const outcome = await run(proposal(LIMITS));
    expect(outcome).toMatchObject({ to: "planned", patch: { intent: first.intent, planning: { by: "rules" } } });
    expect(await decided(outcome)).toBe("pending");
  });

  test("a target of another improvement is not planned twice", async () => {
    server.say(filled(second.intent), candidate(1));
    const past = [proposal("earlier", { id: "old", status: "planned", intent: second.intent })];
    expect(await run(proposal(LIMITS), { past })).toMatchObject({ to: "planned", patch: { intent: first.intent } });
    expect(prompt()).toContain("another improvement makes this very change already");
  });
});

describe("answers that cannot be used", () => {
  test.each<[string, Reply, RegExp]>([
    ["no choice", { value: { because: "x" } }, /choice must be candidate, intent or none/],
    ["a candidate that was not offered", candidate(999), /must be a number from 1 to \d+/],
    ["an unknown kind", filled({ kind: "deploy-everything" }), /there is none called &quot;deploy-everything&quot;/],
    ["a field too many", filled({ ...first.intent, image: "evil" }), /Unrecognized key/],
    [
      "a value of another form",
      filled({ ...first.intent, container: "No Name" }),
      /intent\.container: not a Kubernetes/,
    ],
    ["a target that is not there", filled({ kind: "add-network-policy", namespace: "nowhere" }), /nowhere/],
    ["a refusal", { refusal: "no" }, /the model refuses to answer/],
    ["an answer that was cut off", { cut: true }, /cut off at \d+ tokens/],
    ["prose", { text: "Let me think about it." }, /does not call plan_change/],
  ])("%s: it hears why, and mends it", async (_name, bad, problem) => {
    server.say(bad, candidate(1));
    expect(await run(proposal(LIMITS))).toMatchObject({ to: "planned", patch: { intent: first.intent } });
    expect(server.asked).toHaveLength(2);
    expect(prompt(0)).not.toContain("<earlier_answers>");
    expect(prompt().split("<earlier_answers>")[1]).toMatch(problem);
  });

  test("policy's denial is a reason it hears too", async () => {
    const policy = { protectedNamespaces: ["insights"] };
    server.say(filled({ kind: "add-network-policy", namespace: "insights" }), candidate(1));
    await run(proposal(LIMITS), { policy });
    expect(prompt()).toMatch(/insights.*off limits/);
  });

  test("after two repairs the rules plan, and a person looks", async () => {
    server.say(candidate(77), candidate(78), candidate(79), candidate(1));
    const outcome = await run(proposal(LIMITS));
    expect(server.asked).toHaveLength(3);
    expect(prompt().match(/<problem>/g)).toHaveLength(2);
    expect(outcome).toMatchObject({
      to: "planned",
      patch: {
        intent: first.intent,
        planning: { by: "rules", because: says(/none of 3 answers/), doubt: says(/could not be used/) },
      },
      evidence: { answers: [{}, {}, {}] },
    });
    expect(await decided(outcome)).toBe("pending");
  });
});

describe("paid once", () => {
  test("an answer is kept before anything else happens, and a second run uses it", async () => {
    server.say(candidate(2), candidate(1));
    const record = { improvement: proposal(LIMITS) };
    const outcome = await rounds(record, server);
    expect(record.improvement.plan_answers).toMatchObject([
      { model: says(/^anthropic:/), prompt: says(/^[0-9a-f]{64}$/), choice: { intent: second.intent } },
    ]);
    expect(await rounds(record, server)).toEqual(outcome);
    expect(server.asked).toHaveLength(1);
  });

  test("bad ones count too: a second run asks for what is left", async () => {
    server.say(candidate(77), candidate(78));
    const record = { improvement: proposal(LIMITS) };
    await rounds(record, server, { most: 2 });
    server.say(candidate(1));
    expect(await rounds(record, server)).toMatchObject({ to: "planned" });
    expect(server.asked).toHaveLength(3);
  });

  test("nothing is planned when the answer could not be kept", async () => {
    server.say(candidate(1));
    const save = async () => Promise.reject(new Error("the lease was lost"));
    await expect(rounds({ improvement: proposal(LIMITS) }, server, { save })).rejects.toThrow("the lease was lost");
  });

  test("a repository that moved on meanwhile is looked at anew", async () => {
    server.say(candidate(1), candidate(1));
    const record = { improvement: proposal(LIMITS) };
    await rounds(record, server);
    const gone = Object.fromEntries(
      Object.entries(texts).filter(
        ([, text]) => !text.includes(`name: ${String(first.target.split("/")[1]?.split(",")[0])}`),
      ),
    );
    const outcome = await rounds(record, server, { git: gitOf(gone) });
    expect(server.asked).toHaveLength(2);
    expect(outcome.patch.intent).not.toEqual(first.intent);
  });
});

describe("no model to ask", () => {
  test.each<[string, Parameters<ModelServer["fail"]>, RegExp]>([
    ["it limits", [{ status: 429, message: "m", headers: { "retry-after-ms": "1" } }, 9], /limits how much/],
    ["it is down", [{ status: 529, message: "m", headers: { "retry-after-ms": "1" } }, 9], /out of order/],
    ["it is silent", ["silence", 9], /did not answer within/],
    ["it takes no such question", [{ status: 400, message: "credit balance is too low" }, 9], /credit balance/],
    ["its address is somebody else's", ["proxy page", 9], /does not answer as one/],
  ])("%s: the rules plan, and say so", async (_name, fault, because) => {
    server.fail(...fault);
    // Only silence has to be waited for; everything else is an answer, however slow this machine is.
    const outcome = await run(proposal(LIMITS), { timeout: fault[0] === "silence" ? "0.5" : "20" });
    const planning = { by: "rules", because: says(because) };
    expect(outcome).toMatchObject({ to: "planned", patch: { intent: first.intent, planning } });
    expect(outcome.patch.planning).not.toHaveProperty("doubt");
    expect(await decided(outcome)).not.toBe("rejected");
  });

  test("where the rules know no intent a person hears both reasons", async () => {
    server.fail({ status: 401, message: "no" }, 9);
    expect(await run(proposal("Be nice to each other"))).toMatchObject({
      to: "pending_review",
      patch: {
        review_reason: says(/what it is about is not clear, and the model could not be asked: .*ANTHROPIC_API_KEY/),
      },
    });
  });

  test("a caller that goes away is not an answer", async () => {
    const stop = new AbortController();
    stop.abort(new Error("stopped"));
    await expect(run(proposal(LIMITS), { signal: stop.signal })).rejects.toThrow("stopped");
  });
});
