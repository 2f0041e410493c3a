/** Several implementers on one remote: every improvement becomes one commit, whatever happens between push and settle. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { pino } from "pino";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type ImplementPorts, implement } from "../../functions/implement/handle.ts";
import { gitCli } from "../../shared/adapters/git-cli.ts";
import { gitHub } from "../../shared/adapters/git-github.ts";
import type { Improvement, Patch } from "../../shared/domain/improvement.ts";
import type { GitReader, GitWriter } from "../../shared/ports.ts";
import { RetryLater } from "../../shared/runtime/errors.ts";
import { type GitRemote, gitRemote } from "../support/git-remote.ts";
import { type GitHubServer, gitHubServer } from "../support/github/server.ts";
import { argocd, baseline, gateOf, patched, SECRET, settings, well } from "../support/implement.ts";
import { approvedFor, repositoryOf } from "../support/many-improvements.ts";

const author = "Cortex Online School <school@cortex.ai>";
/** As many as one likes, with SCHOOL_TEST_IMPROVEMENTS=200; a smaller number says the same sooner. */
const WANTED = process.env["SCHOOL_TEST_IMPROVEMENTS"];
const COUNT = Number(WANTED ?? 30);
const NOW = Date.now();

const files = repositoryOf(COUNT);

let github: GitHubServer;
let remote: GitRemote;
let repository: { owner: string; name: string };
beforeAll(async () => {
  github = await gitHubServer();
});
beforeEach(async () => {
  github.calm();
  remote = await gitRemote(files);
  repository = github.serve(remote.url);
});
afterEach(() => remote.close());
afterAll(async () => {
  await github.close();
  expect(github.violations).toEqual([]);
});

function adapter(): GitReader & GitWriter {
  const identity = { kind: "token", token: github.token } as const;
  return gitHub({ ...repository, apiUrl: github.url, author, identity, timeoutMs: 20_000 });
}

/** A record and the calls for it that are still to come, as Redis and a list would keep them. */
interface Work {
  improvement: Improvement;
  commit?: string;
}

class Killed extends Error {}

/** One call of the stage, with what it saves kept in the record; the settle is the last line. */
async function attempt(work: Work, git: GitReader & GitWriter, killed: () => boolean): Promise<void> {
  const dying: GitReader & GitWriter = {
    ...git,
    async commit(input) {
      const pushed = await git.commit(input);
      if (pushed.kind === "pushed" && killed()) throw new Killed();
      return pushed;
    },
  };
  const ports: ImplementPorts = {
    git: dying,
    gate: gateOf(),
    argocd: argocd(() => well),
    baseline: async () => baseline,
    approvalSecret: SECRET,
    settings,
  };
  const outcome = await implement({ improvement: work.improvement }, ports, {
    log: pino({ level: "silent" }),
    now: () => NOW,
    signal: new AbortController().signal,
    attempt: 1,
    async save(patch: Patch) {
      work.improvement = patched(work.improvement, patch);
    },
  });
  if (outcome.kind !== "move" || outcome.to !== "implementation") throw new Error(JSON.stringify(outcome));
  work.commit = String(outcome.patch?.["git_commit"]);
}

/** Takes work until there is none; a process that died is followed by a fresh one. */
async function implementer(waiting: Work[], everyNthDies: number, open = adapter): Promise<void> {
  let git = open();
  let pushes = 0;
  const killed = () => {
    pushes += 1;
    return everyNthDies > 0 && pushes % everyNthDies === 0;
  };
  for (let work = waiting.shift(); work !== undefined; work = waiting.shift()) {
    try {
      await attempt(work, git, killed);
    } catch (error) {
      if (!(error instanceof Killed) && !(error instanceof RetryLater)) throw error;
      if (error instanceof Killed) git = open();
      waiting.push(work);
    }
  }
}

async function everyOneIsThereOnce(done: readonly Work[]): Promise<void> {
  const log = await remote.git(
    "log",
    "--committer=school@cortex.ai",
    "--format=%H %(trailers:key=Improvement-Id,valueonly,separator=)",
    "main",
  );
  const committed = log.split("\n").map((line) => line.split(" "));
  expect(committed).toHaveLength(done.length);
  expect(new Map(committed.map(([commit = "", id = ""]) => [id, commit]))).toEqual(
    new Map(done.map(({ improvement, commit = "" }) => [improvement.id, commit])),
  );
  // Each brought its own file and no other.
  const changed = await remote.git("log", "--committer=school@cortex.ai", "--name-only", "--format=", "main");
  expect(new Set(changed.split("\n")).size).toBe(done.length);
  expect(changed.split("\n")).toHaveLength(done.length);
}

/** Somebody's commit on whatever the branch is at; tried again when an implementer was faster. */
async function somebodyPushes(): Promise<void> {
  const by = ["-c", "user.name=Somebody", "-c", "user.email=somebody@example.org"];
  for (let pushed = false; !pushed; ) {
    const tip = await remote.tip();
    const theirs = await remote.git(...by, "commit-tree", `${tip}^{tree}`, "-p", tip, "-m", "Somebody's work");
    pushed = await remote.git("update-ref", "refs/heads/main", theirs, tip).then(
      () => true,
      () => false,
    );
  }
}

