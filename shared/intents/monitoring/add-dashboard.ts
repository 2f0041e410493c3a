/**
 * A Grafana dashboard about one namespace, where the platform's Grafana picks it up, whose panels ask only for metrics the
 * repository shows there are. Queries and layout are fixed templates; what is shown follows from what runs there.
 */
import * as z from "zod";
import { isProtectedNamespace } from "../../policy/protected.ts";
import { MANAGED_BY, MANAGED_BY_LABEL } from "../../policy/settings.ts";
import { dashboardsOf, isAbout } from "../../repository/dashboards.ts";
import { inNamespace } from "../../repository/lookup.ts";
import type { Platform } from "../../repository/platform.ts";
import { textAt } from "../../repository/values.ts";
import { workloadsIn, workloadsOf } from "../../repository/workloads.ts";
import { type NewObject, writeNewObjects } from "../edit/new-objects.ts";
import {
  bestFirst,
  type Candidate,
  type IntentDefinition,
  type OpenPlace,
  type Rendered,
  type Survey,
} from "../intent.ts";
import { labelName } from "../schema.ts";
import { isRunning } from "../traffic/callers.ts";
import type { Place } from "./alerts/signal.ts";
import { addFile } from "./dashboards/add-file.ts";
import { dashboardText, titleFor, uidFor } from "./dashboards/dashboard-json.ts";
import { type DashboardHome, dashboardHome } from "./dashboards/home.ts";
import { queryProblem } from "./dashboards/known-metrics.ts";
import { graph, type Section, UNITS } from "./dashboards/panel.ts";
import { sectionsFor } from "./dashboards/sections.ts";

/** A panel a model or a person asks for beside what the repository itself suggests. */
const asked = z.strictObject({
  title: z
    .string()
    .max(80)
    .regex(/^[\p{L}\p{N}][\p{L}\p{N} .,:()%/+_-]*$/u, "letters, digits and plain punctuation"),
  /** PromQL over metrics the repository shows there are. */
  expr: z
    .string()
    .min(1)
    .max(500)
    .regex(/^[\x20-\x7e]+$/, "one line of plain characters"),
  unit: z.enum(UNITS).optional(),
});

const schema = z.strictObject({
  kind: z.literal("add-dashboard"),
  namespace: labelName,
  panels: z.array(asked).max(12).optional(),
});
export type AddDashboard = z.infer<typeof schema>;

/** Fewer say less than one look at the pods. */
const LEAST_PANELS = 3;

export const addDashboard: IntentDefinition<AddDashboard> = {
  kind: "add-dashboard",
  purpose: "A Grafana dashboard about one namespace, over metrics the platform has, where its Grafana picks it up.",
  schema,
  sizesPods: false,
  candidates(platform) {
    return placesIn(platform)
      .map((place) => candidateFor(place))
      .filter((candidate) => candidate !== undefined)
      .filter(({ intent }) => render(intent, platform).kind === "rendered")
      .sort(bestFirst);
  },
  survey,
  render,
};

function survey(platform: Platform): Survey {
  const done: string[] = [];
  const open: OpenPlace[] = [];
  for (const place of placesIn(platform)) {
    const { namespace } = place;
    const existing = existingDashboard(place);
    if (existing !== undefined) done.push(existing);
    else {
      const plan = planFor(place, []);
      const because = typeof plan === "string" ? plan : "no dashboard is about it";
      open.push({ target: `Namespace ${namespace}`, namespace, because });
    }
  }
  return { done, open };
}

/** Namespaces in which Applications keep something running. */
function placesIn(platform: Platform): readonly Place[] {
  const running = workloadsOf(platform).filter((one) => one.resource.application !== undefined && isRunning(one));
  const namespaces = [...new Set(running.map(({ namespace }) => namespace))].filter((one) => one !== undefined).sort();
  return namespaces.filter((one) => !isProtectedNamespace(one)).map((namespace) => placeOf(platform, namespace));
}

function placeOf(platform: Platform, namespace: string): Place {
  const workloads = workloadsIn(platform, namespace).filter(({ resource }) => resource.application !== undefined);
  return { platform, namespace, workloads };
}

function existingDashboard({ platform, namespace }: Place): string | undefined {
  const found = dashboardsOf(platform).find((one) => isAbout(one, namespace));
  return found === undefined ? undefined : `${found.path}: dashboard ${textAt(found.json, "title") ?? ""}`;
}

