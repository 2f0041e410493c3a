/**
 * Alerts on one kind of trouble in one namespace, as a PrometheusRule for the Prometheus Operator the platform runs.
 * Expressions and durations are fixed templates; labels, place and severities are the repository's own.
 */
import * as z from "zod";
import { isProtectedNamespace } from "../../policy/protected.ts";
import { MANAGED_BY, MANAGED_BY_LABEL } from "../../policy/settings.ts";
import { alertRulesOf, isPrometheusRule, watches } from "../../repository/alert-rules.ts";
import { inNamespace } from "../../repository/lookup.ts";
import { monitoringStacks } from "../../repository/monitoring-stack.ts";
import type { Platform, RepositoryApplication } from "../../repository/platform.ts";
import { type RuleHome, ruleHome } from "../../repository/prometheus-operator.ts";
import { workloadsIn, workloadsOf } from "../../repository/workloads.ts";
import { applicationFor } from "../application-for.ts";
import { writeNewObjects } from "../edit/new-objects.ts";
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
import { signals, signalsIn } from "./alerts/all.ts";
import { rulesFor } from "./alerts/rules.ts";
import type { AlertTemplate, Place, Signal } from "./alerts/signal.ts";

const schema = z.strictObject({
  kind: z.literal("add-prometheus-rule"),
  namespace: labelName,
  signal: z.enum(signals.map(({ id }) => id)),
});
export type AddPrometheusRule = z.infer<typeof schema>;

export const addPrometheusRule: IntentDefinition<AddPrometheusRule> = {
  kind: "add-prometheus-rule",
  purpose: "Alert rules over metrics the platform has, as its Prometheus reads them.",
  schema,
  sizesPods: false,
  forms: (about) => signalsIn(about).map(({ id }) => id),
  candidates(platform, about) {
    const wanted = signalsIn(about);
    return placesIn(platform)
      .flatMap((place) =>
        wanted.map((signal, index) => candidateFor(place, signal, wanted === signals ? 0 : wanted.length - index)),
      )
      .filter((candidate) => candidate !== undefined)
      .filter(({ intent }) => render(intent, platform).kind === "rendered")
      .sort(bestFirst);
  },
  survey,
  render,
};

function survey(platform: Platform, about?: string): Survey {
  const done: string[] = [];
  const open: OpenPlace[] = [];
  for (const place of placesIn(platform)) {
    const { namespace } = place;
    for (const signal of signalsIn(about)) {
      if (!signal.concerns(place)) continue;
      const existing = existingAlert(place, signal);
      if (existing !== undefined) {
        done.push(existing);
        continue;
      }
      const plan = planFor(place, signal);
      const because = typeof plan === "string" ? plan : "no alert is about it";
      open.push({ target: `${signal.id} in ${namespace}`, namespace, because });
    }
  }
  return { done, open };
}

/** Namespaces in which Applications run something. */
function placesIn(platform: Platform): readonly Place[] {
  const applied = workloadsOf(platform).filter(({ resource }) => resource.application !== undefined);
  const namespaces = [...new Set(applied.map(({ namespace }) => namespace))].filter((one) => one !== undefined).sort();
  return namespaces
    .filter((namespace) => !isProtectedNamespace(namespace))
    .map((namespace) => placeOf(platform, namespace));
}

function placeOf(platform: Platform, namespace: string): Place {
  const workloads = workloadsIn(platform, namespace).filter(({ resource }) => resource.application !== undefined);
  return { platform, namespace, workloads };
}

function candidateFor(place: Place, signal: Signal, order: number): Candidate<AddPrometheusRule> | undefined {
  const plan = planFor(place, signal);
  if (typeof plan === "string") return undefined;
  const { namespace, workloads } = place;
  const kept = workloads.filter(({ kind }) => kind === "StatefulSet").length;
  return {
    intent: { kind: "add-prometheus-rule", namespace, signal: signal.id },
    target: `PrometheusRule ${plan.home.namespace}/${nameFor(place, signal, plan.home)}`,
    namespace: plan.home.namespace,
    because: `${workloads.length} workloads run in ${namespace} and no alert is about ${signal.id}; ${plan.home.because}`,
    application: plan.application.name,
    // What was asked for first comes first; then the trouble that hurts most, where most runs and data is kept.
    rank: 20 * order + signal.rank + Math.min(workloads.filter(isRunning).length, 5) + Math.min(2 * kept, 4),
  };
}

