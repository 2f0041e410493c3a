/** A Redis server: the one on PATH, else unpacked privately from Debian packages, else from a package manager. */
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { unpackedRedis, unpackPrivately } from "./redis-unpack.mjs";
import { capture, SetupError } from "./run.mjs";

/** Valkey is the same server under another name; newer distributions ship only that. */
const names = ["redis-server", "valkey-server"];
/** LMOVE and GETDEL came with 6.2. */
const OLDEST = [6, 2];

const managers = [
  { program: "apt-get", args: ["install", "-y", "--no-install-recommends", "redis-server"], root: true },
  { program: "dnf", args: ["install", "-y", "valkey"], root: true },
  { program: "dnf", args: ["install", "-y", "redis"], root: true },
  { program: "apk", args: ["add", "redis"], root: true },
  { program: "brew", args: ["install", "redis"], root: false },
];

/**
 * True when this run talks to the user's Redis: REDIS_URL in the project's .env, or in the environment with --real. A
 * demonstration never does.
 */
export function usesOwnRedis(root, args) {
  if (args.includes("--demo")) return false;
  const file = path.join(root, ".env");
  if (existsSync(file) && /^\s*(export\s+)?REDIS_(URL|HOST)\s*=\s*[^\s#]/m.test(readFileSync(file, "utf8")))
    return true;
  return args.includes("--real") && Boolean(process.env.REDIS_URL || process.env.REDIS_HOST);
}

/** Absolute path of a server program that runs. Throws SetupError with what to install when there is none to be had. */
export function provideRedis(root) {
  const found = findRedis(root);
  if (found !== undefined) return found;

  process.stdout.write("No Redis server on PATH: fetching one … ");
  const fetched = unpackPrivately(root, isUsable) ?? (installWithManager() ? findRedis(root) : undefined);
  process.stdout.write(fetched === undefined ? "failed\n" : `${fetched}\n`);
  if (fetched !== undefined) return fetched;
  throw new SetupError(
    "The school needs a Redis server (6.2 or newer) and could not fetch one.\n" +
      "Install the package `redis-server` (Debian, Ubuntu), `valkey` (Fedora) or `redis` (Alpine, Homebrew),\n" +
      "or put REDIS_URL=redis://host:6379 of a running one into the project's .env.",
  );
}

function findRedis(root) {
  const folders = (process.env.PATH ?? "").split(path.delimiter).filter(Boolean);
  const onPath = folders.flatMap((folder) => names.map((name) => path.join(folder, name)));
  const candidates = [process.env.SCHOOL_REDIS_SERVER, ...onPath, ...unpackedRedis(root)].filter(Boolean);
  return candidates.find((program) => existsSync(program) && isUsable(program));
}

/** Runs, and is not too old. */
function isUsable(program) {
  const { ok, stdout } = capture(program, ["--version"]);
  const version = /v=(\d+)\.(\d+)/.exec(stdout);
  if (!ok || version === null) return false;
  const [major, minor] = [Number(version[1]), Number(version[2])];
  return major > OLDEST[0] || (major === OLDEST[0] && minor >= OLDEST[1]);
}

function installWithManager() {
  const isRoot = process.getuid?.() === 0;
  return managers.some(({ program, args, root }) => {
    if (!capture(program, ["--version"]).ok) return false;
    if (!root || isRoot) return capture(program, args).ok;
    return capture("sudo", ["-n", "true"]).ok && capture("sudo", ["-n", program, ...args]).ok;
  });
}
