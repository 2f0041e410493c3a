/** To zero, and what somebody else's patch is worth to KEDA. */
import { composite, docs, keda, type Situation, seen } from "./situation.ts";

export const toZero: readonly Situation[] = [
  {
    what: "the cool-down runs from the last poll that saw work",
    source: docs("cooldownPeriod"),
    steps: [
      { at: 1, load: [1] },
      { at: 12, load: [0] },
      // At 10 it was active: 60 seconds have to be over, not just full.
      { at: 70, replicas: 1 },
      { at: 75, replicas: 0 },
    ],
  },
  {
    what: "five minutes unless it is given",
    source: docs("cooldownPeriod"),
    spec: { cooldownPeriod: undefined },
    steps: [
      { at: 1, load: [1] },
      { at: 7, load: [0] },
      { at: 305, replicas: 1 },
      { at: 310, replicas: 0 },
    ],
  },
  {
    what: "work that comes back within it begins it anew",
    source: keda("pkg/scaling/executor/scale_scaledobjects.go, updateLastActiveTime"),
    steps: [
      { at: 1, load: [1] },
      { at: 7, load: [0] },
      { at: 51, load: [1] },
      { at: 57, load: [0] },
      { at: 115, replicas: 1 },
      { at: 120, replicas: 0 },
    ],
  },
  {
    what: "from N to zero in one jump",
    source: seen("Deactivated ... from 4 to 0"),
    steps: [
      { at: 1, load: [16] },
      { at: 16, load: [0] },
      { at: 75, replicas: 4 },
      { at: 80, replicas: 0 },
    ],
  },
  {
    what: "a lease keeps its pods for as long as it takes",
    source: seen("one lease, an empty list, cool-down 10: still there after 75 seconds, and after 20 minutes"),
    steps: [
      { at: 1, load: [8] },
      { at: 16, load: [0, 1] },
      { at: 3_600, replicas: 2 },
    ],
  },
  {
    what: "without leases in the formula pods are taken away in the middle of their work",
    source: keda("pkg/scalers/redis_scaler.go: an event that was popped is not in the list"),
    spec: { advanced: composite("pending") },
    steps: [
      { at: 1, load: [8] },
      { at: 16, load: [0, 8] },
      { at: 80, replicas: 0 },
    ],
  },
  {
    what: "a timer that is due in a moment keeps its pod",
    source: seen("one member in the delayed events held the pod"),
    steps: [
      { at: 1, load: [1] },
      { at: 7, load: [0, 0, 1] },
      { at: 600, replicas: 1 },
    ],
  },
  {
    what: "a wake-up without work is gone at the next poll when there never was any",
    source: seen("lastActiveTime nil, nothing queued: 0 at KEDA's next poll"),
    steps: [
      { at: 7, patch: 1 },
      { at: 9, replicas: 1 },
      { at: 10, replicas: 0 },
    ],
  },
  {
    what: "initialCooldownPeriod keeps it until so long after the ScaledObject's creation",
    source: seen("initialCooldownPeriod 60: stayed until 60 seconds after creation"),
    spec: { initialCooldownPeriod: 60 },
    steps: [
      { at: 7, patch: 1 },
      { at: 60, replicas: 1 },
      { at: 65, replicas: 0 },
    ],
  },
  {
    what: "once there was work initialCooldownPeriod counts no more, however long it is",
    source: keda("pkg/scaling/executor/scale_scaledobjects.go, scaleToZeroOrIdle (the docs say otherwise)"),
    spec: { initialCooldownPeriod: 500 },
    steps: [
      { at: 1, load: [1] },
      { at: 7, load: [0] },
      { at: 70, replicas: 0 },
    ],
  },
  {
    what: "a wake-up soon after work stays until that work's cool-down is over",
    source: seen("lastActiveTime recent: kept until lastActive + cool-down"),
    steps: [
      { at: 1, load: [1] },
      { at: 7, load: [0] },
      { at: 20, patch: 0 },
      { at: 25, patch: 1 },
      { at: 65, replicas: 1 },
      { at: 70, replicas: 0 },
    ],
  },
  {
    what: "a wake-up long after work is gone at the next poll",
    source: seen("lastActiveTime older than the cool-down, nothing queued: 0 at the next poll"),
    spec: { initialCooldownPeriod: 60 },
    steps: [
      { at: 1, load: [1] },
      { at: 7, load: [0] },
      { at: 201, patch: 1 },
      { at: 204, replicas: 1 },
      { at: 205, replicas: 0 },
    ],
  },
  {
    what: "a burst that is done before the poll leaves no warm pod",
    source: keda("pkg/scaling/executor/scale_scaledobjects.go: only a poll stamps lastActiveTime"),
    steps: [
      { at: 101, load: [1] },
      { at: 101, patch: 1 },
      { at: 103, load: [0] },
      { at: 105, replicas: 0 },
    ],
  },
  {
    what: "a woken pod that holds a lease at the poll has the whole cool-down",
    source: seen("a woken pod that still holds a lease at the poll becomes active"),
    steps: [
      { at: 101, load: [1] },
      { at: 101, patch: 1 },
      { at: 102, load: [0, 1] },
      { at: 107, load: [0] },
      { at: 165, replicas: 1 },
      { at: 170, replicas: 0 },
    ],
  },
  {
    what: "a wake-up lets the HPA bring the rest long before KEDA's poll",
    source: seen("poll 30, 16 items, woken: the HPA set 4 at its next sync"),
    spec: { pollingInterval: 30 },
    steps: [
      { at: 33, load: [16] },
      { at: 33, patch: 1 },
      { at: 44, replicas: 1 },
      { at: 45, replicas: 4 },
    ],
  },
  {
    what: "who is taken to zero by hand while there is work is back at the next poll",
    source: keda("pkg/scaling/executor/scale_scaledobjects.go: currentReplicas == 0 and active"),
    steps: [
      { at: 1, load: [4] },
      { at: 21, patch: 0 },
      { at: 24, replicas: 0 },
      { at: 25, replicas: 1 },
    ],
  },
];
