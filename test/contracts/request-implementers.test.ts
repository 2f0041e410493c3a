/** Two implementers in pull-request mode, reviewers who do what reviewers do, and a forge that fails. */
import { pino } from "pino";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type ImplementPorts, implement } from "../../functions/implement/handle.ts";
import { followRequest, type RequestPorts } from "../../functions/sync/request.ts";
import { gitHubChangeRequests } from "../../shared/adapters/change-requests.ts";
import { gitHub } from "../../shared/adapters/git-github.ts";
import type { Improvement, Patch } from "../../shared/domain/improvement.ts";
import type { ChangeRequests } from "../../shared/forge-ports.ts";
import { RetryLater } from "../../shared/runtime/errors.ts";
import type { Context } from "../../shared/runtime/stage.ts";
import { type GitRemote, gitRemote } from "../support/git-remote.ts";
import { type GitHubServer, gitHubServer } from "../support/github/server.ts";
import { argocd, baseline, gateOf, patched, SECRET, settings, well } from "../support/implement.ts";
import { approvedFor, fileOf, repositoryOf } from "../support/many-improvements.ts";

const author = "Cortex Online School <school@cortex.ai>";
/** As many as one likes, with SCHOOL_TEST_IMPROVEMENTS=200; a smaller number says the same sooner. */
const COUNT = Number(process.env["SCHOOL_TEST_IMPROVEMENTS"] ?? 12);
const NOW = Date.now();

let github: GitHubServer;
let remote: GitRemote;
let connection: Parameters<typeof gitHub>[0];
beforeAll(async () => {
  github = await gitHubServer();
  remote = await gitRemote(repositoryOf(COUNT));
  const identity = { kind: "token", token: github.token } as const;
  connection = { ...github.serve(remote.url), apiUrl: github.url, author, identity, timeoutMs: 20_000 };
});
afterAll(async () => {
  await remote.close();
  await github.close();
  expect(github.violations).toEqual([]);
});

class Killed extends Error {}
interface Work {
  readonly n: number;
  improvement: Improvement;
}

function contextOf(work: Work): Context {
  return {
    log: pino({ level: "silent" }),
    now: () => NOW,
    signal: new AbortController().signal,
    attempt: 1,
    async save(patch: Patch) {
      work.improvement = patched(work.improvement, patch);
    },
  };
}

/** Takes work until there is none; every so often its process dies between the request and the settle. */
async function implementer(waiting: Work[], everyNthDies: number): Promise<void> {
  const requests = gitHubChangeRequests(connection);
  let opened = 0;
  const open: ChangeRequests["open"] = async (input) => {
    const request = await requests.open(input);
    opened += 1;
    if (opened % everyNthDies === 0) throw new Killed();
    return request;
  };
  const ports: ImplementPorts = {
    git: gitHub(connection),
    gate: gateOf(async () => Promise.reject(new Error("nothing is pushed to the branch"))),
    argocd: argocd(() => well),
    baseline: async () => baseline,
    requests: { open },
    approvalSecret: SECRET,
    settings: { ...settings, mode: "pull-request" },
  };
  for (let work = waiting.shift(); work !== undefined; work = waiting.shift()) {
    try {
      const outcome = await implement({ improvement: work.improvement }, ports, contextOf(work));
      if (outcome.kind !== "move" || outcome.to !== "implementation") throw new Error(JSON.stringify(outcome));
      work.improvement = patched(work.improvement, { ...outcome.patch });
    } catch (error) {
      if (!(error instanceof Killed) && !(error instanceof RetryLater)) throw error;
      waiting.push(work);
    }
  }
}

const FATES = ["squash", "rebase", "merge", "edited-squash", "edited-rebase", "closed"] as const;
const fateOf = (n: number) => FATES[n % FATES.length] as (typeof FATES)[number];
const branchOf = ({ improvement }: Work) => `improvement/${improvement.id}`;

