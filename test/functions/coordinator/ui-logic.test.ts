/** The dashboard's rules, without a browser. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { schoolStatus } from "../../../functions/coordinator/api/status.ts";
import { ACTIONS, FROM } from "../../../functions/coordinator/decisions.ts";
import type { ChangeDescription } from "../../../functions/coordinator/diff.ts";
import type { ModelUse } from "../../../functions/coordinator/model-use.ts";
import type { RollbackPreview } from "../../../functions/coordinator/rollback-preview.ts";
import type { RouterReport } from "../../../functions/coordinator/router-report.ts";
import type {
  ChangeAnswer,
  ModelUse as ModelsShown,
  RollbackAnswer,
  StatusAnswer,
} from "../../../functions/coordinator/ui/api/answers.ts";
import { failureOf } from "../../../functions/coordinator/ui/api/failure.ts";
import type { RouterAnswer } from "../../../functions/coordinator/ui/api/router-answers.ts";
import { eventParser, type ServerEvent } from "../../../functions/coordinator/ui/live/sse.ts";
import { offeredFrom, offersFor } from "../../../functions/coordinator/ui/logic/actions.ts";
import { filterQuery, listAddress, placeOf } from "../../../functions/coordinator/ui/logic/address.ts";
import { diffLines, sizeOf, wholeText } from "../../../functions/coordinator/ui/logic/diff-lines.ts";
import { atMoment, webAddress } from "../../../functions/coordinator/ui/logic/links.ts";
import { piecesOf } from "../../../functions/coordinator/ui/logic/pieces.ts";
import { ago, span } from "../../../functions/coordinator/ui/logic/time.ts";
import { CATEGORY_NAMES, EXPERT_NAMES, NEEDS_PERSON, toneOf } from "../../../functions/coordinator/ui/logic/words.ts";
import { CATEGORIES, EXPERTS } from "../../../shared/domain/improvement.ts";
import { isMoving, STATUSES } from "../../../shared/domain/lifecycle.ts";

// What the dashboard reads is what the coordinator answers: this file does not compile otherwise.
export const statusFits = (answer: Awaited<ReturnType<typeof schoolStatus>>): StatusAnswer => answer;
export const changeFits = (answer: ChangeDescription): ChangeAnswer => answer;
export const modelsFit = (answer: ModelUse): ModelsShown => answer;
export const routerFits = (answer: RouterReport): RouterAnswer => answer;
export const rollbackFits = (answer: RollbackPreview): RollbackAnswer => answer;

describe("what a person is offered", () => {
  test.each(ACTIONS)("%s is offered exactly where the coordinator allows it", (action) => {
    expect([...offeredFrom(action)].sort()).toEqual([...FROM[action]].sort());
  });

  test("a dead improvement may be retried or closed, one that moves by itself offers nothing", () => {
    expect(offersFor({ status: "dead" }).map(({ action }) => action)).toEqual(["retry", "close"]);
    for (const status of STATUSES.filter(isMoving)) expect(offersFor({ status }), status).toEqual([]);
  });

  test("whoever has no expert cannot be sent away from it", () => {
    const actions = (expert: object) => offersFor({ status: "conflicts", ...expert }).map(({ action }) => action);
    expect(actions({})).toEqual(["override", "reject", "never"]);
    expect(actions({ expert: "database" })).toEqual(["override", "reroute", "reject", "never"]);
  });

  test("an approval without a change set answers the stage that asked, and names the expert for routing", () => {
    const [routing] = offersFor({ status: "pending_review", review_stage: "route" });
    expect(routing).toMatchObject({ action: "approve", label: "Let it go on", asksExpert: true });
    const [plan] = offersFor({ status: "pending_review", review_stage: "plan" });
    expect(plan).toMatchObject({ action: "approve", asksExpert: false });
    const [change] = offersFor({ status: "pending_review", review_stage: "approve", change_set: {} });
    expect(change).toMatchObject({ action: "approve", label: "Approve" });
    expect(change?.asksExpert).toBeUndefined();
  });

  test("whoever waits for a person can be decided by one", () => {
    for (const status of NEEDS_PERSON) expect(offersFor({ status }), status).not.toEqual([]);
  });
});

test("categories and experts are those of the domain, and a status nobody knows has a colour too", () => {
  expect([...CATEGORY_NAMES].sort()).toEqual([...CATEGORIES].sort());
  expect([...EXPERT_NAMES].sort()).toEqual([...EXPERTS].sort());
  expect(toneOf("constructor")).toBe("ended");
});

describe("the event stream", () => {
  function parse(...pieces: string[]): ServerEvent[] {
    const events: ServerEvent[] = [];
    const feed = eventParser((event) => events.push(event));
    for (const piece of pieces) feed(piece);
    return events;
  }

  test.each<[name: string, text: string, events: ServerEvent[]]>([
    ["one of each field", "id: 1-0\nevent: moved\ndata: {}\n\n", [{ id: "1-0", event: "moved", data: "{}" }]],
    ["several lines of data", "data: a\ndata: b\n\n", [{ id: "", event: "message", data: "a\nb" }]],
    ["comments and unknown fields", ": beat\nretry: 10\nfoo: x\ndata:a\n\n", [{ id: "", event: "message", data: "a" }]],
    ["an event without data is none", "id: 7\nevent: x\n\ndata: a\n\n", [{ id: "7", event: "message", data: "a" }]],
    ["an event that is cut off is none", "data: a\n", []],
    ["a byte order mark", "\uFEFFdata: a\n\n", [{ id: "", event: "message", data: "a" }]],
  ])("%s", (_name, text, events) => {
    expect(parse(text)).toEqual(events);
    expect(parse(text.replaceAll("\n", "\r\n"))).toEqual(events);
  });

  test("however the network cuts it, the same events arrive", () => {
    const line = fc.constantFrom("data: x", "data", "id: 4-1", "event: e", ": c", "", "", "data: é→");
    const stream = fc.tuple(fc.array(line, { maxLength: 30 }), fc.constantFrom("\n", "\r\n", "\r"));
    fc.assert(
      fc.property(stream, fc.array(fc.nat(200)), ([lines, end], cuts) => {
        const text = lines.map((one) => one + end).join("");
        const places = [0, ...cuts.map((cut) => Math.min(cut, text.length)).sort((a, b) => a - b), text.length];
        const pieces = places.slice(1).map((place, i) => text.slice(places[i], place));
        // A lone carriage return at the very end waits for what may follow it.
        expect(parse(...pieces, "\n\n")).toEqual(parse(text, "\n\n"));
      }),
    );
  });
});

describe("a unified diff", () => {
  const diff = [
    "--- a/x.yaml",
    "+++ b/x.yaml",
    "@@ -4,3 +4,4 @@",
    " a",
    "--- b",
    "+++ b",
    "+c",
    " d",
    "\\ No newline at end of file",
    "@@ -20 +21 @@",
    "-old",
    "+new",
    "",
  ].join("\n");

  test("keeps the numbers of both sides, and takes no line of a hunk for a header", () => {
    expect(diffLines(diff).map(({ kind, text, before, after }) => [kind, text, before, after])).toEqual([
      ["hunk", "@@ -4,3 +4,4 @@", undefined, undefined],
      ["same", "a", 4, 4],
      ["removed", "-- b", 5, undefined],
      ["added", "++ b", undefined, 5],
      ["added", "c", undefined, 6],
      ["same", "d", 6, 7],
      ["note", "No newline at end of file", undefined, undefined],
      ["hunk", "@@ -20 +21 @@", undefined, undefined],
      ["removed", "old", 20, undefined],
      ["added", "new", undefined, 21],
    ]);
    expect(sizeOf(diffLines(diff))).toEqual({ added: 3, removed: 2 });
  });

  test("a whole text is numbered from one", () => {
    expect(wholeText("a\nb\n", "added").map(({ text, after }) => [text, after])).toEqual([
      ["a", 1],
      ["b", 2],
    ]);
  });
});

describe("addresses from outside", () => {
  test.each([
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    "data:text/html,<script>1</script>",
    "vbscript:x",
    "file:///etc/passwd",
    "blob:https://a/b",
    "//evil.example",
    "/relative",
    "https://user:secret@evil.example/",
    "not an address",
    "",
    undefined,
  ])("%s is no link", (address) => {
    expect(webAddress(address)).toBeUndefined();
    expect(atMoment(address, "00:01:00")).toBeUndefined();
  });

  test.each<[string, string | undefined, string]>([
    ["https://www.youtube.com/watch?v=a&t=5", "01:02:03", "https://www.youtube.com/watch?v=a&t=3723s"],
    ["https://youtu.be/a", "02:03.5", "https://youtu.be/a?t=123s"],
    ["https://vimeo.com/1", "00:00:09", "https://vimeo.com/1#t=9s"],
    ["https://media.example/talk.mp4", "00:01:00", "https://media.example/talk.mp4#t=60"],
    ["https://blog.example/post#part", "00:01:00", "https://blog.example/post#part"],
    ["https://youtube.com.evil.example/a", "00:01:00", "https://youtube.com.evil.example/a"],
    ["https://youtu.be/a", "soon", "https://youtu.be/a"],
  ])("%s at %s is %s", (address, at, link) => {
    expect(atMoment(address, at)).toBe(link);
  });
});

describe("the address bar", () => {
  test("filters come back from the address they made", () => {
    const text = fc.string({ minLength: 1 }).filter((one) => one.trim() === one && one !== "");
    fc.assert(
      fc.property(fc.record({ status: text, category: text, q: text }, { requiredKeys: [] }), (filters) => {
        const url = new URL(listAddress(filters), "http://school");
        expect(placeOf(url)).toEqual({ page: "improvements", filters });
      }),
    );
  });

  test.each([
    ["/improvements/a-1", { page: "improvement", id: "a-1" }],
    ["/improvements/a%3Atrail", { page: "nowhere" }],
    ["/improvements/", { page: "nowhere" }],
    ["/?status=%20", { page: "pipeline", query: {} }],
    ["/router", { page: "router", query: {} }],
    ["/audit?by=ruth&x=", { page: "audit", query: { by: "ruth" } }],
    ["/dead-letters", { page: "dead-letters", query: {} }],
    ["/", { page: "pipeline", query: {} }],
    // A link from when the list was at the root.
    ["/?status=held", { page: "improvements", filters: { status: "held" } }],
    ["/elsewhere", { page: "nowhere" }],
  ])("%s", (address, place) => {
    expect(placeOf(new URL(address, "http://school"))).toEqual(place);
  });

  test("empty filters are left out of a query", () => {
    expect(filterQuery({ status: "", q: "a b" }).toString()).toBe("q=a+b");
  });
});

test.each<[status: number, body: string, kind: string, says: string]>([
  [409, JSON.stringify({ title: "Refused", detail: "it is raw" }), "refused", "it is raw"],
  [401, "{}", "signed-out", "Something between"],
  [403, JSON.stringify({ detail: "a viewer" }), "forbidden", "a viewer"],
  [404, JSON.stringify({ detail: ["odd"] }), "missing", "Something between"],
  [503, "", "unreachable", "Something between"],
  [502, "<html>Bad gateway</html>", "unreachable", "Something between"],
  [500, "null", "broken", "Something between"],
])("an answer %d with the body %s", (status, body, kind, says) => {
  const failure = failureOf(status, body);
  expect(failure.kind).toBe(kind);
  expect(failure.message).toContain(says);
});

test.each<[number, string]>([
  [-5_000, "now"],
  [-119_000, "1 min ago"],
  [-7_200_000, "2 h ago"],
  [-3 * 86_400_000, "3 d ago"],
  [90_000, "in 1 min"],
])("%d ms from now is %s", (distance, words) => {
  expect(ago(1_000_000_000 + distance, 1_000_000_000)).toBe(words);
});

test.each<[number, string]>([
  [0, "0 s"],
  [-5, "0 s"],
  [61_000, "1 min 1 s"],
  [3_600_000, "1 h"],
  [90_061_000, "1 d 1 h"],
])("%d ms last %s", (ms, words) => {
  expect(span(ms)).toBe(words);
});

test("marking words loses none and invents none, whatever the ranges are", () => {
  expect(piecesOf("set a limit", [[6, 11]])).toEqual([
    { text: "set a ", marked: false },
    { text: "limit", marked: true },
  ]);
  const range = fc.tuple(fc.integer({ min: -5, max: 60 }), fc.integer({ min: -5, max: 60 }));
  fc.assert(
    fc.property(fc.string({ maxLength: 40 }), fc.array(range), (text, ranges) => {
      const pieces = piecesOf(text, ranges);
      expect(pieces.map((piece) => piece.text).join("")).toBe(text);
      expect(pieces.every((piece) => piece.text !== "")).toBe(true);
    }),
  );
});
