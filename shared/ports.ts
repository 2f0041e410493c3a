/** The narrow interfaces handlers see. One adapter file in shared/adapters (or shared/pipeline) implements each. */
import type { Brakes } from "./domain/approval.ts";
import type { FileChange } from "./domain/change-set.ts";
import type { Improvement } from "./domain/improvement.ts";
import type { ForecastBook } from "./forecast/rows.ts";
import type { IndexBook } from "./knowledge-ports.ts";
import type { ModelServices } from "./ledger-ports.ts";
import type { NotificationBook } from "./notify-ports.ts";
import type { Notices, RouterBook, TrainingTurns } from "./routing-ports.ts";
import type { HostTurns, KnownSource } from "./source-ports.ts";
import type { StageName } from "./stages.ts";

// ---------------------------------------------------------------- Git

/** Reads the GitOps repository at any commit. Throws RetryLater when the remote is out of reach. */
export interface GitReader {
  /** Fetches and returns the commit id at the tip of the configured branch. */
  head(signal?: AbortSignal): Promise<string>;
  /** Every file at `commit`: path -> blob id. */
  tree(commit: string): Promise<ReadonlyMap<string, string>>;
  /** What else `commit` holds and nobody here reads: path of a symbolic link or a submodule -> why. */
  notFiles?(commit: string): Promise<ReadonlyMap<string, string>>;
  /** Contents of blobs, as UTF-8; a blob that is not text comes back as null. */
  read(blobs: readonly string[]): Promise<ReadonlyMap<string, string | null>>;
  /** True when `ancestor` equals or precedes `descendant`. Unknown commits are fetched first; false if still unknown. */
  isAncestor(ancestor: string, descendant: string): Promise<boolean>;
}

export interface CommitFound {
  readonly commit: string;
  readonly message: string;
  readonly committer: string;
}

/** Writes the GitOps repository: every push is a compare-and-set on the branch. */
export interface GitWriter {
  /** One commit on top of `base`, or, where so configured, its merge. `moved` when the branch no longer stands at `base`; nothing was pushed then. */
  commit(input: { base: string; files: readonly FileChange[]; message: string }): Promise<Pushed>;
  /**
   * Commits in after..head made by our committer whose trailer `Improvement-Id` is `improvement`, newest first. `since`
   * (milliseconds since the epoch) instead of a commit: those committed from then on.
   */
  findOurs(
    after: string | { readonly since: number },
    head: string,
    improvement: string,
  ): Promise<readonly CommitFound[]>;
  /**
   * Takes back everything that came with `commit` on top of `base` by a three-way merge: later work on the same files
   * survives. `since`, where more than one commit landed: the commit before the first of them (the first parent of
   * `commit` unless given).
   */
  revert(input: { commit: string; since?: string; base: string; message: string }): Promise<Pushed | RevertConflict>;
}
export type Pushed =
  | { readonly kind: "pushed"; readonly commit: string }
  | { readonly kind: "moved" }
  /** The forge takes changes of this branch as pull requests only; nothing was pushed. */
  | { readonly kind: "protected"; readonly because: string };
export interface RevertConflict {
  readonly kind: "conflict";
  readonly paths: readonly string[];
}

// ---------------------------------------------------------------- cluster

/** The part of an Argo CD Application (v1alpha1) the school reads; every field of status may be absent. */
export interface ArgoApplication {
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly annotations?: Readonly<Record<string, string>>;
    /** Somebody deletes the Application; with a finalizer its objects go first. */
    readonly deletionTimestamp?: string;
  };
  readonly spec: {
    readonly source?: ArgoSource;
    readonly sources?: readonly ArgoSource[];
    readonly destination: { readonly namespace?: string; readonly server?: string; readonly name?: string };
    /** `automated` is absent when somebody syncs this Application by hand. */
    readonly syncPolicy?: { readonly automated?: unknown };
  };
  readonly operation?: unknown;
  readonly status?: {
    readonly sync?: { readonly status?: string; readonly revision?: string; readonly revisions?: readonly string[] };
    readonly health?: { readonly status?: string; readonly message?: string };
    readonly operationState?: {
      readonly phase?: string;
      readonly message?: string;
      readonly startedAt?: string;
      readonly finishedAt?: string;
      /** What was asked for; a pinned revision is there even when the operation left no result. */
      readonly operation?: {
        readonly sync?: { readonly revision?: string; readonly revisions?: readonly string[] };
      };
      readonly syncResult?: {
        readonly revision?: string;
        readonly revisions?: readonly string[];
        /** What became of each object; `status` is `Synced`, `SyncFailed`, `Pruned` or `PruneSkipped`. */
        readonly resources?: readonly ArgoResult[];
      };
    };
    readonly reconciledAt?: string;
    readonly conditions?: readonly { readonly type: string; readonly message: string }[];
    readonly resources?: readonly ArgoResource[];
  };
}
export interface ArgoSource {
  readonly repoURL: string;
  readonly path?: string;
  readonly targetRevision?: string;
  readonly directory?: { readonly recurse?: boolean; readonly include?: string; readonly exclude?: string };
}
export interface ArgoResource {
  readonly group?: string;
  readonly kind: string;
  readonly namespace?: string;
  readonly name: string;
  readonly status?: string;
  /** No longer in Git, still in the cluster. */
  readonly requiresPruning?: boolean;
}

