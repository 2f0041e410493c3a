import { createHash } from "node:crypto";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { readSource } from "../../../functions/ingest/read.ts";
import { parseEvent } from "../../../shared/domain/events.ts";
import { eventOfRecord, itemIn } from "../../../shared/domain/platform-records.ts";

const improvement = {
  category: "security",
  type: "implementation",
  description: "Add network policies to every namespace",
  implementation_notes: "Start with default deny.",
  auto_approve: true,
  status: "approved",
  proposed_at: "2026-01-23T10:00:00Z",
};
const python = {
  video_id: "abc123def45",
  title: "Securing clusters",
  description: "In this video we look at clusters.",
  relevance: 0.95,
  improvements: { passive: [{ ...improvement, type: "concept" }], active: [improvement] },
  analyzed_at: "2026-01-23T10:00:00Z",
};
const node = {
  ...python,
  description: undefined,
  improvements: {
    passive: [],
    active: [{ ...improvement, source_video: "abc123def45", source_title: "Securing clusters" }],
  },
};
const knowledge = {
  video_id: "abc123def45",
  title: "Securing clusters",
  category: "conference-talk",
  relevance_to_cortex: 0.8,
  summary: "About policies",
  key_concepts: ["network policy"],
  actionable_items: [{ type: "tool", description: "Run a policy controller", implementation_notes: "" }],
  tools_mentioned: ["cilium"],
  transcript: {
    language: "en",
    word_count: 3,
    has_timestamps: true,
    segments: [{ text: "Set memory limits.", offset: 61_000, duration: 2_000, timestamp: "1:01" }],
  },
  raw_transcript: "Set memory limits.",
};
const stored = {
  ...improvement,
  title: "Implementation: Add network policies to every namespace",
  relevance: 0.95,
  source_video: "abc123def45",
  source_title: "Securing clusters",
  source_type: "youtube",
  improvement_type: "active",
  created_by: "youtube-school-bridge",
};

/** What ingest gets to read of a list element. */
function read(element: unknown) {
  const found = eventOfRecord(JSON.stringify(element));
  if (found === undefined || "problems" in found) throw new Error(String(found?.problems));
  const { source } = found.event.data;
  return { source, transcript: readSource(source.content ?? "", 5_000_000, source.format) };
}

describe("the platform's records are sources", () => {
  test.each([
    ["the Python ingester's analysis", python, 2],
    ["the Node ingester's analysis", node, 1],
    ["the knowledge record", knowledge, 1],
    ["one school record", stored, 1],
    ["an analysis whose improvements are one plain list", { ...python, improvements: [improvement] }, 1],
    ["an analysis with only one of the two lists", { ...python, improvements: { active: [improvement] } }, 1],
    ["an analysis that found nothing", { ...python, improvements: [] }, 0],
    ["an analysis whose improvements are null", { ...python, improvements: null }, 0],
    ["an analysis without improvements", { ...python, improvements: undefined }, 0],
    ["improvements that are plain sentences", { ...python, improvements: ["Back up the databases."] }, 1],
  ])("%s", (_name, record, claims) => {
    const { source, transcript } = read(record);
    expect(source).toMatchObject({ address: "https://www.youtube.com/watch?v=abc123def45", format: "json" });
    // The very text, byte for byte: nobody has encoded it again.
    expect(source.content).toBe(JSON.stringify(record));
    expect(transcript).toMatchObject({ title: "Securing clusters", videoId: "abc123def45" });
    expect(transcript.claims).toHaveLength(claims);
  });

  test("what a producer says of relevance, approval and status is not read, whichever meaning passive has", () => {
    const { transcript } = read(python);
    const { category, description, implementation_notes: notes } = improvement;
    expect(transcript.claims).toEqual([
      { category, type: "concept", description, notes },
      { category, type: "implementation", description, notes },
    ]);
  });

  test("a knowledge record is read for its transcript too, times in milliseconds", () => {
    expect(read(knowledge).transcript.pieces).toEqual([{ text: "Set memory limits.", start: 61_000, end: 63_000 }]);
  });

  test.each([
    [{ videoId: "abc123def45", video_title: "T", improvements: [improvement] }],
    [{ source_video: "abc123def45", source_title: "T", improvements: [improvement] }],
    [{ improvements: [{ ...improvement, source_video: "abc123def45" }], source_title: "T" }],
  ])("names that drifted: %j", (record) => {
    expect(read(record).transcript).toMatchObject({ title: "T", videoId: "abc123def45" });
  });

  test.each([
    ["a url of its own", { url: "https://video.example/x", improvements: [improvement] }, "https://video.example/x"],
    ["an id that is not YouTube's", { video_id: "v1", improvements: [improvement] }, undefined],
    ["an address that is none", { video_id: "v1", url: "javascript:alert(1)", improvements: [] }, undefined],
  ])("the address of %s", (_name, record, address) => {
    expect(read(record).source.address).toBe(address);
  });

  test.each([
    [
      { title: "T", content: "Set memory limits." },
      { title: "T", content: "Set memory limits.", again: false },
    ],
    [
      { address: "https://x.example/a", content: "x" },
      { address: "https://x.example/a", content: "x", again: false },
    ],
    [
      { video_id: "abc123def45", title: "T" },
      { address: "https://www.youtube.com/watch?v=abc123def45", title: "T" },
    ],
    [{ id: "mine", content: "x", relevance: 1 }, { content: "x" }],
  ])("a bare source: %j", (record, expected) => {
    const found = eventOfRecord(JSON.stringify(record));
    expect(found).toMatchObject({ event: { type: "ai.cortex.school.source.submitted", data: { source: expected } } });
  });

  test("a category that is missing is what the producer means by the type", () => {
    expect(itemIn({ type: "Tool", description: "d" })).toMatchObject({ category: "integration" });
    expect(itemIn({ type: "pattern", description: "d" })).toMatchObject({ category: "architecture" });
    expect(itemIn({ type: "musing", description: "d" })).toMatchObject({ category: "" });
  });
});

