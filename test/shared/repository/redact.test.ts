import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { REDACTED, redactObject, redactText } from "../../../shared/repository/redact.ts";
import type { Fields } from "../../../shared/repository/values.ts";
import { cpuTimeOf } from "../../support/cpu-time.ts";

const JWT = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U";

describe("in text", () => {
  test.each([
    ["a private key", "-----BEGIN EC PRIVATE KEY-----\nMHcCAQEEIIV\n-----END EC PRIVATE KEY-----", "MHcC"],
    ["half a private key", "-----BEGIN PRIVATE KEY-----\nMHcCAQEEIIV", "MHcC"],
    ["GitHub's", "use ghp_0123456789abcdefABCDEF here", "ghp_0123"],
    ["GitLab's", "glpat-abcdefgh12345678", "glpat-abc"],
    ["Slack's", "xoxb-1234567890-abcdefghij", "xoxb-12"],
    ["a model's", "sk-ant-api03-abcdefghijklmnop", "sk-ant-api"],
    ["Amazon's", "AKIAIOSFODNN7EXAMPLE", "AKIA"],
    ["a JSON web token", `Authorization: Bearer ${JWT}`, "eyJ"],
    ["in an address", "postgres://app:hunter2x@db:5432/app", "hunter2x"],
    ["after its name", "The password is: correct-horse", "correct-horse"],
    ["in a setting", 'DB_PASSWORD="correct-horse"', "correct-horse"],
    ["in YAML", "api_key: abcdefgh", "abcdefgh"],
    ["a webhook", "https://hooks.slack.com/services/T000/B000/XXXXYYYY", "T000"],
    ["anything drawn", "the value aB3dE6gH9jK2mN5pQ8sT1vW4yZ7 works", "aB3dE6"],
    ["hexadecimal", "0123456789abcdef0123456789abcdef", "0123456789abcdef"],
  ])("%s goes", (_name, text, secret) => {
    expect(redactText(text)).not.toContain(secret);
    expect(redactText(text)).toContain(REDACTED);
  });

  test.each([
    "Set memory limits on every container; the ingress controller keeps 512Mi.",
    "image: ghcr.io/acme/very-long-service-name-of-a-team/api:1.4.2",
    "apps/storefront/overlays/production/deployment-of-the-checkout.yaml",
    "sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    "password: ${DB_PASSWORD}",
    "the token is kept in Vault",
    "kubernetes.io/service-account-token",
    "https://git.example.com/team/platform.git",
    "PodDisruptionBudgetUnhealthyPodEvictionPolicy",
    "kind: K8sRequireResourceLimits",
    "reverted in commit 3f786850e387550fdab836ed7e6dc881de23001b yesterday",
    "targetRevision: 3f786850e387550fdab836ed7e6dc881de23001b",
    "checksum/config: 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    "password: ENC[AES256_GCM,data:Zm9vYmFy,iv:aGVsbG8=,tag:d29ybGQ=,type:str]",
    "existingSecret: shop-db-credentials",
    "- Secret: `shop-db-credentials` in namespace `shop`",
    "max_tokens: 4096",
    "password: process.env.DB_PASSWORD",
    "git clone https://ci:${TOKEN}@git.example.com/team/platform.git",
    "- Basic observability of the token service; authentication is done by Keycloak",
    "GitHub token: only write access to one repository",
    "| Variable | Meaning |\n|---|---|\n| DB_PASSWORD | how the database is opened |",
  ])("%s stays", (text) => {
    expect(redactText(text)).toBe(text);
  });

  test("twice is the same as once, and no text takes long", () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 300, unit: "grapheme" }), (text) => {
        const once = redactText(text);
        expect(redactText(once)).toBe(once);
      }),
    );
    for (const part of ["-----BEGIN ", "password: ", "a://b:", "eyJabcdefgh.", "aB3"]) {
      expect(cpuTimeOf(() => redactText(part.repeat(20_000)))).toBeLessThan(5_000);
    }
  });
});

describe("in objects", () => {
  const redacted = (yaml: string) => redactObject(parse(yaml) as Fields);

  test("a Secret keeps its keys and none of its values", () => {
    expect(redacted("kind: Secret\nmetadata: {name: s}\ntype: Opaque\ndata: {a: Yg==}\nstringData: {b: c}\n")).toEqual({
      kind: "Secret",
      metadata: { name: "s" },
      type: "Opaque",
      data: { a: REDACTED },
      stringData: { b: REDACTED },
    });
  });

  test("variables by their names, references and everything else as they are", () => {
    const env = `
      - {name: DB_PASSWORD, value: hunter2}
      - {name: API_KEY, valueFrom: {secretKeyRef: {name: s, key: api-key}}}
      - {name: SESSION_TOKEN, value: "$(OTHER)"}
      - {name: LOG_LEVEL, value: debug}
      - {name: PIN_SECRET, value: 1234}`;
    const { spec } = redacted(
      `kind: Pod\nspec: {containers: [{name: a, image: "r/a:1", env: [${env.replaceAll(/\n +- /g, ", ").slice(2)}]}]}`,
    );
    expect(spec).toEqual({
      containers: [
        {
          name: "a",
          image: "r/a:1",
          env: [
            { name: "DB_PASSWORD", value: REDACTED },
            { name: "API_KEY", valueFrom: { secretKeyRef: { name: "s", key: "api-key" } } },
            { name: "SESSION_TOKEN", value: "$(OTHER)" },
            { name: "LOG_LEVEL", value: "debug" },
            { name: "PIN_SECRET", value: REDACTED },
          ],
        },
      ],
    });
  });

  test("entries of a ConfigMap, fields of any kind, and what hides in texts and annotations", () => {
    const text =
      "kind: ConfigMap\nmetadata:\n  name: c\n  managedFields: [{a: 1}]\n  annotations:\n    kubectl.kubernetes.io/last-applied-configuration: '{\"a\":\"hunter2\"}'\n    team: shop\ndata:\n  password: hunter2\n  app.conf: 'url=postgres://a:hunter2@db/x'\n";
    expect(redacted(text)).toEqual({
      kind: "ConfigMap",
      metadata: { name: "c", annotations: { team: "shop" } },
      data: { password: REDACTED, "app.conf": `url=postgres://a:${REDACTED}@db/x` },
    });
    expect(redacted("kind: Thing\nspec: {adminPassword: x, apiKey: y, tokenExpirationSeconds: 3600}\n")).toEqual({
      kind: "Thing",
      spec: { adminPassword: REDACTED, apiKey: REDACTED, tokenExpirationSeconds: 3600 },
    });
  });

  test("an object that holds itself ends somewhere", () => {
    const circle: Record<string, unknown> = { kind: "Thing" };
    circle["spec"] = circle;
    expect(JSON.stringify(redactObject(circle))).toContain(REDACTED);
  });
});
