/** Whatever an intent about services holds, and whatever a repository holds: valid and judged, or refused with a reason. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { intents } from "../../../shared/intents/registry.ts";
import { renderChangeSet } from "../../../shared/intents/render.ts";
import { catalogue } from "../../../shared/intents/services/catalogue/services.ts";
import { servedDomains } from "../../../shared/intents/services/expose-service-routes.ts";
import { isSafePath } from "../../../shared/policy/change-rules.ts";
import { judge } from "../../../shared/policy/judge.ts";
import { withChanges } from "../../../shared/repository/change.ts";
import { ofKind } from "../../../shared/repository/lookup.ts";
import type { Platform } from "../../../shared/repository/platform.ts";
import { workloadsOf } from "../../../shared/repository/workloads.ts";
import { application, deployment, platformOf, sample, service as serviceOf } from "../../support/platform.ts";
import { dock, quay } from "./services-platform.ts";
import { usual } from "./usual.ts";

const KINDS = ["deploy-service", "add-service", "expose-service"] as const;
const platforms = { quay: quay(), dock: dock(), harbor: sample("harbor"), meadow: sample("meadow") };
const hostile = [
  "../../etc",
  "x\n---\nkind: Secret",
  "a: {b: c}",
  "__proto__",
  "constructor",
  "$(id)",
  "{{ .x }}",
  "&a [*a]",
  "kube-system",
  "​web",
  "null",
  "yes",
  "",
  "`",
  "'\"",
];
const junk = fc.oneof(fc.constantFrom(...hostile), fc.string());
/** Mostly one of `good`, so that something is rendered at all. */
const mostly = <T>(...good: readonly T[]) =>
  fc.oneof({ weight: 8, arbitrary: fc.constantFrom(...good) }, { weight: 1, arbitrary: junk });
const optional = { requiredKeys: [] };
const amount = mostly("100m", "1", "64Mi", "1Gi", "999Ti", "0", "-1", "1e9", "1Gi\n  evil: 1");
const sizes = fc.record({ cpu: amount, memory: amount }, optional);
const path = mostly("/ready", "/data/x", "/etc", "/", "//", "/a/../b", "/x\ny");
const service = fc.constantFrom(...catalogue.map(({ id }) => id));

function intentOn(platform: Platform) {
  const known = workloadsOf(platform);
  const namespace = mostly(...known.map((one) => one.namespace ?? ""), "kube-system");
  const image = mostly(...known.flatMap(({ containers }) => containers.map((one) => one.image)));
  const host = mostly(
    ...[...servedDomains(platform)].map((domain) => `new.${domain}`),
    "new.example.com",
    "a`) || Host(`b",
  );
  const port = mostly(8080, 3000, 80, 0, 70_000, 1.5);
  const runs = fc.oneof(
    fc.record({ service }),
    fc.record({ service, password: fc.record({ name: mostly("vectors", "queue"), key: mostly("password") }) }),
    fc.record({ image, port, health: path, data: path, host }, { requiredKeys: ["image", "port"] }),
    fc.jsonValue(),
  );
  const deploy = {
    kind: fc.constant("deploy-service"),
    namespace,
    name: mostly("fresh", "new-one", "web"),
    workload: mostly("Deployment", "StatefulSet", "DaemonSet", "Job"),
    runs,
    storage: amount,
    requests: sizes,
    limits: sizes,
  };
  const workload = fc.constantFrom(
    ...known.map(({ kind, namespace: home, name }) => ({ kind: kind as string, namespace: home, name })),
  );
  const services = ofKind(platform, "Service").map(({ namespace: home, name }) => ({ namespace: home ?? "", name }));
  return fc.oneof(
    fc.record(deploy, { requiredKeys: ["kind", "namespace", "name", "workload", "runs"] }),
    fc.record(
      { kind: fc.constant("add-service"), workload: fc.oneof(workload, junk), name: mostly("fresh", "web") },
      { requiredKeys: ["kind", "workload"] },
    ),
    fc.record(
      { kind: fc.constant("expose-service"), service: mostly(...services), host, port },
      { requiredKeys: ["kind", "service", "host"] },
    ),
  );
}

const SHAPE = [
  "valid-schema",
  "unknown-fields",
  "valid-yaml",
  "rfc-1123-names",
  "not-covered",
  "change-set-mismatch",
  "duplicate-object",
  "pod-security-restricted",
  "require-probes",
  "require-pod-requests-limits",
  "disallow-latest-tag",
  "selector-matches-labels",
  "no-plain-secret",
  "stale-file",
];

test.each(Object.entries(platforms))("any intent on %s", (_, platform) => {
  let rendered = 0;
  fc.assert(
    fc.property(intentOn(platform), (value) => {
      const result = renderChangeSet(value as { kind: string }, platform);
      if (result.kind === "refused") return result.because.length > 0;
      rendered++;
      const { changeSet, verdict } = result;
      expect(changeSet.files.every((file) => isSafePath(file.path))).toBe(true);
      expect(judge(changeSet, platform)).toEqual(verdict);
      expect(verdict.rules.filter(({ rule }) => SHAPE.includes(rule))).toEqual([]);
      expect(renderChangeSet(value as { kind: string }, platform)).toEqual(result);
      return withChanges(platform, changeSet.files).unreadable.length === platform.unreadable.length;
    }),
    { numRuns: 300, examples: usual(platform, KINDS) },
  );
  expect(rendered, "the property must have looked at rendered changes").toBeGreaterThan(0);
});

