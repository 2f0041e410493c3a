/**
 * THE registry: every stage, what it takes, what it may leave, how it scales. Data only. Folders, generated YAML and
 * the flow picture are checked against it; adding a stage is one entry here, one folder and one test file.
 */
import type { StageExit, Status } from "./domain/lifecycle.ts";

export interface Scale {
  /** Most pods at once. */
  readonly maxPods: number;
  /** Events one pod works on at the same time; also KEDA's target per pod. */
  readonly perPod: number;
}

interface StageBase {
  /** Layer of the fabric, for people. */
  readonly layer: "reasoning" | "execution" | "telemetry";
  readonly scale: Scale;
  /** Milliseconds of work a pod may still finish after SIGTERM; also its lease. */
  readonly drainMs: number;
}
export type SourceStage = StageBase & { readonly kind: "source" };
export type OwnerStage = StageBase & { readonly kind: "owner"; readonly takes: Status };
export type ObserverStage = StageBase & { readonly kind: "observer"; readonly hears: readonly Status[] };
/** Keeps something up to date beside the improvements; woken by whoever saw a change. */
export type KeeperStage = StageBase & { readonly kind: "keeper" };
export type StageEntry = SourceStage | OwnerStage | ObserverStage | KeeperStage;

const light = { maxPods: 4, perPod: 8 };
const network = { maxPods: 4, perPod: 4 };
/** One change at a time keeps the history linear without retries; Applications are locked one by one anyway. */
const writer = { maxPods: 2, perPod: 1 };
/** Two plans made at the same moment could choose the same workload; one after the other they cannot. */
const serial = { maxPods: 1, perPod: 1 };
const watcher = { maxPods: 4, perPod: 32 };
/** A round waits for other servers most of its time; one process keeps 500 verifications on time. */
const measurer = { maxPods: 4, perPod: 64 };

export const stages = {
  ingest: { kind: "source", layer: "reasoning", scale: network, drainMs: 60_000 },
  route: { kind: "owner", takes: "raw", layer: "reasoning", scale: light, drainMs: 30_000 },
  evaluate: { kind: "owner", takes: "routed", layer: "reasoning", scale: network, drainMs: 60_000 },
  validate: { kind: "owner", takes: "categorized", layer: "reasoning", scale: network, drainMs: 30_000 },
  // One question to a model takes up to fifty seconds (LLM_TIMEOUT).
  plan: { kind: "owner", takes: "validated", layer: "reasoning", scale: serial, drainMs: 60_000 },
  approve: { kind: "owner", takes: "planned", layer: "reasoning", scale: light, drainMs: 30_000 },
  implement: { kind: "owner", takes: "approved", layer: "execution", scale: writer, drainMs: 60_000 },
  sync: { kind: "owner", takes: "implementation", layer: "execution", scale: watcher, drainMs: 30_000 },
  verify: { kind: "owner", takes: "deployed", layer: "execution", scale: measurer, drainMs: 30_000 },
  rollback: { kind: "owner", takes: "rolling_back", layer: "execution", scale: network, drainMs: 60_000 },
  learn: {
    kind: "observer",
    hears: ["verified", "failed", "rejected", "conflicts"],
    layer: "telemetry",
    scale: light,
    // A training of the router on ten thousand rows, on half a processor; outcomes take no part of it.
    drainMs: 300_000,
  },
  // One round of work takes twenty seconds, one batch at a vendor of embeddings up to thirty more.
  index: { kind: "keeper", layer: "telemetry", scale: serial, drainMs: 60_000 },
  notify: {
    kind: "observer",
    // Some of it is for machines: a commit status begins with the commit.
    hears: [
      "implementation",
      "pending_review",
      "conflicts",
      "verified",
      "rolling_back",
      "failed",
      "held",
      "rollback_blocked",
      "dead",
    ],
    layer: "telemetry",
    scale: light,
    drainMs: 30_000,
  },
} as const satisfies Record<string, StageEntry>;

export type StageName = keyof typeof stages;
export type OwnerName = { [S in StageName]: (typeof stages)[S]["kind"] extends "owner" ? S : never }[StageName];
export type ObserverName = { [S in StageName]: (typeof stages)[S]["kind"] extends "observer" ? S : never }[StageName];

export type KeeperName = { [S in StageName]: (typeof stages)[S]["kind"] extends "keeper" ? S : never }[StageName];

/** Statuses the stage `S` may leave: what the lifecycle allows from the status it takes. */
export type Leaves<S extends OwnerName> = StageExit<(typeof stages)[S]["takes"]>;

export const STAGES = Object.keys(stages) as StageName[];

/** The registry entry of a stage, widened so that code can treat all stages alike. */
export function stageEntry(name: StageName): StageEntry {
  return stages[name];
}

/** The stage that drives `status` onward, if any. */
export function ownerOf(status: Status): OwnerName | undefined {
  return STAGES.find((name): name is OwnerName => {
    const entry = stageEntry(name);
    return entry.kind === "owner" && entry.takes === status;
  });
}

/** Every stage that gets an event when an improvement reaches `status`: its owner first, then its observers. */
export function listenersOf(status: Status): StageName[] {
  const owner = ownerOf(status);
  const observers = STAGES.filter((name) => {
    const entry = stageEntry(name);
    return entry.kind === "observer" && entry.hears.includes(status);
  });
  return owner === undefined ? observers : [owner, ...observers];
}
