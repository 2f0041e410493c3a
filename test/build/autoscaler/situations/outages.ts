/** Redis out of reach. */
import { composite, docs, keda, type Situation, seen } from "./situation.ts";

const SUM = "pending + leases + (delayed > 0 ? 1 : 0)";
const fallback = (replicas: number, behavior?: string) => ({
  fallback: { failureThreshold: 3, replicas, ...(behavior === undefined ? {} : { behavior }) },
});
/** Two pods, and at 20 Redis is gone. */
const gone = [
  { at: 1, load: [8] },
  { at: 20, outage: true },
  { at: 20, replicas: 2 },
] as const;

export const outages: readonly Situation[] = [
  {
    what: "the count stays for as long as it lasts, and why is told; afterwards it is as before",
    source: seen("an outage of 58 seconds, connection refused: replicas unchanged, Ready=False TriggerError"),
    steps: [
      ...gone,
      { at: 3_600, replicas: 2, problem: /ECONNREFUSED/ },
      { at: 3_601, load: [8] },
      { at: 3_605, replicas: 2 },
    ],
  },
  {
    what: "nothing left when Redis is back, long after the cool-down: zero at the first good poll",
    source: keda("pkg/scaling/executor/scale_scaledobjects.go: lastActiveTime is that of the last good poll"),
    steps: [...gone, { at: 201, load: [0] }, { at: 205, replicas: 0 }],
  },
  {
    what: "at zero nobody is woken",
    source: keda("pkg/scaling/executor/scale_scaledobjects.go: an error is not active"),
    steps: [
      { at: 1, outage: true },
      { at: 600, replicas: 0, problem: /ECONNREFUSED/ },
    ],
  },
  {
    what: "who was woken in an outage stays until Redis is back",
    source: seen("patched 0 -> 1 in an outage, empty list: 1 until Redis was back, then 0 at once"),
    steps: [
      { at: 1, outage: true },
      { at: 12, patch: 1 },
      { at: 600, replicas: 1, problem: /ECONNREFUSED/ },
      { at: 601, load: [0] },
      { at: 605, replicas: 0 },
    ],
  },
  {
    what: "KEDA 2.20 loses the error: a plain sum is no work, and busy pods go when their cool-down is over",
    source: seen(
      "six times N -> 0 with leases and items queued, Ready=True Active=False; scale_handler.go, ErrCacheClosed",
    ),
    spec: { advanced: composite(SUM) },
    losesErrors: true,
    steps: [...gone, { at: 80, replicas: 2 }, { at: 85, replicas: 0 }],
  },
  {
    what: "the cool-down shields those whose last good poll is not that far back",
    source: seen("the same race at a cool-down that had not run out: replicas kept"),
    spec: { advanced: composite(SUM) },
    losesErrors: true,
    steps: [...gone, { at: 75, replicas: 2 }, { at: 76, load: [8] }, { at: 400, replicas: 2 }],
  },
  {
    what: "the school's formula takes a lost error for work: they stay",
    source: seen("`??` turned the one hit of the race into active, replicas kept"),
    losesErrors: true,
    steps: [...gone, { at: 3_600, replicas: 2 }],
  },
  {
    what: "at the price of a pod where there was none",
    source: keda("pkg/scaling/scalemodifiers: a value that is missing is nil, `pending ?? 1` is 1"),
    losesErrors: true,
    steps: [
      { at: 1, outage: true },
      { at: 5, replicas: 1 },
    ],
  },
  {
    what: "fallback: after more than failureThreshold failures, of polls and of the HPA's requests, so many",
    source: `${docs("fallback")}; ${keda("pkg/scaling/scale_handler.go: polls count, too (pull request 7244, 2.19.0)")}`,
    spec: fallback(6),
    // It fails at 25, at 30 twice, and the fourth time at 35; the HPA's next request is at 45.
    steps: [...gone, { at: 44, replicas: 2, problem: /ECONN/ }, { at: 45, replicas: 6, problem: /ECONN/ }],
  },
  {
    what: "fallback: one good answer begins the count anew",
    source: keda("pkg/fallback/fallback.go: NumberOfFailures is of consecutive ones"),
    spec: fallback(6),
    steps: [
      ...gone,
      { at: 31, load: [8] },
      { at: 36, outage: true },
      { at: 59, replicas: 2, problem: /ECONN/ },
      { at: 60, replicas: 6, problem: /ECONN/ },
    ],
  },
  {
    what: "fallback: at zero it is active at the poll that is one failure too many, and the HPA does the rest",
    source: `${docs("fallback")}; ${keda("pkg/scaling/scale_handler.go: applied by polls (issue 7239, 2.19.0)")}`,
    spec: fallback(3),
    steps: [
      { at: 1, outage: true },
      { at: 19, replicas: 0, problem: /ECONN/ },
      { at: 20, replicas: 1, problem: /ECONN/ },
      { at: 29, replicas: 1, problem: /ECONN/ },
      { at: 30, replicas: 3, problem: /ECONN/ },
    ],
  },
  {
    what: "fallback currentReplicas: as many as there are is none at zero",
    source: docs("fallback.behavior, currentReplicas"),
    spec: fallback(6, "currentReplicas"),
    steps: [
      { at: 1, outage: true },
      { at: 600, replicas: 0, problem: /ECONN/ },
    ],
  },
  {
    what: "fallback: nothing left when Redis is back: zero when the cool-down of the fallback is over",
    source: keda("pkg/scaling/executor/scale_scaledobjects.go: what is active stamps lastActiveTime"),
    spec: fallback(3),
    steps: [...gone, { at: 101, load: [0] }, { at: 155, replicas: 3 }, { at: 165, replicas: 0 }],
  },
  {
    what: "fallback: KEDA itself does not take the last away meanwhile",
    source: keda("pkg/scaling/executor/scale_scaledobjects.go: isError with fallback.replicas"),
    spec: fallback(1),
    steps: [...gone, { at: 3_600, replicas: 2, problem: /ECONN/ }],
  },
  {
    what: "fallback currentReplicas: as many as there are",
    source: docs("fallback.behavior, currentReplicas"),
    spec: fallback(6, "currentReplicas"),
    steps: [...gone, { at: 600, replicas: 2, problem: /ECONN/ }],
  },
  {
    what: "fallback currentReplicasIfHigher: but so many at least",
    source: docs("fallback.behavior, currentReplicasIfHigher"),
    spec: fallback(3, "currentReplicasIfHigher"),
    steps: [...gone, { at: 600, replicas: 3, problem: /ECONN/ }],
  },
  {
    what: "fallback currentReplicasIfLower: but so many at most",
    source: docs("fallback.behavior, currentReplicasIfLower"),
    spec: fallback(6, "currentReplicasIfLower"),
    steps: [...gone, { at: 600, replicas: 2, problem: /ECONN/ }],
  },
  {
    what: "a fallback of none is no work: zero after the cool-down",
    source: keda("pkg/scaling/executor/scale_scaledobjects.go: only fallback.replicas != 0 holds"),
    spec: fallback(0),
    steps: [...gone, { at: 80, replicas: 2, problem: /ECONN/ }, { at: 85, replicas: 0, problem: /ECONN/ }],
  },
  {
    what: "a fallback beside a formula with a target that is no whole number is not valid",
    source: keda("pkg/fallback/fallback.go, validateFallback"),
    spec: { ...fallback(6), advanced: composite(undefined, { target: "4.5" }) },
    steps: [...gone, { at: 600, replicas: 2, problem: /ECONN/ }],
  },
];
