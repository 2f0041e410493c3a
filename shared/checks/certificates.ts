/** A Certificate is issued; cert-manager says so in its status (cert-manager.io/docs/reference/api-docs). */
import * as z from "zod";
import type { ObjectRef } from "../domain/change-set.ts";
import { type Check, failed, inconclusive, type Look, successful, type World, worstOf } from "./check.ts";
import { clusterLimits } from "./schedule.ts";

const Certificate = z.object({
  metadata: z.object({ generation: z.number().optional() }),
  status: z.object({
    conditions: z.array(
      z.object({
        type: z.string(),
        status: z.string(),
        message: z.string().optional(),
        observedGeneration: z.number().optional(),
      }),
    ),
  }),
});

export const certificates: Check = {
  name: "certificates",
  // An authority takes its time: nothing counts against it before the last look.
  limits: (schedule) => clusterLimits(schedule, 0, false),
  async look(world) {
    const changed = world.objects.filter(isCertificate);
    return worstOf(await Promise.all(changed.map((one) => lookAt(one, world))), "no certificate is changed");
  },
};

function isCertificate({ apiVersion, kind, effect }: ObjectRef): boolean {
  return kind === "Certificate" && apiVersion.startsWith("cert-manager.io/") && effect !== "delete";
}

async function lookAt(ref: ObjectRef, { cluster, lastLook, signal }: World): Promise<Look> {
  const name = `Certificate ${ref.namespace ?? ""}/${ref.name}`;
  const notYet = (message: string) => (lastLook ? failed(`${name} ${message}`) : inconclusive(`${name} ${message}`));
  const found = await cluster.object(ref.apiVersion, ref.kind, ref.namespace ?? "", ref.name, signal);
  if (found === undefined) return notYet("does not exist");
  const certificate = Certificate.safeParse(found);
  if (!certificate.success) return notYet("has no status: nobody issues it");
  const { metadata, status } = certificate.data;
  const ready = status.conditions.find(({ type }) => type === "Ready");
  if (ready === undefined || (ready.observedGeneration ?? Number.POSITIVE_INFINITY) < (metadata.generation ?? 1)) {
    return notYet("is not observed yet");
  }
  if (ready.status === "True") return successful(`${name} is issued`);
  return notYet(`is not issued: ${(ready.message ?? "no reason is given").slice(0, 300)}`);
}
