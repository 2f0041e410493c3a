/** What every controller of the stand-in works with. */
import type { Agenda, Pace } from "./agenda.ts";
import type { InjectedFault } from "./faults.ts";
import type { History } from "./past.ts";
import type { ObjectStore } from "./store.ts";

export interface Cluster {
  readonly store: ObjectStore;
  readonly history: History;
  readonly agenda: Agenda;
  readonly pace: Pace;
  /** By name. */
  readonly faults: Map<string, InjectedFault>;
  /** Writes them down; to be called after each change of them. */
  readonly rememberFaults: () => void;
}
