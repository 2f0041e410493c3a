/**
 * Every stage and the coordinator as processes, each setting that is a secret with a canary in it, and around them servers that
 * refuse everything and repeat what they were sent. Nothing that leaves a process may hold a canary.
 */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { newEvent, SOURCE_SUBMITTED } from "../../shared/domain/events.ts";
import type { Patch } from "../../shared/domain/improvement.ts";
import { requestIndex } from "../../shared/pipeline/index-requests.ts";
import { conceal, keepSecrets, SECRET_NAME } from "../../shared/runtime/secrets.ts";
import { STAGES } from "../../shared/stages.ts";
import { settle } from "../functions/coordinator/claim-and-settle.ts";
import { connectPipeline } from "../pipeline/support.ts";
import { committedImprovement } from "../support/improvement.ts";
import { canaries } from "../support/secrets/canaries.ts";
import { type Echo, startEcho } from "../support/secrets/echo.ts";
import { everythingIn, type RedisWithUsers, redisWithUsers } from "../support/secrets/redis-users.ts";
import { type StageProcess, startStage } from "../support/stage-process.ts";

const PATIENCE_MS = 240_000;
const COORDINATOR = path.resolve(import.meta.dirname, "../../functions/coordinator/main.ts");
const secret = canaries();
const API_TOKEN = secret.of("SCHOOL_TOKENS");

let echo: Echo;
let redis: RedisWithUsers;
let folder = "";
let pipeline: ReturnType<typeof connectPipeline>;
const processes = new Map<string, StageProcess>();

/** Where everything is, and how to get in. Stages read of it what they know. */
function environment(): Record<string, string> {
  const of = (name: string) => secret.of(name);
  const at = `127.0.0.1:${echo.port}`;
  return {
    REDIS_URL: redis.url("function"),
    LEASE_SECONDS: "60",
    LOG_LEVEL: "trace",
    APPROVAL_SECRET: of("APPROVAL_SECRET"),
    GITOPS_REPO: `http://school:${of("GITOPS_REPO")}@${at}/team/platform.git`,
    GITOPS_TOKEN: of("GITOPS_TOKEN"),
    GITHUB_TOKEN: of("GITHUB_TOKEN"),
    GITHUB_API_URL: `${echo.url}/api/v3`,
    GITOPS_CACHE_DIR: path.join(folder, "git"),
    GITOPS_COMMIT_MODE: "pull-request",
    DOCS_REPO: `http://docs:${of("DOCS_REPO")}@${at}/team/docs.git`,
    DOCS_TOKEN: of("DOCS_TOKEN"),
    KUBECONFIG: path.join(folder, "kubeconfig"),
    PROMETHEUS_URL: `http://metrics:${of("PROMETHEUS_URL")}@${at}/`,
    PROMETHEUS_TOKEN: of("PROMETHEUS_TOKEN"),
    QDRANT_URL: echo.url,
    QDRANT_API_KEY: of("QDRANT_API_KEY"),
    QDRANT_READ_ONLY_API_KEY: of("QDRANT_READ_ONLY_API_KEY"),
    ANTHROPIC_API_KEY: of("ANTHROPIC_API_KEY"),
    ANTHROPIC_BASE_URL: echo.url,
    OPENAI_API_KEY: of("OPENAI_API_KEY"),
    OPENAI_BASE_URL: `${echo.url}/v1`,
    LLMD_ENDPOINT: `http://model:${of("LLMD_ENDPOINT")}@${at}/`,
    PLAN_MODEL: "openai:some-model",
    EXTRACT_MODEL: "anthropic:some-model",
    VALIDATE_MODEL: "llmd:some-model",
    ROUTE_MODEL: "anthropic:some-model",
    LLM_TIMEOUT: "5",
    EMBEDDING_ENDPOINT: `${echo.url}/v1`,
    EMBEDDING_MODEL: "some-embedder",
    EMBEDDING_DIMENSION: "8",
    EMBEDDING_API_KEY: of("EMBEDDING_API_KEY"),
    COHERE_API_KEY: of("COHERE_API_KEY"),
    COHERE_BASE_URL: echo.url,
    SOURCE_GITHUB_TOKEN: of("SOURCE_GITHUB_TOKEN"),
    SOURCE_PROXY: `http://web:${of("SOURCE_PROXY")}@${at}`,
    SOURCE_HOSTS: "*",
    SLACK_BOT_TOKEN: of("SLACK_BOT_TOKEN"),
    SLACK_CHANNEL: "#school",
    SLACK_API_URL: `${echo.url}/slack/`,
    NOTIFY_WEBHOOK_URL: `http://hook:${of("NOTIFY_WEBHOOK_URL")}@${at}/hook`,
    NOTIFY_WEBHOOK_SECRET: of("NOTIFY_WEBHOOK_SECRET"),
    SMTP_URL: `smtp://mailer:${of("SMTP_URL")}@127.0.0.1:${echo.smtp}`,
    NOTIFY_MAIL_FROM: "school@example.org",
    NOTIFY_MAIL_TO: "people@example.org",
    NOTIFY_GITHUB_TOKEN: of("NOTIFY_GITHUB_TOKEN"),
    NOTIFY_GROUP_SECONDS: "0",
    OTEL_EXPORTER_OTLP_ENDPOINT: echo.url,
    OTEL_EXPORTER_OTLP_HEADERS: `authorization=Bearer%20${of("OTEL_EXPORTER_OTLP_HEADERS")}`,
  };
}

