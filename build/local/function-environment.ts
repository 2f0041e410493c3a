/** What each function's process gets to see: the common addresses, and a secret only where the stage needs it. */
import path from "node:path";
import { gitEnvironment } from "../../shared/adapters/git/settings.ts";
import type { Environment } from "../../shared/runtime/config.ts";

export interface Parts {
  readonly redis: string;
  readonly repository: string;
  readonly publicUrl: string | undefined;
  readonly kubeconfig: string;
  readonly prometheus: string;
  readonly dataDir: string;
  readonly approvalSecret: string;
  readonly qdrant: QdrantPart;
}

/** Where the index is, and the keys to it, when it has any. */
export interface QdrantPart {
  readonly url: string;
  readonly key?: string | undefined;
  readonly readOnlyKey?: string | undefined;
}

/** The process that writes to Git has no model and no token but Git's; nobody else sees the signing secret. */
const SIGNERS = ["approve", "implement", "coordinator"];
const GIT_USERS = ["ingest", "evaluate", "validate", "plan", "implement", "sync", "rollback", "index", "coordinator"];
const METRICS_USERS = ["validate", "implement", "sync", "verify", "rollback"];

/** Who asks models; what they write goes through others' hands before it reaches Git. */
const MODEL_USERS = ["ingest", "evaluate", "plan"];
/** The coordinator shows what is spent against them; it asks no model. */
const BUDGETS = ["LLM_BUDGET_DAY", "LLM_BUDGET_EXPERT", "LLM_TOKENS_DAY", "LLM_TOKENS_EXPERT"];
const OF_MODELS = [
  "EXTRACT_MODEL",
  "PLAN_MODEL",
  "EXPERT_MODELS",
  "SECOND_OPINION_MODEL",
  "LLM_TIMEOUT",
  "LLM_ENDPOINTS",
  "LLM_CONCURRENCY",
  "LLM_CHEAP_MODEL",
  ...BUDGETS,
  "LLM_PRICES",
  "LLM_CACHE_TTL",
  "ANTHROPIC_API_KEY",
  "ANTHROPIC_BASE_URL",
  "OPENAI_API_KEY",
  "OPENAI_BASE_URL",
  "LLMD_ENDPOINT",
  // Models are elsewhere, and behind the same proxy as everything.
  "NODE_USE_ENV_PROXY",
  "NODE_EXTRA_CA_CERTS",
];

/** Nobody else writes what the school knows; who only asks gets a key that can do no more. */
const KNOWLEDGE_WRITERS = ["index", "learn"];
const KNOWLEDGE_READERS = ["route", "evaluate", "validate", "coordinator"];
/** The vectors of a question have to come from where those of the index came from. */
const OF_EMBEDDERS = [
  "EMBEDDING_MODEL",
  "EMBEDDING_DIMENSION",
  "EMBEDDING_ENDPOINT",
  "EMBEDDING_API_KEY",
  "EMBEDDING_TIMEOUT",
  "OPENAI_API_KEY",
  "OPENAI_BASE_URL",
  "NODE_USE_ENV_PROXY",
  "NODE_EXTRA_CA_CERTS",
];
/** Who puts what was found in order; the router's neighbours are compared by their cosine. */
const SEARCHERS = ["evaluate", "validate", "coordinator"];
const OF_RERANKERS = ["RERANK_MODEL", "COHERE_API_KEY", "COHERE_BASE_URL"];
/** Who reads documents and issues, and who looks whether there are newer ones. */
const SOURCE_USERS = ["index", "coordinator"];
const OF_SOURCES = ["DOCS_REPO", "DOCS_BRANCH", "DOCS_TOKEN", "KNOWN_ISSUES"];

/** Who reads what is on the web. */
const WEB_USERS = ["ingest"];
const OF_WEB = [
  "SOURCE_HOSTS",
  "SOURCE_PRIVATE_HOSTS",
  "SOURCE_TIMEOUT",
  "SOURCE_INTERVAL",
  "SOURCE_USER_AGENT",
  "SOURCE_PROXY",
  "SOURCE_LANGUAGES",
  "SOURCE_FOLDERS",
  "SOURCE_GITHUB_TOKEN",
  "GITHUB_API_URL",
  "YT_DLP",
  "NODE_EXTRA_CA_CERTS",
];

/** What the router is told; the coordinator shows it. */
const ROUTERS = ["route", "learn", "approve", "coordinator"];
const OF_ROUTING = [
  "AB_TEST_PERCENTAGE",
  "ENABLE_NEURAL",
  "ENABLE_RAG",
  "NEIGHBOUR_THRESHOLD",
  "RETRAIN_ROWS",
  "RETRAIN_INTERVAL",
  "FORECAST_THRESHOLD",
  "ANOMALY_INTERVAL",
];