/** What reviewers do with one request. An edit goes into the school's own file, in a commit of the reviewer's. */
async function reviewed(work: Work): Promise<void> {
  const people = github.people(`${connection.owner}/${connection.name}`);
  const branch = branchOf(work);
  const fate = fateOf(work.n);
  if (fate === "closed") return people.close(branch);
  if (fate.startsWith("edited")) {
    const text = (await remote.show(fileOf(work.n), branch)) ?? "";
    await people.push(branch, { [fileOf(work.n)]: text.replace("128Mi", "192Mi") });
  }
  await people.merge(branch, fate.replace("edited-", "") as "squash" | "rebase" | "merge");
}

function amountAfter(fate: (typeof FATES)[number]): string | undefined {
  if (fate === "closed") return undefined;
  return fate.startsWith("edited") ? "192Mi" : "128Mi";
}

/** One look of sync; an error of the forge is one more look. */
async function followed(work: Work): Promise<string> {
  const ports: RequestPorts = {
    requests: gitHubChangeRequests(connection),
    git: gitHub(connection),
    gate: gateOf(),
    baseline: async () => baseline,
    requestLookMs: 300_000,
    settings,
  };
  for (;;) {
    const answer = await followRequest(work.improvement, ports, contextOf(work)).catch((error: unknown) => {
      if (error instanceof RetryLater) return undefined;
      throw error;
    });
    if (answer === undefined) continue;
    if (!("kind" in answer)) return "landed";
    if (answer.kind !== "again") return answer.kind === "move" ? answer.to : answer.kind;
    if (answer.because.includes("is open")) return "open";
  }
}

function troubles(): void {
  let calls = 0;
  github.before(async (operation) => {
    calls += 1;
    const writes = /^(POST|PATCH|PUT)/.test(operation);
    if (writes && calls % 23 === 7)
      github.fail({ status: 502, message: "Bad Gateway" }, { on: /pulls$/, times: 1, done: true });
    if (writes && calls % 29 === 11) github.fail("reset", { on: /refs/, times: 1, done: true });
    if (calls % 31 === 3)
      github.fail({ status: 429, message: "x", headers: { "retry-after": "1" } }, { on: /trees$/, times: 1 });
    if (calls % 37 === 5) github.fail("truncated", { on: /compare|graphql/, times: 1 });
  });
}

test(
  `${COUNT} improvements: one request each, and each ends as its reviewers want it`,
  async () => {
    const git = gitHub(connection);
    const all: Work[] = [];
    for (let n = 0; n < COUNT; n += 1) all.push({ n, improvement: await approvedFor(git, n, NOW) });
    const before = await remote.tip();
    troubles();
    const waiting = [...all];
    await Promise.all([implementer(waiting, 4), implementer(waiting, 5)]);
    expect(await remote.tip()).toBe(before);
    const people = github.people(`${connection.owner}/${connection.name}`);
    expect((await people.pulls()).map(({ head }) => head).sort()).toEqual(all.map(branchOf).sort());

    const [first] = all;
    if (first !== undefined) expect(await followed(first)).toBe("open");
    for (const work of all) {
      await reviewed(work);
      const fate = fateOf(work.n);
      expect(await followed(work), fate).toBe(fate === "closed" ? "rejected" : "landed");
      if (fate === "closed") continue;
      const { landed, landed_edited: edited, change_set: set } = work.improvement;
      expect(landed?.kind, fate).toBe(fate.replace("edited-", ""));
      expect(edited, fate).toBe(fate.startsWith("edited") ? "true" : undefined);
      expect(set?.files.map(({ path }) => path)).toEqual([fileOf(work.n)]);
      expect(set?.files[0]?.after).toBe(await remote.show(fileOf(work.n)));
    }
    for (const { n } of all) {
      const text = (await remote.show(fileOf(n))) ?? "";
      expect(/memory: (\d+Mi)\n(?![\s\S]*memory)/.exec(text)?.[1], fateOf(n)).toBe(amountAfter(fateOf(n)));
    }
  },
  COUNT * 10_000,
);
