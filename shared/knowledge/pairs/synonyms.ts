/**
 * Words of the field that mean the same: each line is one concept, its phrases separated by `|`. Phrases are compared by
 * their stems, so that one form of a word is enough.
 */
import { stemOf } from "./words.ts";

const CONCEPTS = [
  // What things are called
  "kubernetes|k8s|k3s|kube",
  "database|db|datastore|data store|rdbms",
  "postgres|postgresql|pg|postgre",
  "mongo|mongodb",
  "elasticsearch|elastic search|opensearch",
  "rabbitmq|rabbit",
  "opentelemetry|otel|open telemetry",
  "argocd|argo cd|argo",
  "externalsecret|external secret|external secrets operator|eso",
  "sealedsecret|sealed secret",
  "ingress-nginx|nginx ingress|ingress controller",
  "fluentbit|fluent bit",
  "autoscaling|hpa|horizontalpodautoscaler|horizontal pod autoscaler|autoscaler|autoscale|auto scaling|scaledobject|scaled object",
  "disruption-budget|pdb|poddisruptionbudget|pod disruption budget|disruption budget",
  "network-policy|networkpolicy|netpol|firewall|firewall rule|network policy",
  "certificate|cert|tls certificate|x509",
  "tls|https|ssl|transport encryption",
  "mutual-tls|mtls|mutual tls|authenticated on both sides|both side authenticated",
  "secret|password|credential|passphrase|api key|api token",
  "configmap|config map|configuration|config",
  "environment-variable|env var|environment variable|env",
  "container|pod|workload",
  "memory|ram",
  "cpu|core|processor|millicore",
  "disk|volume|pvc|persistent volume|persistentvolumeclaim|persistent volume claim|storage|ssd",
  "limit|cap|ceiling|upper bound|maximum|max|at most|no more than",
  "minimum|min|at least|no fewer than|no less than",
  "quota|resourcequota|resource quota|budget of resource",
  "rate-limit|rate limit|throttle|ratelimit|throttling",
  "replica|instance|copy of",
  "statefulset|stateful set",
  "daemonset|daemon set|each node|every node|on all node|per node",
  "node|machine|host|server",
  "namespace|ns",
  "image|container image|docker image",
  "digest|sha256|sha",
  "registry|image registry|container registry",
  "vulnerability|cve|known hole|security hole",
  "root|superuser|uid 0",
  "non-root|nonroot|unprivileged|runasnonroot|non root",
  "read-only|readonly|readonlyrootfilesystem|read only|immutable filesystem",
  "capability|cap drop|linux capability",
  "service-account|serviceaccount|service account",
  "token-mount|automountserviceaccounttoken|automount|automatic mounting",
  "rbac|role|clusterrole|rolebinding|access right|permission|privilege",
  "single-sign-on|sso|oidc|oauth|single sign on|saml|openid connect",
  "two-factor|2fa|mfa|multi factor|second factor",
  "encryption|encrypt|cipher|encrypted",
  "at-rest|at rest",
  "liveness|liveness probe|livenessprobe",
  "readiness|readiness probe|readinessprobe",
  "startup|startup probe|startupprobe",
  "health-check|health check|healthcheck|healthz|probe",
  "availability-zone|az|zone|availability zone",
  "region|data centre|data center|datacenter|location",
  "topology-spread|topology spread|topologyspreadconstraint|spread|antiaffinity|anti affinity|podantiaffinity",
  "spot|preemptible|spot instance|spot node|preemptible node",
  "dead-letter|dlq|dead letter|dead letter queue|poison message|park",
  "queue|backlog|message queue|broker queue",
  "queue-length|queue depth|queue length|lag|deep",
  "worker|consumer|background job",
  "cron|cronjob|cron job|scheduled job|scheduled task|schedule",
  "job|task",
  "backup|back up|dump|snapshot",
  "restore|restoration|recover|recovery",
  "off-site|offsite|another location|external storage|outside of the cluster|other location|remote copy",
  "migration|schema change|schema migration|migrate schema|ddl",
  "replication|replicate|replica set|standby",
  "read-replica|read replica|read only replica|streaming replica",
  "connection-pool|pgbouncer|connection pooling|pooling|pool connection|connection pool",
  "index|index on|indexing",
  "partition|shard by|split into partition",
  "trace|tracing|span|distributed tracing",
  "log|logging|log line",
  "metric|measurement|time series",
  "scrape|collect metric|servicemonitor|service monitor|podmonitor",
  "alert|alerting|page|pager|warn|notify|notification|prometheusrule|alarm|wake",
  "dashboard|grafana board|board|panel",
  "runbook|runbook url|playbook|what to do",
  "error-rate|error rate|fail request|error ratio|failure rate|5xx",
  "slo|service level objective|error budget|burn rate",
  "latency|response time|p99|p95|slow request",
  "retention|keep for|kept for|retain",
  "canary|canary release|canary deployment",
  "blue-green|bluegreen|blue green|from blue to green|blue to green",
  "rollout|roll out|release|deploy|deployment|ship|launch",
  "rolling-update|rolling update|rolling restart|one at a time|maxsurge",
  "shutdown|shut down|graceful shutdown|prestop|terminate|terminationgraceperiodseconds",
  "scale-to-zero|scale to zero|zero replica|sleep",
  "night-off|night and at weekend|outside office hour|nobody work|outside of business hours",
  "ingress|inbound|incoming",
  "egress|outbound|outgoing",
  "load-balancer|lb|load balancer|loadbalancer",
  "gateway|api gateway|edge proxy",
  "waf|web application firewall|injection attempt",
  "public|internet facing|exposed to the internet|outside world|internet|external",
  "private|internal|in cluster|not public",
  "endpoint|url|route|path",
  "login|sign in|log in|auth|authentication|authenticate",
  "default-deny|deny by default|default deny|deny all|unless listed",
  "cache|caching|memoize",
  "retry|retries|attempt|try again|retry policy",
  "backoff|exponential backoff|back off|backing off",
  "timeout|time out|give up after|deadline",
  "circuit-breaker|circuit breaker|breaker",
  "vector-store|vector database|vector db|vector store|embedding store",
  "embedding|dense vector|embed",
  "keyword-search|bm25|keyword search|full text search",
  "hybrid|combine|together",
  "reranker|rerank|cross encoder",
  "model|ml model|machine learning model|llm",
  "gpu|graphics card|accelerator",
  "pull-request|pr|pull request|merge request",
  "pipeline|ci|ci cd|build pipeline|continuous integration",
  "scan|scanning|check for vulnerability",
  "sign|signature|signed|cosign",
  "self-healing|selfheal|self healing|self heal",
  "prune|pruning",
  "sync|synchronise|synchronize|auto sync|reconcile",
  "state-file|terraform state|state file|tfstate",
  "bucket|object storage|s3|blob storage|object store",
  "base-image|base image|distroless|small image|minimal image",
  "priority-class|priorityclass|priority class|high priority",
  "tenant|customer|client",
  "team|squad|group",
  "user|people|person",
  "developer|engineer|dev",
  "owner|ownership|belong",
  "label|annotation|tag",
  "documentation|docs|doc|wiki",
  "application|app",
  "service|microservice|micro service",
  "frontend|front end|ui|web ui",
  "admin|administration|administrator",
  "website|site|web site|page of the site",
  "session|session state|stateless",
  "upload|uploaded file|file upload",
  "idempotent|twice|same effect",
  "remove|delete|drop|get rid|throw away|uninstall|retire|decommission|purge|clean up",
  "add|build|introduce|install|create|set up|bring up|put in|adopt|provision|deploy a|equip|give",
  "secure|protect|safeguard|harden",
  "manual|by hand|hand operated",
  "critical|important|essential|crucial|vital",
  "fast|quick|speedy",
  "explain|describe|document how|write down",
  "license|licence",
  "response|answer|reply",
  "ensure|guarantee|make sure",
  "hang|stuck|freeze up",
  "daily|nightly|every night|each night|every day|each day",
  "weekly|every week|each week|once a week|once per week",
  "monthly|every month|each month|once a month|once per month",
  "use|adopt|run|rely on|go with|prefer",
  "replace|swap|substitute|switch from|instead of|in place of|rather than|become",
  "move|migrate|relocate|shift|transfer",
  "enable|turn on|switch on|activate",
  "disable|turn off|switch off|deactivate|shut|off",
  "increase|raise|grow|expand|enlarge|extend|scale up|bigger|higher|larger",
  "decrease|lower|reduce|shrink|scale down|cut|smaller|fewer|less",
  "allow|permit|accept|let",
  "deny|block|forbid|reject|refuse|prohibit|disallow",
  "restrict|narrow|only|nobody else|no other|nothing else|limit who",
  "upgrade|bump|update|newer version|take to version|bring to version",
  "downgrade|roll back|rollback|revert",
  "rotate|renew|renewal|exchange|rotation",
  "store|keep|save|hold|live",
  "send|ship to|export|forward|push to|write to",
  "verify|validate|prove|check|test",
  "isolate|separate|own namespace|apart",
  "automatic|automatically|auto|automated",
  "expire|expiry|run out|day left|days left",
  "cost|bill|expensive|money|price|spend",
  "version|release number|tag of",
  "full|run out of room|fill up|used space|out of space",
  "production|prod|live environment",
  "staging|pre production|preprod",
  "search|look up|lookup|query",
  "short-lived|short lived|expire quickly|temporary",
  "update|incremental update|as they come|incrementally",
  "rebuild|reindex|reindexing|rebuild the index|full reindex",
  "regression|broken|bug",
  "unused|nobody use|no longer used|not used|obsolete|legacy",
  "drain|node drain|maintenance",
  "drop-privilege|privileged|privileged container",
  "admission|admission policy|pod security|pod security admission|pod security standard|admission controller",
] as const;

