/** What hurts: taken back in Git, and the cluster proven well again. */
import type { Fault } from "../sandbox/fault-kinds.ts";
import type { Act, End, Scenario } from "./scenario.ts";

export const failed = (check: string, message: RegExp): End => ({
  path: ["implementation", "deployed", "rolling_back", "failed"],
  reverted: true,
  measured: { check, phase: "Failed", message },
  well: true,
});

/** The fault comes with the change and goes with its revert. */
export const withChange =
  (fault: Omit<Fault, "namespace" | "workload" | "when">) =>
  ({ inject, target }: Act) =>
    inject({ ...fault, ...target, when: "changed" });

/** Without commits of others a revert leaves branch and cluster as they were. */
export async function asBefore(act: Act): Promise<readonly string[]> {
  const sick = act.school.sandbox?.state().workloads.filter(({ faults }) => faults.length > 0) ?? [];
  const inForce = sick.map(({ name, faults }) => `${faults.join(", ")} is still in force for ${name}`);
  return [...(await sameTree(act)), ...inForce];
}

async function sameTree({ repository }: Act): Promise<readonly string[]> {
  const commits = await repository.history();
  const differing = await repository.difference(commits[0]?.id ?? "", commits.at(-1)?.id ?? "");
  return differing.map((file) => `${file} is not as it was before`);
}

const HEADER = "# Bakes. Owned by the night shift.";
const OWN_HEADER = "# Bakes. Owned by the early shift.";
const OWN_OBJECT =
  "\n---\napiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: recipes\n  namespace: bakery\ndata:\n  rye: twice\n";

/** Two colleagues work on the same file while the change is being measured. */
async function commitLater({ repository, improvements, reaches }: Act): Promise<void> {
  await reaches("implementation");
  const file = improvements[0]?.change_set?.files[0]?.path ?? "";
  await repository.change(file, (text) => text.replace(HEADER, OWN_HEADER), "The early shift bakes now");
  await repository.change(file, (text) => text.trimEnd() + OWN_OBJECT, "Recipes beside the oven");
}

/** Nothing of ours is left, everything of theirs is; and the revert came after them, or this would prove nothing. */
async function bothSurvive({ repository, improvements, record }: Act): Promise<readonly string[]> {
  const file = improvements[0]?.change_set?.files[0]?.path ?? "";
  const [first] = await repository.history();
  const before = (await repository.show(file, first?.id)) ?? "";
  const wanted = before.replace(HEADER, OWN_HEADER).trimEnd() + OWN_OBJECT;
  const problems = (await repository.show(file)) === wanted ? [] : [`${file} is not what is to be left of it`];
  const commits = await repository.history();
  const { rollback_commit: rollback } = await record();
  if (commits.at(-1)?.id !== rollback) problems.push("the revert is not on top of the later commits");
  return problems;
}

export const takenBack: readonly Scenario[] = [
  {
    name: "crash-loop",
    what: "the new pods crash: taken back in Git, and healthy again",
    talks: ["limits"],
    before: withChange({ kind: "crash-loop" }),
    end: failed("pods", /CrashLoopBackOff/),
    also: asBefore,
  },
  {
    name: "error-rate",
    what: "a third of the requests fails after the change",
    talks: ["limits"],
    before: withChange({ kind: "error-rate", ratio: 0.3 }),
    end: failed("error-ratio", /of the requests to bakery\/\w+ fail/),
    also: asBefore,
  },
  {
    name: "latency",
    what: "requests take ten times as long as before the change",
    talks: ["limits"],
    before: withChange({ kind: "latency", milliseconds: 2_500 }),
    end: failed("latency", /take up to 2500 ms \(before: \d+ ms\)/),
    also: asBefore,
  },
  {
    name: "log-panic",
    what: "everything is ready and answers, but the log says panic",
    talks: ["limits"],
    before: withChange({ kind: "log-panic" }),
    end: failed("logs", /logs: panic: runtime error/),
    also: asBefore,
  },
  {
    name: "missing-dependency",
    what: "a Service the workload needs loses its endpoints, and nobody of it is ready any more",
    talks: ["limits"],
    before: withChange({ kind: "missing-dependency", dependency: "flour" }),
    end: failed("dependencies", /depends on Service bakery\/flour, which has no ready address/),
    also: asBefore,
  },
  {
    name: "quota-refusal",
    what: "admission refuses the new pods, so that the rollout never ends",
    talks: ["limits"],
    before: ({ inject, target: { namespace } }) => inject({ kind: "quota-refusal", namespace }),
    end: failed("rollout", /replicas of .* are updated/),
    also: sameTree,
  },
  {
    name: "later-commits",
    what: "others have committed to the same file before it is taken back: their work survives",
    talks: ["limits"],
    before: withChange({ kind: "error-rate", ratio: 0.3 }),
    meanwhile: commitLater,
    end: failed("error-ratio", /of the requests to bakery\/\w+ fail/),
    also: bothSurvive,
  },
];
