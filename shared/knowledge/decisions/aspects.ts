/** What can be required, forbidden or bounded of running software, besides the choice of a technology. */

export type Dimension = "bytes" | "cpu" | "duration" | "count" | "percent" | "version";

export interface Aspect {
  readonly id: string;
  /** Words for having it. A leading `?` needs a number of its dimension in the same clause: "kept". */
  readonly has: readonly string[];
  /** Words for not having it. */
  readonly lacks?: readonly string[];
  readonly dimension?: Dimension;
  /** It belongs to a thing: what is said of the retention of logs says nothing of that of backups. */
  readonly of?: true;
}

export const ASPECTS: readonly Aspect[] = [
  {
    id: "cpu limit",
    has: ["cpu limit", "limit on cpu", "limits on cpu", "limit cpu", "cpu resource limit", "?limit"],
    dimension: "cpu",
  },
  { id: "cpu request", has: ["cpu request", "request of cpu", "?request", "?requested"], dimension: "cpu" },
  {
    id: "memory limit",
    has: ["memory limit", "memory resource limit", "limit on memory", "limit of memory", "?limit", "?memory", "?ram"],
    lacks: ["unlimited memory", "unbounded memory"],
    dimension: "bytes",
  },
  { id: "memory request", has: ["memory request", "?request", "?requested"], dimension: "bytes" },
  { id: "resource limits", has: ["resource limit", "requests and limits", "limits and requests"] },
  { id: "volume size", has: ["volume size", "?volume", "?pvc", "?disk", "?storage"], dimension: "bytes" },
  {
    id: "replicas",
    has: ["replica", "replica count", "?instance", "?copy"],
    dimension: "count",
  },
  {
    id: "retention",
    has: [
      "retention",
      "retention period",
      "?kept",
      "?keep",
      "?keeps",
      "?retain",
      "?retained",
      "?retains",
      "?stored",
      "?store",
      "?delete",
      "?deleted",
      "?expire",
      "?expired",
    ],
    dimension: "duration",
    of: true,
  },
  {
    id: "scrape interval",
    has: ["scrape interval", "scraping interval", "?scrape", "?scraped", "?scraping"],
    dimension: "duration",
  },
  { id: "backup interval", has: ["backup interval", "backup frequency"], dimension: "duration" },
  { id: "timeout", has: ["timeout", "time out"], dimension: "duration", of: true },
  {
    id: "key rotation",
    has: ["rotation interval", "?rotated", "?rotate", "?rotation"],
    dimension: "duration",
    of: true,
  },
  { id: "tls version", has: ["?tls", "?tls version"], dimension: "version" },
  { id: "host network", has: ["host network"] },
  { id: "host path", has: ["host path volume", "host path mount"] },
  { id: "host pid", has: ["host pid", "host ipc"] },
  {
    id: "privileged",
    has: ["privileged", "privileged container", "privileged mode", "privileged pod"],
    lacks: ["unprivileged container"],
  },
  { id: "privilege escalation", has: ["privilege escalation", "allowprivilegeescalation"] },
  {
    id: "root user",
    has: ["as root", "root user", "uid 0", "root container", "root privilege"],
    lacks: ["non root", "nonroot", "runasnonroot", "run as non root", "unprivileged user", "unprivileged", "rootless"],
  },
  {
    id: "read-only root filesystem",
    has: ["read only root filesystem", "readonlyrootfilesystem", "read only file system", "immutable root filesystem"],
    lacks: ["writable root filesystem"],
  },
  {
    id: "floating tag",
    has: ["latest tag", "latest image", "floating tag", "mutable tag", "moving tag", "tag latest"],
    lacks: [
      "pinned tag",
      "fixed tag",
      "pinned digest",
      "image digest",
      "pin by digest",
      "pinned image",
      "immutable tag",
    ],
  },
  { id: "NodePort", has: ["nodeport", "node port"] },
  { id: "LoadBalancer Service", has: ["load balancer service", "service of type loadbalancer", "type loadbalancer"] },
  {
    id: "exposure",
    has: [
      "expose",
      "exposed",
      "exposing",
      "exposes",
      "public",
      "publicly",
      "public internet",
      "internet",
      "outside world",
      "outside of the cluster",
      "outside the cluster",
      "loadbalancer",
      "load balancer",
      "nodeport",
      "node port",
      "internet facing",
      "external access",
      "publicly reachable",
    ],
    lacks: [
      "internal",
      "internal only",
      "clusterip",
      "cluster ip",
      "private",
      "vpn",
      "over the vpn",
      "cluster internal",
      "internally",
      "not public",
    ],
    of: true,
  },
  {
    id: "encryption",
    has: ["encrypt", "encrypted", "encryption", "encryption at rest"],
    lacks: ["unencrypted", "plaintext", "in plain text", "in clear text"],
    of: true,
  },
  {
    id: "TLS",
    has: ["tls", "https", "tls termination"],
    lacks: ["plain http", "unencrypted http", "http only", "cleartext"],
  },
  { id: "mutual TLS", has: ["mtls", "mutual tls"] },
  {
    id: "automated sync",
    has: ["automated sync", "auto sync", "autosync", "automatic sync", "syncs automatically", "synced automatically"],
    lacks: ["manual sync", "synced manually", "sync manually"],
  },
  { id: "self-healing", has: ["self heal", "selfheal", "self healing"] },
  { id: "pruning", has: ["auto prune", "automated pruning", "automatic pruning"] },
  {
    id: "applying by hand",
    has: [
      "kubectl apply",
      "kubectl edit",
      "kubectl patch",
      "manual change",
      "manually apply",
      "apply by hand",
      "manual deployment",
      "kubectl by hand",
      "change by hand",
    ],
  },
  {
    id: "default-deny NetworkPolicy",
    has: [
      "default deny",
      "default deny networkpolicy",
      "default deny network policy",
      "default deny policy",
      "deny by default",
    ],
    lacks: ["allow all policy", "allow all traffic", "allow by default"],
  },
  { id: "NetworkPolicy", has: ["networkpolicy", "network policy"] },
  { id: "PodDisruptionBudget", has: ["poddisruptionbudget", "pod disruption budget", "pdb"] },
  { id: "readiness probe", has: ["readiness probe", "readiness check"] },
  { id: "liveness probe", has: ["liveness probe", "liveness check"] },
  { id: "startup probe", has: ["startup probe"] },
  { id: "ResourceQuota", has: ["resourcequota", "resource quota"] },
  { id: "LimitRange", has: ["limitrange", "limit range"] },
  { id: "wildcard permissions", has: ["wildcard permission", "wildcard verb", "wildcard rule", "wildcard role"] },
  { id: "cluster-admin", has: ["cluster admin", "clusteradmin"] },
  {
    id: "secrets in Git",
    has: [
      "secrets in git",
      "secret in git",
      "secrets in the repository",
      "plain secret in git",
      "commit secret",
      "committed secret",
      "credentials in git",
    ],
  },
  {
    id: "secrets in ConfigMaps",
    has: ["secret in configmap", "secrets in config map", "secret into configmap", "secret in a configmap"],
  },
  { id: "anonymous access", has: ["anonymous access", "anonymous login", "anonymous user", "unauthenticated access"] },
  {
    id: "authentication",
    has: ["authentication", "authenticated", "login page"],
    lacks: ["unauthenticated", "no authentication"],
    of: true,
  },
  { id: "debug logging", has: ["debug log", "debug logging", "debug level", "log level debug"] },
  { id: "topology spread", has: ["topology spread constraint", "topology spread"] },
  { id: "anti-affinity", has: ["anti affinity", "podantiaffinity"] },
  { id: "spot nodes", has: ["spot node", "spot instance", "preemptible node"] },
  { id: "default namespace", has: ["default namespace", "namespace default"] },
];

