/** What KEDA would take in silence: every ScaledObject of every overlay, as the local autoscaler reads it, formula included. */
import { describe, expect, test } from "vitest";
import { stringify } from "yaml";
import * as z from "zod";
import { parseScalers } from "../../../build/local/autoscaler/scaled-object.ts";
import { STAGES, stageEntry } from "../../../shared/stages.ts";
import { hasKubectl, KubeObject as KubeObjectForm, ofKind, rendered } from "./rendered.ts";

const ScaledObject = KubeObjectForm.extend({
  spec: z.looseObject({
    scaleTargetRef: z.object({ name: z.string() }),
    triggers: z.array(
      z.looseObject({
        metadata: z.looseObject({ addressFromEnv: z.string(), enableTLS: z.string().optional() }),
        authenticationRef: z.object({ name: z.string() }),
      }),
    ),
  }),
});

describe.skipIf(!hasKubectl).each(["local", "production"])("keda/overlays/%s", (overlay) => {
  const objects = () => rendered(`keda/overlays/${overlay}`);

  test.each(STAGES)("%s: its keys, its bounds, and a cool-down no failed poll can shorten", (stage) => {
    const own = objects().filter(
      ({ kind, metadata }) => metadata.name === `cortex-${stage}` && ["ScaledObject", "Deployment"].includes(kind),
    );
    const [scaler, ...more] = parseScalers(own.map((object) => stringify(object)).join("---\n"));
    if (scaler === undefined) throw new Error(`no scaler for ${stage}`);
    expect(more).toEqual([]);
    const list = `school:queue:${stage}`;
    expect(scaler.triggers.map(({ key }) => key)).toEqual([list, `${list}:leases`, `${list}:delayed`]);
    expect(scaler.cooldownMs).toBeGreaterThanOrEqual(Math.max(60_000, 3 * scaler.pollingMs + 30_000));
    expect(scaler.initialCooldownMs).toBe(scaler.cooldownMs);
    const { maxPods } = stageEntry(stage).scale;
    expect([scaler.minReplicas, scaler.maxReplicas]).toEqual([0, maxPods]);
  });

  test("KEDA finds Redis by the same settings, over TLS where it is elsewhere, by credentials that are there", () => {
    const Settings = KubeObjectForm.extend({ data: z.record(z.string(), z.string()) });
    const [settings] = ofKind(objects(), "ConfigMap", Settings).filter(
      (one) => one.metadata.name === "cortex-settings",
    );
    // Its operator asks from another namespace: a bare name would be looked for there.
    expect(settings?.data["REDIS_ADDRESS"]).toMatch(/^[a-z0-9-]+\.[a-z0-9.-]+:\d+$/);
    const credentials = objects()
      .filter(({ kind }) => kind === "TriggerAuthentication")
      .map((one) => one.metadata.name);
    for (const { spec } of ofKind(objects(), "ScaledObject", ScaledObject)) {
      expect(spec.triggers).toHaveLength(3);
      for (const { metadata, authenticationRef } of spec.triggers) {
        expect(metadata.addressFromEnv).toBe("REDIS_ADDRESS");
        expect(metadata.enableTLS).toBe(overlay === "production" ? "true" : undefined);
        expect(credentials).toContain(authenticationRef.name);
      }
    }
  });
});
