/** How an expert is chosen, what is foretold, and what is approved without a person. */
import type { Variable } from "./variable.ts";

export const decisions: readonly Variable[] = [
  {
    names: ["REVIEW_THRESHOLD"],
    default: "`0.6`",
    readBy: "route",
    what: "improvements of less relevance are rejected",
  },
  {
    names: ["AB_TEST_PERCENTAGE"],
    default: "`0`; local: `1`",
    readBy: "route, coordinator",
    what: "share (0..1) of improvements that the learned tiers of the router may serve: `0` is shadow, both arms are worked out in any case; `school router` shows them and overrules it",
  },
  {
    names: ["ENABLE_RAG"],
    default: "`true`",
    readBy: "route",
    what: "whether past improvements like it may choose the expert",
  },
  {
    names: ["ENABLE_NEURAL"],
    default: "`true`",
    readBy: "route",
    what: "whether the trained classifier may choose the expert",
  },
  {
    names: ["NEIGHBOUR_THRESHOLD"],
    default: "measured, by embedder",
    readBy: "route",
    what: "cosine (0..1) from which two improvements count as the same kind",
  },
  {
    names: ["ROUTING_RULES"],
    default: "–",
    readBy: "route",
    what: "a YAML file of keyword rules that come before the school's own",
  },
  {
    names: ["ROUTE_MODEL"],
    default: "–",
    readBy: "route",
    what: "the model that is asked for the expert when no other tier can say, named as `PLAN_MODEL`; without one a person is",
  },
  {
    names: ["ROUTE_MODEL_COMPLEX"],
    default: "as `ROUTE_MODEL`",
    readBy: "route",
    what: "the same for texts of complexity 50 and more",
  },
  {
    names: ["RETRAIN_ROWS"],
    default: "`50`",
    readBy: "learn",
    what: "new labels after which the router is trained again",
  },
  {
    names: ["RETRAIN_INTERVAL"],
    default: "`24`",
    readBy: "learn, coordinator",
    what: "hours after which it is trained again when there is any new label",
  },
  {
    names: ["FORECAST_THRESHOLD"],
    default: "`0.5`",
    readBy: "approve",
    what: "a change that holds with less probability, by enough outcomes, waits for a person",
  },
  {
    names: ["ANOMALY_INTERVAL"],
    default: "`60`",
    readBy: "coordinator",
    what: "seconds between two samples of the stages' metrics; `0`: none",
  },
  {
    names: ["AUTO_APPROVE_THRESHOLD"],
    default: "`0.9`",
    readBy: "approve",
    what: "relevance an automatic approval needs",
  },
  {
    names: ["HIGH_RISK_THRESHOLD"],
    default: "`0.95`",
    readBy: "approve",
    what: "the same for security and database",
  },
  {
    names: ["APPROVAL_SECRET"],
    default: "local: made once",
    readBy: "approve, implement, coordinator",
    what: "signs approvals; 16 signs or more",
  },
];
