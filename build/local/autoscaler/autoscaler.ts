/** KEDA, the HPA and the kubelet of the local school: reads the real ScaledObjects, runs bundles as processes. */
import path from "node:path";
import { DIST } from "../../bundle/targets.ts";
import { compileCacheEnv } from "../../bundle/warm-up.ts";
import { type Controller, controller, systemClock } from "./controller.ts";
import type { ScaleState } from "./decide.ts";
import { type Command, type Pods, pods } from "./pods.ts";
import { readScalers } from "./scaled-object.ts";
import type { Annotations, Scaler } from "./scaler.ts";
import { readTriggers } from "./trigger.ts";

/** The HPA looks every 15 s on a cluster; nobody wants to wait for that on a desk. */
const HPA_SYNC_MS = 2_000;

export interface AutoscalerOptions {
  /** The folder with the ScaledObjects and Deployments: keda/base. */
  readonly manifestsDir: string;
  /** Address of the Redis the triggers are read from; the manifests' own names one inside a cluster. */
  readonly redis: string;
  readonly keyPrefix?: string;
  /** Settings of a stage's processes. Beside them they get PATH, HOME, the compile cache and a free probe port only. */
  env(stage: string): Readonly<Record<string, string>>;
  readonly logsDir: string;
  /** Instead of what the manifests say, milliseconds. */
  readonly pollingIntervalMs?: number;
  readonly cooldownMs?: number;
  /** Where the manifests allow more. */
  readonly maxReplicas?: number;
  /** As bad as KEDA 2.20 may be in an outage of Redis: what cannot be read is taken for "no work". */
  readonly losesErrors?: boolean;
  /** What runs for a stage; its bundle in dist/ unless given. */
  command?(stage: string): Pick<Command, "program" | "args">;
  /** Whether a process of a stage has taken up its work; asked while processes are replaced. */
  ready?(stage: string, pid: number): Promise<boolean>;
  readonly log: (message: string) => void;
}

export interface Replicas {
  /** What the autoscaler asks for. */
  readonly wanted: number;
  /** Live processes, draining ones included. */
  readonly running: number;
  /** The last poll saw work. */
  readonly active: boolean;
  /** Why the ScaledObject is not ready, if it is not. */
  readonly problem?: string;
}

export interface Autoscaler {
  /** The outside patch 0 -> 1 that spares a cold stage the wait for the next poll; does nothing when it is up. */
  wake(stage: string): void;
  /** A patch of a Deployment's scale by its name (`cortex-<stage>`). False when there is no such Deployment. */
  scale(deployment: string, replicas: number): boolean;
  /** Sets the annotations of a ScaledObject by its Deployment's name. False when there is no such Deployment. */
  annotate(deployment: string, annotations: Annotations): boolean;
  /** Kills the processes of a stage as a lost node would, and answers how many there were. */
  lose(stage: string): number;
  /** Replaces all processes by such of today's command, one after the other in each stage; see pods.ts. */
  replace(): Promise<void>;
  /** By stage. */
  replicas(): ReadonlyMap<string, Replicas>;
  /** Returns the function that ends the subscription. */
  onChange(listener: () => void): () => void;
  /** SIGTERM to all, the grace each has, SIGKILL; resolves when no process is left. */
  close(): Promise<void>;
}

interface Layer {
  readonly scaler: Scaler;
  readonly pods: Pods;
  readonly controller: Controller;
}

