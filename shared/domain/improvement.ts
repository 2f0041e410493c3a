/**
 * The unit of work. In Redis it is the HASH `improvement:<id>`: one field per fact, JSON where it is structured; the
 * property names here are the field names there (the founding platform's names).
 */
import { createHash } from "node:crypto";
import type { SignedApproval } from "./approval-signature.ts";
import type { BlastRadius } from "./blast-radius.ts";
import type { ChangeSet, Verdict } from "./change-set.ts";
import type { CheckSettings } from "./check-settings.ts";
import type { Deferral } from "./deferral.ts";
import type { Evaluation, ExpertAnswer } from "./evaluation.ts";
import type { Forecast } from "./forecast.ts";
import type { Baseline, Verification } from "./health.ts";
import type { Status } from "./lifecycle.ts";
import type { ModelCall } from "./model-call.ts";
import type { PlanAnswer } from "./plan-answer.ts";

export const EXPERTS = ["architecture", "integration", "security", "database", "networking", "monitoring"] as const;
export type Expert = (typeof EXPERTS)[number];

export const CATEGORIES = [...EXPERTS, "capability", "knowledge"] as const;
export type Category = (typeof CATEGORIES)[number];

/** A sentence of the source that supports a claim; `at` is hh:mm:ss where the source has timestamps. */
export interface Quote {
  readonly text: string;
  readonly at?: string | undefined;
}

/** Another source that recommends the same. */
export interface Corroboration {
  readonly source_id: string;
  readonly source_title: string;
  readonly source_url?: string;
  readonly quote: Quote;
}

/** How `relevance` came about: the parts of the formula and its text, so that nobody has to trust a bare number. */
export interface RelevanceBasis {
  readonly formula: string;
  readonly parts: Readonly<Record<string, number>>;
}

/** Who read a proposal out of its source, and how sure that is. */
export interface Extraction {
  /** `rule-based`, `vendor:model`, or both. */
  readonly by: string;
  /** 0..1 that the source really recommends it. Ranks nothing and permits nothing. */
  readonly confidence: number;
}

/** One tier of the routing cascade and what it would have chosen; null means it abstained. */
export interface RoutingVote {
  readonly tier: string;
  readonly expert: Expert | null;
  /** 0..1 */
  readonly confidence: number;
  readonly because: string;
  /** Milliseconds it took. */
  readonly ms?: number;
  /** What voted: version of the rules or of the model, the embedder, the model's name. */
  readonly by?: string;
  /** The best three, with their shares of the evidence (0..1). */
  readonly ranked?: readonly { readonly expert: Expert; readonly share: number }[];
  /** It could not be asked (the index is away, the model is damaged); `because` says why. */
  readonly unknown?: true;
}

/** How the cascade decided, and what each of its arms would have done; see shared/routing. */
export interface RoutingDecision {
  readonly arm: "rules" | "learned";
  /** Share (0..1) of improvements the learned arm serves, and where this one falls: below it is learned. */
  readonly share: number;
  readonly bucket: number;
  readonly tier: string;
  readonly expert: Expert | null;
  readonly confidence: number;
  readonly arms: Readonly<
    Record<"rules" | "learned", { readonly expert: Expert | null; readonly tier: string; readonly confidence: number }>
  >;
  /** 0..100 */
  readonly complexity: number;
  /** Milliseconds, all tiers. */
  readonly ms: number;
  readonly at: string;
}

/** What somebody says of the expert that was chosen. */
export interface RoutingFeedback {
  readonly right: boolean;
  /** Who would have been right. */
  readonly expert?: Expert | undefined;
  /** `person:<name>`, `expert:<expert>` */
  readonly by: string;
  readonly because: string;
  readonly at: string;
}

/** Result of one validation check. `unknown` is never a pass: missing evidence goes to a person. */
export interface ValidationFinding {
  readonly check: string;
  readonly result: "pass" | "conflict" | "unknown";
  readonly because: string;
  /** Where it was found: file paths, improvement ids, resource names. */
  readonly evidence: readonly string[];
  /** The words it rests on, with their place. */
  readonly citations?: readonly Citation[];
}

/** A quote from the platform's own documents and manifests. */
export interface Citation {
  /** `documents`, `manifests`, `issues` or `improvements`. */
  readonly corpus: string;
  readonly path: string;
  /** Headings or object in the file. */
  readonly place: string;
  /** First and last line, from 1. */
  readonly from: number;
  readonly to: number;
  /** At most 400 characters, secrets taken out. */
  readonly quote: string;
}

/** What the planner chose: a typed intent. Its schema and builder are in shared/intents. */
export interface StoredIntent {
  readonly kind: string;
  readonly [field: string]: unknown;
}

/** The intent a person wrote in place of the planned one; it is rendered and judged as any other. */
export interface EditedIntent {
  readonly intent: StoredIntent;
  /** `person:<name>`; they cannot approve what follows from it. */
  readonly by: string;
  readonly because: string;
  readonly at: string;
}

/** How a plan came about. */
export interface Planning {
  /** `rules`, the model that answered, or `person:<name>` who wrote the intent. */
  readonly by: string;
  /** The model's reason; of rules why no model was asked, or why its answers were not used. */
  readonly because: string;
  /** Why a person decides whatever else is true: the choice is not one the rules could have made themselves. */
  readonly doubt?: string;
  /** What depends on what is changed. */
  readonly blast_radius?: BlastRadius;
}

/** What landed on the branch, as the forge reports it. */
export interface LandedCommit {
  readonly kind: "commit" | "merge" | "squash" | "rebase";
  readonly first: string;
  readonly last: string;
  /** Where the branch stood before `first`; the first parent of `first` unless given. */
  readonly before?: string;
}

