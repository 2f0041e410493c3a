/** PrometheusRules: their shape, and alerts that would be noise, silence or a second voice. */
import * as z from "zod";
import { alertRulesOf, exprOf, isPrometheusRule } from "../../repository/alert-rules.ts";
import type { Resource } from "../../repository/platform.ts";
import { isPickedUp } from "../../repository/prometheus-operator.ts";
import { type Fields, itemsAt, stringsAt, textAt } from "../../repository/values.ts";
import { type Keys, type ObjectRule, type Problem, problemAt } from "../review.ts";

const texts = z.record(z.string(), z.string());
/** Prometheus durations: `90s`, `1h30m`; `0` alone is one too. */
const DURATION = /^(?:0|(?:\d+y)?(?:\d+w)?(?:\d+d)?(?:\d+h)?(?:\d+m)?(?:\d+s)?(?:\d+ms)?)$/;
const duration = z.string().regex(DURATION, "not a duration").min(1);
const expr = z.union([z.string().trim().min(1), z.number()]);

/** The CRD's own schema (prometheus-operator v0.86, monitoring.coreos.com/v1), with nothing beside it. */
const PrometheusRule = z.strictObject({
  apiVersion: z.literal("monitoring.coreos.com/v1"),
  kind: z.literal("PrometheusRule"),
  metadata: z.looseObject({ name: z.string(), labels: texts.optional(), annotations: texts.optional() }),
  spec: z.strictObject({
    groups: z
      .array(
        z.strictObject({
          name: z.string().min(1),
          interval: duration.optional(),
          query_offset: duration.optional(),
          limit: z.int().optional(),
          labels: texts.optional(),
          partial_response_strategy: z.string().optional(),
          rules: z
            .array(
              z
                .strictObject({
                  alert: z.string().min(1).optional(),
                  record: z.string().min(1).optional(),
                  expr,
                  for: duration.optional(),
                  keep_firing_for: duration.optional(),
                  labels: texts.optional(),
                  annotations: texts.optional(),
                })
                .refine((rule) => (rule.alert === undefined) !== (rule.record === undefined), "either alert or record"),
            )
            .optional(),
        }),
      )
      .optional(),
  }),
  status: z.unknown().optional(),
});

/** Undefined when the object fits, else what does not. */
export function prometheusRuleProblem(object: unknown): string | undefined {
  const parsed = PrometheusRule.safeParse(object);
  if (parsed.success) return undefined;
  const problems = parsed.error.issues.map(({ path, message }) => `${path.join(".")}: ${message}`);
  return problems.slice(0, 3).join("; ").slice(0, 300);
}

/** Says what is wrong with one alerting or recording rule of a PrometheusRule: a sentence and a field of it. */
function onRules(check: (rule: Fields) => readonly [message: string, field: string] | undefined) {
  return (resource: Resource): readonly Problem[] =>
    placedRules(resource).flatMap(({ rule, place }) => {
      const problem = check(rule);
      return problem === undefined ? [] : [problemAt(problem[0], ...place, problem[1])];
    });
}

function placedRules(resource: Resource): readonly { readonly rule: Fields; readonly place: Keys }[] {
  if (!isPrometheusRule(resource)) return [];
  return itemsAt(resource.object, "spec", "groups").flatMap((group, at) =>
    itemsAt(group, "rules").map((rule, index) => ({ rule, place: ["spec", "groups", at, "rules", index] })),
  );
}

/** An alert that fires on one bad scrape wakes people for nothing. */
export const alertsHold: ObjectRule = {
  id: "alerts-hold-for-a-while",
  decision: "deny",
  on: "written",
  check: onRules((rule) => {
    const alert = textAt(rule, "alert");
    if (alert === undefined || /[1-9]/.test(textAt(rule, "for") ?? "0")) return undefined;
    return [`alert ${alert} fires at once, it has no "for"`, "for"];
  }),
};

/** Quotes and brackets only: the operator's webhook and Prometheus have the last word. */
export const balancedExpressions: ObjectRule = {
  id: "valid-promql",
  decision: "deny",
  on: "written",
  check: onRules((rule) => {
    const text = exprOf(rule);
    if (text !== undefined && isBalanced(text)) return undefined;
    return [`the expression of ${textAt(rule, "alert") ?? textAt(rule, "record") ?? "a rule"} is no PromQL`, "expr"];
  }),
};

const CLOSES: Readonly<Record<string, string>> = { ")": "(", "]": "[", "}": "{" };

function isBalanced(text: string): boolean {
  const bare = text.replace(/"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|`[^`]*`/g, '""').replace(/#.*/g, "");
  if (bare.trim() === "" || /["'`]/.test(bare.replaceAll('""', ""))) return false;
  const open: string[] = [];
  for (const character of bare) {
    if ("([{".includes(character)) open.push(character);
    else if (character in CLOSES && open.pop() !== CLOSES[character]) return false;
  }
  return open.length === 0;
}

export const severityLabel: ObjectRule = {
  id: "alerts-have-a-severity",
  decision: "human",
  on: "written",
  check: onRules((rule) => {
    const alert = textAt(rule, "alert");
    const keys = Object.keys(stringsAt(rule, "labels"));
    const known = keys.some((key) => /^(?:severity|priority|level|urgency)$/.test(key));
    return alert === undefined || known ? undefined : [`alert ${alert} does not say how urgent it is`, "labels"];
  }),
};

/** The same question asked twice pages twice. */
export const noTwinAlert: ObjectRule = {
  id: "no-twin-alert",
  decision: "deny",
  on: "written",
  check(resource, { after }) {
    const others = () => alertRulesOf(after).filter((rule) => rule.resource !== resource);
    return placedRules(resource).flatMap(({ rule, place }) => {
      const alert = textAt(rule, "alert");
      const text = exprOf(rule);
      if (alert === undefined || text === undefined) return [];
      const twin = others().find((other) => other.alert === alert || plain(other.expr) === plain(text));
      if (twin === undefined) return [];
      return [problemAt(`alert ${alert} is also in ${twin.resource.path} as ${twin.alert}`, ...place, "alert")];
    });
  },
};

function plain(text: string): string {
  return text.replace(/\s+/g, "");
}

/** A rule no Prometheus selects is never evaluated. */
export const rulePickedUp: ObjectRule = {
  id: "no-effect-rule",
  decision: "deny",
  on: "written",
  check: (resource, { after }) =>
    isPrometheusRule(resource) && isPickedUp(after, resource) === false
      ? [problemAt("no Prometheus of the repository selects it by its labels and namespace", "metadata", "labels")]
      : [],
};
