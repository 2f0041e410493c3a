/** The words and colours of statuses and categories; complete by their types, so that a new one cannot be forgotten. */
import type { Category, Expert } from "../../../../shared/domain/improvement.ts";
import type { Status } from "../../../../shared/domain/lifecycle.ts";
import type { Corpus } from "../../../../shared/knowledge-ports.ts";

/** What a status asks of its reader: nothing, attention, or a decision. */
export type Tone = "moving" | "person" | "good" | "bad" | "ended";

const tones: Readonly<Record<Status, Tone>> = {
  raw: "moving",
  routed: "moving",
  categorized: "moving",
  validated: "moving",
  conflicts: "person",
  planned: "moving",
  pending_review: "person",
  approved: "moving",
  implementation: "moving",
  deployed: "moving",
  held: "person",
  verified: "good",
  rolling_back: "moving",
  rollback_blocked: "bad",
  failed: "bad",
  rejected: "ended",
  dead: "bad",
};

const known: Readonly<Record<Category, true>> = {
  architecture: true,
  integration: true,
  security: true,
  database: true,
  networking: true,
  monitoring: true,
  capability: true,
  knowledge: true,
};
const experts: Readonly<Record<Expert, true>> = {
  architecture: true,
  integration: true,
  security: true,
  database: true,
  networking: true,
  monitoring: true,
};
const corpora: Readonly<Record<Corpus, true>> = { documents: true, manifests: true, issues: true, improvements: true };
export const CORPUS_NAMES = Object.keys(corpora) as Corpus[];
export const CATEGORY_NAMES = Object.keys(known) as Category[];
export const EXPERT_NAMES = Object.keys(experts) as Expert[];

/** Nothing happens to these until somebody decides. */
export const NEEDS_PERSON = [
  "pending_review",
  "conflicts",
  "held",
  "rollback_blocked",
  "dead",
] as const satisfies readonly Status[];

/** `ended` for a word nobody knows: records come from Redis, where anybody may have written another. */
export function toneOf(status: string): Tone {
  return Object.hasOwn(tones, status) ? tones[status as Status] : "ended";
}

/** `pending_review` → `Pending review`. */
export function inWords(name: string): string {
  const words = name.replaceAll("_", " ");
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** An actor of the trail: `person:ruth` → `ruth`, a person; a stage by its name. */
export function actorOf(by: string): { readonly name: string; readonly person: boolean } {
  return by.startsWith("person:") ? { name: by.slice("person:".length), person: true } : { name: by, person: false };
}
