/** The graph of the GitOps repository at its head, or the part of it that was asked for. */
import { asJson } from "../../shared/graph/as-json.ts";
import { graphOf } from "../../shared/graph/build.ts";
import type { Graph } from "../../shared/graph/graph.ts";
import { nodesMeant, partAround } from "../../shared/graph/part.ts";
import { loadPlatform } from "../../shared/repository/load.ts";
import type { Platform } from "../../shared/repository/platform.ts";
import { ConfigurationError } from "../../shared/runtime/config.ts";
import { RetryLater } from "../../shared/runtime/errors.ts";
import { Problem } from "./problem.ts";
import type { School } from "./school.ts";

/** Git may take this long to answer. */
const GIT_TIMEOUT_MS = 15_000;
/** Of what a name may mean. */
const NAMED = 10;

const known = new WeakMap<Platform, Graph>();

/** Throws Problem: 404 when there is no such thing, 422 when it may be several, 503 when Git is out of reach. */
export async function graphAnswer(sight: School["sight"], of: string | undefined, depth: number) {
  const platform = await platformNow(sight);
  const graph = known.get(platform) ?? graphOf(platform);
  known.set(platform, graph);
  const { commit } = platform;
  if (of === undefined)
    return { commit, ...asJson(platform, { nodes: [...graph.nodes.values()], edges: graph.edges }) };
  const [node, ...others] = nodesMeant(graph, of);
  if (node === undefined) throw new Problem(404, `There is nothing called ${of} in the GitOps repository.`);
  if (others.length > 0) {
    const ids = [node, ...others].slice(0, NAMED).map(({ id }) => id);
    throw new Problem(422, `${of} may be ${ids.join(", ")}.`);
  }
  return { commit, ...asJson(platform, partAround(graph, node.id, depth)) };
}

async function platformNow(sight: School["sight"]): Promise<Platform> {
  try {
    const { git, platform } = await sight();
    return await loadPlatform(git, await git.head(AbortSignal.timeout(GIT_TIMEOUT_MS)), platform);
  } catch (error) {
    const { name, message } = error as Error;
    if (!(error instanceof RetryLater || error instanceof ConfigurationError || name === "TimeoutError")) throw error;
    throw new Problem(503, `The GitOps repository cannot be looked at now: ${message.slice(0, 300)}`);
  }
}
