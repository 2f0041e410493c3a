/** One pod's life: container creating, running, ready, and what goes wrong on the way. Pure; the caller has the clock. */
import type { Pace } from "./agenda.ts";
import { digest, type JsonMap, listAt, mapAt, textAt } from "./json.ts";

export interface Life {
  /** Milliseconds since the epoch, as all times here. */
  readonly createdAt: number;
  readonly step: "creating" | "pulling" | "running" | "backoff";
  /** When the step began. */
  readonly since: number;
  readonly ready: boolean;
  readonly restarts: number;
  readonly lastRun?: { readonly startedAt: number; readonly finishedAt: number };
}

/** What faults do to a pod at this moment. */
export interface Affliction {
  readonly crash: boolean;
  readonly imagePull: boolean;
  /** The readiness probe fails. */
  readonly unready: boolean;
  /** Milliseconds by which readiness is late. */
  readonly slowMs: number;
}

export function newLife(now: number, bornReady: boolean): Life {
  const step = bornReady ? "running" : "creating";
  return { createdAt: now, step, since: now, ready: bornReady, restarts: 0 };
}

/** Lets a pod live until `now`. Answers its life and when it is due again, if it changes by itself. */
export function live(
  life: Life,
  affliction: Affliction,
  now: number,
  pace: Pace,
): { readonly life: Life; readonly dueAt?: number } {
  let current = life;
  for (;;) {
    const next = nextStep(current, affliction, now, pace);
    if (next === undefined) return { life: current };
    if (next.at > now) return { life: current, dueAt: next.at };
    current = next.life;
  }
}

function nextStep(life: Life, affliction: Affliction, now: number, pace: Pace): { at: number; life: Life } | undefined {
  const half = pace.podStartMs / 2;
  switch (life.step) {
    case "creating": {
      const at = life.since + half;
      return { at, life: { ...life, step: affliction.imagePull ? "pulling" : "running", since: at } };
    }
    case "pulling":
      return affliction.imagePull ? undefined : { at: now, life: { ...life, step: "running", since: now } };
    case "running": {
      if (affliction.crash) {
        const at = Math.max(life.since + half, life.ready ? now : 0);
        const lastRun = { startedAt: life.since, finishedAt: at };
        return { at, life: { ...life, step: "backoff", since: at, ready: false, lastRun } };
      }
      if (affliction.unready) return life.ready ? { at: now, life: { ...life, ready: false } } : undefined;
      if (life.ready) return undefined;
      return { at: life.since + half + affliction.slowMs, life: { ...life, ready: true } };
    }
    case "backoff": {
      const at = life.since + pace.crashBackoffMs * Math.min(2 ** life.restarts, 8);
      return { at, life: { ...life, step: "running", since: at, restarts: life.restarts + 1 } };
    }
  }
}

/** The pod's `status` as a kubelet reports it. */
export function podStatus(name: string, spec: JsonMap, life: Life): JsonMap {
  const pending = life.step === "creating" || life.step === "pulling";
  const changed = time(life.since);
  const condition = (type: string, holds: boolean) => ({
    type,
    status: holds ? "True" : "False",
    lastTransitionTime: changed,
  });
  return {
    phase: pending ? "Pending" : "Running",
    hostIP: "10.0.0.1",
    podIP: podAddress(name),
    startTime: time(life.createdAt),
    qosClass: "Burstable",
    conditions: [
      condition("PodScheduled", true),
      condition("Initialized", true),
      condition("ContainersReady", life.ready),
      condition("Ready", life.ready),
    ],
    containerStatuses: listAt(spec, "containers").map((container) => containerStatus(container, life)),
  };
}

function containerStatus(container: unknown, life: Life): JsonMap {
  const image = textAt(container, "image") ?? "";
  const { lastRun } = life;
  const terminated = lastRun && {
    exitCode: 1,
    reason: "Error",
    startedAt: time(lastRun.startedAt),
    finishedAt: time(lastRun.finishedAt),
  };
  return {
    name: textAt(container, "name") ?? "",
    image,
    imageID: life.step === "creating" || life.step === "pulling" ? "" : `sandbox://sha256:${digest(image)}`,
    ready: life.ready,
    started: life.step === "running",
    restartCount: life.restarts,
    state: containerState(textAt(container, "name") ?? "", image, life),
    lastState: terminated === undefined ? {} : { terminated },
  };
}

function containerState(name: string, image: string, life: Life): JsonMap {
  switch (life.step) {
    case "creating":
      return { waiting: { reason: "ContainerCreating" } };
    case "pulling":
      return { waiting: { reason: "ImagePullBackOff", message: `Back-off pulling image "${image}"` } };
    case "running":
      return { running: { startedAt: time(life.since) } };
    case "backoff":
      return { waiting: { reason: "CrashLoopBackOff", message: `back-off restarting failed container=${name}` } };
  }
}

/** An address of the pod network that is always the same for a name. */
export function podAddress(name: string): string {
  const hash = Number.parseInt(digest(name, 6), 16);
  return `10.42.${(hash >> 8) & 255}.${hash & 255 || 1}`;
}

export function time(milliseconds: number): string {
  return new Date(milliseconds).toISOString().replace(/\.\d+Z$/, "Z");
}

/** Labels of a revision's pods and everything else a template says about them. */
export function podMetadata(template: JsonMap, extra: Readonly<Record<string, string>>): JsonMap {
  return {
    labels: { ...mapAt(template, "metadata", "labels"), ...extra },
    annotations: mapAt(template, "metadata", "annotations"),
  };
}
