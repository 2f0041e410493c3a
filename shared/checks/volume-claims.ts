/** A PersistentVolumeClaim has its volume, as large as it was asked for; or waits for its first pod, where its class binds so. */
import type { ObjectRef } from "../domain/change-set.ts";
import { parseQuantity } from "../repository/quantity.ts";
import { at, itemsAt, textAt } from "../repository/values.ts";
import { type Check, failed, inconclusive, type Look, successful, type World, worstOf } from "./check.ts";
import { conditionOf } from "./conditions.ts";
import { runningPods } from "./running-pods.ts";
import { clusterLimits } from "./schedule.ts";

export const volumeClaims: Check = {
  name: "volume-claims",
  // A volume takes its time: nothing counts against it before the last look.
  limits: (schedule) => clusterLimits(schedule, 0, false),
  async look(world) {
    const claims = world.objects.filter(isClaim);
    return worstOf(await Promise.all(claims.map((claim) => lookAt(claim, world))), "no volume claim is changed");
  },
};

function isClaim({ apiVersion, kind, effect }: ObjectRef): boolean {
  return apiVersion === "v1" && kind === "PersistentVolumeClaim" && effect !== "delete";
}

async function lookAt({ apiVersion, kind, namespace = "", name }: ObjectRef, world: World): Promise<Look> {
  const { cluster, lastLook, signal } = world;
  const id = `PersistentVolumeClaim ${namespace}/${name}`;
  const notYet = (message: string) => (lastLook ? failed(`${id} ${message}`) : inconclusive(`${id} ${message}`));
  const claim = await cluster.object(apiVersion, kind, namespace, name, signal);
  if (claim === undefined) return notYet("does not exist");
  switch (textAt(claim, "status", "phase")) {
    case "Bound":
      return grown(claim, id);
    case "Lost":
      return failed(`${id} has lost its volume`);
    default: {
      if (!(await waitsForPod(claim, world))) return notYet("has no volume yet");
      const pods = await runningPods(namespace, cluster, signal);
      const used = pods.some(({ spec }) =>
        itemsAt(spec, "volumes").some((volume) => textAt(volume, "persistentVolumeClaim", "claimName") === name),
      );
      return used
        ? notYet("has no volume, and a pod waits for it")
        : successful(`${id} waits for its first pod, as its class wants it`);
    }
  }
}

function grown(claim: Readonly<Record<string, unknown>>, id: string): Look {
  const wanted = quantity(at(claim, "spec", "resources", "requests", "storage"));
  const has = quantity(at(claim, "status", "capacity", "storage"));
  if (wanted === undefined || has === undefined || has >= wanted) return successful(`${id} is bound`);
  if (conditionOf(claim, "FileSystemResizePending")?.isTrue === true) {
    return inconclusive(`${id} is larger, and its file system grows when its pod starts again`);
  }
  const refused = conditionOf(claim, "ControllerResizeError") ?? conditionOf(claim, "NodeResizeError");
  if (refused?.isTrue === true) return failed(`${id} cannot grow: ${refused.because}`);
  return inconclusive(`${id} is still smaller than it was asked for`);
}

/** `volumeBindingMode` of its class, or of the default class where it names none. */
async function waitsForPod(claim: Readonly<Record<string, unknown>>, { cluster, signal }: World): Promise<boolean> {
  const name = at(claim, "spec", "storageClassName");
  if (name === "") return false;
  const classes = await cluster.list("storage.k8s.io/v1", "StorageClass", "", signal);
  const isDefault = "storageclass.kubernetes.io/is-default-class";
  const found = classes.find((one) =>
    typeof name === "string"
      ? textAt(one, "metadata", "name") === name
      : textAt(one, "metadata", "annotations", isDefault) === "true",
  );
  return textAt(found, "volumeBindingMode") === "WaitForFirstConsumer";
}

function quantity(value: unknown): number | undefined {
  return typeof value === "string" || typeof value === "number" ? parseQuantity(value) : undefined;
}
