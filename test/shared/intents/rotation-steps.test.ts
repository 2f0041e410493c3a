/**
 * The three steps of a rotation, run as the pod would run them: a real Redis, and small stand-ins for redis-cli and for
 * kubectl, which keeps a Secret in a file and refuses what was read before somebody else wrote. Wherever a run is cut off, the next one finishes.
 */
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { changeScript, PREPARE, PUBLISH } from "../../../shared/intents/secrets/rotation-scripts.ts";
import { startTestRedis, type TestRedis } from "../../support/redis.ts";

const root = mkdtempSync(join(tmpdir(), "rotation-"));
const secretFile = join(root, "secret.json");
const restarts = join(root, "restarts");
let redis: TestRedis | undefined;
let port = 0;

/** `get` prints what the template asks for; `patch` merges unless the version is another one; `rollout` is written down. */
const KUBECTL = `#!${process.execPath}
const { readFileSync, writeFileSync, appendFileSync } = require("node:fs");
const args = process.argv.slice(2);
const file = ${JSON.stringify(secretFile)};
const secret = JSON.parse(readFileSync(file, "utf8"));
if (args[0] === "rollout") appendFileSync(${JSON.stringify(restarts)}, args[2] + "\\n");
else if (args[0] === "get") {
  const key = process.env.KEY;
  process.stdout.write(secret.metadata.resourceVersion + " " + (secret.data[key] ?? "-") + " " + (secret.data[key + ".next"] ?? ""));
} else {
  const patch = JSON.parse(readFileSync(args[args.indexOf("--patch-file") + 1], "utf8"));
  if (patch.metadata.resourceVersion !== secret.metadata.resourceVersion) { console.error("Conflict"); process.exit(1); }
  Object.assign(secret.data, patch.data);
  for (const key of Object.keys(secret.data)) if (secret.data[key] === null) delete secret.data[key];
  secret.metadata.resourceVersion = String(Number(secret.metadata.resourceVersion) + 1);
  writeFileSync(file, JSON.stringify(secret));
}
`;

/** Logs in by REDISCLI_AUTH, sends what comes in line by line, and prints replies as redis-cli does to a pipe. */
const CLI = `#!${process.execPath}
const { connect } = require("node:net");
const { readFileSync } = require("node:fs");
const args = process.argv.slice(2);
const lines = readFileSync(0, "utf8").trim().split("\\n");
const socket = connect(Number(args[args.indexOf("-p") + 1]), args[args.indexOf("-h") + 1]);
let text = "";
socket.write(["AUTH " + process.env.REDISCLI_AUTH, ...lines].map((line) => line + "\\r\\n").join(""));
socket.on("data", (chunk) => {
  text += chunk;
  const replies = text.split("\\r\\n").slice(0, -1);
  if (replies.length <= lines.length) return;
  if (replies[0][0] === "-") console.error("AUTH failed: " + replies[0].slice(1));
  console.log(replies.slice(1).map((reply) => reply.slice(1)).join("\\n"));
  socket.destroy();
});
`;

const base64 = (text: string) => Buffer.from(text).toString("base64");
const secret = () => (JSON.parse(readFileSync(secretFile, "utf8")) as { data: Record<string, string> }).data;
const plain = (key: string) => Buffer.from(secret()[key] ?? "", "base64").toString();
const steps = { prepare: PREPARE, change: changeScript("redis") ?? "", publish: PUBLISH };

function run(step: keyof typeof steps, more: Record<string, string> = {}) {
  const script = steps[step].replaceAll("/rotation/", `${root}/rotation/`);
  const PATH = `${root}/bin:${process.env["PATH"] ?? ""}`;
  const env = {
    PATH,
    NAMESPACE: "shop",
    SECRET: "db",
    KEY: "password",
    HOST: "127.0.0.1",
    PORT: String(port),
    WORKLOADS: "deployment/api statefulset/db",
    ...more,
  };
  return spawnSync("sh", ["-c", script], { env, encoding: "utf8" });
}

function pod(upTo: keyof typeof steps): number {
  for (const step of ["prepare", "change", "publish"] as const) {
    const { status } = run(step);
    if (status !== 0) return status ?? -1;
    if (step === upTo) break;
  }
  return 0;
}

const ask = (password: string, command: string) =>
  spawnSync(join(root, "bin", "redis-cli"), ["-h", "127.0.0.1", "-p", String(port)], {
    input: `${command}\n`,
    env: { ...process.env, REDISCLI_AUTH: password },
    encoding: "utf8",
  }).stdout.trim();

beforeAll(async () => {
  mkdirSync(join(root, "bin"));
  mkdirSync(join(root, "rotation"));
  writeFileSync(join(root, "bin", "kubectl"), KUBECTL, { mode: 0o755 });
  writeFileSync(join(root, "bin", "redis-cli"), CLI, { mode: 0o755 });
  redis = await startTestRedis();
  port = redis.port;
});

afterAll(async () => {
  await redis?.close();
  rmSync(root, { recursive: true, force: true });
});

let current = "";
beforeEach(() => {
  expect(ask(current, "CONFIG SET requirepass first")).toBe("OK");
  current = "first";
  writeFileSync(
    secretFile,
    JSON.stringify({ metadata: { resourceVersion: "7" }, data: { password: base64("first"), user: base64("me") } }),
  );
  writeFileSync(restarts, "");
});

