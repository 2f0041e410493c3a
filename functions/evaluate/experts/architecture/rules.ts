/** The architecture expert: does it scale, can it be maintained, does it fit what runs. */
import { NEW_SERVICE } from "../../new-service.ts";
import { rubric } from "../../rubric.ts";

export const architecture = rubric({
  // What the platform's document has this expert evaluate (section 3).
  criteria: [
    {
      concern: "scalability",
      asks: "does it still hold with ten times the load, the tenants or the replicas, and what becomes the bottleneck",
    },
    {
      concern: "maintainability",
      asks: "who has to know of it, how many places say the same, and is it undone as easily as it is done",
    },
    { concern: "compatibility", asks: "does it fit the patterns, versions and decisions that are there" },
  ],
  impact: { high: 5, medium: 2 },
  urgent: /\b(?:outages?|oom ?kill\w*|evict\w*|starv\w*|crash\w*|went down|took (?:\w+ )?down|paged|incidents?)\b/iu,
  risks: {
    "set-resource-limits": [
      {
        risk: "a limit below what the workload uses gets it killed or throttled",
        mitigated: true,
        evidence:
          "values come from the namespace's LimitRange or from neighbours; restarts are compared with those before for five minutes, and the commit is reverted when they rise",
      },
    ],
    "add-scaled-object": [
      {
        risk: "the first message after a pause waits until a replica has started, and work that is not acknowledged is lost when a replica is taken away",
        mitigated: true,
        evidence:
          "only workers no Service leads to go down to zero, and only after minutes without work; the ScaledObject must report itself ready, or the commit is reverted",
      },
    ],
    "add-volume-claim": [
      {
        risk: "what the database holds now is not on the new volume, and while its pod is replaced it does not answer",
        mitigated: false,
        evidence: "the old pod's data goes with any restart, and a volume with one writer lets no two pods overlap",
      },
    ],
    "deploy-service": NEW_SERVICE,
    "expand-volume-claim": [
      {
        risk: "a volume never gets smaller again, so a revert in Git cannot be applied",
        mitigated: false,
        evidence:
          "Kubernetes refuses a smaller request; the size is bounded by quota, LimitRange and ten times what there is",
      },
    ],
  },
  delicate: {
    "cluster-upgrades": "an upgrade cannot be reverted in Git",
    storage: "moving volumes can lose data",
    "multi-tenancy": "moving workloads between namespaces breaks their addresses",
  },
});
