/** What the review page offers, and where it goes after a decision. */
import { type ActionName, type Offer, offersFor } from "./actions.ts";

export type ReviewAction = ActionName | "defer" | "edit";
export interface ReviewOffer extends Omit<Offer, "action"> {
  readonly action: ReviewAction;
  /** Letter of its shortcut. */
  readonly key?: string;
}

const KEYS: Readonly<Partial<Record<ReviewAction, string>>> = {
  approve: "a",
  reject: "r",
  defer: "d",
  never: "n",
  edit: "e",
  override: "o",
  accept: "c",
  extend: "x",
  rollback: "b",
  retry: "t",
  reroute: "w",
};
const DEFER: ReviewOffer = {
  action: "defer",
  label: "Put off",
  means: "It leaves the queue until then and comes back by itself; people are told once.",
  tone: "plain",
};
const EDIT: ReviewOffer = {
  action: "edit",
  label: "Edit and plan again",
  means:
    "The change is planned anew with the intent you write. Policy judges it as any other, and somebody else approves it.",
  tone: "plain",
};

/** Everything somebody may decide about it, each with its key. */
export function reviewOffers(
  improvement: Parameters<typeof offersFor>[0] & { readonly intent?: unknown },
): ReviewOffer[] {
  const { status, intent, review_stage: stage } = improvement;
  const waits = ["pending_review", "conflicts", "held", "rollback_blocked", "dead"].includes(status);
  const editable = status === "pending_review" && (intent !== undefined || stage === "plan");
  const all: ReviewOffer[] = [...offersFor(improvement), ...(editable ? [EDIT] : []), ...(waits ? [DEFER] : [])];
  return all.map((offer) => {
    const key = KEYS[offer.action];
    return key === undefined ? offer : { ...offer, key };
  });
}

/** The one that comes after `id`; at the end the one before it; undefined when nothing else is there. */
export function neighbour(ids: readonly string[], id: string | undefined, by: 1 | -1): string | undefined {
  const at = id === undefined ? -1 : ids.indexOf(id);
  if (at < 0) return ids[0];
  return ids[Math.min(ids.length - 1, Math.max(0, at + by))];
}
export function afterDecision(ids: readonly string[], id: string): string | undefined {
  const at = ids.indexOf(id);
  return ids[at + 1] ?? ids[at - 1];
}
