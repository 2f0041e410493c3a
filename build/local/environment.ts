/**
 * Which parts are real. Only the project's .env counts, or with --real the environment too: a token that happens to lie
 * in a shell must never make a local try-out write to somebody's repository.
 */
import { readFile } from "node:fs/promises";
import path from "node:path";
import { parseEnv } from "node:util";
import { ConfigurationError, type Environment, resolveEnvironment } from "../../shared/runtime/config.ts";
import { ROOT } from "../bundle/targets.ts";

/** Variables that replace a stand-in, and what they replace. */
export const REAL_PARTS = {
  REDIS_URL: "Redis",
  GITOPS_REPO: "GitOps repository",
  KUBECONFIG: "Kubernetes and Argo CD",
  PROMETHEUS_URL: "Prometheus",
} as const;

/** Names whose value in the environment is ignored without --real. */
const AMBIENT = [...Object.keys(REAL_PARTS), "GITHUB_TOKEN", "GITOPS_TOKEN", "REDIS_HOST", "REDIS_PORT", "GITHUB_REPO"];

/** The settings of the local school. Throws ConfigurationError. */
export async function localEnvironment(real: boolean, ambient: Environment): Promise<Environment> {
  const file = path.join(ROOT, ".env");
  const text = await readFile(file, "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return "";
    throw error;
  });
  const env = resolveEnvironment({ ...(real ? ambient : withoutReal(ambient)), ...parseEnv(text) });
  if (env["KUBECONFIG"] !== undefined && env["PROMETHEUS_URL"] === undefined) {
    throw new ConfigurationError([
      "KUBECONFIG names a real cluster, but PROMETHEUS_URL is missing: verifying a real deployment against invented " +
        "metrics would prove nothing. Set PROMETHEUS_URL to the cluster's Prometheus.",
    ]);
  }
  return env;
}

function withoutReal(ambient: Environment): Environment {
  return Object.fromEntries(Object.entries(ambient).filter(([name]) => !AMBIENT.includes(name)));
}

/** The real parts that are configured, for people. */
export function realParts(env: Environment): string[] {
  return Object.entries(REAL_PARTS).flatMap(([name, part]) => (env[name] === undefined ? [] : [part]));
}
