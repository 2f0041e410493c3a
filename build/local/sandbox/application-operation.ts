/** Sync operations: one at a time per Application, asynchronous, retried on the same revision, ended on request. */
import {
  applicationRef,
  type Conclusion,
  changeApplication,
  concludedStatus,
  runningStatus,
} from "./application-status.ts";
import { sync } from "./application-sync.ts";
import type { Cluster } from "./cluster.ts";
import { at, isMap, type JsonMap, listAt, mapAt, numberAt, textAt } from "./json.ts";
import { RenderError } from "./manifests.ts";
import type { KubeObject } from "./store.ts";

export interface Operations {
  isRunning(name: string): boolean;
  /** Begins an operation on these commits; the answer comes through the Application's status. */
  start(name: string, operation: JsonMap, commits: readonly string[]): void;
  /** Ends a running operation soon; nothing that it applied is taken back. */
  terminate(name: string): void;
  forget(name: string): void;
}

export interface OperationNeeds {
  readonly cluster: Cluster;
  readonly render: (application: KubeObject, commits: readonly string[]) => Promise<readonly KubeObject[]>;
  /** Runs a task after all tasks that were given before. */
  readonly serial: (task: () => Promise<void>) => void;
  readonly concluded: (name: string) => void;
}

interface Running {
  readonly operation: JsonMap;
  readonly commits: readonly string[];
  readonly startedAt: number;
  retryCount: number;
  terminating: boolean;
}

export function runOperations({ cluster, render, serial, concluded }: OperationNeeds): Operations {
  const { store, agenda, pace } = cluster;
  const all = new Map<string, Running>();

  function later(name: string, running: Running, delay: number): void {
    agenda.after(delay, () => {
      serial(async () => {
        if (all.get(name) === running) await attempt(name, running);
      });
    });
  }

  async function attempt(name: string, running: Running): Promise<void> {
    const application = store.get(applicationRef(name));
    if (application === undefined) {
      all.delete(name);
      return;
    }
    if (running.terminating) {
      conclude(name, running, { phase: "Failed", message: "Operation terminated", resources: [] });
      return;
    }
    const outcome = await outcomeOf(application, running);
    if (outcome.phase === "Succeeded" || running.retryCount >= retryLimit(running.operation)) {
      const note = running.retryCount > 0 ? ` (retried ${running.retryCount} times).` : "";
      conclude(name, running, { ...outcome, message: `${outcome.message}${note}` });
      return;
    }
    running.retryCount += 1;
    const delay = Math.min(pace.retryMs * 2 ** (running.retryCount - 1), pace.retryMs * 36);
    const at = new Date(agenda.now() + delay).toISOString();
    const message = `${outcome.message}. Retrying attempt #${running.retryCount} at ${at}.`;
    changeApplication(store, name, (current) => {
      return runningStatus(current, running.operation, running.commits, { ...running, message });
    });
    later(name, running, delay);
  }

  async function outcomeOf(application: KubeObject, running: Running): Promise<Conclusion> {
    try {
      const desired = await render(application, running.commits);
      const prune = at(running.operation, "sync", "prune") === true;
      return await sync(store, { application, desired, prune, bootstrap: false });
    } catch (error) {
      if (!(error instanceof RenderError)) throw error;
      return { phase: "Error", message: `ComparisonError: ${error.message}`, resources: [] };
    }
  }

  function conclude(name: string, running: Running, conclusion: Conclusion): void {
    all.delete(name);
    changeApplication(store, name, (current) => concludedStatus(current, running.commits, conclusion, agenda.now()));
    concluded(name);
  }

  return {
    isRunning: (name) => all.has(name),
    start(name, operation, commits) {
      const startedAt = agenda.now();
      const running: Running = { operation, commits, startedAt, retryCount: 0, terminating: false };
      all.set(name, running);
      changeApplication(store, name, (current) => {
        return runningStatus(current, operation, commits, { ...running, message: "waiting for sync to start" });
      });
      later(name, running, pace.syncMs);
    },
    terminate(name) {
      const running = all.get(name);
      if (running === undefined || running.terminating) return;
      running.terminating = true;
      later(name, running, pace.compareMs);
    },
    forget: (name) => void all.delete(name),
  };
}

/** Negative means for ever. */
function retryLimit(operation: JsonMap): number {
  const limit = numberAt(operation, "retry", "limit") ?? 0;
  return limit < 0 ? Number.POSITIVE_INFINITY : limit;
}

/** The operation auto-sync starts: five retries unless the Application says otherwise. */
export function automaticOperation(application: KubeObject, commits: readonly string[]): JsonMap {
  const policy = mapAt(application, "spec", "syncPolicy");
  const retry = isMap(policy["retry"]) ? policy["retry"] : { limit: 5 };
  const options = listAt(policy, "syncOptions");
  return {
    initiatedBy: { automated: true },
    retry,
    sync: {
      ...(commits.length > 1 ? { revisions: commits } : { revision: commits[0] ?? "" }),
      ...(at(policy, "automated", "prune") === true ? { prune: true } : {}),
      ...(options.length > 0 ? { syncOptions: options } : {}),
    },
  };
}

/** Revisions somebody asked for in `.operation.sync`; none means the Application's own target. */
export function requestedRevisions(operation: JsonMap): readonly string[] {
  const several = listAt(operation, "sync", "revisions").filter((item): item is string => typeof item === "string");
  const one = textAt(operation, "sync", "revision") ?? "";
  return several.length > 0 ? several : one === "" ? [] : [one];
}
