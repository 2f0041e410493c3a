/** The npm packages, exactly as package-lock.json says, installed only when that file changed. */
import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { capture, SetupError } from "./run.mjs";

const NODE_MAJOR = 24;
const NO_NETWORK = /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ENETUNREACH|ETIMEDOUT|network/;

/** Brings node_modules up to date and returns the absolute path of the Node that runs the rest. */
export function installDependencies(root) {
  const stamp = path.join(root, "node_modules", ".school-lock");
  const wanted = createHash("sha256")
    .update(readFileSync(path.join(root, "package-lock.json")))
    .digest("hex");
  const installed = existsSync(stamp) && readFileSync(stamp, "utf8").trim() === wanted;
  if (!installed) {
    npmCi(root);
    writeFileSync(stamp, `${wanted}\n`);
  }
  return nodeToUse(root);
}

function npmCi(root) {
  const started = Date.now();
  process.stdout.write("Installing packages (once, about a minute) … ");
  const args = ["ci", "--no-audit", "--no-fund"];
  const script = process.env.npm_execpath;
  const viaNode = script !== undefined && /npm-cli\.[cm]?js$/.test(script);
  const { ok, output } = viaNode
    ? capture(process.execPath, [script, ...args], { cwd: root })
    : capture("npm", args, { cwd: root });
  process.stdout.write(ok ? `done in ${Math.round((Date.now() - started) / 1000)} s\n` : "failed\n");
  if (ok) return;

  const errors = output.split("\n").filter((line) => /^npm (error|ERR!)/.test(line));
  const shown = (errors.length > 0 ? errors : output.trim().split("\n")).slice(-25).join("\n");
  const hint = NO_NETWORK.test(output)
    ? "The first run needs the npm registry; later runs work offline. Check the network or proxy and run it again."
    : "Run `npm ci` to see everything npm says; deleting node_modules first often helps.";
  throw new SetupError(`${shown}\n\nThe packages could not be installed. ${hint}`);
}

/** Node 24 from the npm package `node`; this process's own Node when that one has no build for the machine. */
function nodeToUse(root) {
  const packaged = path.join(root, "node_modules", "node", "bin", "node");
  if (existsSync(packaged) && capture(packaged, ["--version"]).ok) return packaged;
  if (Number(process.versions.node.split(".")[0]) === NODE_MAJOR) return process.execPath;
  throw new SetupError(
    `Node ${NODE_MAJOR} is missing: the npm package \`node\` brings it by its install script, which npm did not run ` +
      `(is ignore-scripts set?) or which has no build for this machine. Install Node ${NODE_MAJOR} and run it again.`,
  );
}
