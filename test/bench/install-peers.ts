/** The benchmark's peers have a package.json of their own, so that the product does not depend on them. */
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import path from "node:path";

/** Does nothing when they are there. Without a lock file: npm ci stumbles over their optional packages. */
export function installPeers(): void {
  if (existsSync(path.join(import.meta.dirname, "node_modules/bullmq"))) return;
  const args = ["install", "--no-audit", "--no-fund", "--no-package-lock", "--omit=optional"];
  const { status, stderr } = spawnSync("npm", args, { cwd: import.meta.dirname, encoding: "utf8" });
  if (status !== 0) throw new Error(`npm could not install the peers of the benchmark:\n${stderr}`);
}
