/** What is remembered of a routed improvement, under the names of the platform's collections. */
import { v5 } from "uuid";
import { EXPERTS, type Expert } from "../../domain/improvement.ts";
import type { KeptText } from "../../routing/neighbours/kept-text.ts";
import { isWorthReuse } from "../../routing/neighbours/reuse.ts";
import type { Neighbour, RoutingExperience } from "../../routing-ports.ts";
import type { Memory } from "./names.ts";

/** Of the points of this memory; never to be changed, or everything is remembered twice. */
const NAMESPACE = "0d1f6e0c-7c1e-5a53-8b0e-6a3a4f1d2b90";
const LONGEST = 200;

/** Payload indexes of the platform's document, and what the school itself asks by. */
export const INDEXED = {
  routing_queries: {
    route_type: "keyword",
    tool: "keyword",
    execution_layer: "keyword",
    success: "bool",
    latency_ms: "integer",
    timestamp: "datetime",
  },
  routing_outcomes: {
    query_id: "keyword",
    success: "bool",
    error_type: "keyword",
    user_feedback: "keyword",
    timestamp: "datetime",
  },
} as const satisfies Readonly<Record<Memory, Readonly<Record<string, "keyword" | "bool" | "integer" | "datetime">>>>;

/** The same in both memories. */
export function pointIdOf(improvement: string): string {
  return v5(improvement, NAMESPACE);
}

export type Payload = Record<string, unknown>;

/** `keptAt`: milliseconds since the epoch, of the writing. What nobody knows is absent. */
export function queryPayload(experience: RoutingExperience, text: KeptText, keptAt: number): Payload {
  const { improvement, source, tier, expert, confidence, latencyMs, routeRight, held, reached, at } = experience;
  return known({
    ...text,
    improvement,
    source: source.slice(0, LONGEST),
    route_type: tier,
    tool: expert,
    // The layer of the platform's stack that decides; the others execute.
    execution_layer: "reasoning",
    success: isWorthReuse({ routeRight, held }),
    route_right: routeRight,
    held,
    latency_ms: Math.max(0, Math.round(latencyMs)),
    confidence,
    reached: reached.slice(0, LONGEST),
    timestamp: at,
    kept_at: keptAt,
  });
}

export function outcomePayload(experience: RoutingExperience, keptAt: number): Payload {
  const { improvement, expert, routeRight, held, reached, errorType, feedback, at } = experience;
  const verdict = feedback?.right === true ? "right" : "wrong";
  return known({
    query_id: pointIdOf(improvement),
    improvement,
    tool: expert,
    success: isWorthReuse({ routeRight, held }),
    route_right: routeRight,
    held,
    reached: reached.slice(0, LONGEST),
    error_type: errorType?.slice(0, LONGEST),
    user_feedback: feedback === undefined ? undefined : verdict,
    feedback_by: feedback?.by.slice(0, LONGEST),
    feedback_expert: feedback?.expert,
    timestamp: at,
    kept_at: keptAt,
  });
}

/** Fields `neighbourOf` reads. */
export const NEIGHBOUR_FIELDS = ["improvement", "tool", "route_right", "held", "timestamp"] as const;

/** Undefined when it is no payload of ours. */
export function neighbourOf(payload: Payload | null | undefined, cosine: number): Neighbour | undefined {
  const { improvement, tool, route_right: routeRight, held, timestamp } = payload ?? {};
  if (typeof improvement !== "string" || typeof timestamp !== "string" || !isExpert(tool)) return undefined;
  return {
    improvement,
    expert: tool,
    cosine,
    routeRight: typeof routeRight === "boolean" ? routeRight : undefined,
    held: typeof held === "boolean" ? held : undefined,
    at: timestamp,
  };
}

/** The text a stored payload was embedded from; undefined when it is no payload of ours. */
export function textOf(payload: Payload | null | undefined): KeptText | undefined {
  const { title, description, implementation_notes: notes, type } = payload ?? {};
  if (typeof title !== "string" || typeof description !== "string" || typeof notes !== "string") return undefined;
  return { title, description, implementation_notes: notes, type: String(type) };
}

/** 0 for what was written by nobody who says when. */
export function keptAtOf(payload: Payload | null | undefined): number {
  const at = payload?.["kept_at"];
  return typeof at === "number" ? at : 0;
}

export function isExpert(value: unknown): value is Expert {
  return EXPERTS.some((expert) => expert === value);
}

function known(fields: Payload): Payload {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}
