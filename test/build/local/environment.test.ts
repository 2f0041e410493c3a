import { writeFile } from "node:fs/promises";
import path from "node:path";
import { expect, test } from "vitest";
import { localEnvironment, realParts, withoutReal } from "../../../build/local/environment.ts";
import { ConfigurationError } from "../../../shared/runtime/config.ts";
import { temporaryDirectory } from "../../support/directory.ts";

async function settings(file: string | undefined, ambient: Record<string, string>, { real = false } = {}) {
  const env = path.join(await temporaryDirectory(), ".env");
  if (file !== undefined) await writeFile(env, file);
  return localEnvironment(real, ambient, env);
}

/** What a developer's shell may well hold. */
const shell = {
  REDIS_URL: "redis://production:6379",
  REDIS_HOST: "production",
  REDIS_PORT: "6380",
  GITOPS_REPO: "https://git.example.com/production.git",
  GITOPS_TOKEN: "t1",
  GITOPS_BRANCH: "feature",
  GITOPS_PUBLIC_URL: "https://git.example.com/other.git",
  GITHUB_REPO: "acme/production",
  GITHUB_TOKEN: "t2",
  KUBECONFIG: "/etc/production",
  PROMETHEUS_URL: "http://production:9090",
  PROMETHEUS_TOKEN: "t3",
  ARGOCD_NAMESPACE: "delivery",
  ANTHROPIC_API_KEY: "t4",
  OPENAI_API_KEY: "t5",
  LLMD_ENDPOINT: "http://production:8000",
  PLAN_MODEL: "claude-production",
  EXTRACT_MODEL: "claude-production",
  QDRANT_URL: "http://production:6333",
  QDRANT_API_KEY: "t6",
  EMBEDDING_ENDPOINT: "http://production:8001",
  COHERE_API_KEY: "t7",
  DOCS_REPO: "https://git.example.com/docs.git",
  KNOWN_ISSUES: "acme/production",
  KEY_PREFIX: "production:",
};

test("without a .env and with everything in the shell nothing real is touched", async () => {
  expect(await settings(undefined, shell)).toEqual({});
});

test("with --real the shell counts", async () => {
  const env = await settings(undefined, shell, { real: true });
  expect(env).toMatchObject({
    REDIS_URL: "redis://production:6379",
    GITOPS_TOKEN: "t1",
    KUBECONFIG: "/etc/production",
  });
  expect(realParts(env)).toEqual([
    "Redis",
    "GitOps repository",
    "Kubernetes and Argo CD",
    "Prometheus",
    "Qdrant",
    "Anthropic's models",
    "OpenAI's models",
    "models behind LLMD_ENDPOINT",
    "embeddings behind EMBEDDING_ENDPOINT",
    "Cohere's rerankers",
  ]);
});

test("the project's .env counts always", async () => {
  const env = await settings("REDIS_URL=redis://mine:6379\nGITHUB_TOKEN='mine' # a comment\n", shell);
  expect(env).toEqual({ REDIS_URL: "redis://mine:6379", GITHUB_TOKEN: "mine" });
  expect(realParts(env)).toEqual(["Redis"]);
});

test("a demonstration keeps its hands off what .env names, and takes over how the school works", async () => {
  const lines = Object.entries(shell).map(([name, value]) => `${name}=${value}`);
  expect(withoutReal(await settings(`${lines.join("\n")}\nLOG_LEVEL=warn`, {}))).toEqual({ LOG_LEVEL: "warn" });
});

test.each<[string, boolean, Record<string, string>, Record<string, string>]>([
  [
    "a setting of the shell wins",
    false,
    { LOG_LEVEL: "debug" },
    { LOG_LEVEL: "debug", REDIS_URL: "redis://mine:6379" },
  ],
  ["an empty one does not", false, { LOG_LEVEL: "" }, { LOG_LEVEL: "warn", REDIS_URL: "redis://mine:6379" }],
  ["with --real a part of the shell wins", true, { REDIS_URL: "redis://a:1" }, { REDIS_URL: "redis://a:1" }],
  ["by whichever of its names", true, { REDIS_HOST: "b", REDIS_PORT: "2" }, { REDIS_URL: "redis://b:2" }],
])("over .env: %s", async (_what, real, ambient, expected) => {
  expect(await settings("REDIS_URL=redis://mine:6379\nLOG_LEVEL=warn\n", ambient, { real })).toMatchObject(expected);
});

test.each<[string, string, string]>([
  ["REDIS_HOST=redis.local", "REDIS_URL", "redis://redis.local:6379"],
  ["REDIS_HOST=redis.local\nREDIS_PORT=7000", "REDIS_URL", "redis://redis.local:7000"],
  ["REDIS_HOST=other\nREDIS_URL=redis://mine:1", "REDIS_URL", "redis://mine:1"],
  ["GITHUB_REPO=acme/gitops", "GITOPS_REPO", "https://github.com/acme/gitops.git"],
  ["GITHUB_REPO=https://git.example.com/a.git", "GITOPS_REPO", "https://git.example.com/a.git"],
  ["GITHUB_BRANCH=trunk", "GITOPS_BRANCH", "trunk"],
  ["COMMIT_AUTHOR=A School <a@example.com>", "GITOPS_AUTHOR", "A School <a@example.com>"],
  ["ALERT_SLACK_WEBHOOK=https://hooks.example.com/x", "SLACK_WEBHOOK_URL", "https://hooks.example.com/x"],
  ["HEALTH_CHECK_DURATION=60", "HEALTH_CHECK_DURATION", "60"],
])("the founding name %s means %s=%s", async (line, name, value) => {
  expect((await settings(line, {}))[name]).toBe(value);
});

test("a real cluster is refused with a stand-in Prometheus, and the reason is given", async () => {
  const refusal = await settings("KUBECONFIG=/etc/kube", {}).catch((error: unknown) => error);
  expect(refusal).toBeInstanceOf(ConfigurationError);
  expect(String(refusal)).toMatch(/PROMETHEUS_URL is missing: .* invented metrics would prove nothing/);
  await expect(settings("KUBECONFIG=/etc/kube\nPROMETHEUS_URL=none", {})).resolves.toMatchObject({
    PROMETHEUS_URL: "none",
  });
});

test("a Prometheus in the shell does not make a real cluster of .env acceptable", async () => {
  await expect(settings("KUBECONFIG=/etc/kube", shell)).rejects.toThrow("PROMETHEUS_URL is missing");
});

test("whom people are told by is real, and never taken from the shell", async () => {
  const channels = "ALERT_SLACK_WEBHOOK=https://h\nSLACK_BOT_TOKEN=t\nSMTP_URL=smtp://m\nNOTIFY_GITHUB_TOKEN=t\n";
  expect(realParts(await settings(channels, {}))).toEqual([
    "Slack",
    "notifications by mail",
    "commit statuses on GitHub",
  ]);
  const shellful = {
    SLACK_BOT_TOKEN: "t",
    SMTP_URL: "smtp://m",
    NOTIFY_WEBHOOK_URL: "https://h",
    NOTIFY_RULES: "r.yaml",
  };
  expect(withoutReal(shellful)).toEqual({ NOTIFY_RULES: "r.yaml" });
});

test("a .env that cannot be read stops the start instead of being passed over", async () => {
  const folder = await temporaryDirectory();
  await expect(localEnvironment(false, {}, folder)).rejects.toThrow(/cannot be read/);
});
