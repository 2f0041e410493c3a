/** Which terms a text is made of. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { termsOf } from "../../../../shared/knowledge/embedding/terms.ts";

describe("terms", () => {
  test.each<[string, string, readonly string[]]>([
    ["stems, without stop words", "The caches of the services are limited", ["cach", "servic", "limit"]],
    ["negation is no stop word", "do not use it without TLS", ["not", "us", "without", "tl"]],
    [
      "camel case, whole and in parts",
      "maxLimitRequestRatio",
      ["maxlimitrequestratio", "max", "limit", "request", "ratio"],
    ],
    ["an acronym before a word", "HTTPServer", ["httpserver", "http", "server"]],
    [
      "names with dashes, dots and underscores",
      "redis-queue.shop_a1",
      ["redis-queue.shop_a1", "redi", "queue", "shop", "a1"],
    ],
    ["a version keeps its number", "v1.27 or 17", ["v1.27", "v1", "27", "17"]],
    ["a number behind a name", "postgres17", ["postgres17", "postgr", "17"]],
    ["short names stay whole", "k8s 2FA IPv6", ["k8s", "2fa", "ipv6", "ipv"]],
    ["an image", "ghcr.io/org/web:1.2", ["ghcr.io", "ghcr", "io", "org", "web", "1.2"]],
    ["accents of Latin letters do not count", "Überwachung café", ["uberwachung", "cafe"]],
    ["those of other scripts do", "йога", ["йога"]],
    ["marks that belong to their letters", "हिन्दी", ["हिन्दी"]],
    ["full width letters are the same letters", "Ｒｅｄｉｓ", ["redi"]],
    ["scripts without spaces, in pairs", "検索する v2", ["検索", "索す", "する", "v2"]],
    ["one such character", "東 京都", ["東", "京都"]],
    ["such a script among names", "redis検索", ["検索", "redi"]],
    ["nothing", " \n--- ... !? the", []],
  ])("%s", (_name, text, expected) => {
    expect(termsOf(text)).toEqual(expected);
  });

  test("the digits of a digest make no words", () => {
    const digest = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";
    expect(termsOf(`image@sha256:${digest}`)).toEqual(["imag", "sha256", "sha", "256", digest]);
  });

  test("encoded files and keys are no terms", () => {
    expect(termsOf("A1b2".repeat(40))).toEqual([]);
    expect(termsOf("a".repeat(1_000_000))).toEqual([]);
  });

  test("what matches is found in either form", () => {
    const [asked, written] = [termsOf("request ratio limits"), termsOf("maxLimitRequestRatio")];
    expect(asked.filter((term) => written.includes(term))).toEqual(["request", "ratio", "limit"]);
  });

  test("of any text: the same each time, in lower case, none empty or longer than its limit", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 200 }), (text) => {
        const terms = termsOf(text);
        expect(termsOf(text)).toEqual(terms);
        const odd = terms.filter((term) => term === "" || term.trim() !== term || [...term].length > 200);
        expect(odd).toEqual([]);
      }),
      { numRuns: 40 },
    );
  });
});
