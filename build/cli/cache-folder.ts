/** Where the user keeps what can be made again: https://specifications.freedesktop.org/basedir-spec/latest/ */
import { homedir } from "node:os";
import path from "node:path";

export function cacheFolder(env: Readonly<Record<string, string | undefined>>): string {
  const given = env["XDG_CACHE_HOME"] ?? "";
  // Relative ones are to be ignored.
  const cache = path.isAbsolute(given) ? given : path.join(homedir(), ".cache");
  return path.join(cache, "cortex-online-school");
}
