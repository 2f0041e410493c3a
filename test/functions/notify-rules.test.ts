/** Who is told what: the rules, their file, and what becomes one message. */
import { readFileSync } from "node:fs";
import path from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { messagesOf } from "../../functions/notify/groups.ts";
import { notificationOf } from "../../functions/notify/notification.ts";
import { DEFAULT_RULES, lanesFor, type NotifyRule } from "../../functions/notify/rules.ts";
import { notifyFileIn } from "../../functions/notify/rules-file.ts";
import { TOLD_EVENTS, type Told } from "../../shared/domain/notification.ts";
import { notification } from "../support/notify/messages.ts";

const channels = ["log", "slack", "webhook", "mail", "github"].map((name) => ({
  name,
  everyMs: name === "log" ? 0 : 100,
}));
const lanes = (event: Told, rules: readonly NotifyRule[] = DEFAULT_RULES, over = {}) =>
  lanesFor(notification({ event, ...over }), rules, channels, 10_000);
const where = (event: Told, rules?: readonly NotifyRule[], over = {}) =>
  lanes(event, rules, over).map(({ channel, lane }) => (lane.startsWith("digest") ? `${channel} later` : channel));

describe("without a file", () => {
  test.each<[Told, string[]]>([
    ["held", ["log", "slack", "webhook", "mail", "github"]],
    ["breaker", ["log", "slack", "webhook", "mail", "github"]],
    ["pending_review", ["log", "slack", "webhook", "mail", "github"]],
    ["verified", ["log", "slack later", "webhook", "mail later", "github"]],
    ["implementation", ["log", "webhook", "github"]],
  ])("%s goes to %j", (event, expected) => expect(where(event)).toEqual(expected));

  test("the log waits for nothing, everybody else for what belongs together", () => {
    expect(lanes("held").map(({ windowMs }) => windowMs)).toEqual([0, 10_000, 10_000, 10_000, 10_000]);
  });
});

describe("rules", () => {
  test.each<[string, NotifyRule, object, boolean]>([
    ["no condition fits all", {}, {}, true],
    ["another event", { events: ["dead"] }, {}, false],
    ["severity is at least", { severity: "attention" }, {}, true],
    ["not less", { severity: "page" }, { severity: "attention" }, false],
    ["category", { categories: ["security"] }, {}, false],
    ["application by glob", { applications: ["sh*"] }, {}, true],
    ["another application", { applications: ["shop-*"] }, {}, false],
    ["a notice has no application", { applications: ["*"] }, { subject: undefined }, false],
  ])("%s", (_, rule, over, fits) => {
    expect(where("failed", [{ ...rule, channels: ["mail"] }], over)).toEqual(fits ? ["mail"] : []);
  });

  test("the soonest of several rules counts", () => {
    const rules = [{ digestMs: 60_000 }, { events: ["failed" as const], channels: ["mail"] }];
    expect(where("failed", rules)).toContain("mail");
    expect(where("verified", rules)).toContain("mail later");
  });

  test("a test goes to the channel that is tried, whatever the rules say", () => {
    expect(where("test", [{ events: ["dead"] }])).toHaveLength(5);
    expect(lanes("test", [], { only: "mail" })).toEqual([{ channel: "mail", lane: "test", windowMs: 0 }]);
    expect(lanes("test", DEFAULT_RULES, { only: "pager" })).toEqual([]);
  });
});

describe("the file", () => {
  const configured = ["log", "slack", "mail"];

  test("channels of their own names and rules for them", () => {
    const text = `
channels:
  on-call: { kind: slack, to: "#on-call", per_minute: 6 }
rules:
  - severity: page
    channels: [on-call]
  - events: [verified]
    applications: [shop, "team-*"]
    digest: 30m
`;
    expect(notifyFileIn(text, configured)).toEqual({
      channels: [{ name: "on-call", kind: "slack", to: "#on-call", perMinute: 6 }],
      rules: [
        { severity: "page", channels: ["on-call"] },
        { events: ["verified"], applications: ["shop", "team-*"], digestMs: 1_800_000 },
      ],
    });
  });

  test.each([
    ["rules:\n  - events: [verifid]\n", "line 2: rules.0.events.0: must be one of implementation, "],
    [
      "rules:\n  - channels: [log]\n  - channels:\n      - pager\n",
      'line 4: rules.1.channels.0: there is no channel "pager"; there are log, slack, mail',
    ],
    ["rules:\n  - digest: soon\n", "line 2: rules.0.digest: must be a time to collect for, as in 30m or 1h"],
    ["rules:\n  - digest: 25h\n", "line 2: rules.0.digest: must be"],
    ["rules:\n  - severty: page\n", "line 2: rules.0.severty: there is no such setting"],
    ["rules:\n  - events: []\n", "line 2: rules.0.events: must name at least one"],
    ["channels:\n  Pager: { kind: mail }\nrules: [{}]\n", "line 2: channels.Pager: must be small letters"],
    ["channels:\n  p: { kind: pager }\nrules: [{}]\n", "line 2: channels.p.kind: must be one of log, slack"],
    ["rules: []\n", "line 1: rules: must hold a rule"],
    ["rules:\n  - x: [\n", "line "],
    ["", "it is empty"],
    ["- a\n", "line 1: must hold `rules`"],
  ])("%j is refused with its line", (text, problem) => {
    const read = notifyFileIn(text, configured);
    expect("problems" in read ? read.problems.join("\n") : "").toContain(problem);
  });

  test("the example is one, also with what it shows switched on", () => {
    const file = path.resolve(import.meta.dirname, "../../build/local/samples/notify-rules.yaml");
    const example = readFileSync(file, "utf8");
    expect(notifyFileIn(example, ["log"])).toEqual({ channels: [], rules: [{ channels: ["log"] }] });
    const [, shown = ""] = example.split("#\n# channels:\n");
    const whole = notifyFileIn(`channels:\n${shown.replaceAll(/^( *)# ?/gm, "$1")}`, configured);
    expect("problems" in whole ? whole.problems : whole.rules.length).toBe(4);
  });

  test("no text whatever is an exception", () => {
    fc.assert(fc.property(fc.string(), (text) => void notifyFileIn(text, configured)));
  });
});

