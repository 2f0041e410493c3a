/** Everything in keda/monitoring/: path relative to the project's root -> text. */
import { Document, Scalar } from "yaml";
import { NAMESPACE } from "../manifests/names.ts";
import { type Alert, alerts, JOB } from "./alerts.ts";
import { dashboard } from "./dashboard.ts";

const HEAD = "Generated from build/monitoring/ by `npm run generate`; do not edit";
const LABELS = { "app.kubernetes.io/part-of": "cortex-online-school" };

export function renderMonitoring(): Map<string, string> {
  const json = `${JSON.stringify(dashboard(), null, 2)}\n`;
  const groups = { groups: [{ name: "cortex-online-school", rules: alerts.map(ruleOf) }] };
  const block = new Scalar(json);
  block.type = Scalar.BLOCK_LITERAL;
  return new Map([
    ["keda/monitoring/dashboard.json", json],
    ["keda/monitoring/rules.yaml", toYaml(groups)],
    [
      "keda/monitoring/prometheus-rule.yaml",
      toYaml({
        apiVersion: "monitoring.coreos.com/v1",
        kind: "PrometheusRule",
        metadata: { name: "cortex-online-school", labels: LABELS },
        spec: groups,
      }),
    ],
    ["keda/monitoring/service-monitor.yaml", toYaml(serviceMonitor())],
    [
      "keda/monitoring/dashboard.yaml",
      toYaml({
        apiVersion: "v1",
        kind: "ConfigMap",
        metadata: { name: "cortex-online-school-dashboard", labels: { ...LABELS, grafana_dashboard: "1" } },
        data: { "cortex-online-school.json": block },
      }),
    ],
    [
      "keda/monitoring/kustomization.yaml",
      toYaml({
        apiVersion: "kustomize.config.k8s.io/v1beta1",
        kind: "Kustomization",
        namespace: NAMESPACE,
        resources: ["prometheus-rule.yaml", "service-monitor.yaml", "dashboard.yaml"],
      }),
    ],
  ]);
}

function ruleOf({ name, expr, for: pending, severity, summary, description, runbook }: Alert): Record<string, unknown> {
  return {
    alert: name,
    expr,
    for: pending,
    labels: { severity },
    annotations: { summary, description, runbook },
  };
}

/** Takes every Service of the coordinator, whatever its port is called elsewhere: here it is `http`. */
function serviceMonitor(): Record<string, unknown> {
  return {
    apiVersion: "monitoring.coreos.com/v1",
    kind: "ServiceMonitor",
    metadata: { name: JOB, namespace: NAMESPACE, labels: LABELS },
    spec: {
      selector: { matchLabels: { "app.kubernetes.io/name": JOB } },
      endpoints: [{ port: "http", path: "/metrics", interval: "15s", scrapeTimeout: "10s" }],
    },
  };
}

function toYaml(object: Record<string, unknown>): string {
  const text = new Document(object, { aliasDuplicateObjects: false }).toString({ lineWidth: 120 });
  return `# ${HEAD}\n${text}`;
}
