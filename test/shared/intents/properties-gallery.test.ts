/** Whatever an intent of these two kinds holds, and whatever else the repository does: valid and judged, or refused. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { addDashboard } from "../../../shared/intents/monitoring/add-dashboard.ts";
import { renderChangeSet } from "../../../shared/intents/render.ts";
import { addScaledObject } from "../../../shared/intents/workloads/add-scaled-object.ts";
import { isSafePath } from "../../../shared/policy/change-rules.ts";
import { judge } from "../../../shared/policy/judge.ts";
import { withChanges } from "../../../shared/repository/change.ts";
import { parseQuery } from "../../../shared/repository/promql.ts";
import { application, platformOf } from "../../support/platform.ts";
import { promqlErrors } from "../../support/promql.ts";
import { gallery, galleryTexts, kustomizedTexts } from "./gallery.ts";
import { usual } from "./usual.ts";
import { KEDA, worker } from "./workers.ts";

const SHAPE = [
  "valid-schema",
  "unknown-fields",
  "valid-yaml",
  "rfc-1123-names",
  "not-covered",
  "change-set-mismatch",
  "no-effect",
  "valid-dashboard",
  "no-effect-dashboard",
];
const hostile = [
  "../../etc/passwd",
  "x\n---\nkind: ClusterRoleBinding",
  "__proto__",
  "constructor",
  "{{ .Values.x }}",
  "kube-system",
  "$(X)",
  "null",
  "",
];
const name = fc.oneof(
  fc.constantFrom("shop", "jobs", "monitoring", "mailer", "resizer", "web", "grafana"),
  fc.constantFrom(...hostile),
  fc.string(),
);
const text = fc.oneof(
  fc.constantFrom("up", 'sum(http_requests_total{namespace="shop"})', "x", "rate(", "a\nb", ...hostile),
  fc.string(),
);
const panels = fc.oneof(
  fc.array(
    fc.record(
      { title: fc.oneof(fc.constant("Sum"), text), expr: text, unit: fc.oneof(fc.constantFrom("s", "bytes"), text) },
      { requiredKeys: ["title", "expr"] },
    ),
    { maxLength: 3 },
  ),
  fc.jsonValue(),
);
const intent = fc.oneof(
  fc.record({ kind: fc.constant("add-dashboard"), namespace: name, panels }, { requiredKeys: ["kind", "namespace"] }),
  fc.record(
    {
      kind: fc.constant("add-scaled-object"),
      workload: fc.record({ kind: fc.constantFrom("Deployment", "StatefulSet"), namespace: name, name }),
      variable: fc.oneof(fc.constantFrom("WORK_QUEUE", "BROKER_URL"), text),
    },
    { requiredKeys: ["kind", "workload"] },
  ),
);

test.each([
  ["plain folders", gallery()],
  ["kustomize", platformOf(kustomizedTexts())],
])("any intent, %s", (_, platform) => {
  let rendered = 0;
  fc.assert(
    fc.property(intent, (value) => {
      const result = renderChangeSet(value, platform);
      if (result.kind === "refused") return result.because.length > 0;
      rendered++;
      expect(result.changeSet.files.every(({ path }) => isSafePath(path))).toBe(true);
      expect(judge(result.changeSet, platform)).toEqual(result.verdict);
      expect(result.verdict.rules.filter(({ rule }) => SHAPE.includes(rule))).toEqual([]);
      return withChanges(platform, result.changeSet.files).unreadable.length === platform.unreadable.length;
    }),
    { numRuns: 200, examples: usual(platform, [addDashboard.kind, addScaledObject.kind]) },
  );
  expect(rendered, "the property must have looked at rendered changes").toBeGreaterThan(0);
});

test.each([addDashboard, addScaledObject])("a target that was improved is no target any more: $kind", (definition) => {
  const platform = gallery();
  const [best] = definition.candidates(platform);
  if (best === undefined) throw new Error("no candidate");
  const rendered = renderChangeSet(best.intent, platform);
  if (rendered.kind === "refused") throw new Error(rendered.because);
  const after = withChanges(platform, rendered.changeSet.files);
  expect(definition.candidates(after).map(({ target }) => target)).not.toContain(best.target);
  expect(renderChangeSet(best.intent, after).kind).toBe("refused");
});

const values = fc.oneof(
  fc.constantFrom("mail", "redis.cache:6379", "amqp://b.mq:5672", "redis", "a,b", "kafka.data:9092", "redis://x:y@z/1"),
  fc.string({ maxLength: 30 }),
);
const names = fc.constantFrom(
  "QUEUE_NAME",
  "WORK_QUEUE",
  "REDIS_ADDRESS",
  "REDIS_HOST",
  "REDIS_URL",
  "AMQP_URL",
  "KAFKA_BROKERS",
  "KAFKA_TOPIC",
  "GROUP_ID",
  "NATS_URL",
  "STREAM",
  "CONSUMER",
  "REDIS_PASSWORD",
);
const odd = fc.oneof(
  fc.record({
    apiVersion: fc.constant("keda.sh/v1alpha1"),
    kind: fc.constantFrom("ScaledObject", "TriggerAuthentication"),
    spec: fc.oneof(fc.record({ scaleTargetRef: fc.jsonValue(), triggers: fc.jsonValue() }), fc.jsonValue()),
  }),
  fc.record({
    apiVersion: fc.constant("grafana.integreatly.org/v1beta1"),
    kind: fc.constantFrom("Grafana", "GrafanaDashboard"),
    spec: fc.jsonValue(),
  }),
  fc.record({
    apiVersion: fc.constant("v1"),
    kind: fc.constant("ConfigMap"),
    data: fc.oneof(
      fc.dictionary(
        fc.constantFrom("a.json", "rules.yaml"),
        fc.oneof(
          fc.jsonValue().map((one) => JSON.stringify({ title: "x", panels: one, templating: one })),
          fc.constant("groups: [{rules: [{expr: up, alert: A}]}]"),
          fc.string(),
        ),
      ),
      fc.jsonValue(),
    ),
  }),
);

test("whatever else a repository holds, every candidate can be written, and every query of it is one", () => {
  let candidates = 0;
  fc.assert(
    fc.property(fc.array(odd, { maxLength: 4 }), fc.dictionary(names, values, { maxKeys: 5 }), (objects, env) => {
      const texts = Object.fromEntries(
        objects.map((one, index) => [
          `apps/jobs/odd-${index}.json`,
          JSON.stringify({
            ...one,
            metadata: { name: `odd-${index}`, namespace: "jobs", labels: { grafana_dashboard: "1" } },
          }),
        ]),
      );
      const platform = platformOf({
        ...texts,
        "argocd/jobs.yaml": application("jobs", "apps/jobs", "jobs"),
        "argocd/monitoring.yaml": application("monitoring", "apps/monitoring", "monitoring"),
        "argocd/keda.yaml": KEDA,
        "apps/monitoring/g.yaml": galleryTexts["apps/monitoring/grafana-deployment.yaml"] ?? "",
        "apps/monitoring/k.yaml": galleryTexts["apps/monitoring/kube-state-metrics-deployment.yaml"] ?? "",
        "apps/jobs/mail.yaml": worker("mail", env),
      });
      for (const definition of [addDashboard, addScaledObject]) {
        definition.survey(platform);
        for (const candidate of definition.candidates(platform)) {
          candidates++;
          const rendered = renderChangeSet(candidate.intent, platform);
          expect(rendered.kind).toBe("rendered");
          if (rendered.kind === "rendered")
            expect(rendered.verdict.rules.filter(({ rule }) => SHAPE.includes(rule))).toEqual([]);
        }
      }
    }),
    { numRuns: 100 },
  );
  expect(candidates).toBeGreaterThan(0);
});

test("a query is read as Prometheus' own grammar reads it", () => {
  const part = fc.constantFrom(
    "sum",
    "rate(",
    "(",
    ")",
    "up",
    '{a="b"}',
    "[5m]",
    ">",
    "0.5",
    " by (x) ",
    "and",
    "offset 5m",
    '"',
    "}",
    "$x",
    "#c\n",
    "{",
    ",",
  );
  fc.assert(
    fc.property(fc.array(part, { maxLength: 9 }), (parts) => {
      const expr = parts.join("");
      const parsed = parseQuery(expr);
      if (parsed === undefined) return true;
      expect(promqlErrors(expr)).toEqual([]);
      expect(promqlErrors(parsed.measured)).toEqual([]);
      return parsed.selectors.every(({ from, to, metric }) => expr.slice(from, to).includes(metric));
    }),
    { numRuns: 500 },
  );
});