/** Starts with everything at zero. Throws when a manifest is not usable. */
export async function startAutoscaler(options: AutoscalerOptions): Promise<Autoscaler> {
  const { log, losesErrors = false } = options;
  const scalers = await readScalers(options.manifestsDir);
  const triggers = await readTriggers(options.redis, options.keyPrefix ?? "");
  const listeners = new Set<() => void>();
  const changed = () => {
    for (const listener of listeners) listener();
  };
  const layers = new Map(scalers.map((scaler) => [scaler.container, layerOf(withOverrides(scaler, options))]));
  const layerNamed = (deployment: string) => [...layers.values()].find(({ scaler }) => scaler.name === deployment);

  function layerOf(scaler: Scaler): Layer {
    const stage = scaler.container;
    const runner = pods({
      name: stage,
      graceMs: scaler.graceMs,
      logFile: path.join(options.logsDir, `${stage}.log`),
      command: () => commandOf(stage, options),
      ...(options.ready === undefined ? {} : { ready: (pid) => options.ready?.(stage, pid) ?? Promise.resolve(true) }),
      changed,
      log,
    });
    const control = controller(scaler, {
      clock: systemClock,
      read: () => triggers.read(scaler),
      hpaSyncMs: Math.min(HPA_SYNC_MS, scaler.pollingMs),
      losesErrors,
      changed: (next, before) => apply(scaler, runner, next, before),
    });
    // What the manifests themselves want from the beginning.
    runner.scale(control.state().replicas);
    return { scaler, pods: runner, controller: control };
  }

  function apply(scaler: Scaler, runner: Pods, next: ScaleState, before: ScaleState): void {
    if (next.problem !== undefined && next.problem !== before.problem) log(`${scaler.name}: ${next.problem}`);
    if (next.replicas !== before.replicas) {
      log(`${scaler.name}: ${before.replicas} -> ${next.replicas}`);
      runner.scale(next.replicas);
    }
    if (next.replicas !== before.replicas || next.active !== before.active) changed();
  }

  return {
    wake(stage) {
      const layer = layers.get(stage)?.controller;
      if (layer?.state().replicas === 0) layer.patch(1);
    },
    scale(deployment, replicas) {
      const layer = layerNamed(deployment);
      layer?.controller.patch(replicas);
      return layer !== undefined;
    },
    annotate(deployment, annotations) {
      const layer = layerNamed(deployment);
      layer?.controller.annotate(annotations);
      return layer !== undefined;
    },
    lose: (stage) => layers.get(stage)?.pods.lose() ?? 0,
    async replace() {
      const done = await Promise.allSettled([...layers.values()].map((layer) => layer.pods.replace()));
      const problems = done.flatMap((one) => (one.status === "rejected" ? [one.reason as Error] : []));
      if (problems.length > 0) throw new AggregateError(problems, problems.map(({ message }) => message).join("; "));
    },
    replicas: () => new Map([...layers].map(([stage, layer]) => [stage, replicasOf(layer)])),
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    async close() {
      await Promise.all([...layers.values()].map((layer) => layer.controller.stop()));
      triggers.close();
      await Promise.all([...layers.values()].map((layer) => layer.pods.close()));
    },
  };
}

function replicasOf({ controller: { state }, pods: { running } }: Layer): Replicas {
  const { replicas, active, problem } = state();
  return { wanted: replicas, running: running(), active, ...(problem === undefined ? {} : { problem }) };
}

function withOverrides(scaler: Scaler, options: AutoscalerOptions): Scaler {
  const { pollingIntervalMs, cooldownMs, maxReplicas = Number.POSITIVE_INFINITY } = options;
  return {
    ...scaler,
    maxReplicas: Math.min(scaler.maxReplicas, maxReplicas),
    pollingMs: pollingIntervalMs ?? scaler.pollingMs,
    cooldownMs: cooldownMs ?? scaler.cooldownMs,
    initialCooldownMs: cooldownMs ?? scaler.initialCooldownMs,
  };
}

function commandOf(stage: string, options: AutoscalerOptions): Command {
  const folder = path.join(DIST, stage);
  const guard = path.join(import.meta.dirname, "leave-with-parent.mjs");
  const bundle = { program: process.execPath, args: ["--import", guard, path.join(folder, "main.js")] };
  const { PATH = "", HOME = "/" } = process.env;
  const env = { PATH, HOME, PORT: "0", ...compileCacheEnv(folder), ...options.env(stage) };
  return { ...(options.command?.(stage) ?? bundle), env };
}
