/**
 * Which exporters a platform runs, and the metrics each of them is known for by its own documentation. Only what panels
 * and people ask for is listed; a metric no list holds is known where the repository itself asks for it.
 */
import { type ChartRelease, chartReleases } from "../../../repository/chart-releases.ts";
import { oncePer } from "../../../repository/lookup.ts";
import type { Platform } from "../../../repository/platform.ts";
import { at } from "../../../repository/values.ts";
import { workloadsOf } from "../../../repository/workloads.ts";
import { imageName } from "../../resource-values.ts";

export type ExporterId =
  | "kube-state-metrics"
  | "kubelet"
  | "node"
  | "blackbox"
  | "postgres"
  | "mysql"
  | "redis"
  | "mongodb";

interface Exporter {
  readonly id: ExporterId;
  readonly image: RegExp;
  /** Charts that bring it -> key of their values that turns it off; "" where nothing does. */
  readonly charts: Readonly<Record<string, string>>;
  readonly metrics: readonly string[];
}

const exporters: readonly Exporter[] = [
  {
    id: "kube-state-metrics",
    image: /^kube-state-metrics$/,
    charts: { "kube-state-metrics": "", "kube-prometheus-stack": "kubeStateMetrics", prometheus: "kube-state-metrics" },
    metrics: [
      "kube_pod_info kube_pod_status_phase kube_pod_status_ready kube_pod_owner kube_pod_labels",
      "kube_pod_container_status_restarts_total kube_pod_container_status_waiting_reason kube_pod_container_status_ready",
      "kube_pod_container_status_last_terminated_reason kube_pod_container_resource_requests kube_pod_container_resource_limits",
      "kube_deployment_spec_replicas kube_deployment_status_replicas kube_deployment_status_replicas_available",
      "kube_deployment_status_replicas_unavailable kube_statefulset_replicas kube_statefulset_status_replicas_ready",
      "kube_daemonset_status_number_ready kube_daemonset_status_desired_number_scheduled",
      "kube_job_failed kube_job_status_failed kube_job_status_succeeded kube_job_status_active kube_job_status_start_time",
      "kube_cronjob_status_last_schedule_time kube_cronjob_next_schedule_time kube_cronjob_status_last_successful_time",
      "kube_horizontalpodautoscaler_status_current_replicas kube_horizontalpodautoscaler_spec_min_replicas",
      "kube_horizontalpodautoscaler_spec_max_replicas kube_horizontalpodautoscaler_status_desired_replicas",
      "kube_persistentvolumeclaim_info kube_persistentvolumeclaim_resource_requests_storage_bytes",
      "kube_persistentvolumeclaim_status_phase kube_resourcequota kube_namespace_status_phase kube_node_info",
      "kube_node_status_condition kube_node_status_allocatable kube_poddisruptionbudget_status_pod_disruptions_allowed",
    ],
  },
  {
    id: "kubelet",
    image: /^cadvisor$/,
    charts: { "kube-prometheus-stack": "kubelet", prometheus: "" },
    metrics: [
      "container_cpu_usage_seconds_total container_cpu_cfs_periods_total container_cpu_cfs_throttled_periods_total",
      "container_memory_working_set_bytes container_memory_rss container_memory_usage_bytes",
      "container_network_receive_bytes_total container_network_transmit_bytes_total",
      "container_fs_reads_bytes_total container_fs_writes_bytes_total container_fs_usage_bytes",
      "kubelet_volume_stats_available_bytes kubelet_volume_stats_capacity_bytes kubelet_volume_stats_used_bytes",
    ],
  },
  {
    id: "node",
    image: /^node[-_]exporter$/,
    charts: {
      "prometheus-node-exporter": "",
      "kube-prometheus-stack": "nodeExporter",
      prometheus: "prometheus-node-exporter",
    },
    metrics: [
      "node_cpu_seconds_total node_load1 node_load5 node_load15 node_memory_MemTotal_bytes node_memory_MemAvailable_bytes",
      "node_filesystem_avail_bytes node_filesystem_size_bytes node_filesystem_readonly node_disk_io_time_seconds_total",
      "node_network_receive_bytes_total node_network_transmit_bytes_total node_uname_info node_boot_time_seconds",
    ],
  },
  {
    id: "blackbox",
    image: /^blackbox[-_]exporter$/,
    charts: { "prometheus-blackbox-exporter": "" },
    metrics: ["probe_success probe_duration_seconds probe_http_status_code probe_ssl_earliest_cert_expiry"],
  },
  {
    id: "postgres",
    image: /^postgres(?:ql)?[-_]exporter$/,
    charts: { "prometheus-postgres-exporter": "" },
    metrics: [
      "pg_up pg_stat_database_numbackends pg_settings_max_connections pg_stat_database_xact_commit",
      "pg_stat_database_xact_rollback pg_stat_database_deadlocks pg_stat_database_blks_hit pg_stat_database_blks_read",
      "pg_database_size_bytes pg_locks_count pg_replication_lag_seconds",
    ],
  },
  {
    id: "mysql",
    image: /^mysqld?[-_]exporter$/,
    charts: { "prometheus-mysql-exporter": "" },
    metrics: [
      "mysql_up mysql_global_status_threads_connected mysql_global_status_threads_running mysql_global_status_queries",
      "mysql_global_status_slow_queries mysql_global_status_connections mysql_global_variables_max_connections",
    ],
  },
  {
    id: "redis",
    image: /^(?:redis|valkey)[-_]exporter$/,
    charts: { "prometheus-redis-exporter": "" },
    metrics: [
      "redis_up redis_connected_clients redis_memory_used_bytes redis_memory_max_bytes redis_commands_processed_total",
      "redis_keyspace_hits_total redis_keyspace_misses_total redis_evicted_keys_total redis_blocked_clients",
    ],
  },
  {
    id: "mongodb",
    image: /^mongodb[-_]exporter$/,
    charts: { "prometheus-mongodb-exporter": "" },
    metrics: ["mongodb_up"],
  },
];

