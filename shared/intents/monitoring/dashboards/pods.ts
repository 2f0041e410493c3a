/** What every namespace shows: its pods by kube-state-metrics, and what they use by the kubelet. */
import { isRunning } from "../../traffic/callers.ts";
import { type Family, graph, stat } from "./panel.ts";

export const pods: Family = ({ namespace, workloads }) => {
  if (!workloads.some(isRunning)) return undefined;
  const inside = `namespace="${namespace}"`;
  const container = `${inside},container!="",container!="POD"`;
  return {
    title: "Pods",
    isGeneral: true,
    panels: [
      stat("Pods ready", "short", `sum(kube_pod_status_ready{${inside},condition="true"})`),
      stat(
        "Pods that should be ready and are not",
        "short",
        `sum(kube_pod_status_phase{${inside},phase=~"Pending|Running"}) - sum(kube_pod_status_ready{${inside},condition="true"})`,
        { value: 1, bad: "above" },
      ),
      stat(
        "Restarts in the last hour",
        "short",
        `sum(increase(kube_pod_container_status_restarts_total{${inside}}[1h]))`,
        { value: 3, bad: "above" },
      ),
      stat("Memory in use", "bytes", `sum(container_memory_working_set_bytes{${container}})`),
      graph("CPU by pod", "short", {
        expr: `sum by (pod) (rate(container_cpu_usage_seconds_total{${container}}[5m]))`,
        legend: "{{pod}}",
      }),
      graph("Memory by pod", "bytes", {
        expr: `sum by (pod) (container_memory_working_set_bytes{${container}})`,
        legend: "{{pod}}",
      }),
      {
        ...graph("Memory against its limit", "percentunit", {
          expr: `max by (pod, container) (container_memory_working_set_bytes{${container}}) / max by (pod, container) (kube_pod_container_resource_limits{${inside},resource="memory"})`,
          legend: "{{pod}} {{container}}",
        }),
        limit: { value: 0.9, bad: "above" },
      },
      graph("Share of time without CPU (throttled)", "percentunit", {
        expr: `sum by (pod) (rate(container_cpu_cfs_throttled_periods_total{${container}}[5m])) / sum by (pod) (rate(container_cpu_cfs_periods_total{${container}}[5m]))`,
        legend: "{{pod}}",
      }),
      graph("Restarts by pod", "short", {
        expr: `sum by (pod) (increase(kube_pod_container_status_restarts_total{${inside}}[15m]))`,
        legend: "{{pod}}",
      }),
      graph("Containers that wait", "short", {
        expr: `sum by (pod, reason) (kube_pod_container_status_waiting_reason{${inside}})`,
        legend: "{{pod}} {{reason}}",
      }),
    ],
  };
};

export const autoscaling: Family = ({ platform, namespace }) => {
  const inside = `namespace="${namespace}"`;
  const scalers = platform.resources.filter(
    ({ kind, application, ...one }) =>
      (kind === "HorizontalPodAutoscaler" || kind === "ScaledObject") &&
      one.namespace === namespace &&
      application !== undefined,
  );
  if (scalers.length === 0) return undefined;
  const by = "sum by (horizontalpodautoscaler)";
  return {
    title: "Autoscaling",
    isGeneral: false,
    panels: [
      graph(
        "Replicas and how many there may be",
        "short",
        {
          expr: `${by} (kube_horizontalpodautoscaler_status_current_replicas{${inside}})`,
          legend: "{{horizontalpodautoscaler}}",
        },
        {
          expr: `${by} (kube_horizontalpodautoscaler_spec_max_replicas{${inside}})`,
          legend: "{{horizontalpodautoscaler}} at most",
        },
      ),
    ],
  };
};

export const volumes: Family = ({ namespace, platform, workloads }) => {
  const claims = platform.resources.some(
    (one) => one.kind === "PersistentVolumeClaim" && one.namespace === namespace && one.application !== undefined,
  );
  const templates = workloads.some(({ resource }) =>
    JSON.stringify(resource.object).includes('"volumeClaimTemplates":['),
  );
  if (!claims && !templates) return undefined;
  const inside = `namespace="${namespace}"`;
  return {
    title: "Volumes",
    isGeneral: false,
    panels: [
      {
        ...graph("Space left", "percentunit", {
          expr: `kubelet_volume_stats_available_bytes{${inside}} / kubelet_volume_stats_capacity_bytes{${inside}}`,
          legend: "{{persistentvolumeclaim}}",
        }),
        limit: { value: 0.1, bad: "below" },
      },
      graph("Bytes in use", "bytes", {
        expr: `kubelet_volume_stats_used_bytes{${inside}}`,
        legend: "{{persistentvolumeclaim}}",
      }),
    ],
  };
};

export const jobs: Family = ({ namespace, workloads }) => {
  if (!workloads.some(({ kind }) => kind === "CronJob" || kind === "Job")) return undefined;
  const inside = `namespace="${namespace}"`;
  return {
    title: "Jobs",
    isGeneral: false,
    panels: [
      stat("Failed jobs", "short", `count(kube_job_failed{${inside},condition="true"} == 1) or vector(0)`, {
        value: 1,
        bad: "above",
      }),
      graph("Seconds since the last success", "s", {
        expr: `time() - max by (cronjob) (kube_cronjob_status_last_successful_time{${inside}})`,
        legend: "{{cronjob}}",
      }),
    ],
  };
};
