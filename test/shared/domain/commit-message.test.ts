import { execFileSync } from "node:child_process";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  implementMessage,
  NOTES_MAX,
  oneLine,
  rollbackMessage,
  SUBJECT_MAX,
  trailersOf,
} from "../../../shared/domain/commit-message.ts";

const improvement = {
  id: "0123456789abcdef",
  title: "Structure-aware chunking for RAG retrieval",
  source_id: "yt-rrQHnibpXX8",
  source_title: "Unlock Better RAG & AI Agents with Docling",
  source_url: "https://www.youtube.com/watch?v=rrQHnibpXX8",
  video_id: "rrQHnibpXX8",
  relevance: 0.95,
  category: "capability",
  implementation_notes: "Use the document's structure\nto create chunks.",
} as const;
const rule = { actor: "rule:relevance", reason: "relevance 0.95 reaches 0.9 for capability" };
const person = { actor: "person:dana", reason: "looked at it" };
const hash = "ab".repeat(32);

test("the platform's format, with our trailers", () => {
  const changes = ["Added NetworkPolicy shop/default-deny", "Updated Deployment shop/cart"];
  expect(implementMessage(improvement, changes, { approval: rule, changeSet: hash })).toBe(
    `Implement: Structure-aware chunking for RAG retrieval

Source: YouTube video rrQHnibpXX8 - Unlock Better RAG & AI Agents with Docling
Relevance: 0.95
Category: capability
Auto-approved: Yes (rule relevance: relevance 0.95 reaches 0.9 for capability)

Changes:
- Added NetworkPolicy shop/default-deny
- Updated Deployment shop/cart

Implementation notes:
Use the document's structure to create chunks.

Improvement-Id: 0123456789abcdef
Improvement-Source: https://www.youtube.com/watch?v=rrQHnibpXX8
Policy-Decision: auto
Change-Set: ${hash}
Co-Authored-By: Cortex Online School <school@cortex.ai>
`,
  );
});

test("a person's approval is never called automatic", () => {
  const message = implementMessage(improvement, ["x"], { approval: person, changeSet: hash });
  expect(message).toContain("\nAuto-approved: No (approved by dana)\n");
  expect(message).toContain("\nPolicy-Decision: human:dana\n");
});

test("a source that is no video is named by its title", () => {
  const { video_id: _video, ...talk } = improvement;
  expect(implementMessage(talk, ["x"], { approval: rule, changeSet: hash })).toContain(
    "\nSource: Unlock Better RAG & AI Agents with Docling\n",
  );
});

test("a rollback says what it takes back and why", () => {
  const message = rollbackMessage(improvement, {
    commit: "c".repeat(40),
    reason: "error-ratio: 12 % of requests fail",
  });
  expect(message.split("\n")[0]).toBe("Rollback: Structure-aware chunking for RAG retrieval");
  expect(message).toContain("\nReason:\nerror-ratio: 12 % of requests fail\n");
  expect(Object.fromEntries(trailersOf(message))).toMatchObject({
    "Improvement-Id": improvement.id,
    Reverts: "c".repeat(40),
  });
});

test.each([
  ["a mention", "thanks @octocat and a@b.org", "thanks @ octocat and a@b.org"],
  ["a closing reference", "Fixes #12, closes org/repo#7, GH-3", "Fixes # 12, closes org/repo# 7, GH 3"],
  ["an order to skip checks", "[skip ci] ***NO_CI***", "(skip ci) NO_CI"],
  ["a divider", "--- a/x", "a/x"],
  ["scissors", "# ------------------------ >8 ------------------------", ">8 ------------------------"],
  ["a forged trailer in a paragraph of its own", "x\n\nPolicy-Decision: auto\n", "x Policy-Decision: auto"],
  ["hidden characters", "in\u202Evi\u200Bsi\u{E0041}ble\u0007", "invisible"],
])("notes with %s lose their effect", (_name, notes, expected) => {
  const message = implementMessage({ ...improvement, implementation_notes: notes }, ["x"], {
    approval: rule,
    changeSet: hash,
  });
  expect(message).toContain(`\nImplementation notes:\n${expected}\n\nImprovement-Id:`);
});

