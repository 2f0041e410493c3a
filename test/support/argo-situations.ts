/** Parts of Application objects in trouble, as Argo CD writes them, and `sync` run against them until it decides. */
import { type SyncPorts, sync } from "../../functions/sync/handle.ts";
import type { ObjectRef } from "../../shared/domain/change-set.ts";
import type { ArgoApplication } from "../../shared/ports.ts";
import { commits, deployment, healthy, isAncestor, type Status } from "../shared/argocd/application.ts";
import { api } from "../shared/checks/world.ts";
import { committedImprovement } from "./improvement.ts";
import { noProposals } from "./proposals.ts";
import { drive } from "./rounds.ts";

export type Shown = ArgoApplication | undefined | Error;

/** `status.operationState`; one that runs has no end. */
export function operation(phase: string, revision?: string, message = "", more: object = {}): Partial<Status> {
  const ended = phase !== "Running" && phase !== "Terminating";
  return {
    operationState: {
      phase,
      message,
      startedAt: "2026-03-01T10:00:00Z",
      ...(ended ? { finishedAt: "2026-03-01T10:00:05Z" } : {}),
      ...(revision === undefined ? {} : { syncResult: { revision } }),
      ...more,
    },
  };
}

/** Compared with `revision`, and our Deployment differs. */
export function outOfSync(revision: string, over: Partial<Status> = {}): Partial<Status> {
  return { sync: { status: "OutOfSync", revision }, resources: [{ ...deployment, status: "OutOfSync" }], ...over };
}

export function conditions(...all: readonly (readonly [type: string, message: string])[]): Partial<Status> {
  return { conditions: all.map(([type, message]) => ({ type, message })) };
}

/** As Argo CD leaves it when it cannot compare: no revision, and every object Unknown. */
export function cannotCompare(type: string, message: string, last: Partial<Status> = {}): ArgoApplication {
  const unknown = { sync: { status: "Unknown" }, resources: [{ ...deployment, status: "Unknown" }] };
  return healthy(commits.before, {
    ...unknown,
    ...operation("Succeeded", commits.before),
    ...conditions([type, message]),
    ...last,
  });
}

type Spec = ArgoApplication["spec"];

export function withSpec(application: ArgoApplication, spec: Partial<Spec>): ArgoApplication {
  return { ...application, spec: { ...application.spec, ...spec } };
}

/** Several sources instead of one; `revisions` in their order. */
export function withSources(application: ArgoApplication, ...sources: NonNullable<Spec["sources"]>): ArgoApplication {
  const { source: _, ...spec } = application.spec;
  return { ...application, spec: { ...spec, sources } };
}

export function withMetadata(
  application: ArgoApplication,
  over: Partial<ArgoApplication["metadata"]>,
): ArgoApplication {
  return { ...application, metadata: { ...application.metadata, ...over } };
}

export function without(application: ArgoApplication, ...fields: readonly (keyof Status)[]): ArgoApplication {
  const kept = Object.entries(application.status ?? {}).filter(([field]) => !fields.includes(field as keyof Status));
  return { ...application, status: Object.fromEntries(kept) };
}

export interface Decided {
  readonly to: string;
  readonly because: string;
  readonly evidence: unknown;
  /** Milliseconds by the stage's clock. */
  readonly took: number;
  readonly refreshed: number;
  /** Whether anything but a refresh was asked of Argo CD. */
  readonly interfered: boolean;
}

/** Shows `sync` one after the other; the last one stays until it decides. */
export async function decide(shown: readonly Shown[], objects: readonly ObjectRef[] = [api]): Promise<Decided> {
  let current: Shown;
  const asked: string[] = [];
  const note = (what: string) => async () => void asked.push(what);
  const ports: SyncPorts = {
    argoCd: {
      applications: async () => [],
      application: async () => {
        if (current instanceof Error) throw current;
        return current;
      },
      refresh: note("refresh"),
      terminateOperation: note("terminate"),
      sync: note("sync"),
    },
    git: { isAncestor },
    timing: { intervalMs: 10_000, timeoutMs: 600_000 },
    rollbackEnabled: true,
    proposals: noProposals,
  };
  const record = { improvement: committedImprovement(commits.ours, objects) };
  const { outcome, took } = await drive((input, context) => sync(input, ports, context), record, {
    before: (round) => {
      current = shown[Math.min(round, shown.length) - 1];
    },
  });
  const { to, because, evidence } = outcome;
  const others = asked.filter((what) => what !== "refresh");
  return { to, because, evidence, took, refreshed: asked.length - others.length, interfered: others.length > 0 };
}
