/** GET /api/improvements/:id/rollback: what a rollback would do, told from a real repository, and nothing done. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { Sight } from "../../../functions/coordinator/sight.ts";
import { gitCli } from "../../../shared/adapters/git-cli.ts";
import { changeSet } from "../../../shared/domain/change-set.ts";
import type { Patch } from "../../../shared/domain/improvement.ts";
import type { Status } from "../../../shared/domain/lifecycle.ts";
import { RetryLater } from "../../../shared/runtime/errors.ts";
import { type GitRemote, gitRemote } from "../../support/git-remote.ts";
import { startSchool, type TestSchool } from "./support.ts";

const APPLICATION = (repoURL: string) => `apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: shop, namespace: argocd}
spec:
  source: {repoURL: "${repoURL}", path: apps/shop, targetRevision: main}
  destination: {namespace: shop, server: https://kubernetes.default.svc}
`;
const LIMITS = "apps/shop/limits.yaml";
const CONFIG = (value: string, other = "0") =>
  `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: limits\n  namespace: shop\ndata:\n  a: "${value}"\n  b: "1"\n  c: "2"\n  d: "3"\n  e: "${other}"\n`;
const CLAIM =
  "apiVersion: v1\nkind: PersistentVolumeClaim\nmetadata:\n  name: data\n  namespace: shop\nspec:\n  resources:\n    requests:\n      storage: 1Gi\n";

let school: TestSchool;
let remote: GitRemote;
let sight: () => Promise<Sight>;
let cluster: Record<string, Record<string, unknown>>;
beforeAll(async () => {
  school = await startSchool({ sight: () => sight() });
});
afterAll(() => school.close());
beforeEach(async () => {
  remote = await gitRemote({ "README.md": "hello\n" });
  await remote.push({ "argocd-apps/shop.yaml": APPLICATION(remote.url), [LIMITS]: CONFIG("old") });
  cluster = {};
  const git = gitCli({ remote: remote.url, cacheDir: remote.cacheDir, author: "School <school@example.org>" });
  const object = async (_version: string, kind: string, _namespace: string, name: string) => cluster[`${kind} ${name}`];
  sight = async () => ({ git, platform: { repository: remote.url }, mode: "direct", cluster: { object } });
});
afterEach(() => remote.close());

let count = 0;
/** An improvement whose commit wrote these files; returns its id and the commit. */
async function landed(files: Record<string, string>, status: Status = "verified", patch: Patch = {}) {
  count += 1;
  const commit = await remote.push(files);
  const changes = Object.entries(files).map(([path, after]) => ({ path, before: null, after }));
  await school.stand(`r${count}`, status, {
    change_set: changeSet(changes, [], "shop"),
    git_commit: commit,
    landed: { kind: "commit", first: commit, last: commit },
    ...patch,
  });
  return { id: `r${count}`, commit };
}
async function preview(id: string) {
  const before = await remote.tip();
  const answer = await school.call("viewer", "GET", `/api/improvements/${id}/rollback`);
  expect(await remote.tip()).toBe(before);
  return answer;
}

test("the revert against the head of now, with later work in it, and what it does to the cluster", async () => {
  const { id, commit } = await landed({ [LIMITS]: CONFIG("new") });
  await remote.push({ [LIMITS]: CONFIG("new", "later") }, { message: "Somebody went on", by: "Ann <a@example.org>" });
  const { status, json } = await preview(id);
  expect(status).toBe(200);
  expect(json).toMatchObject({
    id,
    possible: true,
    because: null,
    way: "push",
    commit,
    head: await remote.tip(),
    application: "shop",
    lock: { name: "shop", holder: null },
    conflicts: [],
    objects: [{ kind: "ConfigMap", namespace: "shop", name: "limits", effect: "change", fate: "applied" }],
    later: [{ subject: "Somebody went on" }],
  });
  expect(json.files).toHaveLength(1);
  expect(json.files[0].diff).toContain('-  a: "new"\n+  a: "old"');
  expect(json.files[0].diff).not.toContain('-  e: "later"');
  expect(json.warnings).toEqual([expect.stringContaining("1 later commit")]);
  expect((await school.record(id)).status).toBe("verified");
});

test("data that would go: not possible, with the options", async () => {
  const { id } = await landed({ "apps/shop/data.yaml": CLAIM });
  cluster["PersistentVolumeClaim data"] = { status: { phase: "Bound" } };
  const { json } = await preview(id);
  expect(json).toMatchObject({
    possible: false,
    objects: [{ kind: "PersistentVolumeClaim", effect: "delete", fate: "lost", because: "it is bound to a volume" }],
  });
  expect(json.because).toContain("Prune=false");
  expect(json.warnings).toEqual([expect.stringContaining("data with it")]);
  expect(json.objects[0]).not.toHaveProperty("before");
});

