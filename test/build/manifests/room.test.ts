/** Everything fits into the namespace's own limits, at its most. */
import { expect, test } from "vitest";
import * as z from "zod";
import { parseQuantity } from "../../../shared/repository/quantity.ts";
import { STAGES, stageEntry } from "../../../shared/stages.ts";
import { hasKubectl, KubeObject as KubeObjectForm, ofKind, rendered, type Workload, workloadsIn } from "./rendered.ts";

const OVERLAYS = ["keda/overlays/local", "keda/overlays/production"];
const Amounts = z.record(z.string(), z.string());
const Quota = KubeObjectForm.extend({ spec: z.object({ hard: Amounts }) });
const LimitRange = KubeObjectForm.extend({
  spec: z.object({
    limits: z.array(
      z.strictObject({
        type: z.enum(["Container", "PersistentVolumeClaim"]),
        defaultRequest: Amounts.optional(),
        default: Amounts.optional(),
        max: Amounts.optional(),
      }),
    ),
  }),
});

/** Knative's proxy beside each function in HTTP mode: what it asks for by itself, and the namespace's defaults. */
const PROXY = { requests: { cpu: "25m", memory: "64Mi" }, limits: { cpu: "1", memory: "256Mi" } };

const amount = (text: string | undefined) => parseQuantity(text ?? "0") ?? Number.NaN;

/** Pods of a workload at once: all that KEDA may start, and one more while they are replaced. */
function mostPods({ metadata, spec }: Workload): number {
  const stage = STAGES.find((one) => `cortex-${one}` === metadata.name);
  const replicas = stage === undefined ? (spec.replicas ?? 1) : stageEntry(stage).scale.maxPods;
  return replicas + (spec.strategy?.type === "RollingUpdate" ? 1 : 0);
}

/** What a pod counts for: its containers together, or one that runs before them if that is more. */
function ofPod(workload: Workload, which: "requests" | "limits", resource: string): number {
  const { containers, initContainers } = workload.spec.template.spec;
  const each = (list: typeof containers) => list.map(({ resources }) => amount(resources[which][resource]));
  return Math.max(
    each(containers).reduce((sum, one) => sum + one, 0),
    ...each(initContainers),
  );
}

test.skipIf(!hasKubectl).each(OVERLAYS)(
  "%s fits its quota with every stage at its most, twice over in HTTP mode",
  (overlay) => {
    const objects = rendered(overlay);
    const workloads = workloadsIn(objects);
    const [quota] = ofKind(objects, "ResourceQuota", Quota);
    const hard = quota?.spec.hard ?? {};
    const http = STAGES.map((stage) => [stage, stageEntry(stage).scale.maxPods] as const);
    const used = (which: "requests" | "limits", resource: "cpu" | "memory") =>
      workloads.reduce((sum, one) => sum + mostPods(one) * ofPod(one, which, resource), 0) +
      http.reduce((sum, [stage, pods]) => {
        const same = workloads.find(({ metadata }) => metadata.name === `cortex-${stage}`);
        return (
          sum +
          pods * (amount(PROXY[which][resource]) + (same === undefined ? Number.NaN : ofPod(same, which, resource)))
        );
      }, 0);
    for (const which of ["requests", "limits"] as const) {
      for (const resource of ["cpu", "memory"] as const) {
        const [most, limit] = [used(which, resource), amount(hard[`${which}.${resource}`])];
        expect(most, `${which}.${resource}`).toBeLessThanOrEqual(limit);
        // A quota that is far away stops nobody.
        expect(most, `${which}.${resource}`).toBeGreaterThan(limit / 3);
      }
    }
    const pods = workloads.reduce((sum, one) => sum + mostPods(one), 0) + http.reduce((sum, [, most]) => sum + most, 0);
    expect(pods).toBeLessThanOrEqual(Number(hard["pods"]));
    const claims = workloads.flatMap(({ spec }) =>
      Array.from({ length: spec.replicas ?? 1 }, () => spec.volumeClaimTemplates).flat(),
    ) as { spec: { resources: { requests: { storage: string } } } }[];
    expect(claims.length).toBeLessThanOrEqual(Number(hard["persistentvolumeclaims"]));
    const storage = claims.reduce((sum, { spec }) => sum + amount(spec.resources.requests.storage), 0);
    expect(storage).toBeLessThanOrEqual(amount(hard["requests.storage"]));
  },
);

test.skipIf(!hasKubectl).each(OVERLAYS)("%s: no container and no claim is over the LimitRange", (overlay) => {
  const objects = rendered(overlay);
  const [range] = ofKind(objects, "LimitRange", LimitRange);
  const of = (type: string) => range?.spec.limits.find((one) => one.type === type);
  const container = of("Container");
  for (const { metadata, spec } of workloadsIn(objects)) {
    const { containers, initContainers } = spec.template.spec;
    for (const { resources } of [...initContainers, ...containers]) {
      for (const name of ["cpu", "memory"]) {
        expect(amount(resources.requests[name]), metadata.name).toBeLessThanOrEqual(amount(resources.limits[name]));
        expect(amount(resources.limits[name]), metadata.name).toBeLessThanOrEqual(amount(container?.max?.[name]));
      }
    }
    for (const claim of spec.volumeClaimTemplates as { spec: { resources: { requests: { storage: string } } } }[]) {
      const most = of("PersistentVolumeClaim")?.max?.["storage"];
      expect(amount(claim.spec.resources.requests.storage)).toBeLessThanOrEqual(amount(most));
    }
  }
  for (const name of ["cpu", "memory"]) {
    expect(amount(container?.defaultRequest?.[name])).toBeLessThanOrEqual(amount(container?.default?.[name]));
  }
});

test.skipIf(!hasKubectl).each(OVERLAYS)(
  "%s: on a node that is full the stages make room for what they wait for, and nothing makes room for them",
  (overlay) => {
    const objects = rendered(overlay);
    const Priority = KubeObjectForm.extend({ value: z.number(), preemptionPolicy: z.string() });
    const classes = new Map(ofKind(objects, "PriorityClass", Priority).map((one) => [one.metadata.name, one]));
    for (const { metadata, spec } of workloadsIn(objects)) {
      const name = spec.template.spec["priorityClassName"];
      const isStage = STAGES.some((stage) => `cortex-${stage}` === metadata.name);
      // Without a class a pod has priority 0.
      if (!isStage) expect(name, metadata.name).toBeUndefined();
      else {
        const priority = classes.get(String(name));
        expect(priority?.value, metadata.name).toBeLessThan(0);
        // The cluster autoscaler makes no node for what is below.
        expect(priority?.value).toBeGreaterThanOrEqual(-10);
        expect(priority?.preemptionPolicy).toBe("Never");
      }
    }
  },
);

test.skipIf(!hasKubectl).each(OVERLAYS)("%s: an image that is on the node is taken, whatever its tag", (overlay) => {
  for (const { metadata, spec } of workloadsIn(rendered(overlay))) {
    for (const container of [...spec.template.spec.initContainers, ...spec.template.spec.containers]) {
      expect(container["imagePullPolicy"], `${metadata.name}: ${container.name}`).toBe("IfNotPresent");
    }
  }
});
