/** Traces, the local school, the command line, the build. */
import type { Variable } from "./variable.ts";

export const tools: readonly Variable[] = [
  {
    names: ["OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"],
    part: true,
    default: "–",
    readBy: "functions",
    what: "where traces are sent, by OTLP over HTTP as JSON: a collector's address, or the full one for traces. Without it OpenTelemetry is not even loaded ([traces](../../keda/monitoring/README.md#traces)); its other variables for the exporter (headers, timeout, certificates) count as its specification says",
  },
  {
    names: ["OTEL_SERVICE_NAME", "OTEL_RESOURCE_ATTRIBUTES"],
    default: "`cortex-<stage>`, –",
    readBy: "functions",
    what: "what spans say of who sent them",
  },
  {
    names: ["OTEL_TRACES_SAMPLER", "OTEL_TRACES_SAMPLER_ARG"],
    default: "`parentbased_always_on`, `1`",
    readBy: "functions",
    what: "which traces are sent: `parentbased_traceidratio` with `0.1` sends a tenth, each of them whole",
  },
  {
    names: ["OTEL_SDK_DISABLED", "OTEL_TRACES_EXPORTER"],
    default: "`false`, `otlp`",
    readBy: "functions",
    what: "`true`, or `none`: no traces, whatever else is set",
  },
  {
    names: ["SCHOOL_DATA_DIR"],
    default: "`.school`",
    readBy: "`npm start`, `school`",
    what: "data directory; `--data` wins",
  },
  {
    names: ["SCHOOL_REDIS_SERVER"],
    default: "found on `PATH`",
    readBy: "`npm start`, tests",
    what: "the redis-server program",
  },
  {
    names: ["SCHOOL_URL", "SCHOOL_TOKEN"],
    default: "the running local school",
    readBy: "`school`",
    what: "a school elsewhere",
  },
  {
    names: ["KUBERNETES_SERVICE_HOST", "KUBERNETES_SERVICE_PORT"],
    part: true,
    default: "set in every pod",
    readBy: "as `KUBECONFIG`",
    what: "a pod's own account is used",
  },
  {
    names: ["SCHOOL_WARMUP"],
    default: "–",
    readBy: "set by the build",
    what: "fills the compile cache and ends",
  },
  {
    names: ["SOURCE_DATE_EPOCH"],
    default: "the time of the last commit",
    readBy: "`npm run images`",
    what: "the time of every file in an image, in seconds since 1970",
  },
];
