/** school policy as people and pipelines run it: no school, no network, a folder they have. */
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Report } from "../../../shared/policy/finding.ts";
import { application, deployment, SIZED, service } from "../../support/platform.ts";
import { schoolCommand } from "./school.ts";

let root: string;
beforeEach(() => {
  root = mkdtempSync(path.join(tmpdir(), "school-policy-"));
  write("apps/shop.yaml", application("shop", "shop", "shop"));
  write("shop/web.yaml", deployment("web", { extra: SIZED }));
  write("shop/web-service.yaml", service("web", 80));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

function write(file: string, text: string): void {
  mkdirSync(path.dirname(path.join(root, file)), { recursive: true });
  writeFileSync(path.join(root, file), text);
}
const policy = (args: readonly string[], stdin = "") => schoolCommand(["policy", ...args], {}, { cwd: root, stdin });
async function rules(args: readonly string[], stdin = ""): Promise<string[]> {
  const { findings } = JSON.parse((await policy([...args, "--json"], stdin)).out) as Report;
  return findings
    .filter(({ severity }) => severity !== "info")
    .map(({ rule, path: file, line }) => `${rule} ${file}:${line}`);
}
function git(...args: string[]): void {
  const identity = ["-c", "user.name=t", "-c", "user.email=t@example.com", "-c", "commit.gpgSign=false"];
  execFileSync("git", [...identity, ...args], { cwd: root, stdio: "pipe" });
}

describe("exit codes", () => {
  test("0 for a sound repository, 1 for an error, and --fail-on says what counts", async () => {
    expect((await policy(["."])).code).toBe(0);
    expect((await policy([".", "--fail-on", "warning"])).code).toBe(1);
    write("shop/n.yaml", service("Bad_Name", 80, "web"));
    const { code, out } = await policy(["."]);
    expect(code).toBe(1);
    expect(out).toMatch(/shop\/n\.yaml\n\s+3:12 {2}error {4}Service shop\/Bad_Name: its name .* {2}rfc-1123-names/);
    expect(out).toMatch(/rfc-1123-names\s+error\s+1\s+Use lower-case letters/);
  });

  test("deny and human: what the school would be refused, or have to ask for", async () => {
    write(
      "shop/web.yaml",
      deployment("web", {
        extra: `${SIZED}          readinessProbe: {tcpSocket: {port: 80}}\n          livenessProbe: {tcpSocket: {port: 80}}\n`,
      }),
    );
    expect((await policy(["shop", "--fail-on", "deny"])).code).toBe(0);
    expect((await policy(["shop", "--fail-on", "human"])).code).toBe(1);
    write("shop/s.yaml", "apiVersion: v1\nkind: Secret\nmetadata: {name: s}\ndata: {a: b}\n");
    expect((await policy(["shop", "--fail-on", "error"])).code).toBe(0);
    expect((await policy(["shop", "--fail-on", "deny"])).code).toBe(1);
  });

  test.each([
    [["nowhere"], "is not there"],
    [["--fail-on", "anything"], "--fail-on must be one of"],
    [["--json", "--sarif"], "exclude each other"],
    [["--diff", "HEAD", "shop/web.yaml"], "--diff"],
    [["--config", "nowhere.yaml"], "is not there"],
    [["-", "shop"], "stands alone"],
  ])("2 for %j", async (args, message) => {
    const { code, out, err } = await policy(args);
    expect([code, out]).toEqual([2, ""]);
    expect(err).toContain(message);
  });
});

test("a part is judged with all of the repository in view", async () => {
  write(
    "shop/l.yaml",
    "apiVersion: v1\nkind: LimitRange\nmetadata: {name: l}\nspec: {limits: [{type: Container, max: {memory: 1Mi}}]}\n",
  );
  write("shop/n.yaml", service("Bad", 80));
  git("init", "-q");
  expect(await rules(["shop/web.yaml"])).toEqual(["require-probes shop/web.yaml:11", "limit-range shop/web.yaml:13"]);
});

test("standard input and a file of no repository are judged by themselves", async () => {
  const text = `${service("a", 80, "none")}---\n${service("B", 80)}`;
  expect(await rules(["-"], text)).toEqual(["rfc-1123-names stdin.yaml:8"]);
  write("alone.yaml", text);
  expect(await rules(["alone.yaml"])).toEqual(["rfc-1123-names alone.yaml:8"]);
});

test("what git leaves out is judged when it is named, symbolic links never", async () => {
  git("init", "-q");
  write(".gitignore", "out/\n");
  write("out/n.yaml", service("B", 80, "web"));
  expect((await rules(["."])).filter((one) => one.includes("out/"))).not.toEqual([]);
  expect((await rules(["shop"])).filter((one) => one.includes("out/"))).toEqual([]);
  expect(await rules(["out"])).toContain("rfc-1123-names out/n.yaml:3");
});

test("--diff tells what is new since a commit, staged or not", async () => {
  write("shop/old.yaml", service("Old", 80, "web"));
  git("init", "-q");
  git("add", "-A");
  git("commit", "-qm", "one");
  expect(await rules(["--diff", "HEAD"])).toEqual([]);
  write("shop/new.yaml", service("New", 80, "web"));
  expect(await rules(["--diff", "HEAD"])).toEqual(["rfc-1123-names shop/new.yaml:3"]);
  expect((await policy(["--diff", "no-such-commit"])).err).toContain("there is no such commit");
  expect((await policy(["--diff", "--output=x"])).code).toBe(2);
});

test("the policy file of the repository, another one, and a broken one", async () => {
  write(".cortex-school.yaml", "version: 1\nkinds: {deny: [Service]}\n");
  expect(await rules(["."])).toContain("allowed-kinds shop/web-service.yaml:2");
  write(
    "other.yaml",
    'version: 1\nexemptions:\n- {rules: [require-probes], paths: ["shop/**"], reason: this is a test of ours, expires: 2999-01-01}\n',
  );
  expect(await policy([".", "--config", "other.yaml", "--fail-on", "warning"])).toMatchObject({
    code: 0,
    out: expect.stringContaining("1 exempted") as string,
  });
  write("other.yaml", "version: 1\nsizes:\n  cpus: 3\n");
  const { code, out } = await policy([".", "--config", "other.yaml"]);
  expect(code).toBe(1);
  expect(out).toMatch(/\.cortex-school\.yaml\n\s+3:3 {2}error {4}sizes\.cpus: there is no such setting/);
});

test("names and messages from files cannot steer a terminal", async () => {
  write("shop/n.yaml", service("x", 80, "web").replace("name: x", 'name: "\\e[31mred"'));
  const { out } = await policy(["."]);
  expect(out).toContain("\\u{1b}[31mred");
  expect(out).not.toContain("\u001b");
});

test("--sarif and --rules", async () => {
  const sarif = JSON.parse((await policy([".", "--sarif"])).out) as { version: string; runs: unknown[] };
  expect([sarif.version, sarif.runs.length]).toEqual(["2.1.0", 1]);
  expect((await policy(["--rules"])).out).toContain("disallow-latest-tag");
});
