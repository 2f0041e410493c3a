#!/usr/bin/env node
// The command line `school`. Its sources are TypeScript for Node 24; this file finds one and hands over.
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import nodeModule from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const main = join(here, "main.ts");
const project = join(here, "..", "..");
// Halves the time to the first line: the stripped and compiled sources are kept for the next command. Where they cannot
// be, nothing changes.
const cache = join(project, "node_modules", ".cache", "school");
const own = join(project, "node_modules", "node", "bin", process.platform === "win32" ? "node.exe" : "node");

if (!existsSync(join(project, "node_modules", "commander"))) {
  process.stderr.write("school: its parts are not installed yet; run `npm start` (or `npm ci`) in the project first\n");
  process.exitCode = 1;
} else if (Number(process.versions.node.split(".")[0]) >= 24) {
  nodeModule.enableCompileCache(cache);
  await import(pathToFileURL(main).href);
} else if (existsSync(own)) {
  const child = spawn(own, [main, ...process.argv.slice(2)], {
    stdio: "inherit",
    env: { NODE_COMPILE_CACHE: cache, ...process.env },
  });
  // The command decides what a signal means to it; this process only passes on what it did not get from the terminal.
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal));
  child.on("error", (error) => {
    process.stderr.write(`school: cannot run ${own}: ${error.message}\n`);
    process.exitCode = 1;
  });
  child.on("exit", (code, signal) => {
    process.exitCode = code ?? (signal === "SIGINT" ? 130 : 1);
  });
} else {
  process.stderr.write(
    `school: needs Node 24; this is ${process.version}. Run \`npm start\` once, it brings one along\n`,
  );
  process.exitCode = 1;
}