interface Plan {
  readonly home: RuleHome;
  readonly application: RepositoryApplication;
  readonly alerts: readonly AlertTemplate[];
}

/** Everything a rule needs, or why there can be none. */
function planFor(place: Place, signal: Signal): Plan | string {
  const { platform, namespace } = place;
  if (isProtectedNamespace(namespace)) return `namespace ${namespace} is off limits`;
  if (place.workloads.length === 0) return `no Application runs a workload in ${namespace}`;
  const home = ruleHome(platform, namespace);
  if (typeof home === "string") return home;
  if (!signal.concerns(place)) return `nothing in ${namespace} could have that trouble`;
  const existing = existingAlert(place, signal);
  if (existing !== undefined) return `${existing} is already there`;
  if (isProtectedNamespace(home.namespace)) return `namespace ${home.namespace} is off limits`;
  const marked = home.labels[MANAGED_BY_LABEL];
  if (marked !== undefined && marked !== MANAGED_BY) return `rules must be marked as managed by ${marked}`;
  const alerts = signal.alerts(place);
  if (typeof alerts === "string") return alerts;
  const application = applicationFor(platform, home.namespace, isPrometheusRule);
  return typeof application === "string" ? application : { home, application, alerts };
}

/** An alert over one of the signal's metrics that covers the namespace, or a chart's default rule that does. */
function existingAlert({ platform, namespace }: Place, signal: Signal): string | undefined {
  const metrics = signal.metrics(platform);
  const rule = alertRulesOf(platform).find(({ expr }) => watches(expr, metrics, namespace));
  if (rule !== undefined) return `${rule.resource.path}: alert ${rule.alert}`;
  const stack = monitoringStacks(platform).find((one) => signal.inStack !== undefined && one.brings(signal.inStack));
  return stack === undefined ? undefined : `${stack.path}: the default rules of ${stack.name}`;
}

/** `pod-restarts` beside the workloads; with their namespace in front of it in a namespace for all rules. */
function nameFor({ namespace }: Place, signal: Signal, home: RuleHome): string {
  return home.namespace === namespace ? signal.id : `${namespace}-${signal.id}`;
}

function render(intent: AddPrometheusRule, platform: Platform): Rendered {
  const { namespace } = intent;
  const signal = signals.find(({ id }) => id === intent.signal);
  if (signal === undefined) return refused(`nobody knows how to alert on ${intent.signal}`);
  const place = placeOf(platform, namespace);
  const plan = planFor(place, signal);
  if (typeof plan === "string") return refused(plan);
  const { home, application, alerts } = plan;
  const name = nameFor(place, signal, home);
  const taken = inNamespace(platform, home.namespace).find((one) => isPrometheusRule(one) && one.name === name);
  if (taken !== undefined) return refused(`${taken.path} already holds PrometheusRule ${name}`);
  const rules = rulesFor(place, alerts);
  const twin = alertRulesOf(platform).find(({ alert }) => rules.some((rule) => rule.alert === alert));
  if (twin !== undefined) return refused(`${twin.resource.path} already has an alert ${twin.alert}`);
  const written = writeNewObjects(platform, application, home.namespace, [
    {
      apiVersion: "monitoring.coreos.com/v1",
      kind: "PrometheusRule",
      name,
      labels: home.labels,
      body: { spec: { groups: [{ name: `${namespace}.${signal.id}`, rules }] } },
    },
  ]);
  if (typeof written === "string") return refused(written);
  return {
    kind: "rendered",
    ...written,
    application: application.name,
    changes: [
      `Added PrometheusRule ${home.namespace}/${name}`,
      ...rules.map(({ alert, for: held }) => `Alert ${alert} after ${held}`),
    ],
  };
}

function refused(because: string): Rendered {
  return { kind: "refused", because };
}
