/** Whatever an intent about credentials or tools holds, the result is valid and judged, or refused. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { renderChangeSet } from "../../../shared/intents/render.ts";
import { isSafePath } from "../../../shared/policy/change-rules.ts";
import { judge } from "../../../shared/policy/judge.ts";
import { withChanges } from "../../../shared/repository/change.ts";
import { keysPlatform, keysTexts } from "./keys-platform.ts";

const platform = keysPlatform();
const names = [...new Set(platform.resources.flatMap(({ name, namespace }) => [name, namespace ?? "kube-system"]))];
const hostile = [
  "../../etc",
  "x\n---\nkind: Pod",
  "a: {b: c}",
  "__proto__",
  "constructor",
  "$(id)",
  "{{ .x }}",
  "null",
  "yes",
  "",
  "new-mcp",
];
const name = fc.oneof(fc.constantFrom(...names), fc.constantFrom(...hostile), fc.string());
const image = fc.oneof(
  fc.constantFrom(
    "registry.example.net/keys/new-mcp:1.0.0",
    "registry.example.net/keys/x",
    "evil.example/x:1",
    "x:latest",
  ),
  name,
);
const agents = fc.oneof(fc.constant("agents"), name);
const server = fc.oneof(
  fc.record({ namespace: agents, name }),
  fc.record(
    {
      namespace: agents,
      name,
      image,
      port: fc.oneof(fc.constantFrom(8080, 80, 1.5), fc.jsonValue()),
      secrets: fc.oneof(fc.array(fc.record({ variable: name, secret: name, key: name })), fc.jsonValue()),
    },
    { requiredKeys: ["namespace", "name", "image", "port"] },
  ),
  fc.constantFrom(
    { namespace: "agents", name: "calendar-mcp" },
    { namespace: "agents", name: "new-mcp", image: "registry.example.net/keys/new-mcp:1.0.0", port: 8080 },
  ),
);
const registry = fc.oneof(
  fc.constant({ kind: "ConfigMap", namespace: "agents", name: "agent-tools", place: "servers.json" }),
  fc.record({ kind: fc.constantFrom("ConfigMap", "Deployment", "Secret"), namespace: name, name, place: name }),
);
const workload = fc.record({ kind: fc.constantFrom("StatefulSet", "Deployment", "Job"), namespace: name, name });
const intent = fc.oneof(
  fc.record({ kind: fc.constant("add-mcp-server"), registry, server }),
  fc.record({
    kind: fc.constant("add-external-secret"),
    namespace: fc.oneof(fc.constantFrom("data", "shop"), name),
    secret: name,
  }),
  fc.record({ kind: fc.constant("rotate-secret"), workload }),
  fc.constantFrom({ kind: "rotate-secret", workload: { kind: "StatefulSet", namespace: "data", name: "orders-db" } }),
);

test("any intent", () => {
  let rendered = 0;
  fc.assert(
    fc.property(intent, (value) => {
      const result = renderChangeSet(value as { kind: string }, platform);
      if (result.kind === "refused") return result.because.length > 0;
      rendered++;
      expect(result.changeSet.files.every(({ path }) => isSafePath(path))).toBe(true);
      expect(judge(result.changeSet, platform)).toEqual(result.verdict);
      expect(result.verdict.decision).toBe("human");
      return withChanges(platform, result.changeSet.files).unreadable.length === platform.unreadable.length;
    }),
    { numRuns: 120 },
  );
  expect(rendered).toBeGreaterThan(0);
});

/** What people write where a list of servers or a store is expected. */
const odd = fc.oneof(
  fc.record({
    kind: fc.constant("ConfigMap"),
    apiVersion: fc.constant("v1"),
    data: fc.dictionary(fc.string(), fc.jsonValue()),
  }),
  fc.record({
    kind: fc.constant("ConfigMap"),
    apiVersion: fc.constant("v1"),
    data: fc.dictionary(
      fc.constantFrom("a.json", "b.yaml", "SEARCH_URL"),
      fc.jsonValue().map((value) => JSON.stringify({ search: "http://search-mcp:8080", value })),
    ),
  }),
  fc.record({
    kind: fc.constantFrom("ExternalSecret", "ClusterSecretStore", "SecretStore", "PushSecret", "SealedSecret"),
    apiVersion: fc.constant("external-secrets.io/v1"),
    spec: fc.oneof(
      fc.record({
        secretStoreRef: fc.jsonValue(),
        target: fc.jsonValue(),
        data: fc.jsonValue(),
        dataFrom: fc.jsonValue(),
        conditions: fc.jsonValue(),
      }),
      fc.jsonValue(),
    ),
  }),
  fc.record({
    kind: fc.constant("Role"),
    apiVersion: fc.constant("rbac.authorization.k8s.io/v1"),
    rules: fc.jsonValue(),
  }),
);

test("whatever else the repository holds, nothing is thrown and every candidate can be written", async () => {
  const { intents } = await import("../../../shared/intents/registry.ts");
  fc.assert(
    fc.property(fc.array(odd, { maxLength: 5 }), fc.constantFrom("agents", "data"), (objects, folder) => {
      const texts = Object.fromEntries(
        objects.map((object, index) => [
          `apps/${folder}/odd-${index}.json`,
          JSON.stringify({ ...object, metadata: { name: `odd-${index}` } }),
        ]),
      );
      const other = keysPlatform({ ...keysTexts, ...texts });
      for (const kind of ["add-mcp-server", "add-external-secret", "rotate-secret"]) {
        const definition = intents.get(kind);
        expect(definition?.survey(other).open.length).toBeGreaterThanOrEqual(0);
        for (const candidate of definition?.candidates(other) ?? []) {
          expect(renderChangeSet(candidate.intent, other).kind).toBe("rendered");
        }
      }
    }),
    { numRuns: 25 },
  );
});
