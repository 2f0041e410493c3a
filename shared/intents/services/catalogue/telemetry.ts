/** What measures and what passes measurements on. */
import { stringify } from "yaml";
import { type CatalogueService, httpProbe, MEBI, type Setting } from "./entry.ts";

/** A user without a name, as the images of the Prometheus project run (their Dockerfiles: `USER nobody`). */
const NOBODY = 65534;

const TINY = {
  cpu: { request: 0.02, limit: 0.2 },
  memory: { request: 32 * MEBI, limit: 64 * MEBI },
  least: 32 * MEBI,
} as const;

/**
 * Takes OTLP and hands it to the place for traces the repository shows; where there is none it counts what arrives in
 * its log, so that its clients have somebody to talk to (opentelemetry.io/docs/collector/configuration).
 */
function collectorConfig({ backend }: Setting): string {
  const traces = backend === undefined ? "debug" : "otlp";
  const pipeline = (exporters: readonly string[]) => ({
    receivers: ["otlp"],
    processors: ["memory_limiter", "batch"],
    exporters,
  });
  return stringify({
    extensions: { health_check: { endpoint: "0.0.0.0:13133" } },
    receivers: { otlp: { protocols: { grpc: { endpoint: "0.0.0.0:4317" }, http: { endpoint: "0.0.0.0:4318" } } } },
    processors: {
      memory_limiter: { check_interval: "1s", limit_percentage: 80, spike_limit_percentage: 25 },
      batch: {},
    },
    exporters: {
      debug: { verbosity: "basic" },
      ...(backend === undefined ? {} : { otlp: { endpoint: backend, tls: { insecure: true } } }),
    },
    service: {
      extensions: ["health_check"],
      pipelines: { traces: pipeline([traces]), metrics: pipeline(["debug"]), logs: pipeline(["debug"]) },
    },
  });
}

export const telemetry: readonly CatalogueService[] = [
  {
    id: "otel-collector",
    purpose:
      "An OpenTelemetry Collector: a gateway as a Deployment, an agent on each node (without host access) as a DaemonSet.",
    kinds: ["Deployment", "DaemonSet"],
    images: [
      "otel/opentelemetry-collector:0.114.0",
      "ghcr.io/open-telemetry/opentelemetry-collector-releases/opentelemetry-collector:0.114.0",
    ],
    same: /^opentelemetry-collector(?:-contrib|-k8s)?$/,
    user: 10001,
    ports: [
      { name: "otlp-grpc", port: 4317 },
      { name: "otlp-http", port: 4318 },
    ],
    args: () => ["--config=/etc/collector/collector.yaml"],
    readiness: { httpGet: { path: "/", port: 13133 } },
    liveness: { httpGet: { path: "/", port: 13133 } },
    config: { path: "/etc/collector", file: "collector.yaml", text: collectorConfig },
    size: {
      cpu: { request: 0.1, limit: 1 },
      memory: { request: 128 * MEBI, limit: 256 * MEBI },
      least: 96 * MEBI,
    },
    calls: true,
    schemes: [],
    distinctive: [4317, 4318],
    words: ["otel", "otlp", "opentelemetry"],
    spoken: /\b(?:open ?telemetry|otel|otlp|trac(?:e|es|ing)|telemetry|observability)\b/i,
  },
  {
    id: "blackbox-exporter",
    purpose: "Asks endpoints from outside over HTTP and TCP, for Prometheus.",
    kinds: ["Deployment"],
    images: ["quay.io/prometheus/blackbox-exporter:v0.25.0", "prom/blackbox-exporter:v0.25.0"],
    same: /^blackbox[-_]exporter$/,
    user: NOBODY,
    ports: [{ name: "http", port: 9115 }],
    readiness: httpProbe("/-/healthy", "http"),
    liveness: httpProbe("/-/healthy", "http"),
    size: TINY,
    calls: true,
    schemes: [],
    distinctive: [9115],
    words: ["blackbox"],
    spoken: /\b(?:black ?box|synthetic|uptime|prob(?:e|es|ing) (?:\w+ ){0,4}from outside)\b/i,
  },
  {
    id: "pushgateway",
    purpose: "Takes the metrics of jobs that end before Prometheus comes by.",
    kinds: ["Deployment"],
    images: ["quay.io/prometheus/pushgateway:v1.10.0", "prom/pushgateway:v1.10.0"],
    same: /^pushgateway$/,
    user: NOBODY,
    ports: [{ name: "http", port: 9091 }],
    readiness: httpProbe("/-/ready", "http"),
    liveness: httpProbe("/-/healthy", "http"),
    size: TINY,
    calls: false,
    schemes: [],
    // Others are asked on 9091 as well.
    distinctive: [],
    words: ["pushgateway"],
    spoken: /\b(?:push ?gateway|batch metrics|metrics of (?:batch |cron )?jobs)\b/i,
  },
];
