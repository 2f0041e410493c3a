/** Grafana dashboards: ones nobody shows change nothing, and one Grafana cannot read is missing without a word. */
import * as z from "zod";
import { GRAFANA_GROUP, isGrafanaDashboard, readDashboard } from "../../repository/dashboards.ts";
import { isImported, sidecarFor } from "../../repository/grafana.ts";
import { at, stringsAt, textAt } from "../../repository/values.ts";
import { type ObjectRule, type Problem, problemAt } from "../review.ts";

const texts = z.record(z.string(), z.string());

/** grafana.integreatly.org/v1beta1 (grafana-operator v5); of the ways to bring the JSON only the fields' names. */
const Dashboard = z.strictObject({
  apiVersion: z.literal(`${GRAFANA_GROUP}/v1beta1`),
  kind: z.literal("GrafanaDashboard"),
  metadata: z.looseObject({ name: z.string(), labels: texts.optional(), annotations: texts.optional() }),
  spec: z.strictObject({
    instanceSelector: z.looseObject({ matchLabels: texts.optional() }),
    allowCrossNamespaceImport: z.boolean().optional(),
    resyncPeriod: z.string().optional(),
    suspend: z.boolean().optional(),
    uid: z.string().max(40).optional(),
    folder: z.string().optional(),
    folderUID: z.string().optional(),
    folderRef: z.string().optional(),
    json: z.string().optional(),
    gzipJson: z.string().optional(),
    url: z.string().optional(),
    urlAuthorization: z.unknown().optional(),
    jsonnet: z.string().optional(),
    jsonnetLib: z.unknown().optional(),
    grafanaCom: z.unknown().optional(),
    configMapRef: z.unknown().optional(),
    contentCacheDuration: z.string().optional(),
    datasources: z.array(z.looseObject({})).optional(),
    plugins: z.array(z.looseObject({})).optional(),
    envFrom: z.array(z.looseObject({})).optional(),
    envs: z.array(z.looseObject({})).optional(),
  }),
  status: z.unknown().optional(),
});

/** Undefined when the object fits, else what does not. */
export function grafanaDashboardProblem(object: unknown): string | undefined {
  const parsed = Dashboard.safeParse(object);
  if (parsed.success) return undefined;
  const problems = parsed.error.issues.map(({ path, message }) => `${path.join(".")}: ${message}`);
  return problems.slice(0, 3).join("; ").slice(0, 300);
}

/** A dashboard no Grafana imports changes nothing at run time. */
export const dashboardImported: ObjectRule = {
  id: "no-effect-dashboard",
  decision: "deny",
  on: "created",
  check: (resource, { after }) =>
    isGrafanaDashboard(resource) && isImported(after, resource) === false
      ? [problemAt("no Grafana of the repository imports it by its labels and namespace", "spec", "instanceSelector")]
      : [],
};

/** What a sidecar or the operator hands on must be a dashboard. */
export const readableDashboard: ObjectRule = {
  id: "valid-dashboard",
  decision: "deny",
  on: "written",
  check(resource, { after }) {
    const json = textAt(resource.object, "spec", "json");
    if (isGrafanaDashboard(resource)) {
      return json !== undefined && readDashboard(json) === undefined ? [unreadable("spec", "json")] : [];
    }
    if (sidecarFor(after, resource) === undefined) return [];
    const files = Object.entries(stringsAt(resource.object, "data")).filter(([key]) => key.endsWith(".json"));
    const broken = files
      .filter(([, text]) => readDashboard(text) === undefined)
      .map(([key]) => unreadable("data", key));
    const isEmpty = files.length === 0 && at(resource.object, "binaryData") === undefined;
    return isEmpty ? [problemAt("it is labelled as a dashboard and holds none", "data")] : broken;
  },
};

function unreadable(...place: readonly string[]): Problem {
  return problemAt("it is no dashboard Grafana could read: JSON with a title and panels", ...place);
}
