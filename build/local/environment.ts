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
  QDRANT_URL: "Qdrant",
} as const;

/** What is added and replaces nothing: without them the rules plan, and texts are compared by what they say alone. */
const REAL_MODELS = {
  ANTHROPIC_API_KEY: "Anthropic's models",
  OPENAI_API_KEY: "OpenAI's models",
  OPENAI_BASE_URL: "models behind OPENAI_BASE_URL",
  LLMD_ENDPOINT: "models behind LLMD_ENDPOINT",
  EMBEDDING_ENDPOINT: "embeddings behind EMBEDDING_ENDPOINT",
  COHERE_API_KEY: "Cohere's rerankers",
} as const;

/** Whom people are told by, beside the log. */
const REAL_CHANNELS = {
  SLACK_WEBHOOK_URL: "Slack",
  SLACK_BOT_TOKEN: "Slack",
  NOTIFY_WEBHOOK_URL: "notifications to a webhook",
  SMTP_URL: "notifications by mail",
  NOTIFY_GITHUB_TOKEN: "commit statuses on GitHub",
} as const;

/** Where parts are and how to get in. In the environment they are ignored without --real, whoever put them there. */
const AMBIENT =
  /^(REDIS|GITOPS|GITHUB|KUBE|ARGOCD|PROMETHEUS|KEY_PREFIX|QDRANT|LLMD|ANTHROPIC|OPENAI|PLAN_MODEL|EXTRACT_MODEL|VALIDATE_MODEL|LLM_ENDPOINTS|LLM_CHEAP_MODEL|EXPERT_MODELS|SECOND_OPINION_MODEL|EMBEDDING|RERANK|COHERE|DOCS_|KNOWN_ISSUES|SLACK|ALERT|SMTP|NOTIFY_WEBHOOK|NOTIFY_MAIL|NOTIFY_GITHUB|OTEL_EXPORTER_OTLP)/;

/**
 * The settings of the local school: the project's .env, and over it the environment, as Node's own --env-file has it.
 * Throws ConfigurationError.
 */
export async function localEnvironment(
  real: boolean,
  ambient: Environment,
  file = path.join(ROOT, ".env"),
): Promise<Environment> {
  const text = await readFile(file, "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return "";
    throw new ConfigurationError([`${file} cannot be read: ${error.message}`]);
  });
  // One after the other: an alias in the environment wins over our own name in the file.
  const env = { ...resolveEnvironment(parseEnv(text)), ...resolveEnvironment(real ? ambient : withoutReal(ambient)) };
  if (env["KUBECONFIG"] !== undefined && env["PROMETHEUS_URL"] === undefined) {
    throw new ConfigurationError([
      "KUBECONFIG names a real cluster, but PROMETHEUS_URL is missing: verifying a real deployment against invented " +
        "metrics would prove nothing. Set PROMETHEUS_URL to the cluster's Prometheus, or to none when it has none.",
    ]);
  }
  return env;
}

/** Settings that say how the school works, without those that say with which parts. */
export function withoutReal(env: Environment): Environment {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !AMBIENT.test(name)));
}

/** The real parts that are configured, for people. */
export function realParts(env: Environment): string[] {
  const all = { ...REAL_PARTS, ...REAL_MODELS, ...REAL_CHANNELS };
  return [...new Set(Object.entries(all).flatMap(([name, part]) => (env[name] === undefined ? [] : [part])))];
}
