/**
 * Technologies by what they are for: two of one line are alternatives, and a proposal for the one is none for the other.
 * Names of one software that are spelt in several ways are joined by `=`.
 */
import { TOPICS } from "../../domain/lexicon.ts";

const CLASSES = [
  "postgres=postgresql=pg mysql mariadb mongodb=mongo cassandra cockroachdb clickhouse timescaledb sqlite oracle mssql couchdb dynamodb scylladb",
  "redis valkey memcached varnish dragonfly keydb hazelcast",
  "kafka rabbitmq=rabbit nats pulsar activemq sqs redpanda mosquitto zeromq",
  "jaeger tempo zipkin langfuse phoenix signoz honeycomb",
  "loki elasticsearch opensearch splunk graylog",
  "fluentd fluentbit=fluent-bit vector promtail logstash filebeat alloy",
  "prometheus victoriametrics influxdb graphite datadog",
  "thanos mimir cortex-metrics",
  "grafana kibana perses",
  "nginx envoy haproxy traefik caddy apisix kong contour",
  "istio linkerd consul-connect kuma",
  "cilium calico flannel weave antrea",
  "metallb kube-vip purelb",
  "argocd=argo-cd=argo flux=fluxcd spinnaker",
  "jenkins tekton gitlab-ci github-actions drone buildkite",
  "flagger argo-rollouts",
  "vault=hashicorp sops sealedsecret=sealedsecrets=sealed-secrets doppler infisical externalsecrets-store",
  "trivy grype snyk clair",
  "kyverno gatekeeper=opa kubewarden conftest kubeconform kubeval",
  "falco tetragon sysdig",
  "velero kasten restic borg wal-g barman pgbackrest",
  "qdrant weaviate milvus pgvector chroma pinecone faiss",
  "vllm ollama llm-d kserve triton",
  "terraform pulumi crossplane opentofu ansible",
  "helm kustomize jsonnet",
  "keda knative karpenter cluster-autoscaler",
  "longhorn ceph=rook openebs portworx minio",
  "keycloak dex okta auth0 authentik",
  "renovate dependabot",
  "backstage port-io",
  "flyway liquibase alembic",
  "pgbouncer pgpool proxysql odyssey",
  "temporal airflow n8n argo-workflows dagster prefect",
  "slack teams pagerduty opsgenie mattermost telegram",
  "wireguard tailscale openvpn cloudflared",
  "docling tika unstructured",
  "argon2 bcrypt scrypt pbkdf2",
  "cosign notary",
  "websocket=websockets grpc graphql http/2=http2 http/3=http3 rest",
  "docker containerd podman cri-o",
  "aws=eks azure=aks gcp=gke",
  "python java golang rust node.js=nodejs ruby php",
] as const;

interface Technology {
  readonly name: string;
  /** Number of its line; undefined for one the lexicon alone knows. */
  readonly line?: number;
}

let known: ReadonlyMap<string, Technology> | undefined;

/** Undefined for a word that names no technology. */
export function technologyOf(plain: string): Technology | undefined {
  known ??= readClasses();
  return known.get(plain);
}

function readClasses(): ReadonlyMap<string, Technology> {
  const found = new Map<string, Technology>();
  for (const [line, text] of CLASSES.entries()) {
    for (const names of text.split(" ")) {
      const [name = "", ...others] = names.split("=");
      for (const spelling of [name, ...others]) found.set(spelling, { name, line });
    }
  }
  // Kinds and fields are written in camel case; what is left and not of the common language is software.
  for (const name of TOPICS.flatMap(({ technologies }) => technologies)) {
    if (/^[a-z][a-z0-9-]*$/.test(name) && !COMMON.has(name) && !found.has(name)) found.set(name, { name });
  }
  return found;
}

const COMMON = new Set(
  "audit privacy anonymize gdpr backup restore migrate migration replica partition retention resources replicas cache queue timeout retries agent orchestrator router operator controller exporter metrics gateway firewall webhook training embedding rag tls kms egress ratelimit image tolerations runbook slo otel opentelemetry blackbox vlan mcp postgres sentinel".split(
    " ",
  ),
);
