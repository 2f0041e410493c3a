/**
 * What a person may be offered for an improvement that stands somewhere. Only an offer: the coordinator decides, and its
 * refusal is shown in its own words.
 */
import type { Status } from "../../../../shared/domain/lifecycle.ts";

export type ActionName =
  | "approve"
  | "reject"
  | "never"
  | "replan"
  | "reroute"
  | "override"
  | "accept"
  | "extend"
  | "rollback"
  | "close"
  | "retry";

export interface Offer {
  readonly action: ActionName;
  readonly label: string;
  /** What follows from it. */
  readonly means: string;
  readonly tone: "primary" | "plain" | "danger";
  /** The routing asked, or was wrong: the person names the expert. */
  readonly asksExpert?: boolean;
}

interface Entry extends Offer {
  readonly from: readonly Status[];
}

const entries: readonly Entry[] = [
  {
    action: "approve",
    label: "Approve",
    means: "The change set is signed and committed to the GitOps repository.",
    tone: "primary",
    from: ["pending_review"],
  },
  {
    action: "accept",
    label: "Accept",
    means: "It stays in the cluster and counts as verified.",
    tone: "primary",
    from: ["held"],
  },
  {
    action: "extend",
    label: "Extend",
    means: "It is watched for another round of measurements.",
    tone: "plain",
    from: ["held"],
  },
  {
    action: "override",
    label: "Override the conflict",
    means: "It is planned although validation found a conflict.",
    tone: "primary",
    from: ["conflicts"],
  },
  {
    action: "retry",
    label: "Retry",
    means: "It goes back to the stage it died in, with all attempts anew.",
    tone: "primary",
    from: ["dead"],
  },
  {
    action: "replan",
    label: "Plan again",
    means: "The change set is thrown away and planned anew against today's repository.",
    tone: "plain",
    from: ["pending_review"],
  },
  {
    action: "reroute",
    label: "Send to another expert",
    means: "The wrong expert judged it: the right one judges it anew, and the router learns from it.",
    tone: "plain",
    from: ["pending_review", "conflicts"],
    asksExpert: true,
  },
  {
    action: "close",
    label: "Close",
    means: "It ends here; whatever is left in the cluster is yours to mend.",
    tone: "plain",
    from: ["rollback_blocked", "dead"],
  },
  {
    action: "rollback",
    label: "Roll back",
    means: "The commit is reverted in Git and the cluster is watched until it is well.",
    tone: "danger",
    from: ["verified", "held", "rollback_blocked"],
  },
  { action: "reject", label: "Reject", means: "It ends here.", tone: "danger", from: ["pending_review", "conflicts"] },
  {
    action: "never",
    label: "Never again",
    means: "It ends here, and whatever says the same is not proposed again. An operator can take that back.",
    tone: "danger",
    from: ["pending_review", "conflicts"],
  },
];

/** The statuses an action is offered in. */
export function offeredFrom(action: ActionName): readonly Status[] {
  return entries.find((entry) => entry.action === action)?.from ?? [];
}

/** What fits the status; an approval without a change set answers the stage that asked. */
export function offersFor(improvement: {
  readonly status: string;
  readonly change_set?: unknown;
  readonly review_stage?: string;
  readonly expert?: string;
}): Offer[] {
  const fitting = entries.filter(
    ({ action, from }) =>
      (from as readonly string[]).includes(improvement.status) &&
      // Where nobody was chosen yet, the answer to the routing names the first.
      (action !== "reroute" || improvement.expert !== undefined),
  );
  return fitting.map(({ from: _, ...offer }) => {
    if (offer.action !== "approve" || improvement.change_set !== undefined) return offer;
    const stage = improvement.review_stage ?? "the stage";
    return {
      ...offer,
      label: "Let it go on",
      means: `You answer what ${stage} asked, and the flow goes on after it.`,
      asksExpert: stage === "route",
    };
  });
}
