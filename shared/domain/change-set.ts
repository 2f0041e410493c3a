/** The rendered files of one improvement, their identity (hash), and what policy says about them. */
import { createHash } from "node:crypto";

/** One file to write. `before` is the Git blob id it replaces (null: the file is new); `after` null deletes it. */
export interface FileChange {
  readonly path: string;
  readonly before: string | null;
  readonly after: string | null;
}

/** A Kubernetes object the change set creates, changes or deletes. */
export interface ObjectRef {
  readonly apiVersion: string;
  readonly kind: string;
  readonly namespace?: string;
  readonly name: string;
  readonly effect: "create" | "change" | "delete";
  /** It holds data: once created it stays in the cluster, also when Git no longer names it (`Prune=false`). */
  readonly retained?: true;
  /** Argo CD runs it during a sync: it is no part of the wanted state, and stays when Git no longer names it. */
  readonly hook?: true;
}

export interface ChangeSet {
  /** Sorted by path. */
  readonly files: readonly FileChange[];
  readonly objects: readonly ObjectRef[];
  /** Name of the one Argo CD Application that reads every path above. */
  readonly application: string;
  /** sha256 of paths, old blobs and new contents: what an approval is bound to. */
  readonly hash: string;
}

export type Decision = "auto" | "human" | "deny";

/** One policy rule that fired. */
export interface RuleHit {
  /** Rule id, in the words people know from Kyverno, e.g. `disallow-latest-tag`. */
  readonly rule: string;
  readonly decision: Decision;
  readonly message: string;
  readonly path?: string;
  /** Position of the YAML document in the file as it would be afterwards, from 0. Absent in verdicts of older records. */
  readonly document?: number;
  /** Where it is written there, both from 1. */
  readonly line?: number;
  readonly column?: number;
}

export interface Verdict {
  readonly decision: Decision;
  readonly rules: readonly RuleHit[];
}

const strictness: Record<Decision, number> = { auto: 0, human: 1, deny: 2 };

/** The strictest decision of all rules that fired; `auto` when none did. */
export function verdictOf(rules: readonly RuleHit[]): Verdict {
  const decision = rules.reduce<Decision>(
    (worst, hit) => (isWorse(hit.decision, worst) ? hit.decision : worst),
    "auto",
  );
  return { decision, rules };
}

/** True when `a` is stricter than `b`. */
export function isWorse(a: Decision, b: Decision): boolean {
  return strictness[a] > strictness[b];
}

/** Builds a change set: sorts the files and computes the hash. The base commit is left out on purpose, it moves. */
export function changeSet(files: readonly FileChange[], objects: readonly ObjectRef[], application: string): ChangeSet {
  const sorted = [...files].sort((a, b) => (a.path < b.path ? -1 : 1));
  const canonical = JSON.stringify(sorted.map(({ path, before, after }) => [path, before, after]));
  return { files: sorted, objects, application, hash: createHash("sha256").update(canonical).digest("hex") };
}
