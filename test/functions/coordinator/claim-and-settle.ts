/** Walks an improvement through the pipeline's own scripts, so that tests stand on states that can really exist. */
import type { Patch } from "../../../shared/domain/improvement.ts";
import { isMoving, lifecycle, type Status } from "../../../shared/domain/lifecycle.ts";
import { ownerOf } from "../../../shared/stages.ts";
import type { connectPipeline } from "../../pipeline/support.ts";

type Pipeline = ReturnType<typeof connectPipeline>;

export async function settle(pipeline: Pipeline, id: string, to: Status, patch: Patch): Promise<void> {
  if ((await pipeline.redis.exists(pipeline.keys.record(id))) === 0) await pipeline.seed([id]);
  const start = (await pipeline.redis.hget(pipeline.keys.record(id), "status")) as Status;
  const path = to === "dead" ? [] : shortest(start, to);
  for (const [i, next] of path.entries()) {
    const from = i === 0 ? start : (path[i - 1] as Status);
    await step(pipeline, id, from, next, i === path.length - 1 ? patch : {});
  }
  if (to === "dead") await die(pipeline, id, start);
}

async function step(pipeline: Pipeline, id: string, from: Status, to: Status, patch: Patch): Promise<void> {
  const { queue, token } = await leased(pipeline, id, from);
  const { results } = await queue.settle([{ kind: "move", token, id, from, to, because: "test", patch }], 0);
  if (results[0] !== "ok") throw new Error(`${from} -> ${to}: ${results[0]}`);
}

async function die(pipeline: Pipeline, id: string, from: Status): Promise<void> {
  const { queue, token } = await leased(pipeline, id, from);
  await queue.settle([{ kind: "dead", token, reason: "it cannot work" }], 0);
}

async function leased(pipeline: Pipeline, id: string, from: Status) {
  const stage = ownerOf(from);
  if (stage === undefined) throw new Error(`nobody takes ${from}`);
  const queue = pipeline.queue(stage);
  const { leases } = await queue.claim(100);
  const lease = leases.find(({ fields }) => fields["id"] === id);
  if (lease === undefined) throw new Error(`no event of ${id} for ${stage}`);
  const others = leases.filter((one) => one !== lease).map(({ token }) => ({ kind: "handback", token }) as const);
  if (others.length > 0) await queue.settle(others, 0);
  return { queue, token: lease.token };
}

/** The fewest moves by stages alone. */
function shortest(from: Status, to: Status): Status[] {
  const queue: Status[][] = [[from]];
  for (const path of queue) {
    const last = path.at(-1) as Status;
    if (last === to) return path.slice(1);
    if (isMoving(last)) for (const next of lifecycle[last].stage) if (!path.includes(next)) queue.push([...path, next]);
  }
  throw new Error(`no way from ${from} to ${to}`);
}
