/** What `school watch` draws, and that a real terminal is as it was afterwards. */
import { spawn, spawnSync } from "node:child_process";
import path from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Watched, watchFrame } from "../../../build/cli/watch-frame.ts";
import type { PipelineReport } from "../../../functions/coordinator/pipeline-report.ts";
import type { ImprovementLine } from "../../../shared/pipeline/listing.ts";
import { startSchool, type TestSchool, TOKENS } from "../../functions/coordinator/support.ts";
import { root } from "../../repo/imports.ts";

let school: TestSchool;
beforeAll(async () => {
  school = await startSchool();
});
afterAll(() => school.close());

const plain = { paint: (_: string, text: string) => text };
const T = Date.parse("2026-03-01T12:00:00Z");
const line = (id: string, status: ImprovementLine["status"], more: Partial<ImprovementLine> = {}): ImprovementLine => ({
  id,
  status,
  title: `title of ${id}`,
  updated_at: new Date(T - 42_000).toISOString(),
  ...more,
});
async function report(): Promise<PipelineReport> {
  const { json } = await school.call("viewer", "GET", "/api/pipeline");
  return { ...(json as PipelineReport), time: new Date(T).toISOString() };
}
async function watched(more: Partial<Watched>): Promise<Watched> {
  return {
    url: "http://school",
    report: await report(),
    moving: [],
    waiting: [],
    lately: [],
    verifiedAt: new Map(),
    ...more,
  };
}

describe("the screen", () => {
  const size = { columns: 110, rows: 30 };

  test("says what to do when there is nothing", async () => {
    expect(watchFrame(plain, await watched({}), size).join("\n")).toContain("`school learn <file>` hands in a talk");
  });

  test("shows how far each is, how long it stands there, and when a verification ends", async () => {
    const moving = [
      line("a", "planned"),
      line("b", "deployed"),
      line("c", "deployed"),
      line("d", "deployed"),
      line("e", "rolling_back"),
    ];
    const verifiedAt = new Map([
      ["b", T + 200_000],
      ["d", T - 1],
    ]);
    const text = watchFrame(plain, await watched({ moving, verifiedAt }), size);
    const of = (id: string) => text.find((row) => row.endsWith(`title of ${id}`));
    expect(of("a")).toMatch(/^\[#{10}-{8}\] 5\/9 {2}planned +42 s /);
    expect(of("b")).toMatch(/8\/9 {2}deployed +verified in 3:20 /);
    expect(of("c")).toMatch(/deployed +42 s /);
    expect(of("d")).toMatch(/deployed +verdict is due /);
    expect(of("e")).toMatch(/^\[<{18}\] back +rolling_back /);
  });

  test("shows what waits for a person, and why", async () => {
    const waiting = [line("a", "pending_review", { review_reason: "relevance 0.6 is under 0.9" })];
    const text = watchFrame(plain, await watched({ waiting }), size).join("\n");
    expect(text).toMatch(/a +pending_review +42 s +title of a: relevance 0\.6 is under 0\.9/);
  });

  test("never leaves the terminal, whatever its size and whatever titles say", async () => {
    const base = await watched({});
    const lines = fc.array(
      fc.string({ unit: "grapheme" }).map((title) => line("x", "deployed", { title, review_reason: title })),
      {
        maxLength: 60,
      },
    );
    fc.assert(
      fc.property(lines, fc.integer({ min: 40, max: 200 }), fc.integer({ min: 8, max: 60 }), (some, columns, rows) => {
        const frame = watchFrame(plain, { ...base, moving: some, waiting: some, lately: some }, { columns, rows });
        expect(frame.length).toBeLessThanOrEqual(rows);
        for (const text of frame) {
          expect(text.length).toBeLessThanOrEqual(columns);
          expect(text).not.toMatch(/[\u0000-\u001f\u007f-\u009f]/);
        }
      }),
      { numRuns: 60 },
    );
  });
});

const hasScript = spawnSync("script", ["--version"]).status === 0;
test.runIf(hasScript)("on a terminal Ctrl-C leaves everything as it was", async () => {
  const command = `trap : INT; stty cols 90 rows 20; '${process.execPath}' '${path.join(root, "build/cli/school.mjs")}' watch; echo "ended with $?"`;
  const child = spawn("script", ["-qfc", command, "/dev/null"], {
    env: {
      PATH: process.env["PATH"] ?? "",
      TERM: "xterm",
      NO_COLOR: "1",
      SCHOOL_URL: school.coordinator.url,
      SCHOOL_TOKEN: TOKENS.viewer,
    },
  });
  let out = "";
  child.stdout.on("data", (chunk: Buffer) => {
    out += chunk.toString();
  });
  await expect.poll(() => out, { timeout: 15_000 }).toContain("Ctrl-C ends");
  child.stdin.write("\u0003");
  await expect.poll(() => out, { timeout: 15_000 }).toContain("ended with");
  child.kill();
  const [enter, leave] = ["\u001b[?1049h\u001b[?25l", "\u001b[?25h\u001b[?1049l"];
  expect(out.indexOf(leave)).toBeGreaterThan(out.indexOf(enter));
  expect(out.slice(out.indexOf(leave))).toContain("ended with 0");
  // Colours were not wanted.
  expect(out).not.toMatch(/\u001b\[\d+m/);
});
