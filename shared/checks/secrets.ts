/**
 * What becomes a Secret has become one: External Secrets and Sealed Secrets say so in their status. Secrets themselves are
 * never read; a pod that misses one says so itself (CreateContainerConfigError).
 */
import type { ObjectRef } from "../domain/change-set.ts";
import { type Check, failed, inconclusive, type Look, successful, type World, worstOf } from "./check.ts";
import { conditionOf } from "./conditions.ts";
import { clusterLimits } from "./schedule.ts";

/** Group of a kind, and the condition that says it is done (external-secrets.io and sealed-secrets: their API references). */
const KINDS: Readonly<Record<string, { readonly group: string; readonly condition: string }>> = {
  ExternalSecret: { group: "external-secrets.io", condition: "Ready" },
  PushSecret: { group: "external-secrets.io", condition: "Ready" },
  SecretStore: { group: "external-secrets.io", condition: "Ready" },
  SealedSecret: { group: "bitnami.com", condition: "Synced" },
};

export const secrets: Check = {
  name: "secrets",
  // A store takes its time: nothing counts against it before the last look.
  limits: (schedule) => clusterLimits(schedule, 0, false),
  async look(world) {
    const changed = world.objects.filter((ref) => conditionFor(ref) !== undefined && ref.effect !== "delete");
    return worstOf(
      await Promise.all(changed.map((one) => lookAt(one, world))),
      "nothing that becomes a Secret is changed",
    );
  },
};

function conditionFor({ apiVersion, kind }: ObjectRef): string | undefined {
  const known = Object.hasOwn(KINDS, kind) ? KINDS[kind] : undefined;
  return known !== undefined && apiVersion.startsWith(`${known.group}/`) ? known.condition : undefined;
}

async function lookAt(ref: ObjectRef, { cluster, lastLook, signal }: World): Promise<Look> {
  const { apiVersion, kind, namespace = "", name } = ref;
  const id = `${kind} ${namespace}/${name}`;
  const found = await cluster.object(apiVersion, kind, namespace, name, signal);
  const condition = conditionOf(found, conditionFor(ref) ?? "");
  if (condition?.isTrue === true) return successful(`${id} is ${conditionFor(ref)}`);
  const state =
    found === undefined
      ? "does not exist"
      : condition === undefined
        ? "was taken up by nobody yet"
        : `is not ${conditionFor(ref)}: ${condition.because}`;
  return lastLook ? failed(`${id} ${state}`) : inconclusive(`${id} ${state}`);
}