/** Nobody else speaks to people. The token is its own: the one that may write to Git is not. */
const OF_NOTIFY = [
  "NOTIFY_GROUP_SECONDS",
  "SCHOOL_PUBLIC_URL",
  "SLACK_WEBHOOK_URL",
  "SLACK_BOT_TOKEN",
  "SLACK_CHANNEL",
  "SLACK_API_URL",
  "NOTIFY_WEBHOOK_URL",
  "NOTIFY_WEBHOOK_SECRET",
  "SMTP_URL",
  "NOTIFY_MAIL_FROM",
  "NOTIFY_MAIL_TO",
  "NODE_USE_ENV_PROXY",
  "NODE_EXTRA_CA_CERTS",
];

/** Who looks at sources by itself, and who has them looked at. */
const WATCHERS = ["ingest", "coordinator"];

/** Where traces go; OpenTelemetry's own names. */
const OF_TRACES = [
  "OTEL_EXPORTER_OTLP_ENDPOINT",
  "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT",
  "OTEL_EXPORTER_OTLP_HEADERS",
  "OTEL_EXPORTER_OTLP_TRACES_HEADERS",
  "OTEL_EXPORTER_OTLP_TIMEOUT",
  "OTEL_EXPORTER_OTLP_CERTIFICATE",
  "OTEL_SERVICE_NAME",
  "OTEL_RESOURCE_ATTRIBUTES",
  "OTEL_TRACES_SAMPLER",
  "OTEL_TRACES_SAMPLER_ARG",
  "OTEL_TRACES_EXPORTER",
  "OTEL_SDK_DISABLED",
];

/** What people may tune; everything else in the environment stays outside of the functions. */
const TUNABLE = [
  "LOG_LEVEL",
  "KEY_PREFIX",
  "LEASE_SECONDS",
  "PER_POD",
  "MAX_ATTEMPTS",
  "MAX_SOURCE_BYTES",
  "BREAKER_ROLLBACKS_PER_HOUR",
  "BREAKER_TIMEOUT",
  "ROLLBACK_COOLDOWN",
  "COMMITS_PER_HOUR",
  "COMMITS_PER_DAY",
  "FREEZE_WINDOWS",
  "PULL_REQUEST_LOOK_SECONDS",
  "REVIEW_THRESHOLD",
  "AUTO_APPROVE_THRESHOLD",
  "HIGH_RISK_THRESHOLD",
  "SYNC_INTERVAL",
  "SYNC_TIMEOUT",
  "HEALTH_CHECK_DURATION",
  "VERIFY_INTERVAL",
  "ROLLBACK_ENABLED",
  "KUBE_TIMEOUT_MS",
  "SERVER_DRY_RUN",
  "PROMETHEUS_TIMEOUT_MS",
  "INDEX_INTERVAL",
  "REAP_SECONDS",
  "RATE_LIMIT_PER_MINUTE",
  "SSE_CLIENTS",
  "SSE_HEARTBEAT_SECONDS",
  "LEGACY_LIST",
];
/** Who may come in, and how. */
const OF_SIGN_IN = [
  "SCHOOL_PUBLIC_URL",
  "SESSION_HOURS",
  "SESSION_IDLE_MINUTES",
  "SESSIONS_PER_PERSON",
  "TRUSTED_PROXIES",
  "AUTH_HEADERS",
  "AUTH_GROUPS",
  "AUTH_PROXY_SECRET",
];
/** These describe a real part; the stand-ins have their own names and no token. */
const OF_REAL_CLUSTER = ["ARGOCD_NAMESPACE", "SCHOOL_NAMESPACE"];
const OF_REAL_PROMETHEUS = ["METRICS_WORKLOAD_LABEL", "METRICS_STATUS_LABEL", "METRICS_RATE_WINDOW"];

const OF_GITHUB = [
  "GITHUB_API_URL",
  "GITHUB_APP_ID",
  "GITHUB_APP_INSTALLATION_ID",
  "GITHUB_APP_PRIVATE_KEY",
  // Node's own: the proxy variables count for it only then, and it has its own certificates.
  "NODE_USE_ENV_PROXY",
  "NODE_EXTRA_CA_CERTS",
];

/** `env`: the settings of the local school. `stage`: one of the registry's, or coordinator. */
export function functionEnvironment(stage: string, parts: Parts, env: Environment): Record<string, string> {
  return {
    ...pick(env, TUNABLE),
    ...pick(env, stage === "coordinator" ? OF_SIGN_IN : OF_TRACES),
    ...(env["KUBECONFIG"] === undefined ? {} : pick(env, OF_REAL_CLUSTER)),
    ...(env["PROMETHEUS_URL"] === undefined ? {} : pick(env, OF_REAL_PROMETHEUS)),
    ...(METRICS_USERS.includes(stage) && env["PROMETHEUS_URL"] !== undefined ? pick(env, ["PROMETHEUS_TOKEN"]) : {}),
    REDIS_URL: parts.redis,
    KUBECONFIG: parts.kubeconfig,
    PROMETHEUS_URL: parts.prometheus,
    ...(MODEL_USERS.includes(stage) ? pick(env, OF_MODELS) : {}),
    // Without a model of its own it asks none, and needs no key.
    ...(stage === "validate" && env["VALIDATE_MODEL"] !== undefined ? pick(env, ["VALIDATE_MODEL", ...OF_MODELS]) : {}),
    ...(GIT_USERS.includes(stage) ? gitVariables(parts, env) : {}),
    ...knowledgeVariables(stage, parts, env),
    ...(ROUTERS.includes(stage) ? routingVariables(stage, env) : {}),
    ...(WEB_USERS.includes(stage) ? pick(env, OF_WEB) : {}),
    ...(WATCHERS.includes(stage) && env["SOURCES"] !== undefined ? { SOURCES: path.resolve(env["SOURCES"]) } : {}),
    ...(stage === "notify" ? notifyVariables(env) : {}),
    ...(stage === "coordinator" ? pick(env, ["GITHUB_WEBHOOK_SECRET", ...BUDGETS]) : {}),
    ...(SIGNERS.includes(stage) ? { APPROVAL_SECRET: parts.approvalSecret } : {}),
  };
}

