/** The form of an intent: it can say whatever its schema allows, and nothing is lost on the way through it. */
import { describe, expect, test } from "vitest";
import { intentSchemas } from "../../../functions/coordinator/intent-schemas.ts";
import {
  fieldsOf,
  intentOf,
  nameOfField,
  problemsAt,
  type Schema,
  valuesOf,
} from "../../../functions/coordinator/ui/logic/intent-form.ts";
import { intents } from "../../../shared/intents/registry.ts";

const schemas = new Map(intentSchemas().map(({ kind, schema }) => [kind, schema]));
const form = (kind: string) => fieldsOf(schemas.get(kind) ?? {});
const through = (intent: Schema & { kind: string }) =>
  intentOf(intent.kind, form(intent.kind), valuesOf(form(intent.kind), intent));

test.each([...intents.keys()])("%s has a form, whose fields all have names of their own", (kind) => {
  const names = form(kind).map(({ path }) => nameOfField(path));
  expect(names.length).toBeGreaterThan(0);
  expect(new Set(names).size).toBe(names.length);
});

describe("an intent goes through its form unchanged", () => {
  const workload = { kind: "Deployment", namespace: "shop", name: "cart" };
  test.each<Schema & { kind: string }>([
    { kind: "set-resource-limits", workload, container: "cart", limits: { memory: "1Gi" } },
    { kind: "add-pod-disruption-budget", workload, maxUnavailable: 2 },
    {
      kind: "set-replication",
      cluster: { kind: "Cluster", namespace: "shop", name: "db" },
      instances: 5,
      synchronous: true,
    },
    { kind: "add-dashboard", namespace: "shop", panels: [{ title: "Errors", expr: "up == 0", unit: "short" }] },
    {
      kind: "add-role",
      serviceAccount: { namespace: "shop", name: "cart" },
      rules: [{ apiGroups: [""], resources: ["pods"], verbs: ["get"] }],
    },
    {
      kind: "add-mcp-server",
      registry: { kind: "ConfigMap", namespace: "shop", name: "mcp", place: "" },
      server: { namespace: "shop", name: "docs" },
    },
    { kind: "expose-service", service: { namespace: "shop", name: "web" }, host: "shop.example.org", port: 8080 },
  ])("$kind", (intent) => {
    expect(through(intent)).toEqual({ intent, problems: {} });
    expect(intents.get(intent.kind)?.schema.safeParse(through(intent).intent).success).toBe(true);
  });
});

test("what is empty is left out, what is needed is not; a number that is none is for the coordinator to refuse", () => {
  const fields = form("add-pod-disruption-budget");
  const values = { "workload.kind": "Deployment", "workload.namespace": "shop", maxUnavailable: "two" };
  expect(intentOf("add-pod-disruption-budget", fields, values)).toEqual({
    intent: {
      kind: "add-pod-disruption-budget",
      workload: { kind: "Deployment", namespace: "shop", name: "" },
      maxUnavailable: "two",
    },
    problems: {},
  });
  expect(intentOf("add-dashboard", form("add-dashboard"), { namespace: "shop", panels: "[" }).problems).toEqual({
    panels: expect.stringContaining("is not JSON"),
  });
});

test("every refusal finds its field; what is about none is told all the same", () => {
  const fields = form("set-resource-limits");
  const said = [
    "intent.limits.memory: not a quantity",
    "intent.limits.memory: must be more than nothing",
    "intent.workload: Invalid input",
    "intent: Unrecognized key",
    "reason: is needed",
  ];
  expect(problemsAt(fields, said)).toEqual({
    "limits.memory": "not a quantity; must be more than nothing",
    "workload.kind": "Invalid input",
    "": "intent: Unrecognized key; reason: is needed",
  });
  expect(problemsAt(form("add-role"), ["intent.rules.0.verbs: too few"])).toEqual({ rules: "too few" });
});