/** Whatever people may have written into the objects these intents read. */
const labels = fc.oneof(fc.dictionary(fc.constantFrom("app", "role"), fc.constantFrom("web", "b")), fc.jsonValue());
const text = fc.oneof(
  fc.constantFrom(
    "redis://cache:6379",
    "redis://:$(X)@cache",
    "nats://a.b.c:1",
    "https://api.example.net",
    "http://web",
    "web:8080",
    "://",
    "redis://$(x",
  ),
  fc.string(),
);
const odd = fc.oneof(
  fc.record({
    apiVersion: fc.constant("networking.k8s.io/v1"),
    kind: fc.constant("Ingress"),
    spec: fc.oneof(
      fc.record({
        ingressClassName: fc.jsonValue(),
        tls: fc.oneof(fc.jsonValue(), fc.array(fc.record({ hosts: fc.jsonValue(), secretName: text }))),
        rules: fc.oneof(
          fc.jsonValue(),
          fc.array(
            fc.record({
              host: fc.oneof(fc.constantFrom("web.example.net", "*.example.net"), text),
              http: fc.jsonValue(),
            }),
          ),
        ),
      }),
      fc.jsonValue(),
    ),
  }),
  fc.record({
    apiVersion: fc.constant("traefik.io/v1alpha1"),
    kind: fc.constant("IngressRoute"),
    spec: fc.record({
      entryPoints: fc.jsonValue(),
      routes: fc.oneof(
        fc.jsonValue(),
        fc.array(
          fc.record({
            match: fc.oneof(fc.constant("Host(`web.example.net`)"), text),
            services: fc.jsonValue(),
            middlewares: fc.jsonValue(),
          }),
        ),
      ),
      tls: fc.jsonValue(),
    }),
  }),
  fc.record({
    apiVersion: fc.constant("v1"),
    kind: fc.constant("Service"),
    spec: fc.record({ selector: labels, ports: fc.jsonValue(), type: fc.jsonValue() }),
  }),
  fc.record({
    apiVersion: fc.constant("v1"),
    kind: fc.constant("ConfigMap"),
    data: fc.dictionary(fc.constantFrom("CACHE_URL", "API", "x"), text),
  }),
  fc.record({
    apiVersion: fc.constant("networking.k8s.io/v1"),
    kind: fc.constant("NetworkPolicy"),
    spec: fc.record(
      { podSelector: labels, policyTypes: fc.jsonValue(), ingress: fc.jsonValue(), egress: fc.jsonValue() },
      { requiredKeys: [] },
    ),
  }),
  fc.record({
    apiVersion: fc.constant("v1"),
    kind: fc.constantFrom("LimitRange", "ResourceQuota"),
    spec: fc.jsonValue(),
  }),
  fc.record({
    apiVersion: fc.constant("apps/v1"),
    kind: fc.constantFrom("StatefulSet", "DaemonSet"),
    spec: fc.record({
      serviceName: text,
      template: fc.record({
        metadata: fc.record({ labels }),
        spec: fc.record({
          containers: fc.array(
            fc.record({
              name: text,
              image: text,
              ports: fc.oneof(fc.jsonValue(), fc.constant([{ containerPort: 80 }])),
              env: fc.jsonValue(),
            }),
          ),
        }),
      }),
    }),
  }),
);

test("whatever else a repository holds, every candidate can be written and is judged", () => {
  let candidates = 0;
  const object = fc.record({ object: odd, labels });
  fc.assert(
    fc.property(fc.array(object, { maxLength: 6 }), text, (objects, value) => {
      const texts = Object.fromEntries(
        objects.map(({ object: one, labels: carried }, index) => {
          const name = one.kind === "ConfigMap" ? "settings" : `odd-${index}`;
          return [`shop/odd-${index}.json`, JSON.stringify({ ...one, metadata: { name, labels: carried } })];
        }),
      );
      const env = `          env: [{name: CACHE_URL, value: ${JSON.stringify(value)}}]\n          envFrom: [{configMapRef: {name: settings}}]\n          ports: [{containerPort: 8080}]\n`;
      const platform = platformOf({
        ...texts,
        "shop/web.yaml": deployment("web", { image: "web:1.0.0", extra: env }),
        "shop/api.yaml": `${deployment("api")}---\n${serviceOf("api", 80)}`,
        "apps/a.yaml": application("a", "shop", "shop"),
      });
      for (const kind of KINDS) {
        const definition = intents.get(kind);
        expect(definition?.survey(platform, "a cache")).toBeDefined();
        for (const candidate of definition?.candidates(platform) ?? []) {
          candidates++;
          const result = renderChangeSet(candidate.intent, platform);
          expect(result.kind).toBe("rendered");
          if (result.kind === "rendered") {
            expect(result.verdict.rules.filter(({ rule }) => SHAPE.includes(rule))).toEqual([]);
          }
        }
      }
    }),
    { numRuns: 200 },
  );
  expect(candidates).toBeGreaterThan(0);
});

describe.each(["quay", "dock"] as const)("after a change on %s", (name) => {
  test.each(KINDS)("%s has done what it was for, and leaves what was there as it was", (kind) => {
    const platform = platforms[name];
    const definition = intents.get(kind);
    for (const { intent: chosen } of definition?.candidates(platform) ?? []) {
      const rendered = renderChangeSet(chosen, platform);
      if (rendered.kind === "refused") throw new Error(rendered.because);
      const after = withChanges(platform, rendered.changeSet.files);
      expect(definition?.candidates(after).map((one) => JSON.stringify(one.intent))).not.toContain(
        JSON.stringify(chosen),
      );
      expect(renderChangeSet(chosen, after).kind).toBe("refused");
      expect(rendered.changeSet.objects.every(({ effect }) => effect === "create")).toBe(true);
    }
  });
});