function candidateFor(place: Place): Candidate<AddDashboard> | undefined {
  const { namespace, workloads } = place;
  const plan = planFor(place, []);
  if (typeof plan === "string") return undefined;
  const own = plan.sections.filter(({ isGeneral }) => !isGeneral);
  const kept = workloads.filter(({ kind }) => kind === "StatefulSet").length;
  const shown = plan.sections.map(({ title }) => title.toLowerCase()).join(", ");
  return {
    intent: { kind: "add-dashboard", namespace },
    target: `Namespace ${namespace}`,
    namespace: plan.home.namespace,
    because: `${workloads.length} workloads run in ${namespace} and no dashboard is about them; there are metrics of ${shown}; ${plan.home.because}`,
    application: plan.home.application.name,
    rank: 4 * Math.min(own.length, 5) + Math.min(workloads.filter(isRunning).length, 5) + Math.min(2 * kept, 4),
  };
}

interface Plan {
  readonly home: DashboardHome;
  readonly sections: readonly Section[];
}

/** Everything a dashboard needs, or why there can be none. */
function planFor(place: Place, wanted: NonNullable<AddDashboard["panels"]>): Plan | string {
  const { platform, namespace, workloads } = place;
  if (isProtectedNamespace(namespace)) return `namespace ${namespace} is off limits`;
  if (!workloads.some(isRunning)) return `no Application runs anything in ${namespace}`;
  const existing = existingDashboard(place);
  if (existing !== undefined) return `${existing} is about it already`;
  const home = dashboardHome(platform, namespace);
  if (typeof home === "string") return home;
  for (const { title, expr } of wanted) {
    const problem = queryProblem(platform, expr);
    if (problem !== undefined) return `panel ${title}: ${problem}`;
  }
  const panels = wanted.map(({ title, expr, unit = "short" }) => graph(title, unit, { expr, legend: "" }));
  const asked: Section[] = panels.length === 0 ? [] : [{ title: "Asked for", isGeneral: false, panels }];
  const sections = [...asked, ...sectionsFor(place)];
  const count = sections.flatMap((section) => section.panels).length;
  if (count < LEAST_PANELS && panels.length === 0) {
    return `nothing in the repository shows what could be measured in ${namespace}: no rules, no exporters, no kube-state-metrics`;
  }
  return { home, sections };
}

function render(intent: AddDashboard, platform: Platform): Rendered {
  const { namespace, panels = [] } = intent;
  const plan = planFor(placeOf(platform, namespace), panels);
  if (typeof plan === "string") return refused(plan);
  const { home, sections } = plan;
  const file = `${namespace}-overview.json`;
  const twin = dashboardsOf(platform).find((one) => one.file === file || one.json["uid"] === uidFor(namespace));
  if (twin !== undefined) return refused(`${twin.path} already holds a dashboard of that name`);
  const text = dashboardText(platform, namespace, sections);
  const count = sections.flatMap((section) => section.panels).length;
  const changes = [
    `Added dashboard "${titleFor(namespace)}" with ${count} panels: ${sections.map(({ title }) => title.toLowerCase()).join(", ")}`,
  ];
  if (home.kind === "folder") {
    const edited = addFile(platform, home.configMap, file, text);
    if (typeof edited === "string") return refused(edited);
    const { apiVersion, kind, name } = home.configMap;
    const objects = [{ apiVersion, kind, namespace: home.namespace, name, effect: "change" as const }];
    return { kind: "rendered", files: [edited], objects, application: home.application.name, changes };
  }
  const object = objectFor(home, `${namespace}-dashboard`, file, text);
  const taken = inNamespace(platform, home.namespace).find(
    (one) => one.kind === object.kind && one.name === object.name,
  );
  if (taken !== undefined) return refused(`${taken.path} already holds ${taken.kind} ${taken.name}`);
  const marked = object.labels?.[MANAGED_BY_LABEL];
  if (marked !== undefined && marked !== MANAGED_BY)
    return refused(`dashboards must be marked as managed by ${marked}`);
  const written = writeNewObjects(platform, home.application, home.namespace, [object]);
  if (typeof written === "string") return refused(written);
  return { kind: "rendered", ...written, application: home.application.name, changes };
}

function objectFor(
  home: Exclude<DashboardHome, { kind: "folder" }>,
  name: string,
  file: string,
  text: string,
): NewObject {
  if (home.kind === "operator") {
    return {
      apiVersion: home.apiVersion,
      kind: "GrafanaDashboard",
      name,
      body: { spec: { ...home.spec, json: text } },
    };
  }
  const annotations = Object.keys(home.annotations).length === 0 ? {} : { annotations: home.annotations };
  return {
    apiVersion: "v1",
    kind: "ConfigMap",
    name,
    labels: home.labels,
    ...annotations,
    body: { data: { [file]: text } },
  };
}

function refused(because: string): Rendered {
  return { kind: "refused", because };
}
