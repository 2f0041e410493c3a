/** A GitOps repository that refuses, that moved on, and that is out of reach: seen from the process that commits. */
import { rename, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type Sandbox, startSandbox } from "../../build/local/sandbox/sandbox.ts";
import { APPROVAL_LIFETIME_MS } from "../../shared/domain/approval-signature.ts";
import { operations } from "../../shared/pipeline/operations.ts";
import { settle } from "../functions/coordinator/claim-and-settle.ts";
import { approved, CART, deployment, ours, remote, SECRET } from "../support/implement.ts";
import { badInput } from "./support.ts";

const ID = "0123456789abcdef";
const ADDRESS = "https://git.example.org/platform.git";
const school = badInput();
let sandbox: Sandbox;
beforeEach(async () => {
  sandbox = await startSandbox({ repository: remote.url, branch: "main", publicUrl: ADDRESS, pollMs: 100 });
});
afterEach(() => sandbox.close());

/** An improvement that a person approved just now. */
async function plan(): Promise<void> {
  const now = Date.now();
  const planned = await approved({ approvedAt: now - 1_000, expiresAt: now + APPROVAL_LIFETIME_MS });
  const { intent, change_set, verdict, approval } = planned;
  await settle(school(), ID, "approved", {
    ...(intent === undefined ? {} : { intent }),
    ...(change_set === undefined ? {} : { change_set }),
    ...(verdict === undefined ? {} : { verdict }),
    ...(approval === undefined ? {} : { approval }),
  });
}

/** The process that has to commit it. */
async function start() {
  const kubeconfig = path.join(remote.cacheDir, "..", "kubeconfig");
  await writeFile(kubeconfig, sandbox.kubeconfig());
  return school().run("implement", {
    GITOPS_REPO: remote.url,
    GITOPS_PUBLIC_URL: ADDRESS,
    GITOPS_CACHE_DIR: remote.cacheDir,
    KUBECONFIG: kubeconfig,
    PROMETHEUS_URL: sandbox.prometheusUrl,
    APPROVAL_SECRET: SECRET,
  });
}

test("a remote that refuses every push: its words are told, the approved change waits for an operator, and is pushed once", async () => {
  const { redis, keys, scripts, deadLetter, stands } = school();
  await plan();
  await remote.refuse("the main branch is protected: ask the platform team");
  const worker = await start();
  const told = await worker.logged(({ msg }) => msg.includes("school redrive"));
  expect(told["reason"]).toContain("ask the platform team");
  await stands(ID, "dead");
  expect(await ours()).toBe(0);

  await rm(path.join(remote.url, "hooks", "pre-receive"));
  const letter = await deadLetter("implement", () => true);
  await operations(redis, keys, scripts).redrive(letter, "person:otto", "the branch accepts the school now");
  await stands(ID, "implementation");
  expect(await ours()).toBe(1);
});

test("a remote that moved on: the change is rendered again on the new head, and the others' work stays", async () => {
  await plan();
  await remote.push({ "README.md": "The platform, described\n", "docs/on-call.md": "Call us\n" });
  await start();
  await school().stands(ID, "implementation");
  expect(await ours()).toBe(1);
  expect(await remote.show("README.md")).toBe("The platform, described\n");
  expect(await remote.show(CART)).toContain("memory: 128Mi");
});

test("a remote on which somebody changed the same file: a person is asked, nothing is committed", async () => {
  await plan();
  await remote.push({ [CART]: deployment("cart").replace("replicas: 2", "replicas: 3") });
  await start();
  await school().stands(ID, "pending_review");
  expect(await ours()).toBe(0);
  const { redis, keys } = school();
  expect(await redis.hget(keys.record(ID), "review_reason")).toMatch(/chang/i);
});

test("a remote that is gone for a while: the message names it, and the commit is made when it is back", async () => {
  await plan();
  await rename(remote.url, `${remote.url}.away`);
  const worker = await start();
  const told = await worker.logged(({ err }) => /remote\.git/.test(err?.message ?? ""));
  expect(told.msg).toContain("tried again");
  await rename(`${remote.url}.away`, remote.url);
  await school().comeDue("implement");
  await school().stands(ID, "implementation");
  expect(await ours()).toBe(1);
});
