import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { changeSet, verdictOf } from "../../../shared/domain/change-set.ts";
import type { AnyOutcome } from "../../../shared/runtime/outcome.ts";
import { settlementFor } from "../../../shared/runtime/settlement.ts";
import { proposal } from "../../pipeline/support.ts";
import { startSchool, type TestSchool } from "./support.ts";

let school: TestSchool;
beforeAll(async () => {
  school = await startSchool();
});
afterAll(() => school.close());

const change = changeSet([{ path: "apps/a.yaml", before: null, after: "kind: LimitRange\n" }], [], "shop");
const plan = {
  change_set: change,
  verdict: verdictOf([{ rule: "limits", decision: "human", message: "a person looks" }]),
  review_stage: "approve" as const,
};

/** What `ingest` does with the one event that waits for it. */
async function ingested(outcome: AnyOutcome): Promise<void> {
  const queue = school.queue("ingest");
  const { leases } = await queue.claim(1);
  const { results } = await queue.settle([settlementFor(leases[0]?.token ?? "", outcome, undefined)], 0);
  expect(results).toEqual(["ok"]);
}
const read = (source: string, ids: readonly string[]): AnyOutcome => ({
  kind: "source-read",
  source: { id: source, title: "A talk", contentHash: "c" },
  proposals: ids.map((id) => ({ ...proposal(id), id })),
  because: `${ids.length} recommendations`,
});
const approve = (who: "reviewer" | "operator", id: string) =>
  school.call(who, "POST", `/api/improvements/${id}/approve`, { reason: "it is a good idea" });

describe("who handed in a source", () => {
  test("cannot alone approve what is proposed from it; somebody else can", async () => {
    await school.call("reviewer", "POST", "/api/sources", { content: "a talk I wrote myself" });
    await ingested(read("talk-1", ["mine-1"]));
    await school.stand("mine-1", "pending_review", plan);

    const refused = await approve("reviewer", "mine-1");

    expect([refused.status, refused.json.detail]).toEqual([409, expect.stringContaining("ruth handed in the source")]);
    expect((await school.record("mine-1")).status).toBe("pending_review");
    expect((await approve("operator", "mine-1")).status).toBe(200);
  });

  test("may approve what was known before they handed anything in", async () => {
    await school.call("operator", "POST", "/api/sources", { content: "the first to say so" });
    await ingested(read("talk-2", ["known-1"]));
    await school.call("reviewer", "POST", "/api/sources", { content: "says the same" });
    await ingested(read("talk-3", ["known-1"]));
    await school.stand("known-1", "pending_review", plan);
    expect((await approve("operator", "known-1")).status).toBe(409);
    expect((await approve("reviewer", "known-1")).status).toBe(200);
  });

  test("is known whatever the event says of itself: injecting one is handing in", async () => {
    const event = {
      specversion: "1.0",
      id: "by-hand",
      source: "person/ruth",
      type: "ai.cortex.school.source.submitted",
      data: { source: { content: "an operator's own words" } },
    };
    const answer = await school.call("operator", "POST", "/stages/ingest", event, {
      "content-type": "application/cloudevents+json",
    });
    expect(answer.status).toBe(202);
    await ingested(read("talk-4", ["hand-1"]));
    await school.stand("hand-1", "pending_review", plan);
    expect((await approve("operator", "hand-1")).status).toBe(409);
    expect((await approve("reviewer", "hand-1")).status).toBe(200);
  });

  test("is nobody where the school found the source itself", async () => {
    await school.seed(["found-1"]);
    await school.stand("found-1", "pending_review", plan);
    expect((await approve("reviewer", "found-1")).status).toBe(200);
  });
});

test("a listing that somebody hands in brings in what it lists in their name", async () => {
  await school.call("reviewer", "POST", "/api/sources", { address: "https://blog.example.org/feed" });
  await ingested({
    kind: "source-listed",
    source: { id: "feed-1", title: "A blog", address: "https://blog.example.org/feed" },
    entries: [{ id: "entry-1", address: "https://blog.example.org/1", title: "Entry", again: false }],
    validators: {},
    dailyLimit: 10,
    because: "1 entry",
  });
  await ingested(read("entry-1", ["listed-1"]));
  await school.stand("listed-1", "pending_review", plan);
  expect((await approve("reviewer", "listed-1")).status).toBe(409);
});

test("a school of one person may allow it", async () => {
  const alone = await startSchool({ env: { REDIS_URL: school.server.url, APPROVE_OWN_SOURCES: "yes" } });
  try {
    await school.call("reviewer", "POST", "/api/sources", { content: "my own school" });
    await ingested(read("talk-5", ["own-1"]));
    await school.stand("own-1", "pending_review", plan);
    const answer = await alone.call("reviewer", "POST", "/api/improvements/own-1/approve", { reason: "mine" });
    expect(answer.status).toBe(200);
  } finally {
    await alone.close();
  }
});
