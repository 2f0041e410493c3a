/** What must hold under chaos, looked at past every proxy: in Redis, in Git, in logs, at the webhook, in the kernel. */
import { createReadStream } from "node:fs";
import { readdir } from "node:fs/promises";
import path from "node:path";
import { createInterface } from "node:readline";
import type { Status } from "../../../shared/domain/lifecycle.ts";
import { isMoving, mayMove, RELEASES_LOCK } from "../../../shared/domain/lifecycle.ts";
import { examine } from "../../../shared/pipeline/doctor.ts";
import { keysOf } from "../../../shared/pipeline/keys.ts";
import { records } from "../../../shared/pipeline/records.ts";
import { loadOperatorScripts } from "../../../shared/pipeline/scripts/load-operator.ts";
import { STAGES } from "../../../shared/stages.ts";
import type { World } from "./world.ts";

const keys = keysOf();
/** Of one process; a coordinator at rest takes a fifth of it. */
const MOST_BYTES = 700 * 1_024 * 1_024;

export interface Broken {
  readonly what: string;
  /** The improvement it is about, where it is about one. */
  readonly id?: string;
}

/** While everything goes on: the doctor finds nothing, no commit is there twice, memory is bounded. */
export async function during(world: World): Promise<Broken[]> {
  const { redis } = world;
  const findings = await examine(redis, keys, loadOperatorScripts(redis, ""));
  const memory = Object.entries(await world.processes.memory()).filter(([, bytes]) => bytes > MOST_BYTES);
  return [
    ...findings.map(({ kind, id, problem }) => ({
      what: `the doctor, while all were at work: ${kind}: ${problem}`,
      id,
    })),
    ...memory.map(([slot, bytes]) => ({ what: `${slot} takes ${Math.round(bytes / 1_024 / 1_024)} MiB` })),
    ...(await doubledCommits(world)).broken,
  ];
}

/** What is still under way; empty when everything rests. */
export async function unsettled({ redis }: World): Promise<string[]> {
  const left: string[] = [];
  const all: Promise<void>[] = [];
  const add = (what: string, size: Promise<number>) =>
    void all.push(size.then((n) => void (n > 0 && left.push(`${what}: ${n}`))));
  for (const stage of STAGES) {
    add(`list of ${stage}`, redis.llen(keys.list(stage)));
    add(`leases of ${stage}`, redis.zcard(keys.leases(stage)));
    add(`leased of ${stage}`, redis.hlen(keys.leased(stage)));
    add(`delayed of ${stage}`, redis.zcard(keys.delayed(stage)));
    add(`attempts of ${stage}`, redis.hlen(keys.attempts(stage)));
  }
  add("timers", redis.zcard(keys.timers));
  for (const name of await redis.smembers(keys.lockNames))
    add(`waiting for ${name}`, redis.zcard(keys.lockWaiting(name)));
  await Promise.all(all);
  return left;
}

export interface Counted {
  readonly improvements: number;
  readonly statuses: Readonly<Record<string, number>>;
  readonly moves: number;
  readonly commits: number;
  readonly reverts: number;
  readonly notifications: number;
  readonly broken: readonly Broken[];
}

/** At the end, when everything rests. */
export async function after(world: World, handedIn: ReadonlySet<string>, beganAt: number): Promise<Counted> {
  const { redis } = world;
  const read = records(redis, keys);
  const broken: Broken[] = [];
  const statuses: Record<string, number> = {};
  const { own, reverts, broken: doubled } = await doubledCommits(world);
  broken.push(...doubled);
  const ids = (await recordIds(world)).sort();
  const known = new Set(ids);
  for (const id of handedIn)
    if (!known.has(id)) broken.push({ what: "was handed in and acknowledged, and there is no record", id });
  for (const id of own.keys()) if (!known.has(id)) broken.push({ what: "has a commit, and nobody knows of it", id });
  const [seconds] = await redis.time();
  const until = Number(seconds) * 1_000 + 1_000;
  let moves = 0;
  for (const id of ids) {
    const [found] = await read.many([id]);
    if (found === undefined) continue;
    statuses[found.status] = (statuses[found.status] ?? 0) + 1;
    const trail = await read.trail(id);
    moves += trail.length;
    for (const what of trailProblems(trail, found.status)) broken.push({ what, id });
    if (isMoving(found.status)) broken.push({ what: `stands in ${found.status} for ever`, id });
    const [made = [], taken = []] = [own.get(id), reverts.get(id)];
    if (made.join() !== (found.git_commit ?? ""))
      broken.push({ what: `Git has ${made.join() || "no commit"}, its record says ${found.git_commit}`, id });
    if (taken.join() !== (found.rollback_commit ?? ""))
      broken.push({
        what: `Git has the revert ${taken.join() || "nowhere"}, its record says ${found.rollback_commit}`,
        id,
      });
    for (const time of [found.created_at, found.updated_at]) {
      const at = Date.parse(time);
      if (at < beganAt || at > until) broken.push({ what: `says ${time}, which Redis's clock never did`, id });
    }
  }
  for (const { kind, id, problem } of await examine(redis, keys, loadOperatorScripts(redis, ""))) {
    broken.push({ what: `the doctor: ${kind}: ${problem}`, id });
  }
  for (const what of await unsettled(world)) broken.push({ what: `is left: ${what}` });
  broken.push(...(await heldLocks(world)), ...(await notifiedTwice(world)), ...(await secretsTold(world)));
  const commits = [...own.values()].flat().length;
  return {
    improvements: ids.length,
    statuses,
    moves,
    commits,
    reverts: [...reverts.values()].flat().length,
    notifications: world.told.size,
    broken,
  };
}

