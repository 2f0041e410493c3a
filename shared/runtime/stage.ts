/** defineStage: the contract between a stage's logic, its wiring and the runtime. */
import type { Logger } from "pino";
import type { Notice, RepositoryData, SubmittedSource } from "../domain/events.ts";
import type { Improvement, Patch } from "../domain/improvement.ts";
import type { SchoolServices } from "../ports.ts";
import type { KeeperName, ObserverName, OwnerName, StageName } from "../stages.ts";
import type { Environment } from "./config.ts";
import type { OutcomeOf } from "./outcome.ts";

/** Everything a handler may use beside its input and its ports. */
export interface Context {
  /** Bound to the stage and the improvement. */
  readonly log: Logger;
  /** Milliseconds since the epoch by Redis's clock, which does not jump when the pod's does. */
  now(): number;
  /** Aborted when the lease is lost or the process drains too slowly; hand it to every call that takes one. */
  readonly signal: AbortSignal;
  /** 1 on the first try. */
  readonly attempt: number;
  /**
   * Stores facts before the outcome (the head before a push, a paid answer), under the same lease. Throws LeaseLost.
   * Not for observers.
   */
  save(patch: Patch): Promise<void>;
}

/** An improvement that came to a status an observer hears of. */
export interface Reached {
  readonly improvement: Improvement;
  readonly reached: Improvement["status"];
  /** The event's id: the same however often it is delivered. */
  readonly event?: string;
}

/** What a stage gets to work on. */
export type InputOf<S extends StageName> = S extends OwnerName | ObserverName
  ? S extends ObserverName
    ? Reached | { readonly notice: Notice; readonly event?: string }
    : { readonly improvement: Improvement }
  : S extends KeeperName
    ? { readonly change: RepositoryData; readonly asked: Asked }
    : { readonly source: SubmittedSource };

/** Who asked, and when: milliseconds since the epoch by Redis's clock, unknown of events that others made. */
export interface Asked {
  readonly by: string;
  readonly at?: number;
}

export type Handler<S extends StageName, Ports> = (
  input: InputOf<S>,
  ports: Ports,
  context: Context,
) => Promise<OutcomeOf<S>> | OutcomeOf<S>;

export interface Stage<S extends StageName = StageName, Ports = unknown> {
  readonly name: S;
  /**
   * Builds the adapters once per process. `env` is the process environment with aliases resolved; `school` is what the
   * pipeline itself offers (locks, flags, history), so that no stage opens a second Redis connection.
   */
  readonly ports: (env: Environment, school: SchoolServices) => Ports | Promise<Ports>;
  readonly handle: Handler<S, Ports>;
}

/** Types a stage; no effect at import. */
export function defineStage<S extends StageName, Ports>(stage: Stage<S, Ports>): Stage<S, Ports> {
  return stage;
}
