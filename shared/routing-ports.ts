/** The narrow interfaces of routing that learns: what tiers say, what is remembered, which models serve; see ports.ts. */
import type { Notice } from "./domain/events.ts";
import type { Category, Expert, RoutingFeedback, RoutingVote } from "./domain/improvement.ts";

/** In the order they are asked. `claimed-category` is recorded beside them and decides nothing. */
export const TIERS = ["exact-repeat", "keywords", "neighbours", "classifier", "model"] as const;
export type Tier = (typeof TIERS)[number];

/** `rules`: repeat, keywords, model, person. `learned`: the whole cascade. Both are worked out for every improvement. */
export const ARMS = ["rules", "learned"] as const;
export type Arm = (typeof ARMS)[number];

/** What is routed: the words of a proposal, and what its source claims it is. */
export interface RoutableText {
  readonly title: string;
  readonly description: string;
  readonly implementation_notes: string;
  readonly type: string;
  /** Absent where nobody claims one. */
  readonly category?: Category | undefined;
}

/** An expert and its share of the evidence (0..1); lists are sorted, best first, and their shares sum to at most 1. */
export interface Ranked {
  readonly expert: Expert;
  readonly share: number;
}

// ---------------------------------------------------------------- classifier

/** A trained model, ready to be asked. */
export interface Classifier {
  /** `seed`, or what the store calls it. */
  readonly version: string;
  /** From this calibrated probability on its answer may serve. */
  readonly threshold: number;
  /** Calibrated, of all six experts, best first. */
  predict(text: RoutableText): readonly Ranked[];
}

/** A row a classifier learns from, or is judged by. */
export interface LabelledRow {
  readonly id: string;
  /** Rows of one source (or written from one idea) share a group: they are never on both sides of a split. */
  readonly group: string;
  readonly text: RoutableText;
  readonly label: Expert;
  /** 1 unless given: how much this label counts. */
  readonly weight?: number;
  /** ISO 8601; rows that were written for the school have none. */
  readonly at?: string;
}

// ---------------------------------------------------------------- memory (Qdrant)

/** A past improvement like the one that is routed, and how it went. */
export interface Neighbour {
  readonly improvement: string;
  /** Who judged it in the end. */
  readonly expert: Expert;
  readonly cosine: number;
  /** Undefined: nobody knows. */
  readonly routeRight?: boolean | undefined;
  /** Whether the change held in the cluster; undefined: it was never tried, or is not decided yet. */
  readonly held?: boolean | undefined;
  /** ISO 8601 */
  readonly at: string;
}

/** Whatever goes wrong is an answer: routing goes on with the tiers that work. */
export type Neighbourhood =
  | {
      readonly kind: "found";
      /** All at or over the threshold, nearest first, at most 50; never the improvement itself. */
      readonly neighbours: readonly Neighbour[];
      /** The nearest at all, for people, when none is near enough. */
      readonly nearest?: number;
      readonly embedder: string;
      /** Cosine from which two texts count as the same kind, of this embedder. */
      readonly threshold: number;
      /** Whether the threshold was measured on the school's own rows. */
      readonly calibrated: boolean;
    }
  | { readonly kind: "unknown"; readonly because: string };

export interface RoutingMemory {
  /** Throws only the signal's reason. */
  neighbours(improvement: string, text: RoutableText, signal: AbortSignal): Promise<Neighbourhood>;
}

/** What `learn` writes of one improvement: the query with its route, and its outcome. Written again when more is known. */
export interface RoutingExperience {
  readonly improvement: string;
  readonly source: string;
  readonly text: RoutableText;
  /** Who chose: the tier that served, or `person`. */
  readonly tier: Tier | "person" | "unknown";
  readonly expert: Expert;
  readonly confidence: number;
  readonly latencyMs: number;
  readonly routeRight: boolean | undefined;
  readonly held: boolean | undefined;
  /** `verified`, `failed`, … and for failures a short class. */
  readonly reached: string;
  readonly errorType?: string | undefined;
  readonly feedback?: RoutingFeedback | undefined;
  readonly at: string;
}

export interface RoutingMemoryWriter {
  /** Inserts or replaces. Throws RetryLater when Qdrant or the embedder is away, PermanentError when it refuses. */
  keep(experience: RoutingExperience, signal: AbortSignal): Promise<void>;
}

// ---------------------------------------------------------------- the router's book (Redis)

/** How a school knows that an expert was, or was not, the right one. The first that says something counts. */
export const LABELLERS = ["person", "expert", "second-opinion", "outcome"] as const;
export type Labeller = (typeof LABELLERS)[number];

/** What `learn` keeps of a routed improvement to learn from: at most 10,000, the oldest go. */
export interface TrainingRow {
  readonly id: string;
  readonly source: string;
  readonly at: string;
  /** Texts are cut to 1,200 characters each. */
  readonly text: RoutableText;
  /** Who was chosen by the router; absent where no tier chose. */
  readonly chosen?: Expert | undefined;
  readonly arm?: Arm | undefined;
  readonly tier?: string | undefined;
  readonly confidence?: number | undefined;
  /** What each arm would have done. */
  readonly arms?:
    | Readonly<Record<Arm, { readonly expert: Expert | null; readonly tier: string; readonly confidence: number }>>
    | undefined;
  readonly votes: readonly Pick<RoutingVote, "tier" | "expert" | "confidence">[];
  /** The right expert; absent: unknown, or only known who was wrong. */
  readonly label?: Expert | undefined;
  readonly right?: boolean | undefined;
  readonly by?: Labeller | undefined;
  /** 0..1 by who says so. */
  readonly weight?: number | undefined;
  readonly held?: boolean | undefined;
  readonly reached: string;
}