describe("what becomes one message", () => {
  const due = (event: Told, id: string, improvement?: string) => ({
    notification: notification({
      event,
      id,
      headline: `“${id}” (${improvement ?? "x"})`,
      lines: [`Why: ${id}`],
      ...(improvement === undefined ? {} : { subject: { id: improvement, title: id, category: "security" } }),
    }),
    lane: "now",
    again: false,
  });

  test("a storm of two hundred is one, with the first ten and a link to the list", () => {
    const storm = Array.from({ length: 200 }, (_, i) => due("dead", `e${i}`, `i${i}`));
    for (const threads of [true, false]) {
      const [only, ...more] = messagesOf(storm, { kind: "slack", threads });
      expect(more).toEqual([]);
      expect(only?.headline).toBe("Needs you now: 200 improvements stopped after their last attempt");
      expect(only?.lines).toHaveLength(11);
      expect(only?.lines.at(-1)).toBe("and 190 more");
      expect(only?.notifications).toHaveLength(200);
      expect(only?.thread).toBeUndefined();
      expect(only?.link).toBe("https://school.example.org/dead-letters");
    }
  });

  test("events of one improvement are one message about the newest", () => {
    const [only, ...more] = messagesOf([due("implementation", "a", "i"), due("verified", "b", "i")], {
      kind: "slack",
      threads: true,
    });
    expect(more).toEqual([]);
    expect(only).toMatchObject({ event: "verified", thread: "i", lines: ["Why: b", "Before: “a” (i)"] });
  });

  test("a few keep their threads where there are threads", () => {
    const few = ["a", "b", "c"].map((id) => due("held", id, id));
    expect(messagesOf(few, { kind: "slack", threads: true }).map(({ thread }) => thread)).toEqual(["a", "b", "c"]);
    expect(messagesOf(few, { kind: "slack", threads: false })).toHaveLength(1);
  });

  test("on GitHub each has its own commit", () => {
    const many = Array.from({ length: 30 }, (_, i) => due("verified", `e${i}`, `i${i}`));
    expect(messagesOf(many, { kind: "github", threads: true })).toHaveLength(30);
  });

  test("what is urgent goes first", () => {
    const order = messagesOf([due("router", "a"), due("verified", "b", "b"), due("held", "c", "c")], {
      kind: "slack",
      threads: true,
    });
    expect(order[0]?.event).toBe("held");
  });

  test("nothing is lost and nothing is told twice, whatever is due", () => {
    const one = fc.record({
      event: fc.constantFrom(...TOLD_EVENTS),
      improvement: fc.constantFrom("a", "b", "c", undefined),
      again: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(one, { maxLength: 30 }), fc.boolean(), (all, threads) => {
        const given = all.map(({ event, improvement, again }, i) => ({ ...due(event, `e${i}`, improvement), again }));
        const told = messagesOf(given, { kind: "slack", threads }).flatMap(({ notifications }) =>
          notifications.map(({ id }) => id),
        );
        expect(told.sort()).toEqual(given.map(({ notification: { id } }) => id).sort());
      }),
    );
  });
});

describe("what one event is told as", () => {
  const improvement = {
    id: "0123456789abcdef",
    title: "t @here",
    category: "security",
    status: "verified",
    updated_at: "u",
  } as never;

  test("the same event has one id, another occurrence of the state another", () => {
    const of = (event: string) => notificationOf({ improvement, reached: "verified", event }, "2026-01-01T00:00:00Z");
    expect(of("a").id).toBe(of("a").id);
    expect(of("a").id).not.toBe(of("b").id);
  });

  test("the breaker has an event of its own beside the rollback's, and neither becomes the other", () => {
    const open = { ...(improvement as object), breaker_opened: "4 rollbacks" } as never;
    const [rollback, breaker] = ["a", "i:breaker:1-0"].map((event) =>
      notificationOf({ improvement: open, reached: "rolling_back", event }, "2026-01-01T00:00:00Z", "https://s"),
    );
    expect(rollback).toMatchObject({ id: "a", event: "rolling_back", headline: expect.stringContaining("taken back") });
    expect(breaker).toMatchObject({ event: "breaker", severity: "page", link: "https://s/settings" });
    expect(breaker?.headline).toContain("the circuit breaker is open");
  });

  test("that an anomaly is over pages nobody", () => {
    const notice = { about: "anomaly" as const, text: "over", facts: { what: "over" } };
    expect(notificationOf({ notice, event: "n" }, "2026-01-01T00:00:00Z").severity).toBe("info");
  });
});
