/** redis-server out of Debian packages, without root and without touching the system. */
import { accessSync, chmodSync, constants, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import path from "node:path";
import { capture } from "./run.mjs";

/** The system's own C library must stay the one in use, and what only configures a system is of no use here. */
const NOT_UNPACKED =
  /^(libc6|libc-bin|libc-l10n|locales|libgcc-s1|gcc-\d+-base|adduser|passwd|lsb-base|.*-helpers|sysvinit-utils)$/;

/** Where an unpacked server may already be. */
export function unpackedRedis(root) {
  return homes(root).map((home) => path.join(home, "redis-server"));
}

/** Path of the server, or undefined where there is no apt, no network, no such package or no `isUsable` result. */
export function unpackPrivately(root, isUsable) {
  if (!capture("apt-get", ["--version"]).ok || !capture("dpkg", ["--version"]).ok) return undefined;
  const home = homes(root).find(isWritable);
  if (home === undefined) return undefined;

  const work = `${home}.part-${process.pid}`;
  try {
    mkdirSync(path.join(work, "debs"), { recursive: true });
    if (!download(work, []) && !download(work, ownLists(work))) return undefined;
    for (const file of readdirSync(path.join(work, "debs"))) {
      if (!capture("dpkg", ["-x", path.join(work, "debs", file), path.join(work, "root")]).ok) return undefined;
    }
    writeStarter(work);
    if (!isUsable(path.join(work, "redis-server"))) return undefined;
    for (const folder of ["debs", "lists", "cache"]) rmSync(path.join(work, folder), { recursive: true, force: true });
    rmSync(home, { recursive: true, force: true });
    renameSync(work, home);
    return path.join(home, "redis-server");
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/** The user's cache serves every clone; without a home directory the clone keeps its own. */
function homes(root) {
  const cache = process.env.XDG_CACHE_HOME || path.join(homedir(), ".cache");
  return [path.join(cache, "cortex-online-school", "redis"), path.join(root, ".school", "tools", "redis")];
}

function isWritable(folder) {
  try {
    mkdirSync(path.dirname(folder), { recursive: true });
    accessSync(path.dirname(folder), constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

/** apt's package lists, kept in our own folder: anybody may fetch them there. */
function ownLists(work) {
  for (const folder of ["lists/partial", "cache/archives/partial"]) {
    mkdirSync(path.join(work, folder), { recursive: true });
  }
  const options = ["-o", `Dir::State::Lists=${work}/lists`, "-o", `Dir::Cache=${work}/cache`];
  capture("apt-get", [...options, "update", "-qq"]);
  return options;
}

/** Fetches the server and whatever of its dependencies this machine lacks. */
function download(work, options) {
  const plan = capture("apt-get", [...options, "-s", "--no-install-recommends", "install", "redis-server"]);
  if (!plan.ok) return false;
  const missing = [...plan.stdout.matchAll(/^Inst (\S+)/gm)].map(([, name]) => name);
  const wanted = new Set(["redis-server", "redis-tools", ...missing.filter((name) => !NOT_UNPACKED.test(name))]);
  return capture("apt-get", [...options, "download", ...wanted], { cwd: path.join(work, "debs") }).ok;
}

/** A starter that finds the unpacked libraries wherever the folder ends up. */
function writeStarter(work) {
  const tree = path.join(work, "root");
  const folders = readdirSync(tree, { recursive: true, encoding: "utf8" }).filter((name) =>
    /^(usr\/)?lib(\/[^/]+-linux-[^/]+)?$/.test(name),
  );
  const search = folders.map((folder) => `$here/root/${folder}`).join(":");
  const starter = path.join(work, "redis-server");
  writeFileSync(
    starter,
    `#!/bin/sh\nhere=$(CDPATH= cd -- "$(dirname -- "$0")" && pwd)\n` +
      `LD_LIBRARY_PATH="${search}\${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}" exec "$here/root/usr/bin/redis-server" "$@"\n`,
  );
  chmodSync(starter, 0o755);
}
