/**
 * A model's answer, checked as if an enemy had written it: evidence has to be something it was shown, what the rules prove
 * stays, and a risk may be added but never taken away.
 */
import type { Advice, Judgement, Level, Opinion, OutOfScope, Risk } from "../../shared/domain/evaluation.ts";
import type { Expert } from "../../shared/domain/improvement.ts";
import { cleanLine } from "../../shared/domain/text.ts";
import type { Answer } from "./answer.ts";
import type { Judged } from "./rubric.ts";

export interface Checked {
  readonly opinion: Opinion;
  readonly notes: readonly string[];
  /** The rules would have asked a person: a model's word does not change that. */
  readonly doubt?: string;
}

/** Characters kept of what a model says, and entries of its lists. */
const SAID = 500;
const ENTRIES = 8;

/** `labels`: everything that can be cited. `rules`: what this expert's rules say of the same. */
export function checked(
  answer: Answer,
  labels: ReadonlySet<string>,
  rules: Judged,
  { expert, model }: { readonly expert: Expert; readonly model: string },
): Checked {
  const judged = (said: Said & { readonly value: Level | "unknown" }) => judgementOf(said, labels);
  const recommendations = advices(answer.recommendations, labels);
  const dependencies = advices(answer.dependencies, labels);
  const scope = scopeOf(answer.out_of_scope, labels, expert);
  const opinion: Opinion = {
    expert,
    by: model,
    feasibility: rules.feasibility.value === "low" ? rules.feasibility : judged(answer.feasibility),
    impact: judged(answer.impact),
    effort: judged(answer.effort),
    priority: judged(answer.priority),
    risks: risksOf(answer.risks, labels, rules.risks),
    recommendations: recommendations.resting,
    dependencies: union(rules.dependencies, dependencies.resting),
    complexity: judged(answer.complexity),
    confidence: judged(answer.confidence),
    ...(typeof scope === "object" ? { out_of_scope: scope } : {}),
  };
  const dropped = recommendations.dropped + dependencies.dropped;
  const doubt = doubtOf(rules, model);
  const left = `${dropped} things ${model} advises rest on nothing it was shown, and are left out`;
  return {
    opinion,
    notes: [...(dropped === 0 ? [] : [left]), ...(typeof scope === "string" ? [unbelieved(opinion, scope)] : [])],
    ...(doubt === undefined ? {} : { doubt }),
  };
}

type Said = { readonly because: string; readonly cites: readonly string[] };

/** Undefined: it rests on something it was shown. */
function flawOf({ because, cites }: Said, labels: ReadonlySet<string>): string | undefined {
  const unseen = cites.filter((cited) => !labels.has(cited));
  if (unseen.length > 0) return `it cites ${unseen.slice(0, 3).map(line).join(", ")}, which was not shown`;
  if (cites.length === 0) return "it cites nothing it was shown";
  return line(because) === "" ? "it gives no reason" : undefined;
}

function evidenceOf({ because, cites }: Said): string {
  return `${line(because)} [${[...new Set(cites)].join(", ")}]`;
}

function judgementOf(
  said: Said & { readonly value: Level | "unknown" },
  labels: ReadonlySet<string>,
): Judgement<Level> {
  const flaw = flawOf(said, labels);
  return flaw === undefined ? { value: said.value, evidence: evidenceOf(said) } : { value: "unknown", evidence: flaw };
}

/** Those of the rules stay as they are; one that rests on nothing is open, whatever the model says. */
function risksOf(said: Answer["risks"], labels: ReadonlySet<string>, rules: readonly Risk[]): readonly Risk[] {
  const open = new Set(rules.filter(({ mitigated }) => !mitigated).map(({ risk }) => risk.toLowerCase()));
  const added = said.flatMap((one): Risk[] => {
    const risk = line(one.risk);
    if (risk === "" || open.has(risk.toLowerCase())) return [];
    const flaw = flawOf(one, labels);
    const { severity } = one;
    return flaw === undefined
      ? [{ risk, mitigated: one.mitigated, evidence: evidenceOf(one), severity }]
      : [{ risk, mitigated: false, evidence: `unknown: ${flaw}`, severity }];
  });
  // What is open comes first, so that no row of harmless ones pushes it out.
  const ordered = [...added.filter(({ mitigated }) => !mitigated), ...added.filter(({ mitigated }) => mitigated)];
  return [...rules, ...ordered.slice(0, ENTRIES)];
}

/** A note that a model's word on the field does not count. */
export function unbelieved({ expert, by }: Pick<Opinion, "expert" | "by">, because: string): string {
  return `${by} says that it is not for the ${expert} expert, which does not count: ${because}`;
}

/** That it is another's field, or why that does not count; undefined: nobody says so. */
function scopeOf(
  said: Answer["out_of_scope"],
  labels: ReadonlySet<string>,
  expert: Expert,
): OutOfScope | string | undefined {
  if (said === undefined) return undefined;
  const { better } = said;
  if (better === expert) return "it names that expert itself";
  const flaw = flawOf(said, labels);
  if (flaw !== undefined) return flaw;
  return { because: evidenceOf(said), ...(better === "unknown" ? {} : { better }) };
}

function advices(said: Answer["recommendations"], labels: ReadonlySet<string>) {
  const resting = said.filter((one) => flawOf(one, labels) === undefined && line(one.text) !== "");
  const kept = resting.slice(0, ENTRIES).map((one): Advice => ({ text: line(one.text), evidence: evidenceOf(one) }));
  return { resting: kept, dropped: said.length - resting.length };
}

function union(rules: readonly Advice[], said: readonly Advice[]): readonly Advice[] {
  const known = new Set(rules.map(({ text }) => text.toLowerCase()));
  return [...rules, ...said.filter(({ text }) => !known.has(text.toLowerCase()))];
}

function doubtOf(rules: Judged, model: string): string | undefined {
  const { feasibility, impact, effort, priority } = rules;
  const open = Object.entries({ feasibility, impact, effort, priority })
    .filter(([, { value }]) => value === "unknown")
    .map(([name]) => name);
  if (open.length === 0) return undefined;
  return `the rules cannot judge ${open.join(", ")}: it is the word of ${model} alone`;
}

function line(text: string): string {
  return cleanLine(text.slice(0, 2 * SAID).toWellFormed())
    .slice(0, SAID)
    .toWellFormed();
}
