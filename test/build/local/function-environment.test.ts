import { expect, test } from "vitest";
import { functionEnvironment, type Parts } from "../../../build/local/function-environment.ts";
import { STAGES } from "../../../shared/stages.ts";

const parts: Parts = {
  redis: "redis://127.0.0.1:6379",
  repository: "/data/harbor.git",
  publicUrl: "https://git.example.com/harbor.git",
  kubeconfig: "/data/kubeconfig",
  prometheus: "http://127.0.0.1:9090",
  dataDir: "/data",
  approvalSecret: "the signing secret",
  qdrant: { url: "http://127.0.0.1:6333", key: "the writing key", readOnlyKey: "the reading key" },
};
const everybody = [...STAGES, "coordinator"];
const who = (has: (env: Record<string, string>) => boolean, env: Record<string, string> = {}) =>
  everybody.filter((stage) => has(functionEnvironment(stage, parts, env))).sort();
const holds = (value: string) => (env: Record<string, string>) => Object.values(env).includes(value);

test("who signs or checks approvals sees the signing secret, nobody else", () => {
  expect(who(holds("the signing secret"))).toEqual(["approve", "coordinator", "implement"]);
});

test.each(["GITOPS_TOKEN", "GITHUB_TOKEN"])("only those who use Git see %s, and only for a real repository", (name) => {
  const gitUsers = ["coordinator", "evaluate", "implement", "index", "ingest", "plan", "rollback", "sync", "validate"];
  expect(who(holds("token"), { [name]: "token", GITOPS_REPO: "https://git.example.com/a.git" })).toEqual(gitUsers);
  expect(who(holds("token"), { [name]: "token" })).toEqual([]);
  expect(who((env) => env["GITOPS_REPO"] === parts.repository)).toEqual(gitUsers);
});

test("who reads raw text gets a token of its own for GitHub, never the one that may write", () => {
  const env = {
    GITHUB_TOKEN: "writes",
    SOURCE_GITHUB_TOKEN: "reads",
    GITHUB_API_URL: "https://git.example.com/api/v3",
  };
  expect(functionEnvironment("ingest", parts, env)).toMatchObject({
    SOURCE_GITHUB_TOKEN: "reads",
    GITHUB_API_URL: env.GITHUB_API_URL,
  });
  expect(who(holds("reads"), env)).toEqual(["ingest"]);
  expect(who((seen) => "GITHUB_TOKEN" in seen, { ...env, GITOPS_REPO: "https://git.example.com/a.git" })).toEqual([]);
});

test("the token of Prometheus goes to those who measure", () => {
  const env = { PROMETHEUS_TOKEN: "token", PROMETHEUS_URL: "http://p:9090" };
  expect(who(holds("token"), env)).toEqual(["implement", "rollback", "sync", "validate", "verify"]);
  expect(who(holds("token"), { PROMETHEUS_TOKEN: "token" })).toEqual([]);
});

test("keys of models go to the reader of talks, the experts and the planner, and never to a process that writes to Git or signs", () => {
  const env = { ANTHROPIC_API_KEY: "key-a", LLMD_ENDPOINT: "http://m:8000", PLAN_MODEL: "m" };
  expect(who((seen) => Object.keys(env).some((name) => name in seen), env)).toEqual(["evaluate", "ingest", "plan"]);
  expect(functionEnvironment("plan", parts, { ...env, OPENAI_API_KEY: "key-o" })).toMatchObject(env);
});

test("the coordinator is told what may be spent on models, and not how to ask one", () => {
  const env = { LLM_BUDGET_DAY: "5", LLM_TOKENS_EXPERT: "900", LLM_ENDPOINTS: "llmd:m@http://m", EXTRACT_MODEL: "m" };
  expect(who((seen) => "LLM_BUDGET_DAY" in seen, env)).toEqual(["coordinator", "evaluate", "ingest", "plan"]);
  const seen = functionEnvironment("coordinator", parts, env);
  expect(seen).toMatchObject({ LLM_BUDGET_DAY: "5", LLM_TOKENS_EXPERT: "900" });
  expect(Object.keys(seen)).not.toEqual(expect.arrayContaining(["LLM_ENDPOINTS"]));
});

