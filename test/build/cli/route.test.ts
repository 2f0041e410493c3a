/** school route, as a person types it: no school, no Redis. */
import { writeFile } from "node:fs/promises";
import path from "node:path";
import { expect, test } from "vitest";
import { temporaryDirectory } from "../../support/directory.ts";
import { schoolCommand } from "./school.ts";

interface Routed {
  line: number;
  id: string;
  expert: string | null;
  tier: string;
  confidence: number;
  ranked: { expert: string; share: number }[];
  votes: { tier: string; expert: string | null; because: string; ms: number }[];
  note?: string;
}

async function file(...lines: readonly string[]): Promise<string> {
  const name = path.join(await temporaryDirectory(), "improvements.jsonl");
  await writeFile(name, lines.join("\n"));
  return name;
}
const read = (out: string) =>
  out
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Routed);

test("one line of JSON per improvement: expert, tier, confidence, every vote", async () => {
  const improvements = await file(
    `{"id": "a", "title": "Alert when replication of Postgres lags behind"}`,
    "",
    `{"title": "Give the Postgres pods memory limits", "category": "database", "description": "They take the node down."}`,
    `{"id": 7, "title": "Make it nicer", "category": "Fun"}`,
  );
  const { code, out, err } = await schoolCommand(["route", "--file", improvements, "--json"], {});
  const [alert, limits, unclear] = read(out);
  expect([code, err]).toEqual([0, ""]);
  expect(alert).toMatchObject({ line: 1, id: "a", expert: "monitoring" });
  expect(limits).toMatchObject({ line: 3, id: "3", expert: "architecture" });
  expect(unclear).toMatchObject({ line: 4, id: "7", expert: null, tier: "person" });
  expect(unclear?.note).toContain("category Fun is none of");
  for (const { votes, ranked } of [alert, limits, unclear] as Routed[]) {
    expect(votes.map(({ tier }) => tier)).toEqual(["keywords", "classifier"]);
    expect(ranked).toHaveLength(6);
    for (const { because, ms } of votes) expect([because !== "", ms >= 0]).toEqual([true, true]);
  }
});

test("a line that cannot be read is named, and the others are done", async () => {
  const improvements = await file("nonsense", `{"description": "x"}`, `{"title": "Add a ServiceMonitor for traefik"}`);
  const { code, out, err } = await schoolCommand(["route", "--file", improvements, "--json"], {});
  expect(code).toBe(1);
  expect(err).toMatch(/^line 1: not JSON.*\nline 2: title: a text is needed\n$/);
  expect(read(out)).toMatchObject([{ line: 3, expert: "monitoring" }]);
});

test("a table for people, with the reason", async () => {
  const { code, out } = await schoolCommand(
    ["route", "--file", await file(`{"title": "Enforce RBAC least privilege"}`)],
    {},
  );
  expect(code).toBe(0);
  expect(out).toMatch(/LINE\s+EXPERT\s+TIER/);
  expect(out).toMatch(/1\s+security\s+keywords/);
});

test("an operator's own rules come first", async () => {
  const rules = path.join(await temporaryDirectory(), "rules.yaml");
  await writeFile(
    rules,
    `rules:\n  - id: our-gizmo\n    expert: networking\n    kind: action\n    patterns: [calibrate the gizmo]\n    weight: 9\n    confidence: 0.99\n    examples: [calibrate the gizmo]\n`,
  );
  const improvements = await file(`{"title": "Calibrate the gizmo"}`);
  const { out, err } = await schoolCommand(["route", "--file", improvements, "--rules", rules, "--json"], {});
  expect(err).toBe("");
  expect(read(out)[0]).toMatchObject({ expert: "networking", tier: "keywords" });
});

test.each([
  [["--file", "/nowhere.jsonl"], 1, "/nowhere.jsonl cannot be read"],
  [["--file", "-", "--model", "package.json"], 1, "package.json cannot be used"],
  [["--file", "-", "--rules", "/nowhere.yaml"], 1, "/nowhere.yaml cannot be used"],
  [[], 2, "--file"],
])("%j ends with %i and says why", async (args, code, why) => {
  expect(await schoolCommand(["route", ...args], {})).toMatchObject({ code, err: expect.stringContaining(why) });
});
