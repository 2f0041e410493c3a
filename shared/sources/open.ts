/** Reads the watched sources a process was told of by SOURCES. */
import { readFile, stat } from "node:fs/promises";
import { ConfigurationError, type Environment } from "../runtime/config.ts";
import type { WatchedSource } from "../source-ports.ts";

/** More is no list that people keep. */
const MOST_BYTES = 1_000_000;

/** None where SOURCES is not set. Throws ConfigurationError with every problem and its line. */
export async function watchedSources(env: Environment): Promise<readonly WatchedSource[]> {
  const { SOURCES: path } = env;
  if (path === undefined) return [];
  const content = await textOf(path);
  // Who watches nothing needs no reader of YAML.
  const { watchedSourcesIn } = await import("./sources-file.ts");
  const found = watchedSourcesIn(content);
  if ("problems" in found) throw new ConfigurationError(found.problems.map((text) => `SOURCES: ${path}: ${text}`));
  return found;
}

async function textOf(path: string): Promise<string> {
  try {
    const { size } = await stat(path);
    if (size > MOST_BYTES) throw new ConfigurationError([`SOURCES: ${path} is larger than ${MOST_BYTES} bytes`]);
    return new TextDecoder("utf-8", { fatal: true }).decode(await readFile(path));
  } catch (error) {
    if (error instanceof ConfigurationError) throw error;
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === "ERR_ENCODING_INVALID_ENCODED_DATA")
      throw new ConfigurationError([`SOURCES: ${path} is not text in UTF-8`]);
    const why = code === "ENOENT" ? "there is no such file" : code === "EISDIR" ? "it is a folder" : message;
    throw new ConfigurationError([`SOURCES: ${path} cannot be read: ${why}`]);
  }
}
