/**
 * Metrics of a database nobody measures: its exporter as a Deployment of its own, so that the database does not restart,
 * with the credentials its workload already uses, found by Prometheus the way the repository's other targets are.
 */
import * as z from "zod";
import { MANAGED_BY_LABEL } from "../../policy/settings.ts";
import { neighboursOf } from "../../repository/conventions.ts";
import { inNamespace, ofKind } from "../../repository/lookup.ts";
import type { Platform } from "../../repository/platform.ts";
import { isServiceMonitor } from "../../repository/service-monitors.ts";
import { type Fields, listAt } from "../../repository/values.ts";
import { selects, workloadsIn } from "../../repository/workloads.ts";
import { type NewObject, ownLabels, writeNewObjects } from "../edit/new-objects.ts";
import { type IntentDefinition, type OpenPlace, type Rendered, type Survey } from "../intent.ts";
import { usualInterval } from "../monitoring/metrics-ports.ts";
import { resourcesForBackup } from "../resource-values.ts";
import { restrictedContainer, restrictedPod } from "../restricted-pod.ts";
import { keepsData } from "./backup-plan.ts";
import {
  candidatesOf,
  databaseWorkload,
  deployedOf,
  nameBeside,
  planFor,
  servicePicking,
} from "./database-workloads.ts";
import { exporterAccess } from "./exporter-access.ts";
import { databaseOf, type ExporterPlan, exporterPlan, measuredBy } from "./exporter-plan.ts";

type Labels = Readonly<Record<string, string>>;

const schema = z.strictObject({ kind: z.literal("add-database-exporter"), workload: databaseWorkload });
export type AddDatabaseExporter = z.infer<typeof schema>;

/** A Service's name has at most 63 characters, and the longest name here adds twelve. */
const MAX_NAME = 50;

export const addDatabaseExporter: IntentDefinition<AddDatabaseExporter> = {
  kind: "add-database-exporter",
  purpose: "A metrics exporter for a database nobody measures, scraped by the platform's own Prometheus.",
  schema,
  sizesPods: true,
  candidates(platform) {
    return candidatesOf(platform, (workload, reference) => {
      if (databaseOf(workload) === undefined) return undefined;
      const intent: AddDatabaseExporter = { kind: "add-database-exporter", workload: reference };
      const plan = exporterPlan(platform, workload);
      if (typeof plan === "string" || !plan.knownRegistry) return undefined;
      if (render(intent, platform).kind === "refused") return undefined;
      return {
        intent,
        because: `nothing measures this ${plan.database.kind}; ${foundBy(plan)}, and ${plan.because}`,
        application: plan.application.name,
        rank: (keepsData(workload) ? 4 : 1) + (plan.database.kind === "redis" ? 0 : 3),
      };
    });
  },
  survey,
  render,
};

function survey(platform: Platform): Survey {
  const done: string[] = [];
  const open: OpenPlace[] = [];
  for (const { workload, target } of deployedOf(platform)) {
    const found = databaseOf(workload);
    if (found === undefined) continue;
    const measured = measuredBy(platform, workload, found.database);
    if (measured?.endsWith("already") === true) done.push(`${measured} (${target})`);
    else {
      const plan = exporterPlan(platform, workload);
      const because = typeof plan === "string" ? plan : plan.knownRegistry ? "nothing measures it" : plan.because;
      open.push({ target, namespace: workload.namespace, because });
    }
  }
  return { done, open };
}

function render({ workload: reference }: AddDatabaseExporter, platform: Platform): Rendered {
  const { namespace, name } = reference;
  const plan = planFor(platform, reference, exporterPlan);
  if (typeof plan === "string") return refused(plan);
  const own = exporterName(name);
  const taken = inNamespace(platform, namespace).find((one) => one.name === own || one.name === `${own}-to-database`);
  if (taken !== undefined) return refused(`${taken.kind} ${namespace}/${taken.name} is already there`);
  const labels = ownLabels(neighboursOf(platform, plan.application.name), own);
  const mixed = mixedUp(platform, namespace, labels);
  if (mixed !== undefined) return refused(mixed);
  const access = exporterAccess(platform, plan, own, labels);
  if (typeof access === "string") return refused(access);
  const objects = [
    deployment(platform, plan, own, labels),
    service(plan, own, labels),
    ...monitor(platform, plan, own, labels),
    ...access,
  ];
  const written = writeNewObjects(platform, plan.application, namespace, objects);
  if (typeof written === "string") return refused(written);
  const { database, exporter, image } = plan;
  return {
    kind: "rendered",
    ...written,
    application: plan.application.name,
    changes: [
      `Added Deployment ${namespace}/${own}: ${exporter.name} (${image}) for the ${database.kind} of ${name}`,
      ...(plan.signsIn
        ? ["It signs in as the workload does, by the same Secret; an account that only reads statistics would do"]
        : []),
      `Added Service ${namespace}/${own}: ${foundBy(plan)}`,
      ...access.map((one) => `Added NetworkPolicy ${namespace}/${one.name}: the namespace is closed otherwise`),
    ],
  };
}

