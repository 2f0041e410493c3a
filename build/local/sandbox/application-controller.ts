/** Argo CD's application controller: compares every Application with Git, syncs, prunes, heals, reports. */
import { autoSync } from "./application-auto-sync.ts";
import { type Comparison, type Condition, compare, liveObjects, trackedBy } from "./application-compare.ts";
import { automaticOperation, requestedRevisions, runOperations } from "./application-operation.ts";
import { rootApplications } from "./application-roots.ts";
import {
  applicationRef,
  changeApplication,
  comparedStatus,
  concludedStatus,
  runningStatus,
  withoutRefresh,
} from "./application-status.ts";
import { sourceDigest, sync } from "./application-sync.ts";
import type { Cluster } from "./cluster.ts";
import type { GitFollower } from "./git-follower.ts";
import { at, digest, isMap, textAt } from "./json.ts";
import { ARGOCD_NAMESPACE, REFRESH } from "./labels.ts";
import { RenderError } from "./manifests.ts";
import type { Memory } from "./memory.ts";
import { type FollowedRepository, renderApplication, requireFollowed, sourcesOf } from "./source.ts";
import { type Change, type KubeObject, refOf } from "./store.ts";

export interface ApplicationController {
  /** Looks at Git and compares every Application with it. */
  poll(): void;
  /** Fills an empty cluster with everything the repository holds, at once. */
  bootstrap(): Promise<void>;
  /** Compares every Application with the commits it was compared with last. */
  compareAll(): Promise<void>;
  /** Resolves when nothing is being done at the moment. */
  idle(): Promise<void>;
}

export interface GitOps extends FollowedRepository {
  readonly git: GitFollower;
  readonly branch: string;
  readonly memory: Memory;
  /** Told about faults of the stand-in itself. */
  readonly report: (error: unknown) => void;
}

/** `git`: resolve revisions again; `recent`: compare with the commits that were compared last. */
type Level = "recent" | "git";

