/** The pool over two-line endpoints: where questions go, what is asked again, and what is said when nothing helps. */
import { describe, expect, test, vi } from "vitest";
import type { ModelAnswer, ModelQuestion } from "../../../shared/model-ports.ts";
import type { CallReport } from "../../../shared/models/attempt.ts";
import {
  type Endpoint,
  EndpointFailure,
  type EndpointReply,
  type FailureFacts,
} from "../../../shared/models/endpoint.ts";
import { Member, OUTAGES, TurnedAway } from "../../../shared/models/member.ts";
import { poolOf } from "../../../shared/models/pool.ts";

const quiet = new AbortController().signal;
const question = (expert = "security", prompt = "What now?"): ModelQuestion => ({
  system: `You are the expert for ${expert}. `.repeat(20),
  prompt,
  name: "judge",
  schema: {},
  maxTokens: 10,
});
const reply: EndpointReply = {
  answer: { kind: "answered", value: {}, model: "m", usage: { input: 100, output: 1 } },
};
const fails = (kind: FailureFacts["kind"], more: Partial<FailureFacts> = {}) =>
  new EndpointFailure(`is ${kind}`, { kind, perhapsPaid: false, ...more });

type Script = (signal: AbortSignal, asked: number) => Promise<EndpointReply>;
interface Scripted {
  readonly member: Member;
  asked: number;
}

function scripted(name: string, script: Script = async () => reply, slots = 4, now = Date.now): Scripted {
  const state = { asked: 0 };
  const endpoint: Endpoint = {
    name,
    async ask(_question, signal) {
      state.asked += 1;
      return script(signal, state.asked);
    },
  };
  return Object.assign(state, { member: new Member(endpoint, slots, now) });
}
const failing = (failure: EndpointFailure, times = Number.POSITIVE_INFINITY): Script => {
  return async (_signal, asked) => (asked <= times ? Promise.reject(failure) : reply);
};
const never: Script = (signal) =>
  new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason as Error), { once: true }));

function pool(scripts: readonly Scripted[], { timeoutMs = 20_000, calls = [] as CallReport[], hedges = true } = {}) {
  const settings = { timeoutMs, now: Date.now, random: () => 0.5, hedges };
  const members = scripts.map(({ member }) => member);
  return poolOf(members, settings, (call) => calls.push(call));
}
const because = (answer: ModelAnswer) => (answer.kind === "answered" ? "" : answer.because);

describe("where questions go", () => {
  test("the same beginning goes to the same endpoint, others elsewhere", async () => {
    const [a, b] = [scripted("a"), scripted("b")];
    const model = pool([a, b]);
    for (let i = 0; i < 5; i += 1) {
      await model.answer(question("security", `improvement ${i}`), quiet);
      await model.answer(question("database", `improvement ${i}`), quiet);
    }
    expect([a.asked, b.asked]).toEqual([5, 5]);
  });

  test("no endpoint works on more than its slots, and everything is answered", async () => {
    let [running, most] = [0, 0];
    const slow: Script = async () => {
      most = Math.max(most, (running += 1));
      await new Promise((resolve) => setImmediate(resolve));
      running -= 1;
      return reply;
    };
    const one = scripted("one", slow, 3);
    const answers = await Promise.all(Array.from({ length: 30 }, () => pool([one]).answer(question(), quiet)));
    expect(answers.map(({ kind }) => kind)).toEqual(Array(30).fill("answered"));
    expect(most).toBe(3);
  });

  test("one that announced that nothing is left is spared while there are others, not when there are none", async () => {
    const spent: Script = async () => ({ ...reply, spentForMs: 60_000 });
    const [a, b] = [scripted("a", spent), scripted("b")];
    const model = pool([a, b]);
    for (let i = 0; i < 3; i += 1) await model.answer(question(), quiet);
    expect([a.asked, b.asked]).toEqual([1, 2]);
    const alone = scripted("a", spent);
    for (let i = 0; i < 3; i += 1) await pool([alone]).answer(question(), quiet);
    expect(alone.asked).toBe(3);
  });
});

