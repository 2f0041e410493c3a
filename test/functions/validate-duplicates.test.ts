/** What was proposed before is not proposed again, whatever words it comes in. */
import { describe, expect, test } from "vitest";
import { findDuplicate } from "../../functions/validate/duplicates.ts";
import type { Improvement } from "../../shared/domain/improvement.ts";
import { chunkOfImprovement } from "../../shared/knowledge/chunking/chunk-improvement.ts";
import { judgePair } from "../../shared/knowledge/pairs/judge.ts";
import type { CorpusState, Knowledge } from "../../shared/knowledge-ports.ts";
import { committedImprovement } from "../support/improvement.ts";
import { knowing, knowingNothing } from "../support/knowledge/fake.ts";

const proposal = (title: string, over: Partial<Improvement> = {}): Improvement =>
  committedImprovement("c", [], {
    title,
    description: "",
    status: "categorized",
    id: "new",
    created_at: "2026-03-02T00:00:00.000Z",
    ...over,
  });
const said = (text: string, over: Partial<Improvement> = {}) => proposal("Set limits", { quotes: [{ text }], ...over });
const before = (text: string, over: Partial<Improvement> = {}) =>
  said(text, { id: "old", status: "verified", created_at: "2026-03-01T00:00:00.000Z", ...over });
const find = (improvement: Improvement, past: readonly Improvement[], knowledge: Knowledge = knowing([])) =>
  findDuplicate(improvement, past, knowledge);
const text = "Every container in the cart namespace needs a memory limit";

describe("what the school remembers", () => {
  test.each<[string, Improvement, string]>([
    ["the same words", before(text), "conflict"],
    ["other case and punctuation", before("every CONTAINER in the cart namespace — needs a memory limit!"), "conflict"],
    [
      "the same words in other order",
      before("A memory limit: every container needs it in the cart namespace"),
      "conflict",
    ],
    [
      "other words for the same",
      before("In the cart namespace all containers should have their memory limited"),
      "conflict",
    ],
    ["one that means every namespace, perhaps", before("Containers need memory limits"), "unknown"],
    ["another matter of the same topic", before("A CPU request helps the scheduler to place the search pods"), "pass"],
    [
      "one that was rolled back, although younger",
      before(text, { status: "failed", created_at: "2027-01-01T00:00:00.000Z" }),
      "conflict",
    ],
    ["one with a tombstone", before(text, { tombstone: "people removed it" }), "conflict"],
    ["one that came later", before(text, { created_at: "2027-01-01T00:00:00.000Z" }), "pass"],
    ["one that was itself only a duplicate", before(text, { status: "conflicts" }), "pass"],
    ["itself", said(text), "pass"],
  ])("%s", async (_, other, result) => expect((await find(said(text), [other])).result).toBe(result));

  test.each([
    ["Enable TLS between the services", "Disable TLS between the services"],
    ["Upgrade Postgres to 17 this month", "Upgrade Postgres to 16 this month"],
    ["Increase the memory of the cache pods", "Decrease the memory of the cache pods"],
    ["Store the traces in Phoenix for now", "Store the traces in Langfuse for now"],
    ["Run the pods as root users", "Never run the pods as root users"],
    ["Allow traffic from the ingress pods", "Block traffic from the ingress pods"],
    ["Set the limit to 512Mi for workers", "Set the limit to 1Gi for workers"],
  ])("%s / %s: alike in words, not the same", async (a, b) => {
    expect((await find(said(a), [before(b)])).result).toBe("pass");
    expect(judgePair(a, a).verdict).toBe("duplicate");
  });

  test("a related one is no obstacle, and is shown", async () => {
    const finding = await find(said("Upgrade Postgres to 17"), [
      before("Upgrade Postgres to 16", { title: "Old one" }),
    ]);
    expect(finding).toMatchObject({
      result: "pass",
      evidence: ["old"],
      citations: [{ path: "old", place: "Old one" }],
    });
    expect(finding.because).toContain("one says 16, the other 17");
  });
});

describe("the same kind of change, undecided", () => {
  const of = (title: string, words: string, over: Partial<Improvement> = {}) =>
    proposal(title, { quotes: [{ text: words }], relevance: 0.9, ...over });
  const open = { id: "old", status: "planned", created_at: "2026-03-01T00:00:00.000Z" } as const;
  test.each([
    ["Add a PodDisruptionBudget", "Budgets save a drain", "Every drain wants its budget first", "conflict"],
    ["Add Prometheus alert rules", "Alert before the disk is full", "Page somebody when volumes fill up", "conflict"],
    ["Add Prometheus alert rules", "Alert before the disk is full", "Page somebody when jobs fail", "pass"],
  ])("%s: %s / %s: %s", async (title, one, other, result) => {
    expect((await find(of(title, one), [of(title, other, open)])).result).toBe(result);
  });
});

describe("what only the index remembers", () => {
  const kept = (over: Partial<Improvement>) => ({
    ...chunkOfImprovement(before(text, { id: "ages-ago", ...over })),
    commit: "",
  });

  test.each<[string, Partial<Improvement>, string]>([
    ["verified", {}, "conflict"],
    ["rolled back", { status: "failed", failure_reason: "pods restarted" }, "conflict"],
    ["refused by a person, who may like this one better", { status: "rejected" }, "pass"],
    [
      "our own title and advice, without what was said",
      { quotes: [], title: "Set memory limits and CPU requests on every container", description: "" },
      "pass",
    ],
  ])("%s", async (_, over, result) => {
    const finding = await find(said(text), [], knowing([kept(over)]));
    expect(finding.result).toBe(result);
    if (result === "conflict") expect(finding).toMatchObject({ evidence: ["ages-ago"], citations: [{ quote: text }] });
  });

  test("what is remembered is known better than the index knows it", async () => {
    const reopened = before(text, { id: "ages-ago", status: "conflicts" });
    expect((await find(said(text), [reopened], knowing([kept({})]))).result).toBe("pass");
  });
});

describe("an index that cannot be asked", () => {
  const ready: CorpusState = { corpus: "improvements", source: "school", state: "ready", at: "", collection: "c" };
  const away = (states: readonly CorpusState[]): Knowledge => ({
    ...knowingNothing("Qdrant is away"),
    states: async () => states,
  });

  test.each<[string, readonly Improvement[], readonly CorpusState[], string]>([
    ["a remembered duplicate decides", [before(text)], [ready], "conflict"],
    ["a doubt stays a doubt", [before("Containers need memory limits")], [ready], "unknown"],
    ["nothing like it is remembered: nobody knows", [], [ready], "unknown"],
    ["nothing has ended yet, so there is nothing to ask for", [], [], "pass"],
  ])("%s", async (_, past, states, result) => {
    expect((await find(said(text), past, away(states))).result).toBe(result);
  });
});
