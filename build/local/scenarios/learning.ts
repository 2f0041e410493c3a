/** Scenarios of the router: several improvements one after another, and what is known of one when the next is routed. */
import type { RouterReport } from "../../../functions/coordinator/router-report.ts";
import type { Category, Expert, Improvement } from "../../../shared/domain/improvement.ts";
import { END_STATUSES, type Status } from "../../../shared/domain/lifecycle.ts";
import type { RouterEvent } from "../../../shared/routing-ports.ts";
import type { Move } from "../demo/client.ts";
import type { Fault } from "../sandbox/fault-kinds.ts";
import type { Commit } from "./repository.ts";

export interface LearningScenario {
  readonly name: string;
  /** One sentence for people. */
  readonly what: string;
  /** Folder with the repository it works on. */
  readonly platform: string;
  /** Of the school, beside those of every scenario. */
  readonly settings: Readonly<Record<string, string>>;
  /** Seconds of a verification. */
  readonly seconds: number;
  /** Throws when it cannot go on; whatever else has to be true is checked with `check`. */
  readonly lesson: (classroom: Classroom) => Promise<void>;
}

export interface Proposed {
  readonly title: string;
  readonly description: string;
  readonly category: Category;
  readonly type: string;
}

export interface Word {
  /** Whether the expert it has is the right one. */
  readonly right: boolean;
  /** Who would have been right. */
  readonly expert?: Expert;
  readonly reason: string;
}

/** The people of the school: an operator proposes, a reviewer decides, everybody looks. */
export interface Classroom {
  /** Tells who looks on what happens. */
  readonly say: (line: string) => void;
  /** What is told of it at the end: the next thing that happened to the router, and why. */
  readonly step: (word: string, because: string) => void;
  /** Unless `isSo`, `otherwise` is among the problems at the end. */
  readonly check: (isSo: boolean, otherwise: string) => void;
  /** Injects it at `route`; answers its id. */
  readonly propose: (proposed: Proposed) => Promise<string>;
  /** The record as soon as a tier has decided, or a person is asked. */
  readonly routed: (id: string) => Promise<Improvement>;
  /** A person approves whatever asks, until it has come to its end or is held. */
  readonly carriedOut: (id: string) => Promise<Improvement>;
  /**
   * A person names `expert` where the routing asks, says what they think of another choice, and refuses the change; answers
   * when it is over.
   */
  readonly judged: (id: string, expert: Expert, reason: string) => Promise<Improvement>;
  readonly feedback: (id: string, word: Word) => Promise<void>;
  /** `learn` has nothing left to do. */
  readonly learned: () => Promise<void>;
  readonly inject: (fault: Fault) => void;
  readonly report: () => Promise<RouterReport>;
  /** The newest event of the router of these kinds, once there is one. */
  readonly happened: (...kinds: readonly string[]) => Promise<RouterEvent>;
  readonly trail: (id: string) => Promise<readonly Move[]>;
  readonly commits: () => Promise<readonly Commit[]>;
  /** What `school router` prints. */
  readonly terminal: () => Promise<string>;
  readonly until: <T>(what: string, look: () => Promise<T | undefined> | T | undefined) => Promise<T>;
}

/** Who decided, and who was chosen. */
export function decisionOf({ routing_decision: decision }: Improvement): { tier: string; expert: Expert | null } {
  return { tier: decision?.tier ?? "nobody", expert: decision?.expert ?? null };
}

/** What a tier said of it, in its own words. */
export function voteOf({ routing = [] }: Improvement, tier: string): string {
  return routing.find((vote) => vote.tier === tier)?.because ?? `${tier} said nothing`;
}

export function hasEnded({ status }: Pick<Improvement, "status">): boolean {
  return ([...END_STATUSES, "dead"] as readonly Status[]).includes(status);
}
