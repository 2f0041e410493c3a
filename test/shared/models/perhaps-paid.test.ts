/** What a vendor may want money for beside the answer: the pool counts it, and keeps to what it was allowed. */
import { expect, test } from "vitest";
import type { ModelQuestion } from "../../../shared/model-ports.ts";
import { EndpointFailure, type EndpointReply } from "../../../shared/models/endpoint.ts";
import { Member } from "../../../shared/models/member.ts";
import { poolOf } from "../../../shared/models/pool.ts";

const question: ModelQuestion = { system: "s", prompt: "p", name: "judge", schema: {}, maxTokens: 10 };
const signal = new AbortController().signal;
const reply: EndpointReply = { answer: { kind: "answered", value: {}, model: "m", usage: { input: 1, output: 1 } } };
const lost = new EndpointFailure("was cut short", { kind: "outage", perhapsPaid: true });
const limited = new EndpointFailure("is busy", { kind: "busy", perhapsPaid: false, waitMs: 1 });
const never = (stop: AbortSignal) =>
  new Promise<EndpointReply>((_, reject) => stop.addEventListener("abort", () => reject(stop.reason as Error)));

/** One endpoint that does these in turn. */
function pool(...turns: readonly (EndpointFailure | EndpointReply | "never")[]) {
  const left = [...turns];
  const sent: unknown[] = [];
  const endpoint = {
    name: "v:m",
    async ask(asked: ModelQuestion, stop: AbortSignal) {
      sent.push(asked);
      const next = left.shift() ?? reply;
      if (next === "never") return never(stop);
      if (next instanceof EndpointFailure) throw next;
      return next;
    },
  };
  const settings = { timeoutMs: 700, now: Date.now, random: () => 0 };
  return { sent, model: poolOf([new Member(endpoint, 4, Date.now)], settings) };
}

test.each<[string, readonly (EndpointFailure | EndpointReply | "never")[], object, number]>([
  ["an answer at once owes nothing", [reply], { kind: "answered" }, 0],
  ["a limit owes nothing", [limited, reply], { kind: "answered" }, 0],
  ["an answer that was lost is owed beside the one that came", [lost, reply], { kind: "answered" }, 1],
  ["two lost ones are owed without an answer", [lost, lost], { kind: "unavailable" }, 2],
  ["one that never came is owed", ["never"], { kind: "unavailable" }, 1],
])("%s", async (_name, turns, expected, owed) => {
  const answer = await pool(...turns).model.answer(question, signal);
  expect(answer).toMatchObject(expected);
  expect(answer.perhapsPaid ?? 0).toBe(owed);
});

test("what may be paid for once is not asked again after it was lost", async () => {
  const { model, sent } = pool(lost, reply);
  expect(await model.answer({ ...question, mostRequests: 1 }, signal)).toMatchObject({
    kind: "unavailable",
    perhapsPaid: 1,
  });
  expect(sent).toHaveLength(1);
});

test("a limit is waited for even so", async () => {
  const { model, sent } = pool(limited, reply);
  expect(await model.answer({ ...question, mostRequests: 1 }, signal)).toMatchObject({ kind: "answered" });
  expect(sent).toHaveLength(2);
});
