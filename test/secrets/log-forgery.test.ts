/** What strangers wrote, in the log: it may say anything and be nothing else. */
import { execFile } from "node:child_process";
import path from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";

const LOG = path.resolve(import.meta.dirname, "../../shared/runtime/log.ts");
const HOSTILE = [
  'a title\n{"level":50,"msg":"the breaker was closed by admin"}',
  "\r\n\u2028\u2029\u0085 another line",
  '","level":60,"msg":"forged',
  "\u001b[2J\u001b]0;title\u0007 a terminal",
  "\ud800 half a sign",
];

test("whatever a text holds, a log line stays one line and one object", async () => {
  const script = `
    import { createLog } from ${JSON.stringify(LOG)};
    const log = createLog("info", { stage: "route" });
    for (const text of ${JSON.stringify(HOSTILE)}) log.warn({ because: text, err: new Error(text) }, text);
  `;
  const { stdout } = await promisify(execFile)(process.execPath, ["--input-type=module", "-e", script]);
  const lines = stdout.split("\n").filter((line) => line !== "");
  expect(lines).toHaveLength(HOSTILE.length);
  for (const line of lines) {
    expect(JSON.parse(line)).toMatchObject({ level: 40, stage: "route" });
    expect(line).not.toMatch(/[\r\u001b\u0007]/);
  }
});
