/** The text of the file NOTIFY_RULES names. */
import { readFile, stat } from "node:fs/promises";
import { ConfigurationError, type Environment } from "../../runtime/config.ts";

/** More is no list that people keep. */
const MOST_BYTES = 500_000;

/** Undefined where NOTIFY_RULES is not set. Throws ConfigurationError. */
export async function notifyRulesText(env: Environment): Promise<string | undefined> {
  const { NOTIFY_RULES: path } = env;
  if (path === undefined) return undefined;
  try {
    const { size } = await stat(path);
    if (size > MOST_BYTES) throw new ConfigurationError([`NOTIFY_RULES: ${path} is larger than ${MOST_BYTES} bytes`]);
    return new TextDecoder("utf-8", { fatal: true }).decode(await readFile(path));
  } catch (error) {
    if (error instanceof ConfigurationError) throw error;
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === "ERR_ENCODING_INVALID_ENCODED_DATA")
      throw new ConfigurationError([`NOTIFY_RULES: ${path} is not text in UTF-8`]);
    const why = code === "ENOENT" ? "there is no such file" : code === "EISDIR" ? "it is a folder" : message;
    throw new ConfigurationError([`NOTIFY_RULES: ${path} cannot be read: ${why}`]);
  }
}
