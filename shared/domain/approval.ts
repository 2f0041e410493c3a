/**
 * Who decides on a planned change: the rule, a person, or nobody because policy denies it. Pure; the rules read top to
 * bottom, the first that applies decides, and every answer names it ("why not automatic?").
 */
import { type Decision, isWorse, type Verdict, verdictOf } from "./change-set.ts";
import type { Evaluation } from "./evaluation.ts";
import type { Forecast } from "./forecast.ts";
import type { Category, Planning, ValidationFinding } from "./improvement.ts";

/** Operator overrides. Permissive ones only count here when they are complete (author, reason, expiry) and in force. */
export interface ApprovalFlags {
  readonly none: boolean;
  readonly all: boolean;
  readonly integrations: boolean;
  readonly security: boolean;
  /** What fails is left to a person instead of being reverted; approvals do not ask for it. */
  readonly manualRollback?: boolean;
}

export interface ApprovalSettings {
  /** AUTO_APPROVE_THRESHOLD, 0.90 unless configured. */
  readonly threshold: number;
  /** HIGH_RISK_THRESHOLD, 0.95 unless configured. */
  readonly highRiskThreshold: number;
  /** FORECAST_THRESHOLD, 0..1: who holds with less probability waits for a person. Absent or 0: forecasts decide nothing. */
  readonly forecastThreshold?: number;
}

/** The state of the world the rule looks at, beside the improvement. Null: open; a text: closed, and why. */
export interface Brakes {
  readonly flags: ApprovalFlags;
  readonly breaker: string | null;
  /** Of the Application that is to be changed. */
  readonly recentRollback?: string | null;
  readonly freeze: string | null;
  readonly budget: string | null;
}

export interface Candidate {
  readonly category: Category;
  readonly type: string;
  readonly relevance: number;
  readonly verdict: Verdict;
  readonly validation: readonly ValidationFinding[];
  readonly evaluation: Evaluation | undefined;
  readonly planning?: Planning | undefined;
  /** May make a person necessary, never unnecessary. */
  readonly forecast?: Forecast | undefined;
}

export interface ApprovalDecision {
  readonly kind: "approved" | "pending" | "rejected";
  /** Name of the rule that decided. */
  readonly rule: string;
  readonly because: string;
}

export function decideApproval(candidate: Candidate, brakes: Brakes, settings: ApprovalSettings): ApprovalDecision {
  const { category, type, relevance, verdict } = candidate;
  const { flags } = brakes;
  const policy = strictest(verdict);

  if (flags.none)
    return pending("auto-approve-none", "an operator stopped all automatic approvals (auto_approve_none)");
  if (policy === "deny") return { kind: "rejected", rule: "policy-deny", because: reasons(candidate, "deny") };
  if (brakes.breaker !== null) return pending("circuit-breaker", brakes.breaker);
  const rest = brakes.recentRollback ?? null;
  if (rest !== null) return pending("recent-rollback", rest);
  if (brakes.freeze !== null) return pending("freeze-window", brakes.freeze);
  if (brakes.budget !== null) return pending("budget", brakes.budget);

  const doubt = validationDoubt(candidate.validation);
  if (doubt !== null) return pending("validation", doubt);
  const alwaysHuman = verdict.rules.find(
    ({ rule, decision }) => decision === "human" && rule.startsWith("always-human"),
  );
  if (alwaysHuman !== undefined) return pending(alwaysHuman.rule, alwaysHuman.message);
  // A model may raise risk, never lower it: what only it would have chosen is for a person, whatever the flags.
  const modelsOwn = candidate.planning?.doubt;
  if (modelsOwn !== undefined) return pending(doubtRule(candidate.planning), modelsOwn);
  // Like a rollback a moment ago it is what the cluster has shown, and no opinion that a flag may overrule.
  const poor = poorProspect(candidate.forecast, settings.forecastThreshold ?? 0);
  if (poor !== null) return pending("forecast", poor);
  if (flags.all)
    return {
      kind: "approved",
      rule: "auto-approve-all",
      because: "an operator approved everything (auto_approve_all)",
    };
  if ((category === "integration" || type.trim().toLowerCase() === "integration") && !flags.integrations) {
    return pending("integration", "integrations are reviewed by a person");
  }

  const threshold = thresholdFor(category, flags, settings);
  if (threshold === null) return pending("category", `${category} changes are reviewed by a person`);
  // Written so that a relevance that is no number does not pass.
  if (!(relevance >= threshold))
    return pending("relevance", `relevance ${relevance} is under ${threshold} for ${category}`);
  const worry = expertWorry(candidate.evaluation);
  if (worry !== null) return pending("expert", worry);
  if (policy !== "auto") return pending("policy-human", reasons(candidate, "human"));
  return {
    kind: "approved",
    rule: "relevance",
    because: `relevance ${relevance} reaches ${threshold} for ${category}`,
  };
}