const coordinatorOnly = () => ({
  REDIS_URL: redis.url("coordinator"),
  SCHOOL_TOKENS: `operator:otto:${API_TOKEN}`,
  GITHUB_WEBHOOK_SECRET: secret.of("GITHUB_WEBHOOK_SECRET"),
  TRUSTED_PROXIES: "127.0.0.9",
  AUTH_GROUPS: "viewer=everybody",
  AUTH_PROXY_SECRET: secret.of("AUTH_PROXY_SECRET"),
  ANOMALY_INTERVAL: "0",
  SCHOOL_WAKE: "kubernetes",
});

function kubeconfig(): string {
  const cluster = { name: "c", cluster: { server: echo.url, "insecure-skip-tls-verify": true } };
  const user = { name: "u", user: { token: secret.of("KUBECONFIG") } };
  const context = { name: "x", context: { cluster: "c", user: "u" } };
  const all = { clusters: [cluster], users: [user], contexts: [context], "current-context": "x" };
  return JSON.stringify({ apiVersion: "v1", kind: "Config", ...all });
}

/** Work for every stage, at states that can really be. */
async function work(): Promise<void> {
  const api = { apiVersion: "apps/v1", kind: "Deployment", namespace: "shop", name: "api" };
  const { change_set, git_commit, landed } = committedImprovement("c0ffee".padEnd(40, "0"), [api] as never);
  const commit = { change_set, git_commit, landed } as Patch;
  await settle(pipeline, "at-verify", "deployed", commit);
  await settle(pipeline, "at-sync", "implementation", commit);
  await settle(pipeline, "at-rollback", "rolling_back", commit);
  await settle(pipeline, "at-implement", "approved", {});
  await settle(pipeline, "at-approve", "planned", {});
  await settle(pipeline, "at-plan", "validated", {});
  await settle(pipeline, "at-validate", "categorized", {});
  await settle(pipeline, "at-evaluate", "routed", {});
  await settle(pipeline, "at-learn", "verified", commit);
  await pipeline.seed(["at-route"]);
  const source = { kind: "page", address: "https://blog.example.org/post", title: "A page" };
  const event = newEvent(SOURCE_SUBMITTED, "/test", Date.now(), { source } as never);
  await pipeline.redis.lpush(pipeline.keys.list("ingest"), JSON.stringify(event));
  await requestIndex(pipeline.redis, pipeline.scripts, { source: "docs", because: "test", by: "/test" } as never);
}

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "canaries-"));
  echo = await startEcho();
  const passwords = { keda: "KEDA", function: "REDIS_URL", coordinator: "REDIS_URL of the coordinator", operator: "-" };
  redis = await redisWithUsers({
    keda: secret.of(passwords.keda),
    function: secret.of(passwords.function),
    coordinator: secret.of(passwords.coordinator),
    operator: secret.of(passwords.operator),
  });
  await writeFile(path.join(folder, "kubeconfig"), kubeconfig());
  pipeline = connectPipeline(redis.url("operator"));
  await work();
  const env = environment();
  processes.set("coordinator", startStage("route", { ...env, ...coordinatorOnly() }, COORDINATOR));
  for (const stage of STAGES) processes.set(stage, startStage(stage, env));
  for (const [name, process] of processes) {
    const ended = name === "coordinator" ? "the coordinator listens" : /^handled|^The handler failed/;
    const isThere = process.logged(({ msg }) => (typeof ended === "string" ? msg === ended : ended.test(msg)));
    const late = new Promise<never>((_, reject) => {
      const say = () => reject(new Error(`${name} did nothing:\n${process.output().slice(-2_000)}`));
      setTimeout(say, PATIENCE_MS * 0.9).unref();
    });
    await Promise.race([isThere, late]);
  }
}, PATIENCE_MS);

