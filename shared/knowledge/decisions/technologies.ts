/**
 * Technologies by what they are for: two of one class can do the same work, so that choosing one speaks about the other.
 * A general vocabulary of the field; names it does not know are taken from the decisions themselves.
 */

export interface Technology {
  readonly id: string;
  readonly classes: readonly string[];
  readonly aliases: readonly string[];
}

/** Class, then its members; a member's other names follow in parentheses, parted by slashes. */
const CLASSES: Readonly<Record<string, string>> = {
  "relational-database":
    "PostgreSQL (Postgres), MySQL, MariaDB, CockroachDB (Cockroach), YugabyteDB (Yugabyte), TiDB, SQLite, Oracle Database, SQL Server (MSSQL), Percona",
  "postgres-operator": "CloudNativePG (CNPG), Zalando Postgres Operator, Crunchy Postgres (PGO), StackGres, KubeDB",
  "document-database": "MongoDB (Mongo), CouchDB, FerretDB, Couchbase, DocumentDB, RavenDB",
  "search-engine": "Elasticsearch, OpenSearch, Meilisearch, Typesense, Solr, Quickwit",
  "vector-store": "Qdrant, pgvector, Weaviate, Milvus, Chroma (ChromaDB), Pinecone, LanceDB, Vespa",
  "graph-database": "Neo4j, Memgraph, ArangoDB, FalkorDB, JanusGraph, Dgraph",
  "analytics-database": "ClickHouse, Druid, Pinot, DuckDB, Snowflake, BigQuery",
  cache: "Redis, Valkey, Memcached, KeyDB, Dragonfly (DragonflyDB), Hazelcast, Garnet",
  broker:
    "RabbitMQ, Kafka (Strimzi), NATS (JetStream / NATS JetStream), Pulsar, Redpanda, ActiveMQ, Mosquitto, EMQX, Redis Streams, Redis, Valkey, SQS, BullMQ",
  "ingress-controller":
    "Traefik, ingress-nginx (nginx ingress / ingress nginx controller / nginx ingress controller), HAProxy (HAProxy ingress), Contour, Kong, Emissary (Ambassador), Envoy Gateway, APISIX, Caddy, Skipper, NGINX Gateway Fabric, Cilium Ingress",
  "routing-api": "Gateway API (HTTPRoute), Ingress API (Ingress object / Ingress resource)",
  "service-mesh": "Istio, Linkerd, Consul Connect, Kuma, Cilium Service Mesh, Open Service Mesh, Traefik Mesh",
  cni: "Cilium, Calico, Flannel, Weave Net, Antrea, Canal, Kube-OVN",
  "load-balancer": "MetalLB, kube-vip, ServiceLB, PureLB, OpenELB, Cilium LB",
  "storage-class":
    "Longhorn, NFS, Rook (Ceph / Rook Ceph), OpenEBS, local-path, Mayastor, Linstor (Piraeus), GlusterFS, hostPath, EBS, TopoLVM, democratic-csi, emptyDir, Portworx",
  "object-storage": "MinIO, SeaweedFS, Garage, Ceph RGW, S3, Google Cloud Storage (GCS), Azure Blob",
  "secret-store":
    "Vault (HashiCorp Vault), OpenBao, Sealed Secrets (SealedSecret / kubeseal), SOPS, External Secrets (ExternalSecret / External Secrets Operator), Infisical, Doppler, 1Password, AWS Secrets Manager, Azure Key Vault, Conjur",
  registry:
    "Harbor, Docker Hub (docker.io / DockerHub / hub.docker.com), GHCR (ghcr.io / GitHub Container Registry), Quay (quay.io), ECR (public.ecr.aws), GCR (gcr.io), Artifact Registry, registry.k8s.io, Nexus, Artifactory, Zot, GitLab Container Registry, ACR",
  gitops: "Argo CD (ArgoCD), Flux (FluxCD / Flux CD), Rancher Fleet, Jenkins X, Sveltos",
  packaging: "Helm, Kustomize, Jsonnet (Tanka), cdk8s, Timoni, Carvel (ytt)",
  provisioning: "Terraform, OpenTofu, Pulumi, Crossplane, Ansible, CloudFormation, Puppet, SaltStack",
  ci: "Tekton, Jenkins, GitHub Actions, GitLab CI, CircleCI, Drone, Woodpecker, Argo Workflows, Buildkite, Concourse, Dagger, Travis CI, TeamCity",
  "image-builder": "Kaniko, Buildah, BuildKit, Buildpacks, Docker build, Podman build, Jib, ko",
  "metrics-store":
    "Prometheus, VictoriaMetrics, Thanos, Mimir (Grafana Mimir), Cortex Metrics, InfluxDB, Graphite, M3DB, TimescaleDB, Zabbix, Nagios",
  "log-store": "Loki, Graylog, Splunk, VictoriaLogs, Elasticsearch, OpenSearch, Quickwit, Papertrail",
  "log-shipper": "Promtail, Fluent Bit, Fluentd, Vector agent, Filebeat, Logstash, Grafana Alloy (Alloy)",
  "trace-store": "Jaeger, Tempo, Zipkin, SigNoz, SkyWalking",
  "monitoring-vendor": "Datadog, New Relic, Dynatrace, Honeycomb, AppDynamics, Instana",
  "llm-tracing": "Phoenix (Arize Phoenix), Langfuse, LangSmith, Helicone, Opik, OpenLIT",
  dashboards: "Grafana, Kibana, OpenSearch Dashboards, Chronograf, Perses, Metabase, Superset",
  alerting: "Alertmanager, PagerDuty, Opsgenie, Grafana OnCall",
  dns: "ExternalDNS (external dns), OctoDNS, DNSControl, CoreDNS, PowerDNS, BIND9, Unbound, dnsmasq",
  certificates: "cert-manager (cert manager), ACME.sh, Smallstep (step-ca), Certbot",
  "policy-engine": "Kyverno, Gatekeeper (OPA Gatekeeper), Kubewarden, OPA (Open Policy Agent), jsPolicy",
  scanner: "Trivy, Grype, Clair, Snyk, Anchore",
  "runtime-security": "Falco, Tetragon, Tracee, KubeArmor, Sysdig",
  "event-autoscaler": "KEDA, HPA (HorizontalPodAutoscaler / horizontal pod autoscaler), Knative Autoscaler",
  "vertical-autoscaler": "VPA (VerticalPodAutoscaler / vertical pod autoscaler), Goldilocks",
  "node-autoscaler": "Karpenter, Cluster Autoscaler (cluster-autoscaler)",
  serverless: "Knative (Knative Serving), OpenFaaS, Fission, Kubeless, OpenWhisk, Nuclio, AWS Lambda",
  workflow: "Argo Workflows, Airflow, Temporal, Prefect, Dagster, n8n, Camunda, Windmill, Kestra",
  backup: "Velero, Kasten (Kasten K10), Restic, Borg, k8up, Bacula, Trilio",
  "identity-provider": "Keycloak, Authentik, Authelia, Dex, Zitadel, Okta, Ory, Auth0, Kanidm, Pomerium",
  "feature-flags": "Flagsmith, Unleash, LaunchDarkly, Flipt, GrowthBook, OpenFeature, flagd",
  "chaos-tool": "Chaos Mesh, LitmusChaos (Litmus), Gremlin, Chaoskube",
  distribution: "k3s, RKE2, kubeadm, Talos, MicroK8s, OpenShift, k0s, EKS, GKE, AKS",
  "container-runtime": "containerd, CRI-O, Docker Engine, gVisor, Kata Containers",
  "node-os": "Ubuntu, Debian, Flatcar, Bottlerocket, Fedora CoreOS, Alpine Linux, Rocky Linux, openSUSE",
  vpn: "WireGuard, Tailscale, OpenVPN, Headscale, ZeroTier, NetBird, IPsec",
  tunnel: "Cloudflare Tunnel (cloudflared), ngrok, Inlets, FRP",
  "model-server": "vLLM, Ollama, llm-d, TGI, Triton, SGLang, llama.cpp, LocalAI, KServe, Ray Serve",
  forge: "GitHub, GitLab, Gitea, Forgejo, Bitbucket, Gogs",
  "dependency-bot": "Renovate, Dependabot",
  "rollout-tool": "Argo Rollouts, Flagger, Spinnaker",
  "rollout-strategy": "RollingUpdate (rolling update strategy / rolling updates), Recreate strategy (Recreate rollout)",
  telemetry: "OpenTelemetry (OTel)",
  chat: "Slack, Mattermost, Microsoft Teams, Discord, Rocket.Chat, Zulip, Matrix Synapse",
  "programming-language": "Golang, TypeScript, JavaScript, Python, Rust, Java, Kotlin, Ruby, PHP, Elixir, Scala",
  "api-style": "gRPC, GraphQL, SOAP",
  "node-runtime": "Node.js (NodeJS), Deno, Bun",
  "web-server": "Apache httpd, NGINX, Lighttpd",
};