export interface ArgoResult {
  readonly group?: string;
  readonly kind: string;
  readonly namespace?: string;
  readonly name: string;
  readonly status?: string;
  readonly message?: string;
}

export interface ArgoCd {
  applications(signal?: AbortSignal): Promise<readonly ArgoApplication[]>;
  application(name: string, signal?: AbortSignal): Promise<ArgoApplication | undefined>;
  /** Asks Argo CD to compare with Git now (annotation `argocd.argoproj.io/refresh`). */
  refresh(name: string, signal?: AbortSignal): Promise<void>;
  /** Ends a running sync operation and returns without waiting for it. */
  terminateOperation(name: string, signal?: AbortSignal): Promise<void>;
  /** Starts an explicit sync of the branch head, pruning; only where a refresh cannot do it. */
  sync(name: string, revision: string, signal?: AbortSignal): Promise<void>;
}

/** What the checks need to know of a workload; all numbers as the Kubernetes API reports them, 0 when absent. */
export interface Workload {
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
  readonly generation: number;
  readonly observedGeneration: number;
  readonly desired: number;
  readonly updated: number;
  readonly ready: number;
  readonly available: number;
  /** Message of the condition Progressing=False (progress deadline exceeded), if any. */
  readonly stalled?: string;
  readonly selector: PodSelector;
}
/** Labels that must all match, or a label selector in the API's text form (`app in (a,b),tier=web`). */
export type PodSelector = Readonly<Record<string, string>> | string;
export interface PodState {
  readonly name: string;
  readonly phase: string;
  readonly ready: boolean;
  readonly restarts: number;
  /** Waiting or terminated reason of any container: CrashLoopBackOff, ImagePullBackOff, OOMKilled, … */
  readonly reason?: string;
}
export interface ClusterEvent {
  readonly type: string;
  readonly reason: string;
  readonly message: string;
  readonly object: string;
  /** Milliseconds since the epoch. */
  readonly lastSeen: number;
}

export interface ClusterReader {
  workload(kind: string, namespace: string, name: string, signal?: AbortSignal): Promise<Workload | undefined>;
  /** An empty selector means every pod of the namespace; pods that are being deleted are left out. */
  pods(namespace: string, selector: PodSelector, signal?: AbortSignal): Promise<readonly PodState[]>;
  events(namespace: string, signal?: AbortSignal): Promise<readonly ClusterEvent[]>;
  /** The last lines of one pod's log, oldest first. */
  logs(namespace: string, pod: string, sinceSeconds: number, signal?: AbortSignal): Promise<readonly string[]>;
  /** Any other object by its kind; undefined when it does not exist. */
  object(
    apiVersion: string,
    kind: string,
    namespace: string,
    name: string,
    signal?: AbortSignal,
  ): Promise<Readonly<Record<string, unknown>> | undefined>;
  /** Every object of a kind in a namespace ("": of a kind without namespaces); [] where the kind is not known. */
  list(
    apiVersion: string,
    kind: string,
    namespace: string,
    signal?: AbortSignal,
  ): Promise<readonly Readonly<Record<string, unknown>>[]>;
}

/**
 * What asking for a layer came to. `up`: it runs, or is starting. `paused`: an operator paused it. `missing`: no such
 * Deployment. `raced`: it stood at zero when looked at, and somebody else was faster.
 */