describe("what cannot be used says why", () => {
  test.each([
    [{}, /neither a CloudEvent nor a record of the platform/],
    [{ hello: "world" }, /neither a CloudEvent nor a record/],
    [{ ["__proto__"]: { content: "x" } }, /neither a CloudEvent nor a record/],
    [{ video_id: "v", improvements: "none" }, /improvements is neither a list nor \{passive, active\}/],
    [{ video_id: "v", improvements: { passive: 7 } }, /improvements.*(passive|list)/],
    [{ video_id: "v", improvements: [{ no: "description" }, 7, ""] }, /none of its 3 improvements has a description/],
    [{ transcript: 7 }, /transcript is no transcript/],
    [{ segments: "x" }, /segments is no list/],
    [{ content: 7 }, /content/],
    [{ content: "x", title: "" }, /title/],
  ])("%j", (record, reason) => {
    const found = eventOfRecord(JSON.stringify(record));
    expect(found).toHaveProperty("problems");
    expect((found as { problems: string[] }).problems.join()).toMatch(reason);
  });

  test("one bad improvement among good ones does not spoil them", () => {
    expect(read({ ...python, improvements: [7, improvement, null] }).transcript.claims).toHaveLength(1);
  });

  test.each([['{"specversion":"1.0"}'], ['{"specversion":null}'], ["[]"], ["42"], ["null"], ["{"], [""]])(
    "%s is no record; the parser of events answers",
    (raw) => {
      expect(eventOfRecord(raw)).toBeUndefined();
      expect(parseEvent(raw)).toHaveProperty("problems");
    },
  );
});

test("any JSON object is an event, or refused with a reason, or left to the parser of events", () => {
  const names = fc.constantFrom(
    "improvements",
    "transcript",
    "content",
    "address",
    "video_id",
    "passive",
    "title",
    "x",
  );
  const value = fc.letrec((tie) => ({
    any: fc.oneof(
      fc.jsonValue(),
      fc.dictionary(names, tie("any"), { maxKeys: 4 }),
      fc.array(tie("any"), { maxLength: 3 }),
    ),
  })).any;
  fc.assert(
    fc.property(fc.dictionary(names, value), (record) => {
      const raw = JSON.stringify(record);
      const found = eventOfRecord(raw);
      if (found === undefined) return false;
      if ("problems" in found) return found.problems.length > 0;
      const id = `record:${createHash("sha1").update(raw).digest("hex")}`;
      const again = parseEvent(JSON.stringify(found.event));
      return found.event.id === id && "event" in again;
    }),
    { numRuns: 300 },
  );
});