/** Whatever happened, one of the two entries opens the database. */
function nobodyIsLockedOut(): void {
  const known = [plain("password"), plain("password.next")].filter((one) => one !== "");
  expect(known.some((one) => ask(one, "PING") === "PONG")).toBe(true);
}

function finished(): void {
  current = plain("password");
  expect(current).toMatch(/^[A-Za-z0-9]{32}$/);
  expect(ask(current, "PING")).toBe("PONG");
  expect(ask("first", "PING")).not.toBe("PONG");
  expect(Object.keys(secret()).sort()).toEqual(["password", "user"]);
  expect(plain("user")).toBe("me");
  expect(readFileSync(restarts, "utf8").split("\n")).toEqual(
    expect.arrayContaining(["deployment/api", "statefulset/db"]),
  );
}

test("from beginning to end", () => {
  expect(pod("publish")).toBe(0);
  finished();
});

test.each(["prepare", "change"] as const)("cut off after %s, the next run finishes with the same password", (step) => {
  expect(pod(step)).toBe(0);
  const next = plain("password.next");
  nobodyIsLockedOut();
  expect(plain("password")).toBe("first");
  expect(pod("publish")).toBe(0);
  finished();
  expect(current).toBe(next);
});

test("cut off between the restarts, the next run restarts again and changes nothing else", () => {
  writeFileSync(
    join(root, "bin", "kubectl"),
    KUBECTL.replace(
      'if (args[0] === "rollout")',
      'if (args[2] === "statefulset/db") process.exit(1); else if (args[0] === "rollout")',
    ),
    { mode: 0o755 },
  );
  expect(pod("publish")).not.toBe(0);
  const next = plain("password");
  expect(plain("password.next")).toBe(next);
  nobodyIsLockedOut();
  writeFileSync(join(root, "bin", "kubectl"), KUBECTL, { mode: 0o755 });
  expect(pod("publish")).toBe(0);
  finished();
  expect(current).toBe(next);
});

describe("nothing is changed", () => {
  test("when somebody else wrote the Secret in between", () => {
    expect(pod("change")).toBe(0);
    const other = { ...secret(), "password.next": base64("x".repeat(32)) };
    writeFileSync(secretFile, JSON.stringify({ metadata: { resourceVersion: "99" }, data: other }));
    const { status, stderr } = run("publish");
    expect([status, stderr]).toEqual([1, expect.stringContaining("somebody else")]);
    expect(plain("password")).toBe("first");
    current = readFileSync(join(root, "rotation", "next"), "utf8");
  });

  test("when the database takes neither password", () => {
    expect(ask("first", "CONFIG SET requirepass by-hand")).toBe("OK");
    current = "by-hand";
    expect(pod("publish")).toBe(1);
    expect(plain("password")).toBe("first");
    expect(ask("by-hand", "PING")).toBe("PONG");
    expect(readFileSync(restarts, "utf8")).toBe("");
  });

  test("when the Secret has no such key", () => {
    const { status, stderr } = run("prepare", { KEY: "pass" });
    expect([status, stderr]).toEqual([1, expect.stringContaining("has no key pass")]);
    expect(Object.keys(secret())).toEqual(["password", "user"]);
  });
});

describe.each([
  ["postgres", "psql"],
  ["mysql", "mysql"],
] as const)("%s", (kind, client) => {
  /** A client that takes the password in a file, and the one it is given by the last statement. */
  const CLIENT = `#!/bin/sh
GIVEN="\${PGPASSWORD:-$MYSQL_PWD}"
test "$GIVEN" = "$(cat ${root}/accepted)" || exit 2
case "$*" in *"SELECT 1"*) exit 0;; esac
INPUT=$(cat)
case "$INPUT" in *ALTER*) printf %s "$(cat ${root}/rotation/next)" > ${root}/accepted; printf '%s\\n' "$INPUT" > ${root}/asked;; esac
`;
  const change = (accepted: string, next = "Next123") => {
    for (const name of [client, ...(kind === "mysql" ? ["mariadb"] : [])])
      writeFileSync(join(root, "bin", name), CLIENT, { mode: 0o755 });
    writeFileSync(join(root, "accepted"), accepted);
    writeFileSync(join(root, "asked"), "");
    writeFileSync(join(root, "rotation", "current"), "old");
    writeFileSync(join(root, "rotation", "next"), next);
    const script = (changeScript(kind) ?? "").replaceAll("/rotation/", `${root}/rotation/`);
    const { status } = spawnSync("sh", ["-c", script], {
      env: { PATH: `${root}/bin:${process.env["PATH"] ?? ""}`, HOST: "h", PORT: "1" },
    });
    return {
      status,
      accepted: readFileSync(join(root, "accepted"), "utf8"),
      asked: readFileSync(join(root, "asked"), "utf8"),
    };
  };

  test.each(["old", "Next123"])("logs in by %s and sets the next", (accepted) => {
    const done = change(accepted);
    expect(done).toMatchObject({ status: 0, accepted: "Next123" });
    expect(done.asked).toContain("ALTER");
  });

  test("stops at a password of neither kind", () => {
    expect(change("other")).toMatchObject({ status: 1, accepted: "other", asked: "" });
  });
});

test("how MongoDB would have to be asked is not known", () => {
  expect(changeScript("mongodb")).toBeUndefined();
});
