/** Before the push everything that can be out of reach is waited for: an outage must not use up the attempts. */
import { expect, test } from "vitest";
import type { ImplementPorts } from "../../functions/implement/handle.ts";
import { READY_LIMIT_MS, READY_LOOK_MS } from "../../functions/implement/readiness.ts";
import { PermanentError, RetryLater } from "../../shared/runtime/errors.ts";
import { approved, argocd, base, baseline, NOW, patched, remote, run } from "../support/implement.ts";

const away = (error: Error) => () => {
  throw error;
};
const outages: [string, Partial<ImplementPorts>][] = [
  ["the Kubernetes API", { argocd: argocd(away(new RetryLater("Kubernetes: cannot get it: 503", 5_000))) }],
  ["Prometheus", { baseline: async () => away(new RetryLater("Prometheus cannot be reached", 5_000))() }],
];

test.each(outages)("%s out of reach is waited for, and nothing is pushed", async (_what, outage) => {
  expect(await run({ improvement: await approved() }, outage)).toMatchObject({
    kind: "again",
    afterMs: READY_LOOK_MS,
    patch: { not_ready_since: new Date(NOW).toISOString() },
    because: expect.stringMatching(/503|cannot be reached/),
  });
  expect(await remote.tip()).toBe(base);
});

test.each(outages)("%s out of reach for ten minutes is a person's affair", async (_what, outage) => {
  const improvement = patched(await approved(), { not_ready_since: new Date(NOW - READY_LIMIT_MS).toISOString() });
  expect(await run({ improvement }, outage)).toMatchObject({ to: "pending_review", patch: { approval: null } });
  expect(await remote.tip()).toBe(base);
});

test("once it is back the change is committed, on the baseline measured then", async () => {
  const later = { ...baseline, at: NOW + 60_000 };
  const record = { improvement: patched(await approved(), { not_ready_since: new Date(NOW).toISOString() }) };
  expect(await run(record, { baseline: async () => later })).toMatchObject({ to: "implementation" });
  expect(record.improvement).toMatchObject({ baseline: later });
  expect(record.improvement.not_ready_since).toBeUndefined();
});

test("what does not pass by waiting is still an error", async () => {
  const refused = { baseline: async () => away(new PermanentError("Prometheus refuses the query"))() };
  await expect(run({ improvement: await approved() }, refused)).rejects.toThrow(PermanentError);
});