/** Longest phrase of the table, in words. */
const LONGEST = 4;

let compiled: ReadonlyMap<string, string> | undefined;

/** Stems of a phrase, joined by spaces -> the concept it stands for. The first line that holds a phrase wins. */
function phrasesOf(): ReadonlyMap<string, string> {
  if (compiled !== undefined) return compiled;
  const found = new Map<string, string>();
  for (const line of CONCEPTS) {
    const [first = "", ...others] = line.split("|");
    for (const phrase of [first, ...others]) {
      const key = phrase
        .split(/[\s-]+/)
        .map(stemOf)
        .join(" ");
      if (!found.has(key)) found.set(key, `=${first}`);
    }
  }
  compiled = found;
  return found;
}

/**
 * Stems with the concepts in place of the phrases that mean them, the longest phrase first. Concepts begin with `=`, so
 * that none is mistaken for a word.
 */
export function conceptsOf(stems: readonly string[]): string[] {
  const phrases = phrasesOf();
  const found: string[] = [];
  for (let i = 0; i < stems.length; ) {
    const [concept, length] = longestAt(stems, i, phrases);
    found.push(concept);
    i += length;
  }
  return found;
}

function longestAt(stems: readonly string[], from: number, phrases: ReadonlyMap<string, string>): [string, number] {
  for (let length = Math.min(LONGEST, stems.length - from); length > 0; length -= 1) {
    const concept = phrases.get(stems.slice(from, from + length).join(" "));
    if (concept !== undefined) return [concept, length];
  }
  return [stems[from] ?? "", 1];
}
