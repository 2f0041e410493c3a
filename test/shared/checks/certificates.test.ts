import { expect, test } from "vitest";
import type { ObjectRef } from "../../../shared/domain/change-set.ts";
import type { Phase } from "../../../shared/domain/health.ts";
import { look, phaseOf, shop, textOf } from "./world.ts";

const certificate: ObjectRef = {
  apiVersion: "cert-manager.io/v1",
  kind: "Certificate",
  namespace: "shop",
  name: "web",
  effect: "create",
};
const ready = (status: string, over: object = {}) => ({ status: { conditions: [{ type: "Ready", status, ...over }] } });
const world = (over: object, generation = 1) =>
  shop({ objects: { "Certificate web": { metadata: { generation }, ...over } } });

test.each<[string, ReturnType<typeof shop>, boolean, Phase, RegExp]>([
  ["is issued", world(ready("True")), false, "Successful", /is issued/],
  [
    "waits for its authority",
    world(ready("False", { message: "order is pending" })),
    false,
    "Inconclusive",
    /order is pending/,
  ],
  ["is not issued to the end", world(ready("False", { message: "order failed" })), true, "Failed", /order failed/],
  ["has no status yet", world({}), false, "Inconclusive", /nobody issues it/],
  ["is watched by nobody", world({}), true, "Failed", /nobody issues it/],
  [
    "was issued before it changed",
    world(ready("True", { observedGeneration: 1 }), 2),
    false,
    "Inconclusive",
    /not observed/,
  ],
  ["is not there", shop(), true, "Failed", /does not exist/],
])("a certificate that %s", async (_, state, lastLook, phase, message) => {
  const seen = await look("certificates", state, { objects: [certificate], lastLook });
  expect(phaseOf(seen)).toBe(phase);
  expect(textOf(seen)).toMatch(message);
});
