/** Everything that can be said about the code without running it; the checks run side by side and all report. */
import { spawn } from "node:child_process";
import path from "node:path";
import { installPeers } from "../test/bench/install-peers.ts";

const root = path.resolve(import.meta.dirname, "..");
const bin = (name: string) => path.join(root, "node_modules", ".bin", name);

const checks: Readonly<Record<string, readonly [string, ...string[]]>> = {
  types: [bin("tsc"), "-p", "."],
  "types of the dashboard": [bin("tsc"), "-p", "functions/coordinator/ui"],
  lint: [bin("oxlint"), "--type-aware"],
  format: [bin("biome"), "ci", "--colors=off"],
  "dead code": [bin("knip"), "--no-progress"],
  "generated files": [process.execPath, "build/generate.ts", "--check"],
};

// The benchmark is type-checked too, and its peers have a package.json of their own.
installPeers();

/** Exit code and both streams of one program. */
async function run([program, ...args]: readonly [string, ...string[]]): Promise<{ code: number; output: string }> {
  const child = spawn(program, args, { cwd: root, stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  const collect = (chunk: Buffer) => {
    output += chunk.toString("utf8");
  };
  child.stdout.on("data", collect);
  child.stderr.on("data", collect);
  return new Promise((resolve) => {
    child.once("error", (error) => resolve({ code: 1, output: error.message }));
    child.once("close", (code) => resolve({ code: code ?? 1, output }));
  });
}

const results = await Promise.all(
  Object.entries(checks).map(async ([name, command]) => {
    const { code, output } = await run(command);
    console.log(`${code === 0 ? "✓" : "✗"} ${name}${code === 0 ? "" : `\n${output.trim()}\n`}`);
    return code === 0;
  }),
);
const failed = results.filter((passed) => !passed).length;
console.log(failed === 0 ? `All ${results.length} checks passed.` : `${failed} of ${results.length} checks failed.`);
if (failed > 0) process.exitCode = 1;
