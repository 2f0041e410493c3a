/** What a change may hurt besides what it changes, as the manifests show it when it is planned. */
export interface BlastRadius {
  /** How many things depend on what is changed by one edge, and how many by more. */
  readonly direct: number;
  readonly transitive: number;
  /** The nearest of them. */
  readonly shown: readonly Hurt[];
}

export interface Hurt {
  readonly kind: string;
  readonly namespace?: string;
  readonly name: string;
  /** 1: it depends on what is changed itself. */
  readonly distance: number;
  /** Why, from it to what is changed: `Deployment shop/web calls Service shop/api`. */
  readonly way: readonly string[];
}

const RUNNING: ReadonlySet<string> = new Set(["Deployment", "StatefulSet", "DaemonSet"]);
/** A caller calls a Service that leads to what is changed, perhaps by way of its settings; further away nobody notices at once. */
const NEAR = 3;
const WATCHED = 10;

/** The workloads near enough that a change can be measured on them, nearest first. */
export function workloadsHurt(
  radius: BlastRadius | undefined,
): readonly { readonly kind: string; readonly namespace: string; readonly name: string }[] {
  const near = (radius?.shown ?? []).filter(({ distance }) => distance <= NEAR);
  return near
    .flatMap(({ kind, namespace, name }) =>
      RUNNING.has(kind) && namespace !== undefined ? [{ kind, namespace, name }] : [],
    )
    .slice(0, WATCHED);
}