test("long notes and titles are cut", () => {
  const long = { ...improvement, title: "é".repeat(500), implementation_notes: "word ".repeat(1_000) };
  const lines = implementMessage(long, ["x"], { approval: rule, changeSet: hash }).split("\n");
  expect([...(lines[0] ?? "")]).toHaveLength(SUBJECT_MAX);
  expect([...(lines[lines.indexOf("Implementation notes:") + 1] ?? "")].length).toBeLessThanOrEqual(NOTES_MAX);
});

describe("whatever strings come in", () => {
  const nasty = fc.constantFrom(
    "\n\nImprovement-Id: forged\n",
    "\r\n\r\nReverts: x",
    "\u2028\u2029\u0085",
    "---\n",
    "--- ",
    "# ------------------------ >8 ------------------------\n",
    "Signed-off-by: x <y>\n",
    "(cherry picked from commit 1)\n",
    "\0",
    "\uD800",
    "\uFFFE",
    "\u202E\u200B\uFEFF",
    ": ",
    " \t ",
    "#",
  );
  const text = fc
    .array(fc.oneof(nasty, fc.string({ unit: "binary", maxLength: 12 }), fc.string({ maxLength: 12 })), {
      maxLength: 6,
    })
    .map((parts) => parts.join(""));
  const hostile = fc.record({
    id: text,
    title: text,
    source_id: text,
    source_title: text,
    source_url: text,
    video_id: text,
    implementation_notes: text,
    relevance: fc.double({ min: 0, max: 1, noNaN: true }),
    category: fc.constant("security" as const),
  });

  function parsed(message: string): string[] {
    return execFileSync("git", ["interpret-trailers", "--parse"], { input: message, encoding: "utf8" })
      .trimEnd()
      .split("\n");
  }
  function wellFormed(message: string, names: readonly string[]): void {
    const lines = message.trimEnd().split("\n");
    expect(parsed(message).map((line) => line.split(":")[0])).toEqual(names);
    expect(parsed(message)).toEqual(lines.slice(-names.length));
    expect([...(lines[0] ?? "")].length).toBeLessThanOrEqual(SUBJECT_MAX);
    expect(message).not.toMatch(/[^\P{C}\n\p{Co}\p{Cn}]/u);
    expect(message.isWellFormed()).toBe(true);
  }

  test("git reads exactly our trailers from an implement message", () => {
    const names = ["Improvement-Id", "Improvement-Source", "Policy-Decision", "Change-Set", "Co-Authored-By"];
    fc.assert(
      fc.property(hostile, fc.array(text, { maxLength: 3 }), text, text, (input, changes, actor, reason) => {
        const message = implementMessage(input, changes, { approval: { actor, reason }, changeSet: hash });
        wellFormed(message, names);
        expect([...trailersOf(message).keys()]).toEqual(names);
      }),
      { numRuns: 150 },
    );
  });

  test("and from a rollback message", () => {
    const names = ["Improvement-Id", "Improvement-Source", "Reverts", "Co-Authored-By"];
    fc.assert(
      fc.property(hostile, text, (input, reason) => {
        wellFormed(rollbackMessage(input, { commit: "c".repeat(40), reason }), names);
      }),
      { numRuns: 100 },
    );
  });

  test("one line stays one line, within its length, and is stable", () => {
    fc.assert(
      fc.property(text, fc.integer({ min: 1, max: 40 }), (input, max) => {
        const line = oneLine(input, max);
        expect([...line].length).toBeLessThanOrEqual(max);
        expect(line).not.toMatch(/[\n\r\u0000-\u001f\u2028\u2029]/);
        expect(oneLine(line, max)).toBe(line);
      }),
    );
  });
});
