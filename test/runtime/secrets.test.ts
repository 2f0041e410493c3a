/** What is taken for a secret, in which forms it is found again, and what is left alone. */
import { describe, expect, test } from "vitest";
import { conceal, keepSecret, keepSecrets } from "../../shared/runtime/secrets.ts";

let drawn = 0;
/** Another one each time: what is kept is kept for the process. */
const draw = () => `n7Qx${(drawn += 1)}w+Zr/4kT=9sLmV`;

describe("a secret is found", () => {
  test.each<[string, (secret: string) => Record<string, string>]>([
    ["by its setting's name", (secret) => ({ APPROVAL_SECRET: secret })],
    ["as a token", (secret) => ({ GITHUB_TOKEN: secret })],
    ["among tokens of people", (secret) => ({ SCHOOL_TOKENS: `viewer:v:something-else-1,operator:o:${secret}` })],
    ["as the password of an address", (secret) => ({ REDIS_URL: `redis://u:${encodeURIComponent(secret)}@host:6379` })],
    ["alone before a host", (secret) => ({ GITOPS_REPO: `https://${encodeURIComponent(secret)}@host/a.git` })],
    [
      "in one of several addresses",
      (secret) => ({ LLM_ENDPOINTS: `a:b@http://c,d:e@https://u:${encodeURIComponent(secret)}@h` }),
    ],
    ["in a query", (secret) => ({ PROMETHEUS_URL: `https://host/?api_key=${encodeURIComponent(secret)}&x=1` })],
    [
      "in a header",
      (secret) => ({ OTEL_EXPORTER_OTLP_HEADERS: `a=b,authorization=Bearer%20${encodeURIComponent(secret)}` }),
    ],
  ])("%s", (_where, settings) => {
    const secret = draw();
    keepSecrets(settings(secret));
    expect(conceal(`before ${secret} after`)).toBe("before [secret] after");
    expect(conceal(`before ${encodeURIComponent(secret)} after`)).toBe("before [secret] after");
  });

  test.each([0, 1, 2, 3, 4, 5])("in base64, behind %i other signs", (signs) => {
    const secret = draw();
    keepSecret(`${secret}\n`);
    const encoded = Buffer.from(`${"u".repeat(signs)}${secret}${"v".repeat(signs)}`).toString("base64");
    expect(conceal(`Basic ${encoded}`)).toContain("[secret]");
    expect(conceal(`Basic ${encoded}`).length).toBeLessThan(30 + 3 * signs);
  });

  test("line by line of a key, and the path of a webhook of Slack", () => {
    const line = Buffer.from("a line of a key that is long enough 1").toString("base64");
    keepSecrets({
      GITHUB_APP_PRIVATE_KEY: `-----BEGIN PRIVATE KEY-----\\n${line}\\n-----END PRIVATE KEY-----`,
      SLACK_WEBHOOK_URL: "https://hooks.example.org/services/T1/B2/zYx9876543210",
    });
    expect(conceal(line)).toBe("[secret]");
    expect(conceal("POST /services/T1/B2/zYx9876543210 failed")).toBe("POST [secret] failed");
  });

  test("in a line of JSON", () => {
    keepSecret('with "quotes" and \\ 1234');
    expect(conceal(JSON.stringify({ err: 'x with "quotes" and \\ 1234 y' }))).toBe('{"err":"x [secret] y"}');
  });
});

describe("left alone", () => {
  test.each([
    ["a word", { REDIS_PASSWORD: "postgres" }, "the database postgres"],
    ["what has no digit and is short", { SOME_TOKEN: "cortex-school-x" }, "cortex-school-x"],
    ["a user's name", { REDIS_URL: "redis://function-1234567:x@host" }, "function-1234567"],
    ["a host", { QDRANT_URL: "http://qdrant.cortex-school.svc:6333" }, "http://qdrant.cortex-school.svc:6333"],
    ["a figure", { LLM_TOKENS_DAY: "20000000000000" }, "20000000000000"],
  ])("%s", (_what, settings, text) => {
    keepSecrets(settings);
    expect(conceal(text)).toBe(text);
  });
});
