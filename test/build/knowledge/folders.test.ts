/** `school search` and `school check` without a school: plain folders, in a process of their own as people run them. */
import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

const root = path.resolve(import.meta.dirname, "../../..");
const harbor = path.join(root, "build/local/samples/platforms/harbor");
let folder: string;
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), "school-test-"));
  mkdirSync(path.join(folder, "docs"));
  mkdirSync(path.join(folder, "empty"));
  write(
    "docs/backups.md",
    "# Backups\n\nEvery database is saved at two in the morning.\n\n## Restore\n\nAsk the platform team.\n",
  );
  write("docs/secret.md", "# Access\n\npassword: hunter2-very-secret\n");
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

function write(name: string, text: string): string {
  writeFileSync(path.join(folder, name), text);
  return path.join(folder, name);
}

interface Ran {
  readonly code: number;
  readonly out: string;
  readonly notes: string;
}

function school(args: readonly string[], input = ""): Promise<Ran> {
  const program = path.join(root, "build/cli/main.ts");
  const env = { PATH: process.env["PATH"], HOME: folder, NO_COLOR: "1" };
  return new Promise((resolve) => {
    const child = execFile(process.execPath, [program, ...args], { cwd: folder, env }, (error, out, notes) =>
      resolve({ code: error === null ? 0 : Number(error.code), out, notes }),
    );
    child.stdin?.end(input);
  });
}
const rows = (out: string) =>
  out
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Record<string, unknown>);

describe("school search", () => {
  test("shows the lines that say it, where they stand, and why they were found", async () => {
    const { code, out } = await school(["search", "--docs", "docs", "when is the database saved?"]);
    expect(out).toContain("backups.md:3  documents of docs · words 1, meaning 1\n  Backups\n  Every database is saved");
    expect(code).toBe(0);
  });

  test("--json: what the API answers, with the words marked, and no secret", async () => {
    const { code, out } = await school([
      "search",
      "--docs",
      "docs",
      "--gitops",
      harbor,
      "--json",
      "password",
      "database",
    ]);
    const answer = JSON.parse(out) as { kind: string; hits: { text: string; highlights: number[][]; path: string }[] };
    expect(answer.kind).toBe("found");
    expect(new Set(answer.hits.map((hit) => hit.path.split("/")[0]))).toContain("apps");
    const [first] = answer.hits.filter(({ highlights }) => highlights.length > 0);
    expect(first?.highlights.map(([from, to]) => first.text.slice(from, to).toLowerCase())[0]).toMatch(
      /password|databas/,
    );
    expect(out).not.toContain("hunter2");
    expect(code).toBe(0);
  });

  test.each([
    [["--docs", "empty", "anything"], 3, /nothing could be asked: .*is empty: its sources \(docs\) have no text/],
    [["--docs", "docs", "???"], 3, /no word in the question/],
    [["--docs", "nowhere", "anything"], 2, /--docs nowhere: there is no such folder/],
    [["--docs", "docs", "--corpus", "papers", "anything"], 2, /papers is none of documents, manifests/],
    [["--docs", "docs", "--limit", "51", "anything"], 2, /a number from 1 to 50/],
    [["--docs", "docs", "--corpus", "manifests", "anything"], 3, /the manifests are not indexed/],
  ])("%o: exit code %i", async (args, expected, said) => {
    const { code, notes } = await school(["search", ...args]);
    expect(notes).toMatch(said);
    expect(code).toBe(expected);
  });
});

describe("school check", () => {
  test("one object: every check with its reason; exit code 0 when all pass", async () => {
    const file = write("one.json", JSON.stringify({ title: "Set memory limits on every container" }, null, 2));
    const { code, out, notes } = await school(["check", "--docs", "docs", "--gitops", harbor, "--json", file]);
    const [row] = rows(out);
    expect(row).toMatchObject({ line: 1, title: "Set memory limits on every container", result: "pass" });
    const checks = ((row?.["findings"] ?? []) as { check: string }[]).map(({ check }) => check);
    expect(checks).toEqual(["duplicate", "already-in-place", "dependencies", "capacity", "contradiction"]);
    expect([code, notes]).toEqual([0, expect.stringContaining("parts")]);
  });

  test("lines: a result for each in its place, and none is lost", async () => {
    const lines = [
      { title: "Send orders to payments.billing.svc.cluster.local:8443", id: "gone" },
      "",
      { titel: "a slip" },
      "no json",
      { title: "Ask kubernetes.default.svc for pods", category: "nonsense" },
      { title: "Set memory limits on every container", quotes: ["limits keep the node alive"] },
    ];
    const text = lines.map((line) => (typeof line === "string" ? line : JSON.stringify(line))).join("\r\n");
    const { code, out } = await school(["check", "--gitops", harbor, "--json", "-"], text);
    expect(rows(out).map(({ line, id, result, problem }) => [line, id ?? problem, result])).toEqual([
      [1, "gone", "conflict"],
      [3, "title: is needed: what is proposed, in a line", "unreadable"],
      [4, expect.stringContaining("no JSON"), "unreadable"],
      [5, expect.stringContaining("category"), "unreadable"],
      [6, expect.stringMatching(/^[0-9a-f]{16}$/), "pass"],
    ]);
    expect(code).toBe(2);
  });

  test("what was proposed before is a conflict; exit code 1", async () => {
    const proposal = { title: "Rotate the session keys", quotes: ["session keys have to be rotated every month"] };
    const file = write("same.json", JSON.stringify(proposal));
    const past = write("past.jsonl", `${JSON.stringify({ ...proposal, id: "before", status: "failed" })}\n`);
    const { code, out } = await school(["check", "--gitops", harbor, "--past", past, "--json", file]);
    expect(rows(out)[0]).toMatchObject({ result: "conflict" });
    expect(out).toContain("rolled back");
    expect(code).toBe(1);
  });

  test("without manifests, or without documents, what needs them is unknown; exit code 3", async () => {
    const file = write("plain.json", JSON.stringify({ title: "Rotate the session keys" }));
    const [docs, empty] = await Promise.all([
      school(["check", "--docs", "docs", file]),
      school(["check", "--gitops", "empty", file]),
    ]);
    expect(docs.out).toMatch(/unknown {2}repository: could not be checked: no GitOps repository was given: name it/);
    expect(empty.out).toMatch(/unknown {2}contradiction: .*is empty/);
    expect([docs.code, empty.code]).toEqual([3, 3]);
  });

  test.each([
    [["plain.json"], /name what to hold it against/],
    [["--docs", "docs", "missing.json"], /missing\.json: there is no such file/],
    [["--docs", "docs", "nothing.json"], /nothing\.json: it is empty/],
  ])("%o: typed wrongly", async (args, said) => {
    write("nothing.json", "\n");
    const { code, notes } = await school(["check", ...args]);
    expect(notes).toMatch(said);
    expect(code).toBe(2);
  });

  test("a mistake inside one object over several lines is told with its line, and nothing is indexed for it", async () => {
    const file = write("broken.json", '{\n  "title": "x",\n  "description": oops\n}\n');
    const { code, out, notes } = await school(["check", "--docs", "docs", file]);
    expect(out).toContain(`${file}:3`);
    expect(notes).toBe("");
    expect(code).toBe(2);
  });
});