export function runApplications(cluster: Cluster, gitOps: GitOps): ApplicationController {
  const { store, agenda, pace } = cluster;
  const { git, memory } = gitOps;
  const compared = new Map<string, readonly string[]>();
  const pending = new Map<string, Level>();
  const roots = new Set<string>();
  let scheduled = false;
  let chain: Promise<void> = Promise.resolve();
  const operations = runOperations({ cluster, render, serial, concluded: (name) => request(name, "git") });

  function serial(task: () => Promise<void>): void {
    chain = chain.then(task).catch(gitOps.report);
  }

  function request(name: string, level: Level): void {
    if (pending.get(name) !== "git") pending.set(name, level);
    if (scheduled) return;
    scheduled = true;
    agenda.after(pace.compareMs, () => {
      scheduled = false;
      const batch = [...pending];
      pending.clear();
      serial(() => reconcileAll(batch));
    });
  }

  async function reconcileAll(batch: readonly (readonly [string, Level])[]): Promise<void> {
    const fault = batch.some(([, level]) => level === "git") ? await fetchFault() : undefined;
    for (const [name, level] of batch) await reconcile(name, level, fault);
  }

  async function fetchFault(): Promise<RenderError | undefined> {
    try {
      await git.fetch();
      return undefined;
    } catch (error) {
      return new RenderError(`failed to list refs: ${error instanceof Error ? error.message : String(error)}`);
    }
  }

  async function reconcile(name: string, level: Level, fetchFault?: RenderError): Promise<void> {
    const application = store.get(applicationRef(name));
    if (application === undefined) return;
    let commits = level === "recent" ? compared.get(name) : undefined;
    let desired: readonly KubeObject[] | undefined;
    const conditions: Condition[] = [];
    try {
      if (level === "git" && fetchFault !== undefined) throw fetchFault;
      commits ??= await resolveTargets(application);
      compared.set(name, commits);
      desired = await render(application, commits);
    } catch (error) {
      if (!(error instanceof RenderError)) throw error;
      conditions.push(comparisonError(error));
    }
    const comparison = compare(store, name, desired);
    const decision = desired === undefined ? undefined : autoSync(application, comparison, commits ?? []);
    conditions.push(...comparison.conditions);
    if (decision?.kind === "refused") conditions.push(decision.condition);
    report(name, comparison, desired === undefined ? undefined : commits, conditions, level);
    if (decision?.kind === "heal") heal(name);
    if (decision?.kind !== "sync" || operations.isRunning(name)) return;
    operations.start(name, automaticOperation(application, commits ?? []), commits ?? []);
  }

  function report(
    name: string,
    comparison: Comparison,
    commits: readonly string[] | undefined,
    conditions: readonly Condition[],
    level: Level,
  ): void {
    changeApplication(store, name, (current) => {
      const answered = level === "git" ? withoutRefresh(current) : current;
      return comparedStatus(answered, comparison, commits, conditions, agenda.now());
    });
    const application = store.get(applicationRef(name));
    const well = comparison.status === "Synced" && comparison.health.status === "Healthy";
    if (application !== undefined && commits !== undefined && well)
      memory.rememberWell(name, { sources: sourceDigest(application), commits });
  }

  const healing = new Set<string>();
  function heal(name: string): void {
    if (healing.has(name)) return;
    healing.add(name);
    agenda.after(pace.selfHealMs, () => {
      healing.delete(name);
      const application = store.get(applicationRef(name));
      const commits = compared.get(name);
      if (application === undefined || commits === undefined || operations.isRunning(name)) return;
      operations.start(name, automaticOperation(application, commits), commits);
    });
  }

  /** One commit per source. */
  async function resolveTargets(application: KubeObject, asked: readonly string[] = []): Promise<readonly string[]> {
    const sources = sourcesOf(application);
    if (sources.length === 0) throw new RenderError("application has no source");
    const commits: string[] = [];
    for (const [index, source] of sources.entries()) {
      requireFollowed(source, gitOps);
      const wanted = asked[index] ?? textAt(source, "targetRevision") ?? "";
      const revision = wanted === "" || wanted === "HEAD" ? gitOps.branch : wanted;
      const commit = await git.resolve(revision);
      if (commit === undefined) throw new RenderError(`unable to resolve '${revision}' to a commit SHA`);
      commits.push(commit);
    }
    return commits;
  }

  async function render(application: KubeObject, commits: readonly string[]): Promise<readonly KubeObject[]> {
    return renderApplication(application, await Promise.all(commits.map((commit) => git.snapshot(commit))));
  }

  /** Plays the operator who keeps the Applications applied that nothing else applies. */
  async function adoptRoots(): Promise<void> {
    const head = await git.resolve(gitOps.branch);
    if (head === undefined) throw new RenderError(`the branch ${gitOps.branch} does not exist`);
    const wanted = rootApplications(await git.snapshot(head));
    const names = new Set(wanted.map(({ metadata }) => metadata.name));
    for (const application of wanted) {
      const live = store.get(refOf(application));
      const kept = live === undefined ? {} : { status: live["status"], operation: live["operation"] };
      const metadata = { ...live?.metadata, ...application.metadata };
      const annotations = { ...live?.metadata.annotations, ...application.metadata.annotations };
      store.put({ ...application, ...defined(kept), metadata: { ...metadata, annotations } });
      roots.add(application.metadata.name);
    }
    for (const name of [...roots].filter((name) => !names.has(name))) {
      roots.delete(name);
      if (trackedBy(store.get(applicationRef(name))) === undefined) store.remove(applicationRef(name));
    }
  }

  async function fill(): Promise<void> {
    await git.fetch();
    await adoptRoots();
    const done = new Set<string>();
    for (;;) {
      const next = applications().find(({ metadata }) => !done.has(metadata.name));
      if (next === undefined) return;
      done.add(next.metadata.name);
      await firstSync(next);
    }
  }

  async function firstSync(application: KubeObject): Promise<void> {
    const { name } = application.metadata;
    try {
      const commits = (await lastWell(application)) ?? (await resolveTargets(application));
      const desired = await render(application, commits);
      const outcome = await sync(store, { application, desired, prune: false, bootstrap: true });
      const now = agenda.now();
      const started = { startedAt: now, retryCount: 0, message: "" };
      changeApplication(store, name, (current) => {
        const running = runningStatus(current, automaticOperation(application, commits), commits, started);
        return concludedStatus(running, commits, outcome, now);
      });
    } catch (error) {
      // Left as it is: the comparison that follows finds the same and reports it.
      if (!(error instanceof RenderError)) throw error;
    }
  }

  /** What it ran before this process was there; undefined when that is not known or not in Git any more. */
  async function lastWell(application: KubeObject): Promise<readonly string[] | undefined> {
    const known = memory.well(application.metadata.name);
    if (known?.sources !== sourceDigest(application)) return undefined;
    for (const commit of known.commits) if ((await git.resolve(commit)) !== commit) return undefined;
    return known.commits;
  }

  function applications(): readonly KubeObject[] {
    return store.list("argoproj.io", "Application", ARGOCD_NAMESPACE);
  }

  function onApplication({ before, after }: Change): void {
    const name = (after ?? before)?.metadata.name ?? "";
    if (after === undefined) {
      operations.forget(name);
      compared.delete(name);
      const cascade = before?.metadata.finalizers?.some((item) =>
        item.startsWith("resources-finalizer.argocd.argoproj.io"),
      );
      if (cascade === true) for (const object of liveObjects(store, name)) store.remove(refOf(object));
      return;
    }
    const asked = after.metadata.annotations?.[REFRESH];
    const specChanged = digest(before?.["spec"]) !== digest(after["spec"]);
    if ((asked !== undefined && asked !== before?.metadata.annotations?.[REFRESH]) || specChanged) request(name, "git");
    if (textAt(after, "status", "operationState", "phase") === "Terminating") operations.terminate(name);
    else if (isMap(after["operation"]) && !operations.isRunning(name)) serial(() => startRequested(name));
  }

  /** Somebody set `.operation`. */
  async function startRequested(name: string): Promise<void> {
    const application = store.get(applicationRef(name));
    const operation = application?.["operation"];
    if (application === undefined || !isMap(operation) || operations.isRunning(name)) return;
    try {
      operations.start(name, operation, await resolveTargets(application, requestedRevisions(operation)));
    } catch (error) {
      if (!(error instanceof RenderError)) throw error;
      const conclusion = { phase: "Error", message: error.message, resources: [] } as const;
      const started = { startedAt: agenda.now(), retryCount: 0, message: "" };
      changeApplication(store, name, (current) => {
        return concludedStatus(runningStatus(current, operation, [], started), [], conclusion, agenda.now());
      });
    }
  }

  store.onChange((change) => {
    const object = change.after ?? change.before;
    if (object?.kind === "Application" && object.metadata.namespace === ARGOCD_NAMESPACE) onApplication(change);
    const owner = trackedBy(object);
    if (owner !== undefined && matters(change)) request(owner, "recent");
  });

  return {
    poll: () =>
      serial(async () => {
        const fault = await fetchFault();
        if (fault === undefined) await adoptRoots();
        for (const { metadata } of applications()) await reconcile(metadata.name, "git", fault);
      }),
    bootstrap: () => {
      const filled = chain.then(fill);
      chain = filled.catch(() => undefined);
      return filled;
    },
    compareAll: () => {
      serial(() => reconcileAll(applications().map(({ metadata }) => [metadata.name, "recent"])));
      return chain;
    },
    idle: () => chain,
  };
}

function comparisonError({ message }: RenderError): Condition {
  const prefix =
    "Failed to load target state: failed to generate manifest for source 1 of 1: rpc error: code = Unknown desc =";
  return { type: "ComparisonError", message: `${prefix} ${message}` };
}

/** Would Argo CD's watch of live objects compare again? A child Application's status is its own affair. */
function matters({ before, after }: Change): boolean {
  if (before === undefined || after === undefined) return true;
  if (before.metadata.generation !== after.metadata.generation) return true;
  return after.kind !== "Application" && digest(at(before, "status")) !== digest(at(after, "status"));
}

function defined(fields: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}