/** Whose pods would be taken for the exporter's, or the other way round. */
function mixedUp(platform: Platform, namespace: string, labels: Labels): string | undefined {
  const service = servicePicking(platform, namespace, labels);
  if (service !== undefined) return `Service ${service} would pick the exporter's pods`;
  const twin = workloadsIn(platform, namespace).find(({ podLabels }) => selects(selectorFor(labels), podLabels));
  return twin === undefined ? undefined : `${twin.kind} ${twin.name} has pods labelled like the exporter's`;
}

/** The labels that name it: whose object it is may change while it lives, a selector may not. */
function selectorFor({ [MANAGED_BY_LABEL]: _, ...named }: Labels): Labels {
  return named;
}

function foundBy({ scraping }: ExporterPlan): string {
  return scraping.kind === "monitor" ? scraping.home.because : scraping.because;
}

/** A Service's name begins with a letter. */
function exporterName(name: string): string {
  return nameBeside(/^[a-z]/.test(name) ? name : `db-${name}`, "exporter", MAX_NAME);
}

function deployment(platform: Platform, plan: ExporterPlan, name: string, labels: Labels): NewObject {
  const { exporter, scraping, workload } = plan;
  const onPods = scraping.kind === "annotations" && scraping.on === "pod";
  const pullSecrets = listAt(workload.podSpec, "imagePullSecrets");
  const podSpec: Fields = {
    automountServiceAccountToken: false,
    ...(pullSecrets.length === 0 ? {} : { imagePullSecrets: pullSecrets }),
    securityContext: restrictedPod({ user: exporter.user, group: exporter.user }),
    containers: [container(platform, plan)],
  };
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    name,
    body: {
      spec: {
        replicas: 1,
        selector: { matchLabels: selectorFor(labels) },
        template: { metadata: { labels, ...(onPods ? { annotations: annotations(plan) } : {}) }, spec: podSpec },
      },
    },
  };
}

function container(platform: Platform, { namespace, exporter, image, env, args }: ExporterPlan): Fields {
  const asked = { httpGet: { path: exporter.health, port: "metrics" }, timeoutSeconds: 3, failureThreshold: 3 };
  return {
    name: "exporter",
    image,
    ...(args.length === 0 ? {} : { args }),
    ...(env.length === 0 ? {} : { env }),
    ports: [{ name: "metrics", containerPort: exporter.port }],
    readinessProbe: { ...asked, periodSeconds: 10 },
    livenessProbe: { ...asked, periodSeconds: 20 },
    resources: resourcesForBackup(platform, namespace),
    securityContext: restrictedContainer(),
  };
}

function service(plan: ExporterPlan, name: string, labels: Labels): NewObject {
  const onService = plan.scraping.kind === "annotations" && plan.scraping.on === "service";
  return {
    apiVersion: "v1",
    kind: "Service",
    name,
    ...(onService ? { annotations: annotations(plan) } : {}),
    body: {
      spec: {
        selector: selectorFor(labels),
        ports: [{ name: "metrics", port: plan.exporter.port, targetPort: "metrics" }],
      },
    },
  };
}

/** Named like its Service: that is how the verification finds the targets it leads to. */
function monitor(platform: Platform, { scraping }: ExporterPlan, name: string, labels: Labels): readonly NewObject[] {
  if (scraping.kind !== "monitor") return [];
  const interval = usualInterval(ofKind(platform, "ServiceMonitor").filter(isServiceMonitor));
  const endpoint = { port: "metrics", path: "/metrics", ...(interval === undefined ? {} : { interval }) };
  return [
    {
      apiVersion: "monitoring.coreos.com/v1",
      kind: "ServiceMonitor",
      name,
      labels: scraping.home.labels,
      body: { spec: { selector: { matchLabels: selectorFor(labels) }, endpoints: [endpoint] } },
    },
  ];
}

function annotations({ exporter }: ExporterPlan): Readonly<Record<string, string>> {
  return { "prometheus.io/scrape": "true", "prometheus.io/port": String(exporter.port) };
}

function refused(because: string): Rendered {
  return { kind: "refused", because };
}
