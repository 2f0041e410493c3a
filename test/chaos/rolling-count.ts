/** What came of a run, counted where it cannot be talked away: records, trails, lists, and the commits of the repository. */
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import type { Redis } from "ioredis";
import type { DemoClient } from "../../build/local/demo/client.ts";
import type { Improvement } from "../../shared/domain/improvement.ts";
import { keysOf } from "../../shared/pipeline/keys.ts";
import { STAGES } from "../../shared/stages.ts";

export interface Counted {
  readonly improvements: number;
  readonly statuses: Readonly<Record<string, number>>;
  /** Submitted, and no record. */
  readonly lost: readonly string[];
  /** Improvements whose trail is not one unbroken way from its beginning to where they stand. */
  readonly brokenTrails: readonly string[];
  readonly commits: number;
  /** Improvements with more than one commit of their own in Git, with one nobody knows of, or without the one they name. */
  readonly wrongCommits: readonly string[];
  readonly deadLetters: number;
  readonly findings: readonly unknown[];
  /** Entries left in list, leases, leased and attempts of all stages. */
  readonly leftovers: number;
}

export async function leftoversOf(redis: Redis): Promise<number> {
  const keys = keysOf();
  let leftovers = 0;
  for (const stage of STAGES) {
    leftovers += (await redis.llen(keys.list(stage))) + (await redis.zcard(keys.leases(stage)));
    leftovers += (await redis.hlen(keys.leased(stage))) + (await redis.hlen(keys.attempts(stage)));
  }
  return leftovers;
}

export async function countAll(
  repository: string,
  client: DemoClient,
  redis: Redis,
  submitted: readonly string[],
): Promise<Counted> {
  const lines = await client.list();
  const known = new Map<string, Improvement>();
  for (const { id } of lines) known.set(id, await client.show(id));
  const statuses: Record<string, number> = {};
  for (const { status } of known.values()) statuses[status] = (statuses[status] ?? 0) + 1;
  const lost = submitted.filter((id) => !known.has(id));
  const brokenTrails: string[] = [];
  for (const { id, status } of known.values()) {
    const moves = (await client.trail(id)).filter(({ from, to }) => from !== to);
    const unbroken = moves.every(({ from }, i) => from === (moves[i - 1]?.to ?? ""));
    if (!unbroken || moves.at(-1)?.to !== status) brokenTrails.push(`${id}: ${moves.map(({ to }) => to).join(" → ")}`);
  }
  const { own, reverts } = await commitsOf(repository);
  const wrongCommits = [...known.values()].flatMap(({ id, git_commit: commit, rollback_commit: revert }) => {
    const [made, takenBack] = [own.get(id) ?? [], reverts.get(id) ?? []];
    const right = made.join() === (commit ?? "") && takenBack.join() === (revert ?? "");
    return right ? [] : [`${id}: ${made.join(" ")} / ${takenBack.join(" ")}, says ${commit} / ${revert}`];
  });
  for (const id of own.keys()) if (!known.has(id)) wrongCommits.push(`${id}: nobody knows of it`);
  let deadLetters = 0;
  for (const stage of STAGES) deadLetters += await redis.llen(keysOf().dead(stage));
  const leftovers = await leftoversOf(redis);
  const commits = [...own.values()].flat().length;
  const findings = await client.doctor();
  return {
    improvements: known.size,
    statuses,
    lost,
    brokenTrails,
    commits,
    wrongCommits,
    deadLetters,
    findings,
    leftovers,
  };
}

/** By improvement, from the trailers of every commit. */
async function commitsOf(repository: string) {
  const git = async (...args: string[]) =>
    (await promisify(execFile)("git", ["--git-dir", repository, ...args], { maxBuffer: 64 * 1024 * 1024 })).stdout;
  const [own, reverts] = [new Map<string, string[]>(), new Map<string, string[]>()];
  const trailer = (name: string) => `%(trailers:key=${name},valueonly,separator=%x20)`;
  const format = `%H%x1f${trailer("Improvement-Id")}%x1f${trailer("Reverts")}`;
  for (const line of (await git("log", "--reverse", `--format=${format}`, "main")).trim().split("\n")) {
    const [hash = "", id = "", reverted = ""] = line.split("\u001F");
    if (id === "") continue;
    const book = reverted === "" ? own : reverts;
    book.set(id, [...(book.get(id) ?? []), hash]);
  }
  return { own, reverts };
}