test("who changes the platform holds no key of a model, and none of the index", () => {
  const env = {
    ANTHROPIC_API_KEY: "the key",
    OPENAI_API_KEY: "the key",
    EMBEDDING_API_KEY: "the key",
    COHERE_API_KEY: "the key",
  };
  for (const stage of ["implement", "approve", "sync", "rollback"]) {
    const seen = Object.values(functionEnvironment(stage, parts, env));
    expect(seen).not.toContain("the key");
    expect(seen).not.toContain("the writing key");
    expect(seen).not.toContain("the reading key");
  }
});

test("index and learn write what the school knows; who asks gets a key that can do no more; nobody has both", () => {
  expect(who(holds("the writing key"))).toEqual(["index", "learn"]);
  expect(who(holds("the reading key"))).toEqual(["coordinator", "evaluate", "route", "validate"]);
  expect(who((env) => env["QDRANT_URL"] === parts.qdrant.url)).toEqual([
    "coordinator",
    "evaluate",
    "index",
    "learn",
    "route",
    "validate",
  ]);
});

test("without a reading key who asks has none, rather than the one that writes", () => {
  const {
    qdrant: { url, key },
  } = parts;
  const seen = functionEnvironment(
    "validate",
    { ...parts, qdrant: { url, key } },
    { QDRANT_API_KEY: "the writing key" },
  );
  expect(seen["QDRANT_URL"]).toBe(url);
  expect(Object.values(seen)).not.toContain("the writing key");
});

test("whoever asks or writes the index embeds as the others do; what is found is put in order by who asks", () => {
  const embedding = {
    EMBEDDING_MODEL: "m",
    EMBEDDING_ENDPOINT: "http://e:1",
    EMBEDDING_DIMENSION: "256",
    OPENAI_API_KEY: "k",
  };
  const all = {
    ...embedding,
    RERANK_MODEL: "r",
    COHERE_API_KEY: "c",
    DOCS_REPO: "https://git.example.com/d",
    KNOWN_ISSUES: "a/b",
  };
  const seen = (stage: string) => functionEnvironment(stage, parts, all);
  for (const stage of ["index", "learn", "route", "evaluate", "validate", "coordinator"])
    expect(seen(stage)).toMatchObject(embedding);
  for (const stage of ["evaluate", "validate", "coordinator"])
    expect(seen(stage)).toMatchObject({ RERANK_MODEL: "r", COHERE_API_KEY: "c" });
  expect(who((env) => "COHERE_API_KEY" in env, all)).toEqual(["coordinator", "evaluate", "validate"]);
  expect(who((env) => "DOCS_REPO" in env && "KNOWN_ISSUES" in env, all)).toEqual(["coordinator", "index"]);
});

test("everybody finds Redis; where things are is decided by the school, not by a setting of the same name", () => {
  const env = { REDIS_URL: "redis://elsewhere:1", GITOPS_CACHE_DIR: "/elsewhere", APPROVAL_SECRET: "mine" };
  for (const stage of everybody) {
    const seen = functionEnvironment(stage, parts, env);
    expect(seen["REDIS_URL"]).toBe(parts.redis);
    expect(Object.values(seen)).not.toContain("/elsewhere");
    expect(Object.values(seen)).not.toContain("mine");
  }
});