/** A pull request of the school's. */
export interface OpenedRequest {
  readonly number: number;
  readonly url: string;
  readonly branch: string;
}

/** What `ingest` proposes, and what may be injected at route, evaluate, validate or plan. */
export interface Proposal {
  readonly title: string;
  readonly description: string;
  readonly category: Category;
  readonly type: string;
  readonly implementation_notes: string;
  /** 0..1; ranks, is never a safety gate. */
  readonly relevance: number;
  readonly relevance_basis?: RelevanceBasis;
  readonly extraction?: Extraction;
  readonly quotes: readonly Quote[];
  readonly source_id: string;
  readonly source_title: string;
  readonly source_url?: string;
  readonly video_id?: string;
  /** Its trace (W3C Trace Context): what every span about it hangs from, and what its events carry. */
  readonly traceparent?: string;
  readonly tracestate?: string;
}

/** The record. Fields after `Proposal` appear as the stages write them. Times are ISO 8601, by Redis's clock. */
export interface Improvement extends Proposal {
  readonly id: string;
  readonly status: Status;
  /** Of the record's form, see schema/record.ts. */
  readonly schema_version?: string;
  readonly created_at: string;
  readonly updated_at: string;
  readonly expert?: Expert;
  readonly routing?: readonly RoutingVote[];
  readonly routing_decision?: RoutingDecision;
  /** The newest word on whether the right expert was chosen. */
  readonly routing_feedback?: RoutingFeedback;
  readonly expert_evaluation?: Evaluation;
  /** Only while it is being judged; the trail keeps them afterwards. */
  readonly expert_answers?: readonly ExpertAnswer[];
  /** Every question asked of a model for it, oldest first, at most 50. */
  readonly model_calls?: readonly ModelCall[];
  /** Other sources that say the same; each raises the rank, none a permission. */
  readonly corroborated_by?: readonly Corroboration[];
  readonly rag_check_passed?: "true" | "false" | "unknown";
  readonly validation?: readonly ValidationFinding[];
  readonly conflicts_found?: readonly ValidationFinding[];
  readonly validated_at?: string;
  /** Since when `validate` waits for the first index to be built. */
  readonly index_awaited_since?: string;
  readonly planning?: Planning;
  /** Only while the plan is being made; the trail keeps them afterwards. */
  readonly plan_answers?: readonly PlanAnswer[];
  readonly intent?: StoredIntent;
  readonly edited_intent?: EditedIntent;
  /** Other workloads the same intent would fit; listed, never changed in the same commit. */
  readonly other_targets?: readonly string[];
  readonly change_set?: ChangeSet;
  readonly verdict?: Verdict;
  /** What the past says of a change like this one: shown to people, and may only lower automation. */
  readonly forecast?: Forecast;
  readonly approval_rule?: string;
  readonly approval?: SignedApproval;
  readonly approved_at?: string;
  /** Who asked for a person, why, and what is missing. */
  readonly review_stage?: string;
  readonly review_reason?: string;
  readonly deferred?: Deferral;
  readonly baseline?: Baseline;
  /** What the repository said about its checks when the baseline was taken; the verdict goes by it to the end. */
  readonly check_settings?: CheckSettings;
  /** Since when `implement` waits for the Application to be Synced and Healthy before it pushes. */
  readonly not_ready_since?: string;
  /** Branch head before the first push: a commit of ours is looked for only in that..HEAD. */
  readonly git_head_before?: string;
  readonly git_commit?: string;
  /** Pull-request mode: the request of this improvement, from when it is opened. */
  readonly request?: OpenedRequest;
  /** When it was let through the second gate without a lock, and paid its share of the commit budget. */
  readonly admitted_at?: string;
  readonly landed?: LandedCommit;
  /** `true`: what landed is not what was approved; people changed it on the forge. */
  readonly landed_edited?: "true";
  readonly implemented_at?: string;
  /** Name under which the Application (and those that share its namespaces) is locked. */
  readonly lock?: string;
  /** First look of `sync` and of `rollback`: their time-outs count from here. */
  readonly sync_started_at?: string;
  readonly argocd_sync_revision?: string;
  readonly deployed_at?: string;
  readonly verification?: Verification;
  readonly health_checks_passed?: "true" | "false";
  readonly verified_at?: string;
  readonly failure_reason?: string;
  /** Why nothing like it is proposed again, although it was never live. */
  readonly tombstone?: string;
  /** Why a person wants it back while it is being synced or watched: the manual rollback flag, honoured at the next look. */
  readonly rollback_requested?: string;
  /** Its rollback was one too many: what the circuit breaker said when it opened. */
  readonly breaker_opened?: string;
  readonly rollback_started_at?: string;
  readonly rollback_head_before?: string;
  readonly rollback_commit?: string;
  /** The request that takes it back, where the branch takes no direct pushes. */
  readonly rollback_request?: OpenedRequest;
  /** When the revert was first seen live: from then on the cluster has a while to recover. */
  readonly rollback_live_at?: string;
  readonly rollback_verification?: Verification;
  readonly failed_at?: string;
  readonly held_from?: Status;
  readonly died_in?: Status;
  readonly dead_reason?: string;
}

/** What a stage may write: facts of the record, never its identity or status. `null` removes a field. */
export type Patch = {
  readonly [K in keyof Omit<Improvement, "id" | "status" | "schema_version">]?: Improvement[K] | null;
};

/**
 * The identity of an improvement: the same source, quoted sentence and type give the same id on every read, whatever
 * words a model finds for it. 16 hex characters of sha256.
 */
export function improvementId(sourceId: string, quote: string, type: string): string {
  const normalised = quote
    .normalize("NFC")
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, " ")
    .trim();
  return createHash("sha256").update(`${sourceId}\n${normalised}\n${type}`).digest("hex").slice(0, 16);
}
