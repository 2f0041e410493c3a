/** The configuration reference says what the code reads: every variable, and none that nobody reads. */
import { readFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { variables } from "../../../build/configuration/reference.ts";
import { withoutReal } from "../../../build/local/environment.ts";
import { resolveEnvironment } from "../../../shared/runtime/config.ts";
import { root, sourceFiles } from "../../repo/imports.ts";

const reference = readFileSync(path.join(root, "build/local/README.md"), "utf8");
const [current = "", founding = ""] = reference.split("## Names of the founding documents");
const names = (column: string) => [...column.matchAll(/`([A-Z][A-Z\d_]{2,})`/g)].map(([, name]) => name ?? "");
const firstColumn = (table: string) => names([...table.matchAll(/^\|([^|]*)\|/gm)].map(([, cell]) => cell).join("\n"));

/** Keys of settings schemas and names looked up in an environment. */
const READ = [
  /(?:^ {2}|\{ )([A-Z][A-Z\d_]{2,}): (?:z\b|\w+\(\d|[a-z]\w*\.default\(|[a-z]\w*Setting\b)/gm,
  /\b(?:env|environment|process\.env)\["([A-Z][A-Z\d_]{2,})"\]/g,
  /\b(?:process\.)?env\.([A-Z][A-Z\d_]{2,})/g,
  /\{ ([A-Z_]+): \w+(?:, ([A-Z_]+): \w+)? \} = env;/g,
];
/** Everybody's, not the school's. */
const COMMON = ["PATH", "HOME", "TMPDIR", "NO_COLOR", "TERM", "XDG_CACHE_HOME"];

function namesInCode(): Set<string> {
  const found = new Set<string>();
  const files = [...sourceFiles("functions", "shared", "build"), "build/setup.mjs", "build/setup/redis.mjs"];
  for (const file of files.filter((name) => !name.includes("/sandbox/"))) {
    const text = readFileSync(path.join(root, file), "utf8");
    for (const pattern of READ) {
      for (const [, ...groups] of text.matchAll(pattern)) for (const name of groups) if (name) found.add(name);
    }
  }
  return found;
}

const accepted = ["REDIS_HOST", "REDIS_PORT", "GITHUB_REPO", "GITHUB_BRANCH", "COMMIT_AUTHOR", "ALERT_SLACK_WEBHOOK"];

test("every variable the code reads is in the reference, and nothing else", () => {
  const read = [...namesInCode()].filter((name) => !COMMON.includes(name) && !accepted.includes(name));
  expect(firstColumn(current).sort()).toEqual(read.sort());
});

test("what says where a part is counts from the environment only with --real, and nothing else is held back", () => {
  for (const { names: listed, part = false } of variables)
    for (const name of listed) expect(Object.keys(withoutReal({ [name]: "v" })).length === 0, name).toBe(part);
});

test("no variable stands there twice", () => {
  const listed = firstColumn(current);
  expect(listed.filter((name, i) => listed.indexOf(name) !== i)).toEqual([]);
});

/** The founding documents' variables. */
const FOUNDING = `
  REDIS_HOST REDIS_PORT LOG_LEVEL AUTO_APPROVE_THRESHOLD HIGH_RISK_THRESHOLD HEALTH_CHECK_DURATION LLMD_ENDPOINT
  EXPERT_MODELS QDRANT_URL EMBEDDING_MODEL RERANK_MODEL GITHUB_REPO GITHUB_BRANCH COMMIT_AUTHOR PROMETHEUS_URL
  ALERT_SLACK_WEBHOOK ROLLBACK_ENABLED ANTHROPIC_API_KEY GITHUB_TOKEN WORKER_TYPE`;

test.each(FOUNDING.trim().split(/\s+/))(
  "the founding name %s is accepted, or listed with the reason why not",
  (name) => {
    const row = founding.split("\n").find((line) => names(line.split("|")[1] ?? "").includes(name)) ?? "";
    expect(row).not.toBe("");
    if (/\| (unchanged|accepted)/.test(row)) {
      const aliased = Object.keys(resolveEnvironment({ REDIS_HOST: "h", [name]: "v" })).length > 1;
      expect(firstColumn(current).includes(name) || aliased).toBe(true);
    } else {
      expect(row).toMatch(/\| (not used yet|dropped): \w+/);
    }
  },
);