export type WakeResult = "woken" | "up" | "paused" | "missing" | "raced";

/** The Deployments of the stages, as the coordinator needs them. */
export interface Layers {
  /** Starts one pod of a stage that stands at zero and is not paused. Throws what the Kubernetes API refuses or when it is away. */
  wake(stage: StageName, signal?: AbortSignal): Promise<WakeResult>;
}

/** Prometheus instant queries. An empty list means no data. */
export interface Metrics {
  query(promql: string, signal?: AbortSignal): Promise<readonly MetricSample[]>;
  /** The rule groups Prometheus has loaded; undefined, like a missing method, when it cannot be asked for them. */
  ruleGroups?(signal?: AbortSignal): Promise<readonly RuleGroup[] | undefined>;
}
/** A group of `GET /api/v1/rules`; `file` is where it was loaded from. */
export interface RuleGroup {
  readonly name: string;
  readonly file: string;
  readonly rules: readonly {
    readonly name: string;
    /** `ok`, `err`, or `unknown` before its first evaluation. */
    readonly health: string;
    readonly lastError?: string | undefined;
    /** Alerts only: `inactive`, `pending` or `firing`. */
    readonly state?: string | undefined;
  }[];
}
export interface MetricSample {
  readonly labels: Readonly<Record<string, string>>;
  /** May be NaN: the query divided by zero traffic. */
  readonly value: number;
}

// ---------------------------------------------------------------- what the pipeline itself offers

/** Second gate: one script that asks flags, breaker, freeze and budget again and takes the Application's lock. */
export interface Gate {
  /**
   * `automatic`: the approval was the rule's; a person's approval waits for freeze and budget only. Throws LeaseLost when
   * the improvement is no longer `approved`.
   */
  take(input: { improvement: string; lock: string; automatic: boolean }): Promise<GateAnswer>;
  /** The same questions without the lock, before a pull request is opened. Never answers `busy`. */
  admit(input: { improvement: string; automatic: boolean }): Promise<GateAnswer>;
  /** The lock alone, for what is merged already: flags, freeze and budget have no say in it any more. */
  lock(input: { improvement: string; lock: string }): Promise<Extract<GateAnswer, { kind: "taken" | "busy" }>>;
}
export type GateAnswer =
  | { readonly kind: "taken" }
  | { readonly kind: "busy"; readonly holder: string }
  | { readonly kind: "refused"; readonly rule: string; readonly because: string }
  /** Freeze or budget: nothing is wrong with the approval, ask again later. */
  | { readonly kind: "wait"; readonly afterMs: number; readonly because: string };

/** The state of the world the approval rule looks at. */
export interface BrakesReader {
  /** `application`: whether something was taken back there a moment ago is told as well. */
  brakes(application?: string): Promise<Brakes>;
}

/** Improvements of the past (any status), for duplicates and tombstones. Throws NewerSchema where only a newer version can read them. */
export interface History {
  /** Every improvement that is neither rejected nor dead, every rolled-back one, and those with a tombstone; newest first, at most `limit`. */
  recent(limit: number): Promise<readonly Improvement[]>;
  /** What is known of a source that was submitted before. */
  source(id: string): Promise<KnownSource | undefined>;
}

/** Training rows and statistics for later stages: append only. */
export interface Outcomes {
  /** A row whose field `row` is there already is not appended again. */
  append(outcome: Readonly<Record<string, string>>): Promise<void>;
}

/** Handed to every stage's wiring by the runtime: one Redis connection serves them all. */
export interface SchoolServices {
  readonly gate: Gate;
  readonly brakes: BrakesReader;
  readonly history: History;
  readonly outcomes: Outcomes;
  /** Readers take it as a KnowledgeBook; only `index` and `learn` write. */
  readonly knowledge: IndexBook;
  readonly hostTurns: HostTurns;
  /** What the router has learned. */
  readonly router: RouterBook;
  /** How changes went in the cluster; see shared/forecast. */
  readonly forecasts: ForecastBook;
  readonly training: TrainingTurns;
  readonly notices: Notices;
  /** What people are told, and how far it came. */
  readonly notifications: NotificationBook;
  /** What models are asked through; see shared/models/layer.ts. */
  readonly models: ModelServices;
}
