/** school rollback --dry-run: looks and does nothing. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { gitCli } from "../../../shared/adapters/git-cli.ts";
import { changeSet } from "../../../shared/domain/change-set.ts";
import { startSchool, type TestSchool, TOKENS } from "../../functions/coordinator/support.ts";
import { type GitRemote, gitRemote } from "../../support/git-remote.ts";
import { schoolCommand } from "./school.ts";

const FILE = "apps/shop/limits.yaml";
let school: TestSchool;
let remote: GitRemote;
let env: Record<string, string>;
beforeAll(async () => {
  remote = await gitRemote({ [FILE]: "memory: none\n" });
  const git = gitCli({ remote: remote.url, cacheDir: remote.cacheDir, author: "School <school@example.org>" });
  school = await startSchool({
    sight: async () => ({ git, platform: {}, mode: "direct", cluster: undefined }),
  });
  env = { SCHOOL_URL: school.coordinator.url, SCHOOL_TOKEN: TOKENS.reviewer };
  const commit = await remote.push({ [FILE]: "memory: 64Mi\n" });
  const facts = {
    change_set: changeSet([{ path: FILE, before: null, after: "memory: 64Mi\n" }], [], "shop"),
    git_commit: commit,
  };
  await school.stand("good", "verified", facts);
  await school.stand("gone", "failed", facts);
});
afterAll(async () => {
  await school.close();
  await remote.close();
});

test("shows the revert and asks for nothing", async () => {
  const tip = await remote.tip();
  const { code, out, err } = await schoolCommand(["rollback", "good", "--dry-run"], env);
  expect({ code, err }).toEqual({ code: 0, err: "" });
  expect(out).toContain("good can be rolled back");
  expect(out).toContain("+memory: none");
  expect(out).toContain("-memory: 64Mi");
  expect((await school.record("good")).status).toBe("verified");
  expect(await remote.tip()).toBe(tip);
});

test("for programs too; what is not possible ends with 1", async () => {
  const { code, out } = await schoolCommand(["rollback", "gone", "--dry-run", "--json"], env);
  expect(code).toBe(1);
  expect(JSON.parse(out)).toMatchObject({ id: "gone", possible: false, files: [{ path: FILE }] });
  expect((await schoolCommand(["rollback", "gone", "--dry-run"], env)).out).toContain("cannot be rolled back now");
});

test("of one that is still watched it is noted", async () => {
  await school.stand("watched", "deployed");
  const { code, out } = await schoolCommand(["rollback", "watched", "--reason", "it pages us"], env);
  expect(code).toBe(0);
  expect(out).toContain("watched is still deployed; it is taken back at the next look");
});

test("in earnest it needs a reason", async () => {
  const { code, err } = await schoolCommand(["rollback", "good"], env);
  expect(code).toBe(2);
  expect(err).toContain("--reason");
  expect(err).toContain("--dry-run");
  expect((await school.record("good")).status).toBe("verified");
  expect((await schoolCommand(["rollback", "good", "--reason", "it hurts"], env)).code).toBe(0);
  expect((await school.record("good")).status).toBe("rolling_back");
});