/** Every move begins where the last one ended, is legal, and the last one leads to where it stands. */
export function trailProblems(
  trail: readonly { readonly from: string; readonly to: string; readonly by: string }[],
  status: string,
): string[] {
  const problems: string[] = [];
  const moves = trail.filter(({ from, to }) => from !== to);
  moves.forEach(({ from, to, by }, i) => {
    const before = moves[i - 1]?.to ?? "";
    if (from !== before) problems.push(`its trail goes from ${from} to ${to} after it came to ${before}`);
    const diedIn = moves[i - 1]?.from;
    const actor = by.startsWith("person:") ? "person" : "stage";
    if (from !== "" && !mayMove(from as Status, to as Status, actor, diedIn as Status)) {
      problems.push(`its trail has ${by} move it from ${from} to ${to}`);
    }
  });
  if (moves.at(-1)?.to !== status) problems.push(`its trail ends in ${moves.at(-1)?.to}, it stands in ${status}`);
  return problems;
}

async function recordIds({ redis }: World): Promise<string[]> {
  const start = keys.record("");
  const found = new Set<string>();
  for await (const batch of redis.scanStream({ match: `${start}*`, count: 1_000 })) {
    for (const key of batch as string[]) if (!key.slice(start.length).includes(":")) found.add(key.slice(start.length));
  }
  return [...found];
}

/** By improvement, from the trailers of every commit on the branch. */
async function doubledCommits({ forge }: World) {
  const [own, reverts] = [new Map<string, string[]>(), new Map<string, string[]>()];
  const trailer = (name: string) => `%(trailers:key=${name},valueonly,separator=%x20)`;
  const log = await forge.git(
    "log",
    "--reverse",
    `--format=%H%x1f${trailer("Improvement-Id")}%x1f${trailer("Reverts")}`,
    "main",
  );
  for (const line of log.split("\n")) {
    const [hash = "", id = "", reverted = ""] = line.split("\u001F");
    if (id === "") continue;
    const book = reverted === "" ? own : reverts;
    book.set(id, [...(book.get(id) ?? []), hash]);
  }
  const broken: Broken[] = [];
  for (const [what, book] of [
    ["commits", own],
    ["reverts", reverts],
  ] as const) {
    for (const [id, all] of book)
      if (all.length > 1) broken.push({ what: `has ${all.length} ${what}: ${all.join(" ")}`, id });
  }
  return { own, reverts, broken };
}

async function heldLocks({ redis }: World): Promise<Broken[]> {
  const broken: Broken[] = [];
  for (const name of await redis.smembers(keys.lockNames)) {
    const id = await redis.get(keys.lock(name));
    if (id === null) continue;
    const status = await redis.hget(keys.record(id), "status");
    const waits =
      status !== null && !isMoving(status as Status) && !(RELEASES_LOCK as readonly string[]).includes(status);
    // Who waits for a person in the middle of a deployment keeps it, as it should.
    if (!waits) broken.push({ what: `holds the lock of ${name} in ${status}`, id });
  }
  return broken;
}

/** A message may be sent again under the id it had; the same notification under two ids is told twice. */
async function notifiedTwice({ told }: World): Promise<Broken[]> {
  return [...told]
    .filter(([, messages]) => messages.size > 1)
    .map(([id, messages]) => {
      return { what: `the notification ${id} came in ${messages.size} messages: ${[...messages].join(" ")}` };
    });
}

async function secretsTold({ logs, secrets }: World): Promise<Broken[]> {
  const broken: Broken[] = [];
  for (const file of await readdir(logs)) {
    let line = 0;
    for await (const text of createInterface({ input: createReadStream(path.join(logs, file)) })) {
      line += 1;
      const which = secrets.findIndex((secret) => text.includes(secret));
      if (which >= 0) broken.push({ what: `${file}:${line} holds secret ${which}` });
    }
  }
  return broken;
}
