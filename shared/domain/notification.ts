/** What people are told: which event, how much it matters, and the words; the same for every channel. */
import type { OpenedRequest } from "./improvement.ts";

/** From "good to know" to "somebody is needed now". */
export const SEVERITIES = ["info", "attention", "page"] as const;
export type Severity = (typeof SEVERITIES)[number];

/** Every event people may hear of: a status that was reached, `breaker`, or what a notice is about. */
export const TOLD = {
  implementation: "info",
  pending_review: "attention",
  conflicts: "attention",
  verified: "info",
  rolling_back: "attention",
  failed: "attention",
  held: "page",
  rollback_blocked: "page",
  dead: "page",
  breaker: "page",
  anomaly: "attention",
  router: "info",
  retrain: "info",
  test: "info",
} as const satisfies Record<string, Severity>;
export type Told = keyof typeof TOLD;
export const TOLD_EVENTS = Object.keys(TOLD) as Told[];

/** One thing to tell. Every text is one line, without links or mentions: safe wherever lines are safe. */
export interface Notification {
  /** Of the occurrence: the same event delivered twice has one id, a state reached twice has two. */
  readonly id: string;
  readonly event: Told;
  readonly severity: Severity;
  /** ISO 8601: when it was first told of. */
  readonly at: string;
  readonly headline: string;
  readonly lines: readonly string[];
  /** Into the dashboard; only where the school's own address is known. */
  readonly link?: string;
  readonly subject?: Subject;
  /** 32 hexadecimal digits: the trace that log lines about it name. */
  readonly trace?: string;
  /** Told through this channel alone. */
  readonly only?: string;
}

/** The improvement it is about, as far as channels go by it. */
export interface Subject {
  readonly id: string;
  readonly title: string;
  readonly category: string;
  readonly application?: string;
  readonly commit?: string;
  readonly request?: Pick<OpenedRequest, "number">;
}

/** True when `severity` is at least `least`. */
export function matters(severity: Severity, least: Severity): boolean {
  return SEVERITIES.indexOf(severity) >= SEVERITIES.indexOf(least);
}
