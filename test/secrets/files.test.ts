/** No secret in what is published: tracked files, what a build of the images sees, what kustomize makes. */
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { promisify } from "node:util";
import { beforeAll, describe, expect, test } from "vitest";
import { root } from "../repo/imports.ts";
import { secretsInText } from "../support/secrets/scan.ts";

const run = promisify(execFile);
/** Digests and vectors by design, or bytes. */
const PASSED_OVER = /(^|\/)(package-lock\.json|[\w.-]+\.(png|ico|woff2|gz))$/;

/** Made up, for the tests of what hides secrets: the file, and how what is found there begins. */
const MADE_UP: readonly (readonly [string, string])[] = [
  ["test/build/images/context.test.ts", "AKIAABCDEFGHIJKLMNOP"],
  ["test/build/images/context.test.ts", "redis://user:hunter2hunt"],
  ["test/contracts/routing-memory.test.ts", "ghp_16C7e42F292c6912E771"],
  ["test/contracts/routing-memory.test.ts", 'secret = "ghp_16C7e42F292c6912E771'],
  ["test/secrets/files.test.ts", "AKIAQ3EGZX7LMNOPQRST"],
  ["test/secrets/files.test.ts", "AKIAABCDEFGHIJKLMNOP"],
  ["test/secrets/files.test.ts", "AKIAIOSFODNN7EXAMPLE"],
  ["test/secrets/files.test.ts", "hooks.slack.com/services"],
  ["test/shared/policy/references.test.ts", "postgres://app:hunter2hu"],
  ["test/shared/repository/redact.test.ts", "AKIAIOSFODNN7EXAMPLE"],
  ["test/shared/repository/redact.test.ts", "xoxb-1234567890-abcdefgh"],
  ["test/shared/repository/redact.test.ts", "eyJhbGciOiJIUzI1NiJ9.eyJ"],
  ["test/shared/repository/redact.test.ts", "postgres://app:hunter2x@"],
  ["test/shared/routing/neighbours-thresholds.test.ts", "api_key: sk-live-51H8xZqJ"],
];

let files: string[] = [];
beforeAll(async () => {
  const { stdout } = await run("git", ["-C", root, "ls-files", "-z"], { maxBuffer: 16 * 1024 * 1024 });
  files = stdout
    .split("\0")
    .filter((file) => file !== "" && !PASSED_OVER.test(file) && existsSync(path.join(root, file)));
});

test("no tracked file holds one", async () => {
  expect(files.length).toBeGreaterThan(2_000);
  const found: string[] = [];
  for (const file of files) {
    const text = await readFile(path.join(root, file), "utf8");
    for (const { what, line, sample } of secretsInText(text)) {
      const isMadeUp = MADE_UP.some(([where, beginning]) => where === file && sample.startsWith(beginning));
      if (!isMadeUp) found.push(`${file}:${line}: ${what}: ${sample}`);
    }
  }
  expect(found).toEqual([]);
});

test("no tracked file is one: keys, settings and data of a school stay outside", () => {
  const kept =
    /(^|\/)(\.env(\..*)?|id_(rsa|ed25519|ecdsa)|.*\.(pem|key|p12|pfx|kdbx)|kubeconfig|\.npmrc|\.netrc|users\.json)$/;
  expect(files.filter((file) => kept.test(file) && file !== ".npmrc")).toEqual([]);
});

const kustomized = ["keda/overlays/local", "keda/overlays/production", "keda/argocd", "keda/argocd/layers", "knative"];
const hasKubectl = await run("kubectl", ["version", "--client"]).then(
  () => true,
  () => process.env["SCHOOL_REQUIRE_KUBECTL"] === "1",
);

describe.skipIf(!hasKubectl)("what kustomize makes", () => {
  test("nothing that kustomize makes of an overlay holds one", async () => {
    const found: string[] = [];
    for (const folder of kustomized.filter((one) => existsSync(path.join(root, one, "kustomization.yaml")))) {
      const { stdout } = await run("kubectl", ["kustomize", path.join(root, folder)], { maxBuffer: 64 * 1024 * 1024 });
      expect(stdout.length).toBeGreaterThan(500);
      for (const { what, sample } of secretsInText(stdout)) found.push(`${folder}: ${what}: ${sample}`);
      if (/^kind: Secret$/m.test(stdout)) found.push(`${folder}: a Secret`);
    }
    expect(found).toEqual([]);
  });
});

describe("a secret would be found", () => {
  const random = "hV9kQ2zR7mXw4LpT8sBnC3yGfD6aJ1uE";
  test.each([
    ["a private key", `-----BEGIN EC PRIVATE KEY-----\n${"QUJDabc1".repeat(8)}`],
    ["a token of GitHub", `ghp_${"a1B2".repeat(9)}`],
    ["a token of GitHub", `github_pat_${"a1B2c3".repeat(14)}`],
    ["a key of a model's vendor", `sk-ant-${"a1-B2".repeat(8)}`],
    ["a key of a cloud", "AKIAQ3EGZX7LMNOPQRST"],
    ["a token of Slack", `xoxb-123456789012-${"a1B2c3".repeat(4)}`],
    ["a webhook of Slack", "https://hooks.slack.com/services/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"],
    ["a token that is signed (JWT)", `eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NSJ9.${random}`],
    ["a password in an address", `redis://user:${random}@redis.internal:6379`],
    ["something random under a secret's name", `SCHOOL_PASSWORD=${random}`],
    ["something random under a secret's name", `  apiKey: "${random}"`],
  ])("%s", (what, text) => {
    expect(secretsInText(`# a file\n${text}\n`).map((one) => one.what)).toContain(what);
  });

  test.each([
    "password: ${PASSWORD}",
    "token: process.env.TOKEN",
    "APPROVAL_SECRET: the secret of this test, in words",
    "image: ghcr.io/x/y@sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    "redis://user:password@redis.example:6379",
  ])("%s is none", (text) => {
    expect(secretsInText(text)).toEqual([]);
  });
});
