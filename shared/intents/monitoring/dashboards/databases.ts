/** What the exporters of a namespace say of its databases; Prometheus labels their series with the exporter's namespace. */
import { type ExporterId, runningExporters } from "./exporters.ts";
import { type Family, graph, type Panel, stat } from "./panel.ts";

const families: readonly {
  readonly id: ExporterId;
  readonly title: string;
  readonly panels: (inside: string) => readonly Panel[];
}[] = [
  {
    id: "postgres",
    title: "PostgreSQL",
    panels: (inside) => [
      stat("Up", "none", `min(pg_up{${inside}})`, { value: 1, bad: "below" }),
      graph(
        "Connections",
        "short",
        { expr: `sum by (pod) (pg_stat_database_numbackends{${inside}})`, legend: "{{pod}}" },
        { expr: `max by (pod) (pg_settings_max_connections{${inside}})`, legend: "{{pod}} at most" },
      ),
      graph(
        "Transactions",
        "ops",
        {
          expr: `sum by (datname) (rate(pg_stat_database_xact_commit{${inside}}[5m]))`,
          legend: "{{datname}} committed",
        },
        {
          expr: `sum by (datname) (rate(pg_stat_database_xact_rollback{${inside}}[5m]))`,
          legend: "{{datname}} rolled back",
        },
      ),
      graph("Size", "bytes", { expr: `max by (datname) (pg_database_size_bytes{${inside}})`, legend: "{{datname}}" }),
    ],
  },
  {
    id: "mysql",
    title: "MySQL",
    panels: (inside) => [
      stat("Up", "none", `min(mysql_up{${inside}})`, { value: 1, bad: "below" }),
      graph("Connections", "short", {
        expr: `sum by (pod) (mysql_global_status_threads_connected{${inside}})`,
        legend: "{{pod}}",
      }),
      graph("Queries", "ops", {
        expr: `sum by (pod) (rate(mysql_global_status_queries{${inside}}[5m]))`,
        legend: "{{pod}}",
      }),
      graph("Slow queries", "ops", {
        expr: `sum by (pod) (rate(mysql_global_status_slow_queries{${inside}}[5m]))`,
        legend: "{{pod}}",
      }),
    ],
  },
  {
    id: "redis",
    title: "Redis",
    panels: (inside) => [
      stat("Up", "none", `min(redis_up{${inside}})`, { value: 1, bad: "below" }),
      graph("Clients", "short", { expr: `sum by (pod) (redis_connected_clients{${inside}})`, legend: "{{pod}}" }),
      graph("Commands", "ops", {
        expr: `sum by (pod) (rate(redis_commands_processed_total{${inside}}[5m]))`,
        legend: "{{pod}}",
      }),
      graph("Memory", "bytes", { expr: `sum by (pod) (redis_memory_used_bytes{${inside}})`, legend: "{{pod}}" }),
      graph("Evicted keys", "ops", {
        expr: `sum by (pod) (rate(redis_evicted_keys_total{${inside}}[5m]))`,
        legend: "{{pod}}",
      }),
    ],
  },
  {
    id: "mongodb",
    title: "MongoDB",
    panels: (inside) => [stat("Up", "none", `min(mongodb_up{${inside}})`, { value: 1, bad: "below" })],
  },
];

const nodePanels: readonly Panel[] = [
  graph("CPU by node", "percentunit", {
    expr: '1 - avg by (instance) (rate(node_cpu_seconds_total{mode="idle"}[5m]))',
    legend: "{{instance}}",
  }),
  graph("Memory by node", "percentunit", {
    expr: "1 - sum by (instance) (node_memory_MemAvailable_bytes) / sum by (instance) (node_memory_MemTotal_bytes)",
    legend: "{{instance}}",
  }),
  graph("Space left by file system", "percentunit", {
    expr: 'min by (instance, mountpoint) (node_filesystem_avail_bytes{fstype!~"tmpfs|ramfs|overlay"} / node_filesystem_size_bytes{fstype!~"tmpfs|ramfs|overlay"})',
    legend: "{{instance}} {{mountpoint}}",
  }),
  graph("Load by node", "short", { expr: "max by (instance) (node_load5)", legend: "{{instance}}" }),
];

export const databaseFamilies: readonly Family[] = families.map(
  ({ id, title, panels }) =>
    ({ platform, namespace }) => {
      const isHere = runningExporters(platform).some((one) => one.id === id && one.namespace === namespace);
      return isHere ? { title, isGeneral: false, panels: panels(`namespace="${namespace}"`) } : undefined;
    },
);

/** The nodes of the cluster, shown where what measures them runs. */
export const nodes: Family = ({ platform, namespace }) => {
  const isHere = runningExporters(platform).some((one) => one.id === "node" && one.namespace === namespace);
  return isHere ? { title: "Nodes", isGeneral: false, panels: nodePanels } : undefined;
};

export const probes: Family = ({ platform, namespace }) => {
  const isProbed = platform.resources.some(
    (one) => one.kind === "Probe" && one.namespace === namespace && one.application !== undefined,
  );
  if (!isProbed) return undefined;
  const inside = `namespace="${namespace}"`;
  return {
    title: "Probes",
    isGeneral: false,
    panels: [
      graph("Answers", "percentunit", {
        expr: `avg by (instance) (avg_over_time(probe_success{${inside}}[5m]))`,
        legend: "{{instance}}",
      }),
      graph("Time to answer", "s", {
        expr: `avg by (instance) (probe_duration_seconds{${inside}})`,
        legend: "{{instance}}",
      }),
    ],
  };
};
