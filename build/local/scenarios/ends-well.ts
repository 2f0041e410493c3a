/** What looks bad for a while, or is a crowd, and is verified all the same. */
import { DEFAULT_PACE } from "../sandbox/agenda.ts";
import type { Act, End, Scenario } from "./scenario.ts";

/** A pod of the stand-in cluster is ready after this without a fault. */
const POD_START_MS = DEFAULT_PACE.podStartMs;

const verified: End = {
  path: ["implementation", "deployed", "verified"],
  reverted: false,
  measured: { check: "rollout", phase: "Successful", message: /2 of 2 replicas are updated and available/ },
  well: true,
};

/** From the commit to the verdict, milliseconds since the epoch: nobody else may be in between. */
async function overlaps({ improvements, repository, school }: Act): Promise<readonly string[]> {
  const commits = (await repository.history()).map(({ improvement }) => improvement);
  const ids = improvements.map(({ id }) => id);
  const own = commits.filter((id) => id !== undefined && ids.includes(id));
  const problems = own.length === ids.length ? [] : [`git log has ${own.length} of ${ids.length} commits`];
  const spans = await Promise.all(ids.map(async (id) => spanOf(await trailOf(school, id))));
  for (const [i, one] of spans.entries()) {
    const other = spans.slice(i + 1).find(({ from, to }) => from < one.to && one.from < to);
    if (other !== undefined) problems.push("two improvements of one Application were under way at the same time");
  }
  return problems;
}

interface Entry {
  readonly to: string;
  readonly at: string;
}

async function trailOf({ url, tokens }: Act["school"], id: string): Promise<readonly Entry[]> {
  const headers = { authorization: `Bearer ${tokens.viewer}` };
  const response = await fetch(`${url}/api/improvements/${id}/trail`, { headers });
  return ((await response.json()) as { trail: readonly Entry[] }).trail;
}

function spanOf(trail: readonly Entry[]): { from: number; to: number } {
  const at = (status: string) => Date.parse(trail.findLast(({ to }) => to === status)?.at ?? "");
  return { from: at("implementation"), to: at("verified") };
}

export const endsWell: readonly Scenario[] = [
  {
    name: "healthy",
    what: "nothing goes wrong: committed, live, measured, verified",
    talks: ["limits"],
    end: { ...verified, extended: false },
  },
  {
    name: "slow-start",
    what: "the new pods are ready only after the verification should have been over: extended once, then verified",
    talks: ["limits"],
    // Two pods, one after the other: together they take a third longer than the verification.
    before: ({ inject, target, seconds }) =>
      inject({ kind: "slow-start", ...target, when: "changed", milliseconds: seconds * 650 - POD_START_MS }),
    end: {
      ...verified,
      measured: { check: "pods", phase: "Inconclusive", message: /of \d pods of .* are ready/ },
      extended: true,
    },
  },
  {
    name: "three-in-one-namespace",
    what: "three improvements of one Application approved at once: one after the other, each verified",
    talks: ["limits", "probes", "budgets"],
    end: {
      ...verified,
      measured: { check: "application", phase: "Successful", message: /Application bakery is Healthy/ },
    },
    also: overlaps,
  },
];
