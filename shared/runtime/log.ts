/** JSON logs. Levels by reader: debug = us, info = engineers, warn and above = operations, with the next step. */
import { destination, type Logger, pino, stdSerializers } from "pino";
import { conceal } from "./secrets.ts";

/** Secrets may arrive inside nested settings or request headers; their names are masked wherever they stand. */
const secretNames = ["authorization", "token", "password", "secret", "apiKey", "api_key"];

/**
 * Writes synchronously to standard output: a killed process must not keep its last words in a buffer. Made with the
 * first line that is logged, because a cold start has other things to do.
 */
export function createLog(level: string, bindings: Record<string, unknown>): Logger {
  let made: Logger | undefined;
  function logger(): Logger {
    const serializers = { err: errorForLog };
    const redact = { paths: secretNames.flatMap((name) => [name, `*.${name}`]), censor: "[redacted]" };
    const options = {
      level,
      base: bindings,
      redact,
      serializers,
      hooks: { streamWrite: conceal },
      timestamp: () => `,"time":"${new Date().toISOString()}"`,
    };
    made ??= pino(options, destination({ dest: 1, sync: true }));
    return made;
  }
  return new Proxy({} as Logger, {
    get(_, name) {
      const value: unknown = Reflect.get(logger(), name);
      return typeof value === "function" ? value.bind(logger()) : value;
    },
  });
}

/** An error of Redis carries its command, whose arguments may be the password or whole events: only the name is kept. */
function errorForLog(error: Error): unknown {
  const logged = stdSerializers.err(error) as unknown as Record<string, unknown>;
  const command = logged["command"] as { readonly name?: unknown } | undefined;
  return command === undefined ? logged : { ...logged, command: command.name };
}
