/** Whatever an intent about volumes, settings or rights holds: valid and judged, or refused; it never throws. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { addSetting, locate, replaceAt } from "../../../shared/intents/configuration/settings/formats.ts";
import { FORMATS } from "../../../shared/intents/configuration/settings/place.ts";
import { intents } from "../../../shared/intents/registry.ts";
import { renderChangeSet } from "../../../shared/intents/render.ts";
import { isSafePath } from "../../../shared/policy/change-rules.ts";
import { judge } from "../../../shared/policy/judge.ts";
import { withChanges } from "../../../shared/repository/change.ts";
import { cellar } from "./cellar-platform.ts";

const platform = cellar();
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
  "null",
  "yes",
  "",
];
const name = fc.oneof(
  fc.constantFrom(
    "wine",
    "labels",
    "ledger",
    "crates",
    "gauge-store",
    "ledger-config",
    "crates-config",
    "turner",
    "keeper",
    "cellar",
  ),
  fc.constantFrom(...hostile),
  fc.string(),
);
const namespace = fc.oneof({ weight: 4, arbitrary: fc.constant("cellar") }, { weight: 1, arbitrary: name });
const storage = fc.oneof(
  fc.constantFrom("1Gi", "25Gi", "50Gi", "999Ti", "0", "-1", "5m", "1Gi\n  evil: 1"),
  fc.string(),
);
const requests = fc.record({ storage });
const list = (...known: string[]) =>
  fc.array(fc.oneof({ weight: 5, arbitrary: fc.constantFrom(...known) }, { weight: 1, arbitrary: name }), {
    minLength: 1,
    maxLength: 3,
  });
const rule = fc.record(
  {
    apiGroups: list("", "coordination.k8s.io", "apps", "rbac.authorization.k8s.io"),
    resources: list("leases", "configmaps", "pods", "pods/exec", "secrets", "nodes", "deployments/scale"),
    verbs: list("get", "list", "create", "patch", "escalate"),
    resourceNames: list("one"),
  },
  { requiredKeys: ["apiGroups", "resources", "verbs"] },
);
const KINDS = ["add-volume-claim", "expand-volume-claim", "add-role", "narrow-role", "set-config-value"];
const found = KINDS.flatMap((kind) => intents.get(kind)?.candidates(platform) ?? []);
const intent = fc.oneof(
  fc.constantFrom(...found.map((candidate) => candidate.intent)),
  fc.record({
    kind: fc.constant("add-volume-claim"),
    workload: fc.record({ kind: fc.constantFrom("Deployment", "StatefulSet"), namespace, name }),
    requests,
    storageClass: fc.oneof(fc.constantFrom("fast", "cold"), name),
  }),
  fc.record({
    kind: fc.constant("expand-volume-claim"),
    claim: fc.record({ namespace, name: fc.oneof(fc.constantFrom("gauge-store", "crates-store"), name) }),
    requests,
  }),
  fc.record({
    kind: fc.constant("add-role"),
    serviceAccount: fc.record({ namespace, name: fc.oneof(fc.constantFrom("turner", "keeper"), name) }),
    rules: fc.array(rule, { minLength: 1, maxLength: 3 }),
  }),
  fc.record({ kind: fc.constant("narrow-role"), binding: name }),
  fc.record({
    kind: fc.constant("set-config-value"),
    namespace,
    configMap: fc.oneof(fc.constantFrom("crates-config", "ledger-config"), name),
    key: fc.oneof(fc.constantFrom("redis.conf", "postgresql.conf"), name),
    format: fc.constantFrom(...FORMATS),
    setting: fc.oneof(
      fc.constantFrom(
        "appendonly",
        "maxmemory",
        "maxmemory-policy",
        "log_lock_waits",
        "max_connections",
        "listen_addresses",
        "requirepass",
      ),
      fc.string(),
    ),
    value: fc.oneof(
      fc.constantFrom("yes", "on", "noeviction", "300", "1gb", "a b", "'x'"),
      fc.constantFrom(...hostile),
      fc.string(),
    ),
  }),
);

test("any intent", () => {
  let rendered = 0;
  fc.assert(
    fc.property(intent, (value) => {
      const result = renderChangeSet(value, platform);
      if (result.kind === "refused") return result.because.length > 0;
      rendered++;
      expect(result.changeSet.files.every(({ path }) => isSafePath(path))).toBe(true);
      expect(judge(result.changeSet, platform)).toEqual(result.verdict);
      expect(result.verdict.decision).toBe("human");
      return withChanges(platform, result.changeSet.files).unreadable.length === 0;
    }),
    { numRuns: 500 },
  );
  expect(rendered, "the property must have looked at rendered changes").toBeGreaterThan(5);
});

const line = fc.oneof(
  fc.constantFrom(
    "a 1",
    "a = 1",
    "a=1",
    "a: 1",
    "a 1;",
    "[s]",
    "# a 1",
    "  a: 'x' # y",
    '{"a": 1}',
    "http {",
    "}",
    "a\\",
    "export a=b",
    "",
  ),
  fc.string({ maxLength: 20 }),
);

test("a configuration of any text: one value is what was asked, every other line is as it was", () => {
  let changes = 0;
  fc.assert(
    fc.property(
      fc.constantFrom(...FORMATS),
      fc.array(line, { maxLength: 6 }),
      fc.constantFrom("a", "s.a"),
      fc.constantFrom("2", "on", "b c"),
      (format, lines, setting, value) => {
        const text = lines.join("\n");
        const found = locate(format, text, setting);
        if (found.kind === "unclear") return;
        const next =
          found.kind === "absent"
            ? addSetting(format, text, setting, value)
            : replaceAt(format, text, setting, found.place, value);
        if ("because" in next) return;
        changes++;
        const again = locate(format, next.text, setting);
        expect(again.kind === "found" && again.place.value.replace(/^["']|["']$/g, "")).toBe(value);
        const [before, after] = [text.split("\n"), next.text.split("\n")];
        // Of a text of empty lines alone none needs to stay.
        const written = before.filter((one) => one !== "");
        const kept = written.filter((one) => after.includes(one)).length;
        expect(kept).toBeGreaterThanOrEqual(written.length - 1);
        expect(after.length - before.length).toBeLessThanOrEqual(1);
      },
    ),
    { numRuns: 600 },
  );
  expect(changes).toBeGreaterThan(20);
});

/** Objects of the kinds these intents read, with whatever people may have written into them. */
const odd = fc.oneof(
  fc.record({
    apiVersion: fc.constant("v1"),
    kind: fc.constant("ConfigMap"),
    data: fc.oneof(
      fc.dictionary(fc.constantFrom("redis.conf", "LEVEL"), fc.oneof(fc.string(), fc.jsonValue())),
      fc.jsonValue(),
    ),
  }),
  fc.record({
    apiVersion: fc.constant("v1"),
    kind: fc.constant("PersistentVolumeClaim"),
    spec: fc.oneof(
      fc.record({ storageClassName: fc.jsonValue(), resources: fc.record({ requests: fc.jsonValue() }) }),
      fc.jsonValue(),
    ),
  }),
  fc.record({
    apiVersion: fc.constant("storage.k8s.io/v1"),
    kind: fc.constant("StorageClass"),
    allowVolumeExpansion: fc.jsonValue(),
  }),
  fc.record({
    apiVersion: fc.constant("rbac.authorization.k8s.io/v1"),
    kind: fc.constantFrom("ClusterRoleBinding", "RoleBinding"),
    roleRef: fc.jsonValue(),
    subjects: fc.jsonValue(),
  }),
  fc.record({
    apiVersion: fc.constant("rbac.authorization.k8s.io/v1"),
    kind: fc.constantFrom("ClusterRole", "Role"),
    rules: fc.jsonValue(),
  }),
  fc.record({
    apiVersion: fc.constant("apps/v1"),
    kind: fc.constantFrom("Deployment", "StatefulSet"),
    spec: fc.record({
      strategy: fc.jsonValue(),
      template: fc.record({
        metadata: fc.jsonValue(),
        spec: fc.record({
          containers: fc.array(
            fc.record({
              name: fc.string(),
              image: fc.constantFrom("postgres:16.4", "redis:7.4", "mysql:8.4.2"),
              args: fc.jsonValue(),
              env: fc.jsonValue(),
              volumeMounts: fc.jsonValue(),
            }),
          ),
          volumes: fc.jsonValue(),
          securityContext: fc.jsonValue(),
        }),
      }),
    }),
  }),
);

test("whatever else a repository holds, nothing throws and every candidate can be written", () => {
  const kinds = ["add-volume-claim", "expand-volume-claim", "set-config-value", "add-role", "narrow-role"];
  fc.assert(
    fc.property(fc.array(odd, { maxLength: 6 }), (objects) => {
      const more = Object.fromEntries(
        objects.map((one, index) => [
          `odd-${index}.yaml`,
          JSON.stringify({ ...one, metadata: { name: `odd-${index}` } }),
        ]),
      );
      const whole = cellar("directory", more);
      for (const kind of kinds) {
        intents.get(kind)?.survey(whole);
        for (const { intent: one } of intents.get(kind)?.candidates(whole) ?? []) {
          expect(renderChangeSet(one, whole).kind).toBe("rendered");
        }
      }
    }),
    { numRuns: 40 },
  );
});
