/** What people tell KEDA by annotations. */
import { concepts, keda, type Situation, seen } from "./situation.ts";

const is = (name: string, value: string) => ({ [`autoscaling.keda.sh/${name}`]: value });
const two = [
  { at: 1, load: [8] },
  { at: 15, replicas: 2 },
] as const;

export const operators: readonly Situation[] = [
  {
    what: "paused: the count stays, with nothing left to do, until it is not any more",
    source: seen("paused at 2: still 2 with everything empty; removed: 0 at once, by the old lastActiveTime"),
    steps: [
      ...two,
      { at: 16, annotate: is("paused", "true") },
      { at: 17, load: [0] },
      { at: 900, replicas: 2 },
      { at: 901, annotate: {} },
      { at: 902, replicas: 0 },
    ],
  },
  {
    what: "paused: neither woken nor made more",
    source: concepts("Pause autoscaling"),
    annotations: is("paused", "true"),
    steps: [
      { at: 1, load: [1_000] },
      { at: 100, replicas: 0 },
      { at: 101, patch: 1 },
      { at: 200, replicas: 1 },
    ],
  },
  {
    what: "not paused any more: what waits is seen at once",
    source: keda("pkg/scaling/scale_handler.go: the loop that is started anew checks first"),
    annotations: is("paused", "true"),
    steps: [
      { at: 1, load: [1] },
      { at: 21, annotate: {} },
      { at: 21, replicas: 1 },
    ],
  },
  {
    what: "paused: false is not paused",
    source: seen('paused: "false" = not paused'),
    annotations: is("paused", "false"),
    steps: [
      { at: 1, load: [1] },
      { at: 5, replicas: 1 },
    ],
  },
  {
    what: "paused by a word that is neither true nor false",
    source: keda("apis/keda/v1alpha1/scaledobject_types.go, NeedToBePausedByAnnotation"),
    annotations: is("paused", "until monday"),
    steps: [
      { at: 1, load: [1] },
      { at: 60, replicas: 0 },
    ],
  },
  {
    what: "paused-replicas sets the count at once",
    source: seen('paused-replicas: "3": 3 within 3 seconds'),
    steps: [
      { at: 1, annotate: is("paused-replicas", "3") },
      { at: 2, replicas: 3 },
      { at: 600, replicas: 3 },
    ],
  },
  {
    what: "paused at zero: what waits wakes nobody",
    source: seen('paused-replicas: "0": 0 within 3 seconds, a queued item does not wake it'),
    steps: [
      ...two,
      { at: 16, annotate: is("paused-replicas", "0") },
      { at: 17, replicas: 0 },
      { at: 600, replicas: 0 },
    ],
  },
  {
    what: "a count to pause at is set once and not enforced",
    source: seen("an external patch 0 -> 1 stayed at 1"),
    annotations: is("paused-replicas", "0"),
    steps: [
      { at: 11, patch: 1 },
      { at: 600, replicas: 1 },
    ],
  },
  {
    what: "both: the count counts",
    source: concepts("Pause autoscaling (paused and paused-replicas together)"),
    annotations: { ...is("paused", "true"), ...is("paused-replicas", "2") },
    steps: [{ at: 1, replicas: 2 }],
  },
  {
    what: "a count that is no number pauses, and is told",
    source: keda("pkg/scaling/executor/scale_scaledobjects.go, GetPausedReplicaCount"),
    annotations: is("paused-replicas", "two"),
    steps: [
      { at: 1, load: [9] },
      { at: 60, replicas: 0, problem: /no number: two/ },
    ],
  },
  {
    what: "paused-scale-in: up as ever, and not to zero",
    source: concepts("Pause autoscaling (paused-scale-in)"),
    annotations: is("paused-scale-in", "true"),
    steps: [
      ...two,
      { at: 16, load: [0] },
      { at: 900, replicas: 2 },
      { at: 901, annotate: {} },
      { at: 905, replicas: 0 },
    ],
  },
  {
    what: "paused-scale-out: nobody is woken",
    source: concepts("Pause autoscaling (paused-scale-out)"),
    annotations: is("paused-scale-out", "true"),
    steps: [
      { at: 1, load: [9] },
      { at: 60, replicas: 0 },
    ],
  },
  {
    what: "paused-scale-out: no more than there are, and to zero when all is done",
    source: concepts("Pause autoscaling (paused-scale-out)"),
    annotations: is("paused-scale-out", "true"),
    steps: [
      { at: 1, load: [40] },
      { at: 2, patch: 1 },
      { at: 90, replicas: 1 },
      { at: 91, load: [0] },
      { at: 155, replicas: 0 },
    ],
  },
  {
    what: "force-activation: there without any work, past the cool-down, and gone one cool-down later",
    source: seen("force-activation: 0 -> 1, held; after removal 0 a cool-down later"),
    steps: [
      { at: 1, annotate: is("force-activation", "true") },
      { at: 5, replicas: 1 },
      { at: 600, replicas: 1 },
      { at: 601, annotate: {} },
      { at: 660, replicas: 1 },
      { at: 665, replicas: 0 },
    ],
  },
];
