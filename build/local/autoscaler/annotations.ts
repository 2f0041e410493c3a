/** What an operator tells KEDA by annotations of a ScaledObject (kedacore/keda v2.20.2 apis/keda/v1alpha1/scaledobject_types.go). */
import type { Annotations } from "./scaler.ts";

const PREFIX = "autoscaling.keda.sh/";

export interface Told {
  /** Nothing is decided while it is true. */
  readonly paused: boolean;
  /** The count it is set to, once; undefined: it stays as it is. */
  readonly pausedReplicas?: number;
  readonly mayScaleIn: boolean;
  readonly mayScaleOut: boolean;
  readonly forced: boolean;
  /** Why nothing can be decided. */
  readonly problem?: string;
}

export function toldBy(annotations: Annotations): Told {
  const count = annotations[`${PREFIX}paused-replicas`];
  const isCount = count !== undefined && /^\d+$/.test(count);
  return {
    // The annotation alone pauses, whatever it says.
    paused: count !== undefined || isOn(annotations, "paused"),
    ...(isCount ? { pausedReplicas: Number(count) } : {}),
    ...(count === undefined || isCount ? {} : { problem: `${PREFIX}paused-replicas is no number: ${count}` }),
    mayScaleIn: !isOn(annotations, "paused-scale-in"),
    mayScaleOut: !isOn(annotations, "paused-scale-out"),
    forced: isOn(annotations, "force-activation"),
  };
}

/** Go's strconv.ParseBool; who writes something else wants it on. */
const FALSE = new Set(["0", "f", "F", "false", "FALSE", "False"]);

function isOn(annotations: Annotations, name: string): boolean {
  const value = annotations[PREFIX + name];
  return value !== undefined && !FALSE.has(value);
}
