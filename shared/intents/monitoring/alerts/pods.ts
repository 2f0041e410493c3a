/** Alerts on pods, from kube-state-metrics and the kubelet's cAdvisor: the names every installation has. */
import { parseQuantity } from "../../../repository/quantity.ts";
import { isRunning } from "../../traffic/callers.ts";
import type { Signal } from "./signal.ts";

export const podRestarts: Signal = {
  id: "pod-restarts",
  words:
    /\b(?:crash(?:es|ing|ed)?|crash[- ]?loop\w*|restart(?:s|ing|ed)?|oom[- ]?kill\w*|unhealthy pods?|pods? (?:fail|die|keep dying))\b/iu,
  metrics: () => ["kube_pod_container_status_restarts_total", "kube_pod_container_status_waiting_reason"],
  inStack: "kubernetesApps",
  rank: 6,
  concerns: ({ workloads }) => workloads.some(isRunning),
  alerts: ({ namespace }) => [
    {
      alert: "PodCrashLooping",
      expr: `max_over_time(kube_pod_container_status_waiting_reason{namespace="${namespace}",reason="CrashLoopBackOff"}[5m]) >= 1`,
      for: "10m",
      urgency: "now",
      summary: `A pod in ${namespace} is crash looping.`,
      description:
        "Container {{ $labels.container }} of pod {{ $labels.pod }} waits in CrashLoopBackOff for ten minutes.",
      runbook:
        "Read the log of the previous container and the last change of the workload; roll that change back if it came with it.",
    },
    {
      alert: "PodRestartingOften",
      expr: `increase(kube_pod_container_status_restarts_total{namespace="${namespace}"}[30m]) > 3`,
      for: "5m",
      urgency: "soon",
      summary: `A pod in ${namespace} restarts again and again.`,
      description:
        "Container {{ $labels.container }} of pod {{ $labels.pod }} restarted {{ $value | humanize }} times in half an hour.",
      runbook:
        "Look at the reason of the last termination: OOMKilled asks for memory, Error for the log, a failing probe for its limits.",
    },
  ],
};

export const memoryNearLimit: Signal = {
  id: "memory-near-limit",
  words: /\b(?:memory|oom(?:[- ]?kill\w*)?|saturat\w+|ram|working set)\b/iu,
  metrics: () => ["container_memory_working_set_bytes", "container_memory_usage_bytes", "container_memory_rss"],
  rank: 5,
  concerns: ({ workloads }) => workloads.some(isRunning),
  alerts({ namespace, workloads }) {
    const limited = workloads
      .filter(isRunning)
      .some(({ containers }) => containers.some(({ limits }) => parseQuantity(limits["memory"]) !== undefined));
    if (!limited) return `no container in ${namespace} has a memory limit it could come near`;
    const by = "max by (namespace, pod, container)";
    const used = `container_memory_working_set_bytes{namespace="${namespace}",container!="",container!="POD"}`;
    const limit = `kube_pod_container_resource_limits{namespace="${namespace}",resource="memory"}`;
    return [
      {
        alert: "ContainerMemoryNearLimit",
        expr: `${by} (${used}) / ${by} (${limit}) > 0.9`,
        for: "15m",
        urgency: "soon",
        summary: `A container in ${namespace} is about to run out of memory.`,
        description:
          "Container {{ $labels.container }} of pod {{ $labels.pod }} uses {{ $value | humanizePercentage }} of its memory limit.",
        runbook:
          "Compare with the last days: a slope is a leak, a step is load. Raise the limit or fix the leak before the kernel decides.",
      },
    ];
  },
};
