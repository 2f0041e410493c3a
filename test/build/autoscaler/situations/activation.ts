/** From zero: what is active, and when it is seen. */
import { composite, concepts, docs, keda, kubernetes, type Situation, seen, trigger, triggers } from "./situation.ts";

export const activation: readonly Situation[] = [
  {
    what: "a waiting event is seen at the next poll, and not before",
    source: docs("pollingInterval"),
    steps: [
      { at: 7, load: [1] },
      { at: 9.9, replicas: 0 },
      { at: 10, replicas: 1 },
    ],
  },
  {
    what: "the interval is 30 seconds unless it is given",
    source: docs("pollingInterval"),
    spec: { pollingInterval: undefined },
    steps: [
      { at: 1, load: [1] },
      { at: 29, replicas: 0 },
      { at: 30, replicas: 1 },
    ],
  },
  {
    what: "a lease alone wakes: a ZSET counts by its members",
    source: seen("a ZADD to the leases, and 0 -> 1 at the next poll"),
    steps: [
      { at: 1, load: [0, 1] },
      { at: 5, replicas: 1 },
    ],
  },
  {
    what: "a timer alone wakes",
    source: seen("a ZADD to the delayed events, and 0 -> 1 at the next poll"),
    steps: [
      { at: 1, load: [0, 0, 1] },
      { at: 5, replicas: 1 },
    ],
  },
  {
    what: "seven timers are one pod's work",
    source: seen("(pending, leases, delayed) = (0, 0, 7) read through external.metrics.k8s.io is 1"),
    steps: [
      { at: 1, load: [0, 0, 7] },
      { at: 60, replicas: 1 },
    ],
  },
  {
    what: "active is above the activation target, not at it",
    source: concepts("Activating and Scaling thresholds"),
    spec: { advanced: composite(undefined, { activationTarget: "2" }) },
    steps: [
      { at: 1, load: [2] },
      { at: 30, replicas: 0 },
      { at: 31, load: [3] },
      { at: 35, replicas: 1 },
    ],
  },
  {
    what: "an activation of 50 takes all away at 40, though a threshold of 10 would want four",
    source: concepts("Activating and Scaling thresholds (activation has priority)"),
    spec: { advanced: {}, triggers: [trigger("pending", "list", { listLength: "10", activationListLength: "50" })] },
    steps: [
      { at: 1, load: [51] },
      { at: 5, replicas: 1 },
      { at: 30, replicas: 6 },
      { at: 31, load: [40] },
      { at: 90, replicas: 6 },
      { at: 95, replicas: 0 },
    ],
  },
  {
    what: "any of several triggers is enough without a formula",
    source: keda("pkg/scaling/scale_handler.go: isActive is the OR of all triggers"),
    spec: { advanced: {}, triggers },
    steps: [
      { at: 1, load: [0, 0, 1] },
      { at: 5, replicas: 1 },
    ],
  },
  {
    what: "KEDA brings one, the rest comes with the HPA's next sync",
    source: docs("pollingInterval (1 to N is the HPA's, every 15 seconds)"),
    steps: [
      { at: 1, load: [16] },
      { at: 5, replicas: 1 },
      { at: 14.9, replicas: 1 },
      { at: 15, replicas: 4 },
    ],
  },
  {
    what: "with minReplicaCount it brings that many",
    source: keda("pkg/scaling/executor/scale_scaledobjects.go, scaleFromZeroOrIdle"),
    spec: { minReplicaCount: 2, idleReplicaCount: 0 },
    steps: [
      { at: 1, load: [1] },
      { at: 4, replicas: 0 },
      { at: 5, replicas: 2 },
    ],
  },
  {
    what: "idleReplicaCount 0 beside a minimum: back to zero after the cool-down",
    source: docs("idleReplicaCount"),
    spec: { minReplicaCount: 2, idleReplicaCount: 0 },
    steps: [
      { at: 1, load: [1] },
      { at: 12, load: [0] },
      { at: 70, replicas: 2 },
      { at: 75, replicas: 0 },
    ],
  },
  {
    what: "a minimum of its own is there without any work, and stays",
    source: docs("minReplicaCount"),
    spec: { minReplicaCount: 2 },
    steps: [
      { at: 0, replicas: 2 },
      { at: 600, replicas: 2 },
    ],
  },
  {
    what: "who is below the minimum is brought up without any work",
    source: keda("pkg/scaling/executor/scale_scaledobjects.go: currentReplicas < minReplicas"),
    spec: { minReplicaCount: 2 },
    steps: [
      { at: 21, patch: 0 },
      { at: 24, replicas: 0 },
      { at: 25, replicas: 2 },
    ],
  },
  {
    what: "with several metrics the one that wants most counts, and they are not added",
    source: kubernetes("Algorithm details (multiple metrics)"),
    spec: {
      advanced: { horizontalPodAutoscalerConfig: { behavior: { scaleDown: { selectPolicy: "Disabled" } } } },
      triggers: [trigger("pending", "list", { listLength: "4" }), trigger("leases", "leases", { listLength: "4" })],
    },
    steps: [
      { at: 1, load: [16, 16] },
      { at: 30, replicas: 4 },
    ],
  },
  {
    what: "with the formula they are added",
    source: docs("scalingModifiers.formula"),
    steps: [
      { at: 1, load: [16, 16] },
      { at: 15, replicas: 5 },
      { at: 30, replicas: 8 },
    ],
  },
  {
    what: "a condition within a condition (first is true, second is true)",
    source: concepts("Scaling Modifiers, example nested conditions"),
    spec: { advanced: composite("pending < 2 ? pending + leases >= 2 ? 5 : 10 : 0", { target: "1" }) },
    steps: [
      { at: 1, load: [1, 1] },
      { at: 30, replicas: 5 },
    ],
  },
  {
    what: "a condition within a condition (only the first is true)",
    source: concepts("Scaling Modifiers, example nested conditions"),
    spec: { advanced: composite("pending < 2 ? pending + leases >= 2 ? 5 : 10 : 0", { target: "1" }) },
    steps: [
      { at: 1, load: [0, 1] },
      { at: 60, replicas: 10 },
    ],
  },
  {
    what: "a formula that gives true or false scales nothing",
    source: seen("(delayed > 0) without `? 1 : 0`: Ready=False ScaledObjectCheckFailed, no HPA"),
    spec: { advanced: composite("pending > 0") },
    steps: [
      { at: 1, load: [9] },
      { at: 60, replicas: 0, problem: /a number is needed/ },
    ],
  },
];