describe("what is asked again", () => {
  test.each<[string, EndpointFailure]>([
    ["an outage: at another endpoint", fails("outage")],
    ["a limit: at another endpoint", fails("busy", { waitMs: 60_000 })],
    ["a key that is not accepted", fails("closed")],
    ["a question it does not take", fails("refused")],
    ["what may have been paid for, once", fails("outage", { perhapsPaid: true })],
  ])("%s", async (_name, failure) => {
    const [bad, good] = [scripted("bad", failing(failure)), scripted("good")];
    expect(await pool([bad, good]).answer(question(), quiet)).toMatchObject({ kind: "answered" });
    expect([bad.asked, good.asked]).toEqual([1, 1]);
  });

  test("what may have been paid for twice is not asked a third time", async () => {
    const scripts = ["a", "b", "c"].map((name) => scripted(name, failing(fails("outage", { perhapsPaid: true }))));
    expect(await pool(scripts).answer(question(), quiet)).toMatchObject({ kind: "unavailable" });
    expect(scripts.reduce((sum, { asked }) => sum + asked, 0)).toBe(2);
  });

  test("a limit with a stated end is waited for when there is no other", async () => {
    const one = scripted("one", failing(fails("busy", { waitMs: 30 }), 3));
    expect(await pool([one]).answer(question(), quiet)).toMatchObject({ kind: "answered" });
    expect(one.asked).toBe(4);
  });

  test("a limit holds for whoever asks next, too", async () => {
    const one = scripted("one", failing(fails("busy", { waitMs: 60_000 })));
    expect(because(await pool([one]).answer(question(), quiet))).toBe("one is busy");
    expect(because(await pool([one]).answer(question(), quiet))).toBe("one is busy");
    expect(one.asked).toBe(1);
  });

  test("an unusable answer was paid for: whoever asked decides", async () => {
    const answer = { kind: "unusable", because: "it is prose", model: "m", usage: { input: 9, output: 1 } } as const;
    const one = scripted("one", async () => ({ answer }));
    expect(await pool([one]).answer(question(), quiet)).toEqual(answer);
    expect(one.asked).toBe(1);
  });

  test("a mistake of ours is not hidden", async () => {
    const one = scripted("one", async () => Promise.reject(new TypeError("a mistake")));
    await expect(pool([one]).answer(question(), quiet)).rejects.toThrow("a mistake");
  });
});