test("of the environment a function sees what may be tuned, and nothing that merely lies there", () => {
  const tuned = { LOG_LEVEL: "debug", HEALTH_CHECK_DURATION: "30", COMMITS_PER_DAY: "5", KEY_PREFIX: "{a}:" };
  const lying = {
    VAULT_TOKEN: "secret-1",
    AWS_SECRET_ACCESS_KEY: "secret-2",
    ARGOCD_AUTH_TOKEN: "secret-3",
    GITHUB_TOKEN: "secret-4",
    HEALTH_TOKEN: "secret-5",
    SSH_AUTH_SOCK: "secret-6",
    https_proxy: "http://user:secret-7@proxy",
    NODE_OPTIONS: "--require=secret-8",
  };
  for (const stage of everybody) {
    const seen = functionEnvironment(stage, parts, { ...tuned, ...lying });
    expect(seen).toMatchObject(tuned);
    expect(JSON.stringify(seen)).not.toContain("secret-");
  }
});

test("Git of a repository elsewhere gets what it takes to reach it", () => {
  const env = { GITOPS_REPO: "git@git.example.com:a.git", SSH_AUTH_SOCK: "/agent", https_proxy: "http://proxy" };
  expect(functionEnvironment("implement", parts, env)).toMatchObject({
    SSH_AUTH_SOCK: "/agent",
    https_proxy: "http://proxy",
  });
  expect(functionEnvironment("notify", parts, env)).not.toHaveProperty("SSH_AUTH_SOCK");
});

test("names of a real platform do not reach the stand-ins", () => {
  const env = { ARGOCD_NAMESPACE: "delivery", METRICS_WORKLOAD_LABEL: "app", GITOPS_BRANCH: "trunk" };
  const names = Object.keys(env);
  expect(who((seen) => names.some((name) => name in seen), env)).toEqual([]);
  const real = { ...env, KUBECONFIG: "/k", PROMETHEUS_URL: "http://p:9090", GITOPS_REPO: "https://git.example.com/a" };
  expect(functionEnvironment("rollback", parts, real)).toMatchObject(env);
});

test("validate gets the key of a model only where a model is named for it", () => {
  const env = { ANTHROPIC_API_KEY: "the key", PLAN_MODEL: "m" };
  expect(Object.values(functionEnvironment("validate", parts, env))).not.toContain("the key");
  expect(functionEnvironment("validate", parts, { ...env, VALIDATE_MODEL: "v" })).toMatchObject({
    VALIDATE_MODEL: "v",
    ANTHROPIC_API_KEY: "the key",
  });
});

test("documents elsewhere are reached as a repository elsewhere is, even while the GitOps repository is the sample", () => {
  const env = { DOCS_REPO: "git@git.example.com:docs.git", SSH_AUTH_SOCK: "/agent", GITHUB_TOKEN: "token" };
  expect(functionEnvironment("index", parts, env)).toMatchObject({ ...env, GITOPS_REPO: parts.repository });
  expect(functionEnvironment("implement", parts, env)).not.toHaveProperty("SSH_AUTH_SOCK");
});

test("only notify speaks to people, by a token of its own and never by one that may write", () => {
  const channels = {
    SLACK_WEBHOOK_URL: "https://hooks.example.org/x",
    SLACK_BOT_TOKEN: "t",
    SMTP_URL: "smtp://mail",
    NOTIFY_WEBHOOK_SECRET: "s",
    NOTIFY_GITHUB_TOKEN: "g",
  };
  const env = { ...channels, GITHUB_TOKEN: "writes", GITOPS_TOKEN: "writes", GITOPS_REPO: "https://github.com/o/r" };
  for (const name of Object.keys(channels)) expect(who((seen) => name in seen, env)).toEqual(["notify"]);
  const seen = functionEnvironment("notify", parts, { ...env, NOTIFY_RULES: "rules.yaml" });
  expect(seen).toMatchObject({ ...channels, GITOPS_REPO: "https://github.com/o/r" });
  expect(seen["NOTIFY_RULES"]).toMatch(/^\/.*rules\.yaml$/);
  expect(Object.values(seen)).not.toContain("writes");
  expect(functionEnvironment("notify", parts, { GITOPS_REPO: "https://github.com/o/r" })).not.toHaveProperty(
    "GITOPS_REPO",
  );
});
