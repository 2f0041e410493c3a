/** What the API answers, as far as the dashboard shows it. A test holds these against the coordinator's own types. */
import type { Forecast } from "../../../../shared/domain/forecast.ts";
import type { Improvement } from "../../../../shared/domain/improvement.ts";
import type { Status } from "../../../../shared/domain/lifecycle.ts";
import type { CorpusState } from "../../../../shared/knowledge-ports.ts";
import type { StageName } from "../../../../shared/stages.ts";

export type Role = "viewer" | "reviewer" | "operator";

export interface Person {
  readonly name: string;
  readonly role: Role;
  /** Absent for a bearer token. */
  readonly by?: "session" | "proxy";
  /** What stands before the id of a commit on its forge, where that is known. */
  readonly commit_pages?: string;
}

export interface StageLoad {
  readonly waiting: number;
  readonly inFlight: number;
  readonly delayed: number;
  readonly dead: number;
  readonly oldestAgeMs: number | null;
}

export interface StatusAnswer {
  readonly version: string;
  readonly time: string;
  readonly counts: Readonly<Record<Status, number>>;
  readonly stages: Readonly<Record<StageName, StageLoad>>;
  readonly timers: { readonly count: number; readonly next: string | null };
  readonly flags: { readonly on: readonly string[]; readonly warnings: readonly string[] };
  readonly breaker: { readonly open: boolean; readonly because: string | null };
  readonly freeze: string | null;
  readonly budgets: {
    readonly commits: {
      readonly hour: number;
      readonly day: number;
      readonly perHour: number;
      readonly perDay: number;
    };
    readonly spent: boolean;
  };
}

/** One line of the list. */
export interface Line {
  readonly id: string;
  readonly status: Status;
  readonly title?: string;
  readonly category?: string;
  readonly expert?: string;
  readonly relevance?: number;
  readonly source_title?: string;
  readonly review_stage?: string;
  readonly review_reason?: string;
  readonly failure_reason?: string;
  readonly dead_reason?: string;
  readonly forecast?: Pick<Forecast, "holds" | "minutes" | "missing">;
  readonly updated_at?: string;
}

export interface Page {
  readonly improvements: readonly Line[];
  /** Where the next page begins; absent on the last. */
  readonly next?: string | null;
  /** The search index is still being filled: some that fit may be missing. */
  readonly filling?: boolean;
}

export interface TrailStep {
  readonly entry: string;
  readonly at: string;
  /** When the stage that made it first took it up: before that it was queued. */
  readonly taken_at?: string;
  readonly from: string;
  readonly to: string;
  readonly by: string;
  readonly because: string;
  readonly evidence?: unknown;
}

export interface FileDiff {
  readonly path: string;
  readonly effect: "create" | "change" | "delete";
  readonly diff: string | null;
  readonly content?: string;
}

export interface ChangeAnswer {
  readonly application: string;
  readonly hash: string;
  readonly files: readonly FileDiff[];
  readonly note?: string;
}

export interface Whole {
  readonly improvement: Improvement;
  readonly trail: readonly TrailStep[];
  /** Absent while nothing is planned. */
  readonly change?: ChangeAnswer;
}

/** What a rollback would do now. */
export interface RollbackAnswer {
  readonly possible: boolean;
  readonly because: string | null;
  readonly way: "push" | "pull-request" | null;
  readonly application: string | null;
  readonly conflicts: readonly string[];
  readonly files: readonly FileDiff[];
  readonly objects: readonly {
    readonly kind: string;
    readonly namespace?: string;
    readonly name: string;
    readonly effect: "create" | "change" | "delete";
    readonly fate: "applied" | "kept" | "lost" | "refused" | "unknown";
    readonly because?: string;
  }[];
  readonly later: readonly {
    readonly commit: string;
    readonly subject: string;
    readonly author: string;
    readonly at: string;
  }[];
  readonly warnings: readonly string[];
}

/** What is indexed of the platform. */
export interface KnowledgeAnswer {
  /** False: this school has no index. */
  readonly kept: boolean;
  readonly states: readonly CorpusState[];
}

/** A source the school looks at by itself. */
export interface Watch {
  readonly name: string;
  readonly kind: string;
  readonly address: string;
  /** Absent: as soon as the clock comes by. */
  readonly next?: string;
  readonly last?: string;
  readonly result?: string;
  readonly because?: string;
  readonly looking: boolean;
  readonly today: number;
  readonly limit: number;
}

/** US dollars and tokens; null: not limited. */
export interface Spent {
  readonly dollars: number;
  readonly tokens: number;
  readonly limit: { readonly dollars: number | null; readonly tokens: number | null };
}

/** Which models are asked, and what they cost. */
export interface ModelUse {
  readonly renewsAt: string;
  /** Empty: rules do everything. */
  readonly configured: readonly {
    readonly purpose: string;
    readonly models: readonly string[];
    readonly because?: string | undefined;
  }[];
  readonly all: Spent;
  readonly payers: readonly (Spent & { readonly payer: string })[];
  readonly questions: readonly {
    readonly answeredBy: { readonly vendor: number; readonly cache: number; readonly shared: number };
  }[];
}

export interface SearchHit {
  readonly rank: number;
  readonly corpus: string;
  readonly source: string;
  readonly path: string;
  readonly place: string;
  readonly from: number;
  readonly to: number;
  readonly text: string;
  /** [from, to) in `text`: the words that were searched for. */
  readonly highlights: readonly (readonly [number, number])[];
}

export type SearchAnswer =
  | { readonly kind: "found"; readonly hits: readonly SearchHit[]; readonly notes: readonly string[] }
  | { readonly kind: "unknown"; readonly because: string };