/** Classes whose members exclude each other on one thing: naming the one as the rule is saying no to the others. */
export const ONE_OF: ReadonlySet<string> = new Set(["rollout-strategy"]);

let known: readonly Technology[] | undefined;

export function technologies(): readonly Technology[] {
  known ??= read();
  return known;
}

function read(): readonly Technology[] {
  const found = new Map<string, { id: string; classes: string[]; aliases: Set<string> }>();
  for (const [group, members] of Object.entries(CLASSES)) {
    for (const member of members.split(", ")) {
      const [name = "", others = ""] = member.split(" (");
      const id = name.toLowerCase();
      const entry = found.get(id) ?? { id, classes: [], aliases: new Set([name]) };
      entry.classes.push(group);
      for (const alias of others.replace(")", "").split(" / ")) if (alias !== "") entry.aliases.add(alias);
      found.set(id, entry);
    }
  }
  return [...found.values()].map(({ id, classes, aliases }) => ({ id, classes, aliases: [...aliases] }));
}

/** Nouns that name a class: "the only message broker". */
export const CLASS_NOUNS: Readonly<Record<string, readonly string[]>> = {
  "relational-database": ["relational database", "sql database", "relational workload", "relational engine", "rdbms"],
  "document-database": ["document database", "document store"],
  "search-engine": ["search engine", "full text search"],
  "vector-store": ["vector store", "vector database", "vector db", "vector index", "embedding store", "embedding"],
  "graph-database": ["graph database"],
  cache: ["cache", "caching", "in memory store", "key value store"],
  broker: [
    "message broker",
    "message queue",
    "broker",
    "messaging",
    "event bus",
    "event streaming",
    "event backbone",
    "queue",
    "async message",
  ],
  "ingress-controller": ["ingress controller", "ingress", "edge proxy", "reverse proxy", "http router"],
  "service-mesh": ["service mesh", "mesh"],
  cni: ["cni", "network plugin", "pod network"],
  "load-balancer": ["load balancer implementation", "bare metal load balancer"],
  "storage-class": [
    "storage class",
    "block storage",
    "persistent storage",
    "volume storage",
    "storage backend",
    "csi driver",
  ],
  "object-storage": ["object storage", "object store", "bucket", "s3 compatible storage"],
  "secret-store": ["secret store", "secret management", "secret manager", "secrets management"],
  registry: ["container registry", "image registry", "registry", "image"],
  gitops: ["gitops tool", "gitops controller", "gitops", "continuous delivery", "delivery tool"],
  packaging: ["packaging", "package format", "templating"],
  provisioning: ["infrastructure as code", "iac", "provisioning"],
  ci: ["ci", "continuous integration", "build pipeline", "ci pipeline", "ci system"],
  "metrics-store": ["metrics store", "metric store", "metrics backend", "time series database", "metrics database"],
  "log-store": ["log store", "log", "log aggregation", "logging", "logging backend"],
  "log-shipper": ["log shipper", "log collector", "log agent"],
  "trace-store": ["trace", "tracing", "distributed tracing", "tracing backend"],
  "llm-tracing": ["llm tracing", "llm observability", "prompt tracing"],
  dashboards: ["dashboard", "visualisation", "visualization"],
  alerting: ["paging", "on call tool"],
  dns: ["dns management", "name management"],
  certificates: ["certificate", "certificate management"],
  "policy-engine": ["policy engine", "admission policy"],
  scanner: ["image scanning", "vulnerability scanning", "vulnerability scanner"],
  "event-autoscaler": ["autoscaler", "autoscaling", "pod autoscaling"],
  serverless: ["serverless", "functions platform", "function platform"],
  workflow: ["workflow engine", "orchestrator", "workflow orchestration"],
  backup: ["backup tool", "cluster backup"],
  "identity-provider": ["identity provider", "single sign on", "sso", "oidc provider", "idp"],
  "feature-flags": ["feature flag", "feature toggle"],
  distribution: ["kubernetes distribution", "distribution"],
  vpn: ["vpn solution"],
  "model-server": ["model server", "inference server", "model serving"],
  forge: ["git hosting", "forge", "source hosting"],
  "rollout-strategy": ["rollout strategy", "deployment strategy", "update strategy"],
  telemetry: ["instrumentation", "telemetry"],
  "programming-language": ["programming language"],
  "api-style": ["api style"],
};
