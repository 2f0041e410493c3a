/** Whatever an intent holds, the result is valid and judged, or refused; it never throws and never leaves the repository. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { signals } from "../../../shared/intents/monitoring/alerts/all.ts";
import { intents } from "../../../shared/intents/registry.ts";
import { renderChangeSet } from "../../../shared/intents/render.ts";
import { isSafePath } from "../../../shared/policy/change-rules.ts";
import { judge } from "../../../shared/policy/judge.ts";
import { withChanges } from "../../../shared/repository/change.ts";
import { workloadsOf } from "../../../shared/repository/workloads.ts";
import { application, deployment, platformOf, SIZED, sample } from "../../support/platform.ts";
import { usual } from "./usual.ts";

const platforms = [sample("harbor"), sample("meadow")];
const known = platforms.flatMap((platform) => workloadsOf(platform));
const hostile = [
  "../../etc/passwd",
  "x\n---\nkind: ClusterRoleBinding",
  "a: {b: c}",
  "__proto__",
  "constructor",
  "$(rm -rf /)",
  "{{ .Values.x }}",
  "&a [*a]",
  "kube-system",
  "​web",
  "%2e%2e",
  "null",
  "yes",
  "",
];
const name = fc.oneof(
  fc.constantFrom(...known.map((workload) => workload.name), ...known.map(({ namespace }) => namespace ?? "")),
  fc.constantFrom(...hostile),
  fc.string(),
);
const amount = fc.oneof(
  fc.constantFrom("100m", "1", "64Mi", "1Gi", "999Ti", "0", "-1", "1e9", "256Mi\n  evil: 1"),
  fc.string(),
);
const resources = fc.option(fc.record({ cpu: amount, memory: amount }, { requiredKeys: [] }), { nil: undefined });
const workload = fc.oneof(
  fc.constantFrom(
    ...known.map((one) => ({ kind: one.kind as string, namespace: one.namespace ?? "", name: one.name })),
  ),
  fc.record({
    kind: fc.constantFrom("Deployment", "StatefulSet", "DaemonSet", "CronJob", "Job", "Secret"),
    namespace: name,
    name,
  }),
);
const intent = fc.oneof(
  fc.record({
    kind: fc.constant("set-resource-limits"),
    workload,
    container: fc.oneof(fc.constantFrom(...known.flatMap(({ containers }) => containers.map((one) => one.name))), name),
    requests: resources,
    limits: resources,
  }),
  fc.record({ kind: fc.constant("add-network-policy"), namespace: name }),
  fc.record({ kind: fc.constant("add-horizontal-pod-autoscaler"), workload }),
  fc.record({
    kind: fc.constant("set-pod-security-level"),
    namespace: name,
    level: fc.oneof(fc.constantFrom("restricted", "baseline"), name),
  }),
  fc.record({ kind: fc.constant("add-service-monitor"), service: fc.record({ namespace: name, name }) }),
  fc.record({
    kind: fc.constant("add-probes"),
    workload,
    container: fc.oneof(fc.constantFrom(...known.flatMap(({ containers }) => containers.map((one) => one.name))), name),
  }),
  fc.record({ kind: fc.constant("add-backup-cronjob"), workload }),
  fc.record({
    kind: fc.constant("add-pod-disruption-budget"),
    workload,
    maxUnavailable: fc.oneof(fc.constantFrom(1, 2, 1.5, 0, -1), fc.jsonValue()),
  }),
  fc.record({
    kind: fc.constant("add-prometheus-rule"),
    namespace: name,
    signal: fc.oneof(fc.constantFrom(...signals.map(({ id }) => id)), name),
  }),
  fc.record({
    kind: fc.constantFrom("harden-security-context", "disable-service-account-token", "add-service-account"),
    workload,
  }),
  fc.record({ kind: fc.constant("add-certificate"), namespace: name, ingress: name }),
  fc.record({ kind: fc.constant("pin-image"), workload, container: name }),
  fc.dictionary(fc.string(), fc.jsonValue()).map((fields) => ({ kind: "add-network-policy", ...fields })),
  fc.record({ kind: fc.string() }),
);

test.each(["harbor", "meadow"] as const)("any intent on %s", (which) => {
  const platform = platforms[which === "harbor" ? 0 : 1];
  if (platform === undefined) throw new Error("no platform");
  let rendered = 0;
  fc.assert(
    fc.property(intent, (value) => {
      const result = renderChangeSet(value as { kind: string }, platform);
      if (result.kind === "refused") return result.because.length > 0;
      rendered++;
      expect(result.changeSet.files.every(({ path }) => isSafePath(path))).toBe(true);
      expect(judge(result.changeSet, platform)).toEqual(result.verdict);
      const broken = result.verdict.rules.filter(({ rule }) =>
        [
          "valid-schema",
          "unknown-fields",
          "valid-yaml",
          "rfc-1123-names",
          "not-covered",
          "change-set-mismatch",
        ].includes(rule),
      );
      expect(broken).toEqual([]);
      const after = withChanges(platform, result.changeSet.files);
      return after.unreadable.length === platform.unreadable.length;
    }),
    { numRuns: 400, examples: usual(platform) },
  );
  expect(rendered, "the property must have looked at rendered changes").toBeGreaterThan(0);
});

/** Fields of the kinds the newer intents read, with whatever people may have written into them. */
const labels = fc.oneof(
  fc.dictionary(fc.constantFrom("app", "role", "release"), fc.constantFrom("a", "b", "alerts")),
  fc.jsonValue(),
);
const selector = fc.oneof(
  fc.record({ matchLabels: labels, matchExpressions: fc.jsonValue() }, { requiredKeys: [] }),
  fc.constant({}),
  fc.jsonValue(),
);
const expr = fc.oneof(fc.constantFrom('up{namespace="shop"} == 0', "rate(", 'a{b=~"(x+)+"}', ""), fc.jsonValue());
const odd = fc.oneof(
  fc.record({
    apiVersion: fc.constant("policy/v1"),
    kind: fc.constant("PodDisruptionBudget"),
    spec: fc.record({ selector, minAvailable: fc.jsonValue(), maxUnavailable: fc.jsonValue() }, { requiredKeys: [] }),
  }),
  fc.record({
    apiVersion: fc.constant("monitoring.coreos.com/v1"),
    kind: fc.constantFrom("Prometheus", "ServiceMonitor", "PodMonitor"),
    spec: fc.record({ ruleSelector: selector, ruleNamespaceSelector: selector }, { requiredKeys: [] }),
  }),
  fc.record({
    apiVersion: fc.constant("monitoring.coreos.com/v1"),
    kind: fc.constant("PrometheusRule"),
    spec: fc.oneof(
      fc.record({ groups: fc.array(fc.record({ rules: fc.array(fc.record({ alert: fc.string(), expr, labels })) })) }),
      fc.jsonValue(),
    ),
  }),
  fc.record({
    apiVersion: fc.constantFrom("autoscaling/v2", "keda.sh/v1alpha1"),
    kind: fc.constantFrom("HorizontalPodAutoscaler", "ScaledObject"),
    spec: fc.record({ scaleTargetRef: fc.jsonValue(), minReplicas: fc.jsonValue() }, { requiredKeys: [] }),
  }),
  fc.record({
    apiVersion: fc.constant("v1"),
    kind: fc.constantFrom("ResourceQuota", "LimitRange"),
    spec: fc.record({ hard: fc.jsonValue(), scopes: fc.jsonValue(), limits: fc.jsonValue() }, { requiredKeys: [] }),
  }),
);