describe(`two implementers, one remote, ${COUNT} improvements`, () => {
  const everything = async () => {
    const git = adapter();
    const all: Work[] = [];
    for (let n = 0; n < COUNT; n += 1) all.push({ improvement: await approvedFor(git, n, NOW) });
    return all;
  };

  test(
    "among a third party's pushes, faults of every kind and deaths between push and settle: none doubled, none lost",
    async () => {
      const all = await everything();
      let updates = 0;
      github.before(async (operation) => {
        if (!operation.startsWith("PATCH ")) return;
        updates += 1;
        if (updates % 10 === 3) await somebodyPushes();
        if (updates % 8 === 5)
          github.fail({ status: 502, message: "Bad Gateway" }, { on: /^PATCH/, times: 1, done: true });
        if (updates % 9 === 6) github.fail("reset", { on: /^PATCH/, times: 1, done: true });
        if (updates % 7 === 1)
          github.fail({ status: 429, message: "x", headers: { "retry-after": "1" } }, { on: /trees$/, times: 1 });
        if (updates % 11 === 2) github.fail({ status: 409, message: "Conflict" }, { on: /^PATCH/, times: 1 });
        if (updates % 12 === 7) github.fail("truncated", { on: /compare|graphql/, times: 1 });
        if (updates % 13 === 4) github.lag(await remote.git("rev-parse", "main~1"), 2);
      });

      const waiting = [...all];
      await Promise.all([implementer(waiting, 5), implementer(waiting, 7)]);

      expect(updates).toBeGreaterThan(COUNT);
      await everyOneIsThereOnce(all);
    },
    COUNT * 10_000,
  );

  test(
    "the same over plain git",
    async () => {
      const all = (await everything()).slice(0, WANTED === undefined ? 20 : COUNT);
      let commits = 0;
      const open = () => {
        const git = gitCli({ remote: remote.url, cacheDir: remote.cacheDir, author });
        const commit: GitWriter["commit"] = async (input) => {
          commits += 1;
          if (commits % 10 === 3) await somebodyPushes();
          return git.commit(input);
        };
        return { ...git, commit };
      };

      const waiting = [...all];
      await Promise.all([implementer(waiting, 5, open), implementer(waiting, 7, open)]);

      expect(commits).toBeGreaterThan(all.length);
      await everyOneIsThereOnce(all);
    },
    COUNT * 10_000,
  );

  test("each event delivered to both at once: still one commit each", async () => {
    const all = (await everything()).slice(0, 8);
    const twins = all.map((work) => ({ ...work }));
    const [one, other] = [adapter(), adapter()];
    for (const [at, work] of all.entries()) {
      const twin = twins[at];
      if (twin === undefined) continue;
      await Promise.all([implementer([work], 0), implementer([twin], 0)]);
      expect(twin.commit).toBe(work.commit);
    }
    expect(await one.head()).toBe(await other.head());
    await everyOneIsThereOnce(all);
  }, 120_000);
});

test("a process killed after GitHub moved the branch: a fresh one finds its commit and pushes nothing", async () => {
  const work: Work = { improvement: await approvedFor(adapter(), 0, NOW) };
  const base = await remote.tip();
  // GitHub does what it was asked and never answers; the process is then ended with SIGKILL.
  github.fail("stall", { on: /^PATCH/, done: true });
  const program = `
    const { gitHub } = await import(${JSON.stringify(new URL("../../shared/adapters/git-github.ts", import.meta.url).href)});
    const { implementMessage } = await import(${JSON.stringify(new URL("../../shared/domain/commit-message.ts", import.meta.url).href)});
    const { settings, base, improvement, approval } = JSON.parse(process.argv[1]);
    const { files, hash } = improvement.change_set;
    const message = implementMessage(improvement, [], { approval, changeSet: hash });
    await gitHub(settings).commit({ base, files, message });`;
  const approval = { actor: "person:dana", reason: "looks right" };
  const identity = { kind: "token", token: github.token };
  const connection = { ...repository, apiUrl: github.url, author, identity };
  const input = JSON.stringify({ settings: connection, base, improvement: work.improvement, approval });
  const child = spawn(process.execPath, ["--input-type=module", "-e", program, input], { stdio: "inherit" });
  while ((await remote.tip()) === base) {
    if (child.exitCode !== null) throw new Error(`the process ended with ${child.exitCode}`);
  }
  const gone = once(child, "exit");
  child.kill("SIGKILL");
  await gone;
  github.calm();

  await attempt(work, adapter(), () => false);

  expect(work.commit).toBe(await remote.tip());
  expect(await remote.git("rev-list", "--count", `${base}..main`)).toBe("1");
  expect(github.requests.filter((name) => !name.startsWith("GET ") && name !== "POST /graphql")).toEqual([]);
});
