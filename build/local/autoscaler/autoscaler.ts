/** KEDA, the HPA and the kubelet of the local school: reads the real ScaledObjects, runs bundles as processes. */
import path from "node:path";
import { DIST } from "../../bundle/targets.ts";
import { compileCacheEnv } from "../../bundle/warm-up.ts";
import { initialState, patchReplicas, poll, type ScaleState, syncHpa } from "./decide.ts";
import { type Command, type Pods, pods } from "./pods.ts";
import { readScalers, type Scaler } from "./scaled-object.ts";
import { readTriggers } from "./trigger.ts";

/** The HPA looks every 15 s on a cluster; here it may look sooner. */
const HPA_SYNC_MS = 2_000;

export interface AutoscalerOptions {
  /** The folder with the ScaledObjects and Deployments: keda/. */
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
  /** What runs for a stage; its bundle in dist/ unless given. */
  command?(stage: string): Pick<Command, "program" | "args">;
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
  /** Kills the processes of a stage as a lost node would, and answers how many there were. */
  lose(stage: string): number;
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
  state: ScaleState;
}

/** Starts with everything at zero. Throws when a manifest is not usable. */
export async function startAutoscaler(options: AutoscalerOptions): Promise<Autoscaler> {
  const { log } = options;
  const scalers = await readScalers(options.manifestsDir);
  const triggers = await readTriggers(options.redis, options.keyPrefix ?? "");
  const listeners = new Set<() => void>();
  const changed = () => {
    for (const listener of listeners) listener();
  };
  const layers = new Map(scalers.map((scaler) => [scaler.container, layerOf(withOverrides(scaler, options))]));

  function layerOf(scaler: Scaler): Layer {
    const stage = scaler.container;
    const runner = pods({
      name: stage,
      graceMs: scaler.graceMs,
      logFile: path.join(options.logsDir, `${stage}.log`),
      command: () => commandOf(stage, options),
      changed,
      log,
    });
    return { scaler, pods: runner, state: initialState(scaler, Date.now()) };
  }

  function apply(layer: Layer, next: ScaleState): void {
    const { state, scaler } = layer;
    if (next.problem !== undefined && next.problem !== state.problem) log(`${scaler.name}: ${next.problem}`);
    layer.state = next;
    if (next.replicas !== state.replicas) {
      log(`${scaler.name}: ${state.replicas} -> ${next.replicas}`);
      layer.pods.scale(next.replicas);
    }
    if (next.replicas !== state.replicas || next.active !== state.active) changed();
  }

  const stops = [...layers.values()].flatMap((layer) => [
    every(layer.scaler.pollingMs, async () => {
      const reading = await triggers.read(layer.scaler);
      apply(layer, poll(layer.scaler, layer.state, Date.now(), reading));
    }),
    every(Math.min(HPA_SYNC_MS, layer.scaler.pollingMs), async () => {
      if (layer.state.replicas === 0) return;
      const reading = await triggers.read(layer.scaler);
      apply(layer, syncHpa(layer.scaler, layer.state, reading));
    }),
  ]);

  return {
    wake(stage) {
      const layer = layers.get(stage);
      if (layer?.state.replicas === 0) apply(layer, patchReplicas(layer.state, 1));
    },
    scale(deployment, replicas) {
      const layer = [...layers.values()].find(({ scaler }) => scaler.name === deployment);
      if (layer !== undefined) apply(layer, patchReplicas(layer.state, replicas));
      return layer !== undefined;
    },
    lose: (stage) => layers.get(stage)?.pods.lose() ?? 0,
    replicas: () => new Map([...layers].map(([stage, layer]) => [stage, replicasOf(layer)])),
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    async close() {
      await Promise.all(stops.map((stop) => stop()));
      triggers.close();
      await Promise.all([...layers.values()].map((layer) => layer.pods.close()));
    },
  };
}

function replicasOf({ state: { replicas, active, problem }, pods: { running } }: Layer): Replicas {
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

/** Runs `step` at once and then every `ms`, never twice at a time. The result stops it and waits for a running step. */
function every(ms: number, step: () => Promise<void>): () => Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  let stopped = false;
  async function round(): Promise<void> {
    await step();
    if (!stopped) timer = setTimeout(next, ms);
  }
  let current = round();
  function next(): void {
    current = round();
  }
  return () => {
    stopped = true;
    clearTimeout(timer);
    return current;
  };
}