test("whatever else a repository holds, every candidate can be written and is judged", () => {
  const object = fc.record({ object: odd, labels });
  let candidates = 0;
  fc.assert(
    fc.property(fc.array(object, { maxLength: 6 }), fc.integer({ min: 0, max: 9 }), (objects, replicas) => {
      const texts = Object.fromEntries(
        objects.map(({ object: one, labels: carried }, index) => {
          const metadata = { name: `odd-${index}`, labels: carried };
          return [`shop/odd-${index}.json`, JSON.stringify({ ...one, metadata })];
        }),
      );
      const shop = deployment("shop", { extra: SIZED }).replace("spec:\n", `spec:\n  replicas: ${replicas}\n`);
      const platform = platformOf({
        ...texts,
        "shop/shop.yaml": shop,
        "apps/a.yaml": application("a", "shop", "shop"),
      });
      for (const definition of intents.values()) {
        const { done, open } = definition.survey(platform, "alert when it is down or crashes");
        expect(done.length + open.length).toBeGreaterThanOrEqual(0);
        for (const candidate of definition.candidates(platform)) {
          candidates++;
          expect(renderChangeSet(candidate.intent, platform).kind).toBe("rendered");
        }
      }
    }),
    { numRuns: 150 },
  );
  expect(candidates).toBeGreaterThan(0);
});

describe("after a change", () => {
  test.each(["harbor", "meadow"] as const)("%s: a target that was improved is no target any more", (which) => {
    const platform = sample(which);
    for (const definition of intents.values()) {
      const [best] = definition.candidates(platform);
      if (best === undefined) continue;
      const rendered = renderChangeSet(best.intent, platform);
      if (rendered.kind === "refused") throw new Error(rendered.because);
      const after = withChanges(platform, rendered.changeSet.files);
      expect(definition.candidates(after).map((one) => JSON.stringify(one.intent))).not.toContain(
        JSON.stringify(best.intent),
      );
      expect(renderChangeSet(best.intent, after).kind).toBe("refused");
    }
  });
});
