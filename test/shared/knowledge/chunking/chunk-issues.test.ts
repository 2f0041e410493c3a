import { describe, expect, test } from "vitest";
import { chunkOfImprovement } from "../../../../shared/knowledge/chunking/chunk-improvement.ts";
import { chunksOfGitHubIssues, chunksOfIssues } from "../../../../shared/knowledge/chunking/chunk-issues.ts";

const FILE = `issues:
  - id: 1
    title: Mail is late
    symptoms: [queue grows, "password=hunter22"]
    workaround: restart the relay
    status: open
    affects: mail/relay
  - id: two
    title: Disk fills
    description: |
      Logs are kept for ever.
`;

describe("known issues of a file", () => {
  const read = (text: string) => chunksOfIssues({ source: "issues", path: "known.yaml", text });

  test("one chunk each, with its lines and without secrets", () => {
    const { chunks, problems } = read(FILE);
    expect(problems).toEqual([]);
    expect(chunks.map(({ place, name, status, from, to }) => [place, name, status, from, to])).toEqual([
      ["1 Mail is late", "1", "open", 2, 7],
      ["two Disk fills", "two", undefined, 8, 11],
    ]);
    expect(chunks[0]?.text).toContain("restart the relay");
    expect(JSON.stringify(chunks)).not.toContain("hunter22");
  });

  test("what is wrong is said with its line, the rest is read", () => {
    const { chunks, problems } = read(
      "- {id: a, title: t}\n- {id: b}\n- {id: a, title: again}\n- {id: c, title: t, sverity: high}\n",
    );
    expect(chunks.map(({ name }) => name)).toEqual(["a"]);
    expect(problems).toEqual([
      expect.stringMatching(/^known\.yaml:2: `title`/),
      expect.stringMatching(/^known\.yaml:3: `a` is the id of the issue in line 1 too/),
      expect.stringMatching(/^known\.yaml:4: .*sverity/),
    ]);
  });

  test.each([
    ["a: [", /known\.yaml:1: not YAML/],
    ["hello", /expected a list of issues/],
    ["", /expected a list of issues/],
    ["problems: []", /expected a list of issues/],
  ])("%j is no file of issues", (text, problem) => {
    expect(read(text)).toEqual({ chunks: [], problems: [expect.stringMatching(problem)] });
  });
});

test("issues of GitHub, with labels and state, long ones cut", () => {
  const issue = {
    number: 7,
    title: "Late mail",
    body: "token: hunter22x\r\n\r\n".concat("Nobody knows why it is.\n\n".repeat(200)),
    state: "open",
    labels: ["bug", { name: "mail" }, {}],
    html_url: "https://example.com/i/7",
  };
  const chunks = chunksOfGitHubIssues("issues", [issue, { ...issue, number: 8, body: null }]);
  expect(chunks.filter(({ name }) => name === "#7").length).toBeGreaterThan(2);
  expect(chunks[0]).toMatchObject({
    corpus: "issues",
    place: "#7 Late mail",
    status: "open",
    path: "https://example.com/i/7",
  });
  expect(chunks[0]?.text).toContain("Labels: bug, mail");
  expect(JSON.stringify(chunks)).not.toContain("hunter22x");
});

test("an improvement with its outcome and reason replaces what was known of it", () => {
  const improvement = {
    id: "abc",
    title: "Cache pages",
    description: "With password=hunter22 in front",
    category: "architecture",
    type: "cache",
    status: "failed",
    failure_reason: "Pods restarted",
  } as const;
  const chunk = chunkOfImprovement(improvement);
  expect(chunk).toMatchObject({
    corpus: "improvements",
    source: "school",
    path: "abc",
    place: "Cache pages",
    status: "failed",
    redacted: 1,
  });
  expect(chunk.text).toContain("Outcome: failed\nReason: Pods restarted");
  expect(chunkOfImprovement({ ...improvement, status: "verified" }).id).toBe(chunk.id);
  expect(chunkOfImprovement({ ...improvement, status: "verified" }).hash).not.toBe(chunk.hash);
});