/** A model in the store. */
export interface ModelEntry {
  readonly version: string;
  readonly at: string;
  /** sha256 (hex) of its bytes. */
  readonly checksum: string;
  readonly bytes: number;
  /** `softmax`, `mlp`, … */
  readonly kind: string;
  /** Rows it was made from, and their hash. */
  readonly rows: number;
  readonly rowsHash: string;
  /** Figures by name, as measured before it came in. */
  readonly figures: Readonly<Record<string, number>>;
  /** Why it is where it is. */
  readonly because: string;
  /** Milliseconds. */
  readonly tookMs?: number;
  /** ISO 8601: since when it is current; kept when it no longer is. */
  readonly since?: string;
}

/** Newest first in `archive`; at most 10 are kept there. Entries of what lost have no bytes any more. */
export interface ModelShelf {
  readonly current?: ModelEntry | undefined;
  /** What `current` was before, to step back to. */
  readonly previous?: ModelEntry | undefined;
  readonly staging?: ModelEntry | undefined;
  readonly archive: readonly ModelEntry[];
}

/** Names of models: what chooses experts, and what foretells. */
export type ModelName = "router" | "forecast";

/** Blobs under `school:model:<name>:<version>`, and a pointer. At most 8 MB each. */
export interface ModelStore {
  shelf(name: ModelName): Promise<ModelShelf>;
  /** Undefined: not there. Nothing is checked: whoever loads it compares the checksum. */
  bytes(name: ModelName, version: string): Promise<Uint8Array | undefined>;
  /** Puts a new one into `staging`. Throws when it is over 8 MB. */
  stage(name: ModelName, entry: ModelEntry, bytes: Uint8Array): Promise<void>;
  /** `staging` (or an archived one with its bytes) becomes `current`, that becomes `previous`. Throws when it is not there. */
  promote(name: ModelName, version: string, because: string): Promise<void>;
  /**
   * `previous` becomes `current` again, what was current goes to the archive. Without a previous one: none (the seed serves).
   * False: nothing was done, because another one than `version` (where it is given) serves by now.
   */
  stepBack(name: ModelName, because: string, version?: string): Promise<boolean>;
  /** `staging` goes to the archive. */
  discard(name: ModelName, because: string): Promise<void>;
}

/** An improvement that had the very same words and was judged by an expert. */
export interface Precedent {
  readonly improvement: string;
  readonly expert: Expert;
  /** What somebody said of that expert since. */
  readonly feedback?: RoutingFeedback;
}

export interface Repeats {
  /** `words`: hash of the words; never the improvement `except` itself. */
  precedent(words: string, except: string): Promise<Precedent | undefined>;
  /** From now on `improvement` stands for these words. */
  remember(words: string, improvement: string): Promise<void>;
}

/** An operator's, or the school's own, word over AB_TEST_PERCENTAGE. */
export interface RolloutOverride {
  /** 0..1 */
  readonly share: number;
  /** `person:<name>` or `school`. */
  readonly by: string;
  readonly because: string;
  readonly at: string;
}

/** One thing that happened to the router, for `school router`: newest first, at most 200. */
export interface RouterEvent {
  readonly at: string;
  /** `retrained`, `promoted`, `lost`, `stepped-back`, `rollout`, `threshold`, `damaged`, … */
  readonly what: string;
  readonly because: string;
  /** `person:<name>`; absent: the school itself. */
  readonly by?: string | undefined;
}

export interface RouterBook extends ModelStore, Repeats {
  rollout(): Promise<RolloutOverride | undefined>;
  /** Undefined: AB_TEST_PERCENTAGE counts again. */
  setRollout(override: RolloutOverride | undefined): Promise<void>;
  /** Cosine per embedder, measured on the school's own rows. */
  threshold(embedder: string): Promise<number | undefined>;
  keepThreshold(embedder: string, threshold: number): Promise<void>;
  keepRow(row: TrainingRow): Promise<void>;
  /** Newest first, all or at most `limit`. */
  rows(limit?: number): Promise<readonly TrainingRow[]>;
  /** Rows with a label that came or changed since the last training; milliseconds since the epoch of that training. */
  sinceTraining(): Promise<{ readonly labels: number; readonly at: number | undefined }>;
  /** Forgets that count, or only the `labels` that were counted when the training began, and notes the time. */
  trained(at: number, labels?: number): Promise<void>;
  note(event: RouterEvent): Promise<void>;
  events(limit: number): Promise<readonly RouterEvent[]>;
  /** Adds to counters of `school:metrics`; a count that is lost loses nothing else. */
  count(
    counts: Readonly<Record<string, number>>,
    served?: { readonly tier: string; readonly at: number },
  ): Promise<void>;
}

export interface AskedTraining {
  /** Who asks, as it stands in the event's source. */
  readonly by: string;
  readonly text: string;
  /** When the router was last trained, milliseconds since the epoch; 0: never. A training since then is an answer. */
  readonly trained: number;
  /** That came or changed since. */
  readonly labels: number;
}

/** The turn to train: one process of the whole school has it. */
export interface TrainingTurns {
  /** Sends `learn` a notice, unless somebody has asked within the last `forMs` for a training after the same one. True: sent. */
  ask(asked: AskedTraining, forMs: number): Promise<boolean>;
  /** Undefined: somebody else trains. */
  take(leaseMs: number): Promise<string | undefined>;
  /** False: the turn was lost, whatever was found out since no longer counts. */
  renew(token: string, leaseMs: number): Promise<boolean>;
  end(token: string): Promise<void>;
}

/** Tells observers what is not about one improvement; `by`: who tells. */
export interface Notices {
  send(notice: Notice, by: string): Promise<void>;
}