/** Who wrote an intent proposed the change: that is no matter of a model. */
function doubtRule(planning: Planning | undefined): string {
  return planning?.by.startsWith("person:") === true ? "always-human-edited" : "always-human-model-choice";
}

/** Null: a category that always waits for a person. */
function thresholdFor(category: Category, flags: ApprovalFlags, settings: ApprovalSettings): number | null {
  switch (category) {
    case "security":
      return flags.security ? settings.threshold : settings.highRiskThreshold;
    case "database":
      return settings.highRiskThreshold;
    case "architecture":
    case "capability":
    case "monitoring":
    case "integration": // only reached when the flag lets integrations through
      return settings.threshold;
    case "networking":
    case "knowledge":
      return null;
    default: // records come from Redis, where anybody may have written another word
      return null;
  }
}

/** A verdict is never milder than its own rules. */
function strictest({ decision, rules }: Verdict): Decision {
  const byRules = verdictOf(rules).decision;
  return isWorse(byRules, decision) ? byRules : decision;
}

function validationDoubt(findings: readonly ValidationFinding[]): string | null {
  if (findings.length === 0) return "nothing was validated";
  const doubt = findings.find(({ result }) => result !== "pass");
  return doubt === undefined ? null : `${doubt.check}: ${doubt.because}`;
}

/** Outcomes a forecast has to rest on before it decides anything. */
const FORECAST_OUTCOMES = 50;

/**
 * The probability itself is compared, not a bound of its interval: what a change costs when it fails depends on how often
 * it fails on the whole, and to ask a person once too often costs little. A forecast that is no number says nothing.
 */
function poorProspect(forecast: Forecast | undefined, threshold: number): string | null {
  const { holds } = forecast ?? {};
  if (holds === undefined || !(holds.n >= FORECAST_OUTCOMES) || !(holds.probability < threshold)) return null;
  const [probability, low, high] = [holds.probability, holds.low, holds.high].map((value) => Number(value).toFixed(2));
  return `changes like it hold with probability ${probability} (${low} to ${high}, by ${holds.n} outcomes), less than ${threshold}`;
}

/** Anything else, `unknown` or a word from elsewhere, is no judgement. */
const LEVELS: readonly string[] = ["high", "medium", "low"];

function expertWorry(evaluation: Evaluation | undefined): string | null {
  if (evaluation === undefined) return "no expert judged it";
  const { feasibility, impact, effort, priority, risks, doubt } = evaluation;
  if (feasibility.value === "low") return `feasibility is low: ${feasibility.evidence}`;
  const unknown = Object.entries({ feasibility, impact, effort, priority }).find(
    ([, { value }]) => !LEVELS.includes(value),
  );
  if (unknown !== undefined) return `the expert could not judge ${unknown[0]}`;
  const open = risks.find(({ mitigated }) => !mitigated);
  if (open !== undefined) return `unmitigated risk: ${open.risk}`;
  return doubt ?? null;
}

function reasons({ verdict }: Candidate, decision: "deny" | "human"): string {
  const texts = verdict.rules
    .filter((hit) => hit.decision === decision)
    .map(({ rule, message }) => `${rule}: ${message}`);
  return texts.length === 0 ? `policy says ${decision} without naming a rule` : texts.join("; ");
}

function pending(rule: string, because: string): ApprovalDecision {
  return { kind: "pending", rule, because };
}