/** Things that are kept, opened or encrypted. */
export const OBJECTS: Readonly<Record<string, readonly string[]>> = {
  "audit log": ["audit log", "audit trail", "audit event"],
  log: ["log", "logging", "log line"],
  metrics: ["metric", "time series", "sample"],
  traces: ["trace", "span", "tracing"],
  backup: ["backup", "snapshot", "restore point"],
  database: ["database", "db", "datastore"],
  dashboard: ["dashboard"],
  image: ["image", "container image"],
  artifact: ["artifact", "artefact", "build output"],
  volume: ["volume", "disk", "pvc", "persistent volume"],
  certificate: ["certificate", "cert"],
  key: ["key", "credential", "password", "token", "secret"],
  event: ["event"],
  message: ["message"],
  api: ["api", "endpoint"],
  traffic: ["traffic", "connection"],
  report: ["report"],
  admin: ["admin interface", "admin page", "admin panel", "admin ui", "console"],
  job: ["job"],
};

/** What a technology's data is, where its name stands for it: the retention of Loki is that of logs. */
export const OBJECT_OF_CLASS: Readonly<Record<string, string>> = {
  "log-store": "log",
  "metrics-store": "metrics",
  "trace-store": "traces",
  backup: "backup",
  "relational-database": "database",
  "document-database": "database",
  "graph-database": "database",
  "analytics-database": "database",
  cache: "database",
  dashboards: "dashboard",
  certificates: "certificate",
  registry: "image",
};

export const ENVIRONMENTS: Readonly<Record<string, readonly string[]>> = {
  production: ["production", "prod", "prd", "live environment"],
  staging: ["staging", "stage environment", "preproduction", "pre production"],
  development: ["development environment", "development cluster", "dev", "in development"],
  test: ["test environment", "test cluster", "qa"],
  sandbox: ["sandbox", "playground"],
};