/** A status on a commit needs to know of which repository. */
function notifyVariables(env: Environment): Record<string, string> {
  const onGitHub = pick(env, ["NOTIFY_GITHUB_TOKEN", "GITOPS_REPO", "GITHUB_API_URL"]);
  return {
    ...pick(env, OF_NOTIFY),
    ...(env["NOTIFY_RULES"] === undefined ? {} : { NOTIFY_RULES: path.resolve(env["NOTIFY_RULES"]) }),
    ...(env["NOTIFY_GITHUB_TOKEN"] === undefined ? {} : onGitHub),
  };
}

/** Only `route` asks a model, and needs keys only when it has one. */
function routingVariables(stage: string, env: Environment): Record<string, string> {
  // Whoever tries the school on a laptop wants to see it learn; a cluster begins in shadow.
  const own = { AB_TEST_PERCENTAGE: "1", ...pick(env, OF_ROUTING) };
  if (stage !== "route") return own;
  const rules = env["ROUTING_RULES"] === undefined ? {} : { ROUTING_RULES: path.resolve(env["ROUTING_RULES"]) };
  const asks = env["ROUTE_MODEL"] !== undefined || env["ROUTE_MODEL_COMPLEX"] !== undefined;
  return { ...own, ...rules, ...(asks ? pick(env, ["ROUTE_MODEL", "ROUTE_MODEL_COMPLEX", ...OF_MODELS]) : {}) };
}

function knowledgeVariables(stage: string, { qdrant }: Parts, env: Environment): Record<string, string> {
  const writes = KNOWLEDGE_WRITERS.includes(stage);
  if (!writes && !KNOWLEDGE_READERS.includes(stage)) return {};
  const { url, key, readOnlyKey } = qdrant;
  const keys = writes ? { QDRANT_API_KEY: key } : { QDRANT_READ_ONLY_API_KEY: readOnlyKey };
  return {
    ...pick(env, OF_EMBEDDERS),
    ...(SEARCHERS.includes(stage) ? pick(env, OF_RERANKERS) : {}),
    ...(SOURCE_USERS.includes(stage) ? sourceVariables(env) : {}),
    QDRANT_URL: url,
    ...pick(keys, Object.keys(keys)),
  };
}

/** Documents and issues may be elsewhere than the GitOps repository, which may be the sample on this machine. */
function sourceVariables(env: Environment): Record<string, string> {
  const own = pick(env, OF_SOURCES);
  if (own["DOCS_REPO"] === undefined && own["KNOWN_ISSUES"] === undefined) return {};
  return { ...gitEnvironment(env), ...own, ...pick(env, ["GITHUB_TOKEN", ...OF_GITHUB]) };
}

function gitVariables({ repository, publicUrl, dataDir }: Parts, env: Environment): Record<string, string> {
  const cache = { GITOPS_REPO: repository, GITOPS_CACHE_DIR: path.join(dataDir, "git-cache") };
  const known = publicUrl === undefined ? cache : { ...cache, GITOPS_PUBLIC_URL: publicUrl };
  const author = pick(env, ["GITOPS_AUTHOR"]);
  if (env["GITOPS_REPO"] === undefined) return { ...known, ...author };
  const token = gitToken(env);
  // A repository elsewhere may be behind a proxy or an SSH agent; which ones git needs, its adapter says.
  return {
    ...gitEnvironment(env),
    ...known,
    ...author,
    ...pick(env, ["GITOPS_BRANCH", "GITOPS_DRIVER", "GITOPS_COMMIT_MODE", ...OF_GITHUB]),
    ...(token === undefined ? {} : { GITOPS_TOKEN: token }),
  };
}

/** The token of a real GitOps repository. */
export function gitToken(env: Environment): string | undefined {
  return env["GITOPS_REPO"] === undefined ? undefined : (env["GITOPS_TOKEN"] ?? env["GITHUB_TOKEN"]);
}

function pick(env: Environment, names: readonly string[]): Record<string, string> {
  return Object.fromEntries(names.flatMap((name) => (env[name] === undefined ? [] : [[name, env[name]]])));
}