test.each<[string, Sight["cluster"], RegExp]>([
  ["no cluster", undefined, /there is no cluster/],
  [
    "a cluster that does not answer",
    { object: () => Promise.reject(new Error("refused")) },
    /could not be asked: refused/,
  ],
])("%s: nobody knows, and it says so", async (_name, none, says) => {
  const { id } = await landed({ "apps/shop/data.yaml": CLAIM });
  const opened = await sight();
  sight = async () => ({ ...opened, cluster: none });
  const { json } = await preview(id);
  expect(json).toMatchObject({ possible: true, objects: [{ fate: "unknown" }] });
  expect(json.warnings.join()).toMatch(says);
});

test("a conflict names its files and the commits that are in the way", async () => {
  const { id } = await landed({ [LIMITS]: CONFIG("new") });
  await remote.push({ [LIMITS]: CONFIG("newer") }, { message: "Tune it" });
  expect((await preview(id)).json).toMatchObject({
    possible: false,
    way: null,
    conflicts: [LIMITS],
    later: [{ subject: "Tune it" }],
    because: expect.stringContaining("rollback_blocked"),
  });
});

test("taken back by somebody already: nothing is written", async () => {
  const { id } = await landed({ [LIMITS]: CONFIG("new") });
  await remote.push({ [LIMITS]: CONFIG("old") });
  expect((await preview(id)).json).toMatchObject({ possible: true, way: null, files: [] });
});

test("several commits that landed together are taken back together", async () => {
  const before = await remote.tip();
  const first = await remote.push({ [LIMITS]: CONFIG("new") });
  const { id } = await landed({ "apps/shop/more.yaml": CONFIG("x").replace("limits", "more") });
  await school.redis.hset(
    `improvement:${id}`,
    "landed",
    JSON.stringify({ kind: "rebase", first, last: await remote.tip(), before }),
  );
  const { json } = await preview(id);
  expect(json).toMatchObject({ since: before });
  expect(json.files.map((file: { path: string }) => file.path)).toEqual([LIMITS, "apps/shop/more.yaml"]);
});

test("where changes are pull requests, so is this one; who holds the lock is told", async () => {
  const { id } = await landed({ [LIMITS]: CONFIG("new") });
  const opened = await sight();
  sight = async () => ({ ...opened, mode: "pull-request" });
  await school.redis.sadd("school:locks", "shop");
  await school.redis.set("school:locks:app:shop", "somebody-else");
  const { json } = await preview(id);
  expect(json).toMatchObject({ possible: true, way: "pull-request", lock: { holder: "somebody-else" } });
  expect(json.warnings).toEqual([expect.stringContaining("somebody-else holds the lock of shop")]);
  await school.redis.del("school:locks:app:shop");
});

describe("nothing to roll back", () => {
  test("it stands where nobody can ask for it", async () => {
    const { id } = await landed({ [LIMITS]: CONFIG("new") }, "failed");
    const { json } = await preview(id);
    expect(json).toMatchObject({ possible: false, because: expect.stringContaining("it is failed") });
  });

  test("but one that is still watched may be asked back", async () => {
    const { id } = await landed({ [LIMITS]: CONFIG("new") }, "deployed");
    expect((await preview(id)).json).toMatchObject({ possible: true, way: "push" });
  });

  test("nothing was committed", async () => {
    await school.stand("no-commit", "pending_review");
    expect((await preview("no-commit")).json).toMatchObject({
      possible: false,
      commit: null,
      because: expect.stringContaining("no commit"),
    });
  });

  test("it is in Git already: only the cluster is left", async () => {
    const { id } = await landed({ [LIMITS]: CONFIG("new") }, "rollback_blocked", { rollback_commit: "abc" });
    expect((await preview(id)).json).toMatchObject({
      possible: true,
      way: null,
      warnings: [expect.stringContaining("taken back in Git already, by abc")],
    });
  });
});

test("Git out of reach is no fault of the coordinator", async () => {
  const { id } = await landed({ [LIMITS]: CONFIG("new") });
  const opened = await sight();
  const head = () => Promise.reject(new RetryLater("remote hung up", 1_000));
  sight = async () => ({ ...opened, git: { ...opened.git, head } });
  const { status, json } = await preview(id);
  expect(status).toBe(503);
  expect(json.detail).toContain("remote hung up");
});

test("without a repository it says what is missing", async () => {
  const bare = await startSchool();
  try {
    await bare.stand("x1", "verified", { git_commit: "a".repeat(40), change_set: changeSet([], [], "shop") });
    const { status, json } = await bare.call("viewer", "GET", "/api/improvements/x1/rollback");
    expect(status).toBe(503);
    expect(json.detail).toContain("GITOPS_REPO");
  } finally {
    await bare.close();
  }
});
