/** The environment as the school reads it: founding names accepted as aliases, every problem reported at once. */
import type * as z from "zod";

export type Environment = Readonly<Record<string, string | undefined>>;

/** Founding documents' names -> ours. `convert` where the unit or form differs. */
const aliases: readonly { from: string; to: string; convert?: (value: string, env: Environment) => string }[] = [
  { from: "REDIS_HOST", to: "REDIS_URL", convert: (host, env) => `redis://${host}:${env["REDIS_PORT"] ?? "6379"}` },
  {
    from: "GITHUB_REPO",
    to: "GITOPS_REPO",
    convert: (repo) => (repo.includes("://") ? repo : `https://github.com/${repo}.git`),
  },
  { from: "GITHUB_BRANCH", to: "GITOPS_BRANCH" },
  { from: "COMMIT_AUTHOR", to: "GITOPS_AUTHOR" },
  { from: "ALERT_SLACK_WEBHOOK", to: "SLACK_WEBHOOK_URL" },
];

/** Resolves aliases; a value under our own name wins over one under an alias. Empty strings count as absent. */
export function resolveEnvironment(env: Environment): Environment {
  const resolved: Record<string, string> = {};
  for (const [name, value] of Object.entries(env)) if (value !== undefined && value !== "") resolved[name] = value;
  for (const { from, to, convert } of aliases) {
    const value = resolved[from];
    if (value !== undefined && resolved[to] === undefined) resolved[to] = convert?.(value, resolved) ?? value;
  }
  return resolved;
}

/** The user's mistake in configuration: all problems at once, one per line. */
export class ConfigurationError extends Error {
  constructor(problems: readonly string[]) {
    super(`Configuration is not usable:\n${problems.map((problem) => `  - ${problem}`).join("\n")}`);
    this.name = "ConfigurationError";
  }
}

/** Reads settings by a schema whose keys are variable names. Throws ConfigurationError listing every problem. */
export function readSettings<Schema extends z.ZodObject>(schema: Schema, env: Environment): z.infer<Schema> {
  const result = schema.safeParse(env);
  if (result.success) return result.data;
  throw new ConfigurationError(result.error.issues.map(({ path, message }) => `${path.join(".")}: ${message}`));
}
