/** What a build may see: enough to build every image, and nothing that is somebody's secret. */
import { readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import path from "node:path";
import ignore from "@balena/dockerignore";
import { beforeAll, describe, expect, test } from "vitest";
import { readRecord } from "../../../build/bundle/record.ts";
import { bundle } from "../../../build/bundle.ts";
import { IMAGES } from "../../../build/images/programs.ts";
import { root, sourceFiles } from "../../repo/imports.ts";
import { contextFiles } from "./context.ts";

const rules = ignore.default().add(readFileSync(path.join(root, ".dockerignore"), "utf8"));
const seen = (file: string) => !rules.ignores(file);

test.each([
  ".env",
  ".env.production",
  "shared/.env",
  "functions/route/.env.local",
  ".git/config",
  ".npmrc",
  ".school/tokens.json",
  "node_modules/zod/index.js",
  "shared/node_modules/x/index.js",
  "dist/route/main.js",
  "functions/id_ed25519",
  "shared/server.key",
  "build/images/ca.pem",
  "build/local/start.ts",
  "test/support/redis.ts",
  "keda/README.md",
  "npm-debug.log",
  "kubeconfig",
  "secrets.yaml",
])("%s stays outside", (file) => {
  expect(seen(file)).toBe(false);
});

describe("everything the bundles are made of is inside", () => {
  beforeAll(async () => {
    await bundle([...IMAGES]);
  }, 600_000);

  test.each(IMAGES)("%s", async (program) => {
    const record = await readRecord(program);
    expect(record?.sources.length).toBeGreaterThan(10);
    expect(record?.sources.filter((file) => !seen(file))).toEqual([]);
  });

  test("and what bundles them", () => {
    const tools = [...sourceFiles("build/bundle", "build/images"), "build/bundle.ts"];
    const files = [...tools, "package.json", "package-lock.json", "tsconfig.json", "LICENSE"];
    expect(files.filter((file) => !seen(file))).toEqual([]);
  });
});

/** Forms of secrets nobody writes by accident. Words such as `password=` are in the code that looks for them. */
const SECRETS: readonly [string, RegExp][] = [
  ["a private key", /-----BEGIN (RSA |EC |OPENSSH |)PRIVATE KEY-----\s+[A-Za-z0-9+/=]{20,}/],
  ["a token of GitHub", /\b(ghp|gho|ghs|ghu)_[A-Za-z0-9]{36}\b|\bgithub_pat_\w{60,}/],
  ["a key of a model's vendor", /\bsk-(ant-|proj-)?[A-Za-z0-9_-]{32,}/],
  ["a key of a cloud", /\bAKIA[0-9A-Z]{16}\b|\bAIza[\w-]{35}\b/],
  ["a token of Slack", /\bxox[abprs]-\d{8,}-[\w-]{10,}/],
  [
    "a password in an address",
    /\b(rediss?|https?|smtps?):\/\/[^\s:@/$<{]+:[^\s@/$<{]{8,}@(?!.*(example|localhost|127\.0)|host\b)/,
  ],
];

test("and nothing in it is a secret", async () => {
  const files = await contextFiles();
  expect(files.length).toBeGreaterThan(500);
  const found: string[] = [];
  for (const file of files) {
    const text = await readFile(path.join(root, file), "utf8");
    for (const [what, pattern] of SECRETS) if (pattern.test(text)) found.push(`${file}: ${what}`);
  }
  expect(found).toEqual([]);
});

test.each<[string, string]>([
  ["a private key", `-----BEGIN PRIVATE KEY-----\n${"QUJD".repeat(10)}`],
  ["a token of GitHub", `ghp_${"a1".repeat(18)}`],
  ["a key of a model's vendor", `sk-ant-${"a1-".repeat(12)}`],
  ["a key of a cloud", "AKIAABCDEFGHIJKLMNOP"],
  ["a password in an address", "redis://user:hunter2hunter2@redis.internal:6379"],
])("%s would be found", (what, text) => {
  expect(SECRETS.filter(([, pattern]) => pattern.test(text)).map(([name]) => name)).toContain(what);
});
