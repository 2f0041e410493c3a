/** From templates to the rules of a PrometheusRule, with severities and routing labels as the repository writes them. */
import { type AlertRule, alertRulesOf } from "../../../repository/alert-rules.ts";
import { mostCommon } from "../../../repository/conventions.ts";
import type { Platform } from "../../../repository/platform.ts";
import type { AlertTemplate, Place } from "./signal.ts";

export interface WrittenAlert {
  readonly alert: string;
  readonly expr: string;
  readonly for: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

/** Label keys a severity goes by. */
const SEVERITY_KEYS = ["severity", "priority", "level", "urgency"];
/** What people call the two of them, the usual word first. */
const WORDS: Readonly<Record<AlertTemplate["urgency"], readonly string[]>> = {
  now: ["critical", "page", "crit", "p1", "sev1", "high", "major", "error", "urgent"],
  soon: ["warning", "warn", "ticket", "p2", "sev2", "medium", "minor", "p3", "sev3"],
};

export function rulesFor({ platform, namespace }: Place, alerts: readonly AlertTemplate[]): readonly WrittenAlert[] {
  const routing = routingLabels(platform, namespace);
  return alerts.map((template) => ({
    alert: `${pascal(namespace)}${template.alert}`,
    expr: template.expr,
    for: template.for,
    labels: { ...routing, ...severity(platform, template.urgency) },
    annotations: {
      summary: template.summary,
      description: template.description,
      runbook: template.runbook,
    },
  }));
}

/** The key and the word the repository's alerts use for this urgency; the usual ones where they use none. */
function severity(platform: Platform, urgency: AlertTemplate["urgency"]): Readonly<Record<string, string>> {
  const all = alertRulesOf(platform);
  const key =
    mostCommon(all.flatMap(({ labels }) => SEVERITY_KEYS.filter((one) => isPlain(labels[one])))) ?? "severity";
  const used = all.flatMap(({ labels }) => (isPlain(labels[key]) ? [labels[key]] : []));
  const words = WORDS[urgency];
  const fitting = used.filter((value) => words.includes(value.toLowerCase()));
  return { [key]: mostCommon(fitting) ?? words[0] ?? "warning" };
}

/** Labels every alert about this namespace carries, such as the team that is called. */
function routingLabels(platform: Platform, namespace: string): Readonly<Record<string, string>> {
  const here = alertRulesOf(platform).filter((rule) => isAbout(rule, namespace));
  const [first, ...others] = here;
  const entries = Object.entries(first?.labels ?? {}).filter(
    ([key, value]) =>
      !SEVERITY_KEYS.includes(key) && isPlain(value) && others.every(({ labels }) => labels[key] === value),
  );
  return Object.fromEntries(entries);
}

function isAbout({ resource, expr }: AlertRule, namespace: string): boolean {
  const named = [...expr.matchAll(/namespace=~?"([^"]*)"/g)].map(([, name]) => name);
  return named.length > 0 ? named.includes(namespace) : resource.namespace === namespace;
}

function isPlain(value: string | undefined): value is string {
  return value !== undefined && /^[A-Za-z0-9][-\w.]{0,62}$/.test(value);
}

/** `order-service` -> `OrderService`: alert names are written in capitals and are the same everywhere. */
function pascal(name: string): string {
  const words = name.split("-").map((word) => `${word.charAt(0).toUpperCase()}${word.slice(1)}`);
  const joined = words.join("");
  return /^[0-9]/.test(joined) ? `Ns${joined}` : joined;
}
