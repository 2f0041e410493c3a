/** JSON logs. Levels by reader: debug = us, info = engineers, warn and above = operations, with the next step. */
import { destination, type Logger, pino } from "pino";

/** Secrets may arrive inside nested settings or request headers; their names are masked wherever they stand. */
const secretNames = ["authorization", "token", "password", "secret", "apiKey", "api_key"];

/** Writes synchronously to standard output: a killed process must not keep its last words in a buffer. */
export function createLog(level: string, bindings: Record<string, unknown>): Logger {
  const redact = { paths: secretNames.flatMap((name) => [name, `*.${name}`]), censor: "[redacted]" };
  const options = { level, base: bindings, redact, timestamp: () => `,"time":"${new Date().toISOString()}"` };
  return pino(options, destination({ dest: 1, sync: true }));
}
