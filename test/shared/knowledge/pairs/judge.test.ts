/** The pairwise model: what it tells apart, and what must hold for any two texts. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { guardOf } from "../../../../shared/knowledge/pairs/guards.ts";
import { judgePair } from "../../../../shared/knowledge/pairs/judge.ts";
import { readStatement } from "../../../../shared/knowledge/pairs/statement.ts";

describe("guards: never the same, whatever else is alike", () => {
  test.each([
    ["direction", "Turn on debug logging in the kiosk service", "Turn off debug logging in the kiosk service"],
    ["direction", "Scale the kiosk up", "Scale the kiosk down"],
    ["direction", "Change the kiosk from 2 to 5 replicas", "Change the kiosk from 5 to 2 replicas"],
    ["direction", "Make the kiosk API public", "The kiosk API should not be public"],
    ["direction", "Allow the kiosk to reach the bank", "Do not allow the kiosk to reach the bank"],
    ["direction", "Flush the cache before the release", "Flush the cache after the release"],
    ["exchange", "Move the kiosk from Kafka to NATS", "Move the kiosk from NATS to Kafka"],
    ["exchange", "Log to stdout rather than to files", "Log to files rather than to stdout"],
    ["negation", "Run the kiosk on spot nodes", "Never run the kiosk on spot nodes"],
    ["number", "Keep kiosk logs for two weeks", "Keep kiosk logs for 21 days"],
    ["number", "Take the kiosk chart to v1.9.2", "Take the kiosk chart to v1.11.0"],
    ["number", "Limit the kiosk to 512Mi", "Limit the kiosk to 2 GiB"],
    ["technology", "Keep kiosk sessions in Redis", "Keep kiosk sessions in Memcached"],
    ["target", "Back up the invoices database", "Back up the vouchers database"],
    ["target", "Quota for namespace kiosk-eu", "Quota for namespace kiosk-us"],
    ["target", "Set max_connections higher", "Set work_mem higher"],
    ["alternative", "Give the kiosk a readiness probe", "Give the kiosk a liveness probe"],
    ["alternative", "Show the kiosk's queue on a dashboard", "Raise an alert for the kiosk's queue"],
    ["name", "Ask Contoso to host the kiosk", "We ask Fabrikam to host the kiosk"],
  ])("%s: %s / %s", (kind, a, b) => {
    expect(guardOf(readStatement(a), readStatement(b))?.kind).toBe(kind);
    expect(judgePair(a, b).verdict).not.toBe("duplicate");
  });

  test.each([
    ["a number in words and units", "Keep kiosk logs for two weeks", "Keep kiosk logs for 14 days"],
    ["bytes in either spelling", "Limit the kiosk to 1024Mi", "Limit the kiosk to 1 GB"],
    ["a repetition", "Dump the kiosk database every night", "Dump the kiosk database daily"],
    ["a technology under another name", "Upgrade postgresql of the kiosk", "Upgrade Postgres of the kiosk"],
    ["a negated opposite", "Make the kiosk private", "The kiosk must not be public"],
    ["two numbers, one of them shared", "Scale the kiosk from 2 to 4 replicas", "Scale the kiosk up to four"],
    ["a more exact version", "Take the kiosk chart to 1.9", "Take the kiosk chart to v1.9.2"],
  ])("none for %s", (_, a, b) => expect(guardOf(readStatement(a), readStatement(b))).toBeUndefined());
});

describe("verdicts", () => {
  test.each([
    ["duplicate", "Set memory limits on every container", "Set memory limits on all containers"],
    [
      "duplicate",
      "Install cert-manager to renew TLS certificates",
      "Deploy cert-manager so that TLS certs are renewed",
    ],
    ["related", "Set memory limits on every container", "Set CPU requests on every container"],
    ["distinct", "Set memory limits on every container", "Write release notes for the mobile app"],
  ])("%s: %s / %s", (verdict, a, b) => expect(judgePair(a, b).verdict).toBe(verdict));

  test("too little is never enough to be sure", () => {
    const judged = judgePair(
      "Use Kafka",
      "Use Kafka for the audit trail of the identity provider, with seven days of retention",
    );
    expect(judged.verdict).not.toBe("duplicate");
  });

  test("they say why", () => {
    expect(judgePair("Upgrade Postgres to 17", "Upgrade Postgres to 16").because).toBe("one says 16, the other 17");
    expect(judgePair("Limit it to 512Mi of memory", "Limit it to 1Gi of memory").because).toContain("512 MiB");
  });
});

const words = fc.constantFrom(
  ..."enable disable not never the service namespace redis Kafka 512Mi 17 v1.2 two weeks from to instead of limit memory public, . before x-y A_b ñ 数据 HTTP/2 100% `q`".split(
    " ",
  ),
);
const text = fc.oneof(
  fc.array(words, { maxLength: 30 }).map((some) => some.join(" ")),
  fc.string({ unit: "binary", maxLength: 200 }),
);

describe("for any texts", () => {
  test("the order of the two does not matter", () => {
    fc.assert(
      fc.property(text, text, (a, b) => {
        expect(judgePair(a, b)).toEqual(judgePair(b, a));
      }),
      { numRuns: 300 },
    );
  });

  test("a text says what it says", () => {
    fc.assert(
      fc.property(text, (a) => {
        const { verdict, probability } = judgePair(a, ` ${a}!`);
        if (/[\p{L}\p{N}]/u.test(a.normalize("NFKC"))) expect([verdict, probability]).toEqual(["duplicate", 1]);
      }),
      { numRuns: 300 },
    );
  });

  test("a probability is one, and a guard is never outweighed", () => {
    fc.assert(
      fc.property(text, text, (a, b) => {
        const { verdict, probability, unsure, because } = judgePair(a, b);
        expect(probability).toBeGreaterThanOrEqual(0);
        expect(probability).toBeLessThanOrEqual(1);
        expect(because).not.toBe("");
        if (unsure) expect(verdict).not.toBe("duplicate");
      }),
      { numRuns: 300 },
    );
  });

  test("more text costs nothing once the matter is said", () => {
    const long = "Set a memory limit on every container of the kiosk service. ".repeat(100);
    expect(readStatement(`${long}${"so ".repeat(500_000)}`)).toEqual(readStatement(long));
  });
});