afterAll(async () => {
  await Promise.all([...processes.values()].map((process) => process.stop()));
  pipeline?.redis.disconnect();
  await redis?.close();
  await echo?.[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
}, PATIENCE_MS);

describe("secrets in every setting, and servers that repeat what they were sent", () => {
  test("they are sent to those they are for, so that there is something to repeat", () => {
    const seen = secret.in(echo.heads.join("\n"));
    const expected = ["GITOPS_TOKEN", "KUBECONFIG", "QDRANT_READ_ONLY_API_KEY", "ANTHROPIC_API_KEY"];
    expect(seen).toEqual(expect.arrayContaining(expected));
  });

  test("no log line of any process holds one", () => {
    const told = [...processes].map(([name, process]) => [name, secret.in(process.output())]);
    expect(Object.fromEntries(told.filter(([, found]) => (found ?? []).length > 0))).toEqual({});
  });

  test("records, trails, audit, dead letters, notifications, figures: nothing in Redis holds one", async () => {
    const all = await everythingIn(redis.operator);
    expect(all).toContain("improvement:at-verify");
    expect(secret.in(all)).toEqual([]);
  });

  test("no message, no question to a model, no trace holds one", () => {
    expect(echo.bodies.some((body) => body.includes("resourceSpans"))).toBe(true);
    expect(secret.in(echo.bodies.join("\n"))).toEqual([]);
  });

  test("no answer of the API holds one, nor do the metrics", async () => {
    const started = await processes.get("coordinator")?.logged(({ msg }) => msg === "the coordinator listens");
    const url = String(started?.["url"]);
    const get = async (route: string) => {
      const signal = AbortSignal.timeout(60_000);
      const response = await fetch(url + route, { headers: { authorization: `Bearer ${API_TOKEN}` }, signal });
      return [route, response.status, await response.text()] as const;
    };
    const [, , described] = await get("/api/openapi.json");
    const { paths } = JSON.parse(described) as { paths: Record<string, Record<string, unknown>> };
    const routes = Object.entries(paths).filter(
      ([route, { get: read }]) => read !== undefined && route !== "/api/events",
    );
    const asked = routes.map(([route]) => route.replace("{id}", "at-verify").replace("{stage}", "sync"));
    const answers: (readonly [string, number, string])[] = [];
    for (const route of [...asked, "/api/search?q=limits", "/metrics"]) answers.push(await get(route));
    expect(answers.filter(([, status]) => status === 200).length).toBeGreaterThan(20);
    const leaks = answers.map(([route, , text]) => [route, secret.in(text)] as const);
    expect(leaks.filter(([, found]) => found.length > 0)).toEqual([]);
  });

  test("no process has one among its arguments, nor a git it runs", () => {
    expect([...echo.commandLines].some((line) => line.startsWith("git"))).toBe(true);
    expect(secret.in([...echo.commandLines].join("\n"))).toEqual([]);
  });

  test("every setting that is a secret had one", () => {
    const set = Object.entries({ ...environment(), ...coordinatorOnly() });
    const without = set.filter(([name, value]) => SECRET_NAME.test(name) && secret.in(value).length === 0);
    expect(without).toEqual([]);
  });

  test("Redis refused nobody anything: each worked as the user it has in a cluster", async () => {
    expect(await redis.refused()).toEqual([]);
  });
});

test("a control: without the last line of defence a text like that would be told", () => {
  const value = secret.of("a control");
  const text = `fetch("http://u:${value}@host") failed`;
  expect(secret.in(text)).toEqual(["a control"]);
  keepSecrets({ SOME_URL: `http://u:${value}@host` });
  expect(secret.in(conceal(text))).toEqual([]);
});
