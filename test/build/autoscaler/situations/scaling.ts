/** Between one and N, which is the HPA's: how many, how fast, and when fewer. */
import { behaving, docs, hpaSource, kubernetes, type Situation, seen, trigger } from "./situation.ts";

const stayUp = { scaleDown: { selectPolicy: "Disabled" } };
/** No waiting before fewer are wanted. */
const atOnce = { stabilizationWindowSeconds: 0 };

export const scaling: readonly Situation[] = [
  {
    what: "a part of what one carries needs a whole one",
    source: kubernetes("Algorithm details (ceil)"),
    steps: [
      { at: 1, load: [17] },
      { at: 15, replicas: 5 },
    ],
  },
  {
    what: "one carries five unless listLength is given",
    source: "KEDA 2.20 docs, Redis Lists, listLength",
    spec: { advanced: {}, triggers: [trigger("pending", "list")] },
    steps: [
      { at: 1, load: [11] },
      { at: 15, replicas: 3 },
    ],
  },
  {
    what: "a load within a tenth of what they carry changes nothing",
    source: kubernetes("Algorithm details (tolerance, 0.1 by default)"),
    steps: [
      { at: 1, load: [16] },
      { at: 15, replicas: 4 },
      { at: 16, load: [17] },
      { at: 60, replicas: 4 },
      { at: 61, load: [18] },
      { at: 75, replicas: 5 },
    ],
  },
  {
    what: "a tolerance of its own for more replicas",
    source: docs("horizontalPodAutoscalerConfig.behavior tolerance (Kubernetes 1.34)"),
    spec: behaving({ scaleUp: { tolerance: "0" }, ...stayUp }),
    steps: [
      { at: 1, load: [16] },
      { at: 16, load: [17] },
      { at: 30, replicas: 5 },
    ],
  },
  {
    what: "no more than maxReplicaCount",
    source: docs("maxReplicaCount"),
    spec: { maxReplicaCount: 3 },
    steps: [
      { at: 1, load: [1_000] },
      { at: 120, replicas: 3 },
    ],
  },
  {
    what: "four more or twice as many in 15 seconds, whichever is more",
    source: kubernetes("Default Behavior (scaleUp)"),
    spec: { maxReplicaCount: 40 },
    steps: [
      { at: 1, load: [1_000] },
      { at: 15, replicas: 5 },
      { at: 30, replicas: 10 },
      { at: 45, replicas: 20 },
      { at: 60, replicas: 40 },
    ],
  },
  {
    what: "without any behavior the older rule: twice as many, or four",
    source: hpaSource("calculateScaleUpLimit"),
    spec: { maxReplicaCount: 20, ...behaving() },
    steps: [
      { at: 1, load: [1_000] },
      { at: 15, replicas: 4 },
      { at: 30, replicas: 8 },
      { at: 45, replicas: 16 },
      { at: 60, replicas: 20 },
    ],
  },
  {
    what: "selectPolicy Min takes the policy that changes least",
    source: kubernetes("Scaling policies"),
    spec: behaving({ scaleUp: { selectPolicy: "Min" }, ...stayUp }),
    steps: [
      { at: 1, load: [1_000] },
      { at: 15, replicas: 2 },
      { at: 30, replicas: 4 },
    ],
  },
  {
    what: "scaleUp Disabled leaves the one that KEDA brought",
    source: kubernetes("Configurable scaling behavior (selectPolicy Disabled)"),
    spec: behaving({ scaleUp: { selectPolicy: "Disabled" }, ...stayUp }),
    steps: [
      { at: 1, load: [1_000] },
      { at: 120, replicas: 1 },
    ],
  },
  {
    what: "a stabilization window for more: the least of what was wanted within it",
    source: hpaSource("stabilizeRecommendationWithBehaviors"),
    spec: behaving({ scaleUp: { stabilizationWindowSeconds: 60 }, ...stayUp }),
    steps: [
      { at: 1, load: [16] },
      { at: 59, replicas: 1 },
      { at: 60, replicas: 4 },
    ],
  },
  {
    what: "scaleDown Disabled keeps all while anything is left",
    source: seen("four replicas, the list cut to one element: still four after 55 seconds"),
    steps: [
      { at: 1, load: [16] },
      { at: 16, load: [1] },
      { at: 900, replicas: 4 },
    ],
  },
  {
    what: "without it they go at the next sync",
    source: seen("the same with stabilizationWindowSeconds 0 only: 4 -> 1 within a sync"),
    spec: behaving({ scaleDown: atOnce }),
    steps: [
      { at: 1, load: [16] },
      { at: 16, load: [1] },
      { at: 29, replicas: 4 },
      { at: 30, replicas: 1 },
    ],
  },
  {
    what: "five minutes' wait before fewer, unless told otherwise",
    source: kubernetes("Default Behavior (scaleDown, 300 seconds)"),
    spec: behaving(),
    steps: [
      { at: 1, load: [16] },
      { at: 16, load: [1] },
      { at: 314, replicas: 4 },
      { at: 315, replicas: 1 },
    ],
  },
  {
    what: "a policy of one pod a minute takes a minute for each",
    source: kubernetes("Scaling policies (Pods, periodSeconds)"),
    spec: behaving({ scaleDown: { ...atOnce, policies: [{ type: "Pods", value: 1, periodSeconds: 60 }] } }),
    steps: [
      { at: 1, load: [16] },
      { at: 100, load: [1] },
      { at: 105, replicas: 3 },
      { at: 164, replicas: 3 },
      { at: 165, replicas: 2 },
      { at: 225, replicas: 1 },
    ],
  },
  {
    what: "a policy in percent is rounded towards fewer",
    source: hpaSource("calculateScaleDownLimitWithBehaviors"),
    spec: behaving({ scaleDown: { ...atOnce, policies: [{ type: "Percent", value: 50, periodSeconds: 60 }] } }),
    steps: [
      { at: 1, load: [20] },
      { at: 30, replicas: 5 },
      { at: 100, load: [1] },
      { at: 105, replicas: 2 },
      { at: 165, replicas: 1 },
    ],
  },
  {
    what: "who has more than the maximum loses the rest, though scaleDown is Disabled",
    source: hpaSource("reconcileAutoscaler (above Spec.MaxReplicas)"),
    steps: [
      { at: 1, load: [40] },
      { at: 16, patch: 14 },
      { at: 29, replicas: 14 },
      { at: 30, replicas: 10 },
    ],
  },
  {
    what: "at zero the HPA does nothing: that is KEDA's",
    source: hpaSource("reconcileAutoscaler (ScalingDisabled)"),
    spec: { pollingInterval: 100 },
    steps: [
      { at: 1, load: [16] },
      { at: 99, replicas: 0 },
      { at: 100, replicas: 1 },
    ],
  },
];