export interface RunningExporter {
  readonly id: ExporterId;
  readonly metrics: readonly string[];
  /** Where it runs, if the repository says so. */
  readonly namespace: string | undefined;
  readonly because: string;
}

/** `/metrics/cadvisor` in what an Application applies shows that the kubelet is scraped. */
const CADVISOR = "/metrics/cadvisor";

export const runningExporters: (platform: Platform) => readonly RunningExporter[] = oncePer((platform) => {
  const images = workloadsOf(platform)
    .filter(({ resource }) => resource.application !== undefined)
    .flatMap(({ resource, namespace, containers }) =>
      containers.map(({ image }) => ({ path: resource.path, namespace, image: imageName(image) })),
    );
  const releases = chartReleases(platform);
  const scraper = platform.resources.find((one) => {
    return one.application !== undefined && JSON.stringify(one.object).includes(CADVISOR);
  });
  return exporters.flatMap(({ id, image, charts, metrics }): RunningExporter[] => {
    const names = metrics.flatMap((line) => line.split(" "));
    const found = images.filter((one) => image.test(one.image));
    const brought = releases.filter((release) => brings(release, charts));
    const scraped = id === "kubelet" && scraper !== undefined ? [scraper] : [];
    return [
      ...found.map(({ path, namespace }) => ({ id, metrics: names, namespace, because: path })),
      ...brought.map(({ path, namespace }) => ({ id, metrics: names, namespace, because: path })),
      ...scraped.map(({ path }) => ({ id, metrics: names, namespace: undefined, because: path })),
    ];
  });
});

function brings({ chart, values }: ChartRelease, charts: Exporter["charts"]): boolean {
  const key = Object.hasOwn(charts, chart) ? charts[chart] : undefined;
  if (key === undefined || values === undefined) return false;
  return key === "" || at(values, key, "enabled") !== false;
}