describe("when nothing helps", () => {
  test("every endpoint's reason is told", async () => {
    const scripts = [
      scripted("a", failing(fails("closed"))),
      scripted("b", failing(fails("refused"))),
      scripted("c", failing(fails("busy", { waitMs: 60_000 }))),
    ];
    expect(await pool(scripts).answer(question(), quiet)).toEqual({
      kind: "unavailable",
      because: "none of the 3 endpoints answers: a is closed; b is refused; c is busy",
      endpoints: [
        { endpoint: "a", because: "is closed" },
        { endpoint: "b", because: "is refused" },
        { endpoint: "c", because: "is busy" },
      ],
    });
  });

  test("an endpoint that fails again and again is left alone, and its reason is still told", async () => {
    const one = scripted("one", failing(fails("outage")));
    const model = pool([one], { timeoutMs: 1_000 });
    for (let i = 0; one.asked < OUTAGES && i < 20; i += 1) await model.answer(question(), quiet);
    expect(one.member.closedFor()).toBeGreaterThan(0);
    const before = one.asked;
    expect(await pool([one], { timeoutMs: 100 }).answer(question(), quiet)).toMatchObject({
      kind: "unavailable",
      because: "one is outage",
    });
    expect(one.asked).toBe(before);
  });

  test("after its rest one question tries it, and all come back when that is answered", async () => {
    vi.useFakeTimers({ toFake: ["Date"] });
    try {
      const { member } = scripted("one", failing(fails("outage"), OUTAGES + 1));
      const ask = () => member.ask(question(), 0, quiet).catch((error: unknown) => error);
      for (let i = 0; i < OUTAGES; i += 1) await ask();
      expect(member.closedFor()).toBe(2_000);
      expect(await ask()).toBeInstanceOf(TurnedAway);
      vi.setSystemTime(Date.now() + 2_000);
      const [tried, ...others] = await Promise.all([ask(), ask(), ask()]);
      expect(tried).toBeInstanceOf(EndpointFailure);
      for (const other of others) expect(other).toBeInstanceOf(TurnedAway);
      // It rests twice as long after a second time.
      expect(member.closedFor()).toBe(4_000);
      vi.setSystemTime(Date.now() + 4_000);
      expect(await ask()).toEqual(reply);
      expect(member.closedFor()).toBe(0);
    } finally {
      vi.useRealTimers();
    }
  });

  test("silence ends with the time there is", async () => {
    const one = scripted("one", never);
    expect(await pool([one], { timeoutMs: 50 }).answer(question(), quiet)).toMatchObject({
      kind: "unavailable",
      because: "one did not answer within 0.05 s",
    });
    expect(one.member.running).toBe(0);
  });

  test("a caller that goes away ends it at once, wherever the question is", async () => {
    const one = scripted("one", never, 1);
    const model = pool([one]);
    const stop = new AbortController();
    const answers = [model.answer(question(), stop.signal), model.answer(question(), stop.signal)];
    stop.abort(new Error("the lease is lost"));
    for (const answer of answers) await expect(answer).rejects.toThrow("the lease is lost");
    expect([one.member.running, one.member.waiting]).toEqual([0, 0]);
    await expect(model.answer(question(), stop.signal)).rejects.toThrow("the lease is lost");
  });
});

describe("a second question", () => {
  /** Quick for so many answers, then silent. */
  const quickThenSilent: Script = async (signal, asked) => (asked <= 40 ? reply : never(signal, asked));

  async function warm(model: ReturnType<typeof pool>): Promise<void> {
    for (let i = 0; i < 40; i += 1) await model.answer(question(), quiet);
  }

  test("is asked elsewhere when the first answer is late; the loser is cancelled", async () => {
    const [a, b] = [scripted("a", quickThenSilent), scripted("b")];
    const calls: CallReport[] = [];
    const model = pool([a, b], { calls });
    await warm(model);
    expect(b.asked).toBe(0);
    expect(await model.answer(question(), quiet)).toMatchObject({ kind: "answered" });
    expect([a.asked, b.asked, a.member.running]).toEqual([41, 1, 0]);
    const ends = calls.slice(40).map(({ endpoint, outcome, isHedge }) => ({ endpoint, outcome, isHedge }));
    expect(ends).toContainEqual({ endpoint: "b", outcome: "answered", isHedge: true });
    await expect.poll(() => calls.at(-1)).toMatchObject({ endpoint: "a", outcome: "cancelled", perhapsPaid: true });
  });

  test("is not asked where there is no budget for it", async () => {
    const [a, b] = [scripted("a", quickThenSilent), scripted("b")];
    const model = pool([a, b], { hedges: false, timeoutMs: 300 });
    await warm(model);
    expect(await model.answer(question(), quiet)).toMatchObject({ kind: "unavailable" });
    expect(b.asked).toBe(0);
  });

  test("saves the answer when the first one fails in the end", async () => {
    const lateFailure: Script = async (signal, asked) => {
      if (asked <= 40) return reply;
      await never(signal, asked).catch(() => undefined);
      throw fails("outage");
    };
    const [a, b] = [scripted("a", lateFailure), scripted("b")];
    const model = pool([a, b]);
    await warm(model);
    expect(await model.answer(question(), quiet)).toMatchObject({ kind: "answered" });
  });
});
