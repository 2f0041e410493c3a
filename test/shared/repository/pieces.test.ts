import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { GitReader } from "../../../shared/ports.ts";
import { isLocalAddress, normaliseAddress } from "../../../shared/repository/address.ts";
import { gitBlobId, withChanges } from "../../../shared/repository/change.ts";
import { matchesGlob } from "../../../shared/repository/glob.ts";
import { limitProblems, limitsOf } from "../../../shared/repository/limit-range.ts";
import { loadPlatform } from "../../../shared/repository/load.ts";
import { formatCpu, formatMemory, parseQuantity } from "../../../shared/repository/quantity.ts";
import { referencesIn } from "../../../shared/repository/services.ts";
import { understand } from "../../../shared/repository/understand.ts";
import { application, filesOf, platformOf, service } from "../../support/platform.ts";

describe("addresses", () => {
  test.each([
    ["https://github.com/Acme/Platform.git", "github.com/acme/platform"],
    ["https://user:pw@github.com:443/acme/platform/", "github.com/acme/platform"],
    ["git@GitHub.com:acme/platform.git", "github.com/acme/platform"],
    ["ssh://git@github.com:22/acme/platform", "github.com/acme/platform"],
    ["https://git.lab:8443/a/b", "git.lab:8443/a/b"],
    ["file:///srv/git/x.git", "file:srv/git/x"],
    ["/srv/git/x.git", "file:srv/git/x"],
  ])("%s is %s", (address, expected) => expect(normaliseAddress(address)).toBe(expected));

  test("what is local", () => {
    expect(["/a", "./a", "../a", "file:///a", "https://a/b", "git@a:b"].map(isLocalAddress)).toEqual([
      true,
      true,
      true,
      true,
      false,
      false,
    ]);
  });
});

describe("globs", () => {
  test.each([
    ["*.yaml", "sub/a.yaml", true, false],
    ["*.yaml", "sub/a.yaml", false, true],
    ["**/a.yaml", "x/y/a.yaml", true, true],
    ["apps/*", "apps/web", true, true],
    ["apps/*", "apps/web/sub", false, true],
    ["[!a-c]?.yml", "dx.yml", true, false],
    ["{*.yaml,x/{a,b}.yml}", "x/b.yml", true, false],
    ["a\\*b", "a*b", true, false],
    ["[", "[", true, false],
  ])("%s on %s: %s", (pattern, path, expected, folders) =>
    expect(matchesGlob(pattern, path, { folders })).toBe(expected),
  );

  test("no pattern takes long: stars and braces without end", () => {
    expect(matchesGlob(`${"*a".repeat(200)}b`, "a".repeat(2_000))).toBe(false);
    expect(matchesGlob("{a,b}".repeat(60), "a".repeat(60))).toBe(false);
  });

  test("never throws", () =>
    fc.assert(
      fc.property(fc.string(), fc.string(), (pattern, path) => typeof matchesGlob(pattern, path) === "boolean"),
    ));
});

describe("quantities", () => {
  test.each([
    ["500m", 0.5],
    ["1.5", 1.5],
    [2, 2],
    ["1e3", 1000],
    ["256Mi", 268435456],
    ["100M", 100e6],
    ["1Ei", 2 ** 60],
    ["", undefined],
    ["12 apples", undefined],
    ["0x10", undefined],
  ])("%s", (text, value) => expect(parseQuantity(text)).toBe(value));

  test("what is written is read back, never on the wrong side", () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0.001, max: 1e6, noNaN: true }),
        fc.double({ min: 2 ** 20, max: 2 ** 45, noNaN: true }),
        (cores, bytes) => {
          expect(parseQuantity(formatCpu(cores, "up"))).toBeGreaterThanOrEqual(cores * 0.999999);
          expect(parseQuantity(formatCpu(cores, "down"))).toBeLessThanOrEqual(cores * 1.00001);
          expect(parseQuantity(formatMemory(bytes, "up"))).toBeGreaterThanOrEqual(bytes * 0.999999);
          expect(parseQuantity(formatMemory(bytes, "down"))).toBeLessThanOrEqual(bytes * 1.000001);
        },
      ),
    );
  });
});

describe("LimitRange", () => {
  const range = `apiVersion: v1
kind: LimitRange
metadata: {name: limits}
spec:
  limits:
  - type: Container
    min: {memory: 64Mi}
    max: {memory: 4Gi}
    default: {memory: 512Mi}
    defaultRequest: {memory: 256Mi}
    maxLimitRequestRatio: {memory: 2}
`;
  const limits = limitsOf(platformOf({ "a.yaml": application("a", "web", "shop"), "web/limits.yaml": range }), "shop");

  test.each([
    [{}, {}, []],
    [{ memory: "256Mi" }, { memory: "512Mi" }, []],
    [{}, { memory: "2Gi" }, []],
    [{ memory: "256Mi" }, { memory: "1Gi" }, ["memory limit is more than 2 times its request"]],
    [{ memory: "1Gi" }, {}, ["memory request is over its limit"]],
    [{ memory: "32Mi" }, { memory: "64Mi" }, ["memory request is under the minimum"]],
    [{ memory: "4Gi" }, { memory: "8Gi" }, ["memory limit is over the maximum"]],
  ])("requests %j with limits %j: %j", (requests, set, problems) => {
    expect(limits === undefined ? "no limits" : limitProblems(limits, requests, set)).toEqual(problems);
  });
});

test("full Service names are found where they stand, not inside longer names and comments", () => {
  const text =
    "a: http://db.shop.svc:80\n# old.shop.svc\nb: x.db2.shop.svc.cluster.local,cache.shop.svc.cluster.local\nc: not.a.svcname\n";
  expect(referencesIn(text, "f").map(({ service: name, namespace, line }) => `${name}.${namespace}:${line}`)).toEqual([
    "db.shop:1",
    "cache.shop:3",
  ]);
});

test("a blob has the id git gives it", () => {
  expect(gitBlobId("hello\n")).toBe("ce013625030ba8dba906f756967f9e9ca394464a");
});

test("the repository after a change knows what the change adds, and the one before does not", () => {
  const before = platformOf({ "a.yaml": application("a", "web", "shop"), "web/one.yaml": service("one", 80) });
  const after = withChanges(before, [{ path: "web/two.yaml", before: null, after: service("two", 80) }]);
  expect(after.readers.get("web/two.yaml")).toEqual(["a"]);
  expect(before.resources.map(({ name }) => name)).not.toContain("two");
  expect(withChanges(before, [{ path: "web/one.yaml", before: "x", after: null }]).readers.has("web/one.yaml")).toBe(
    false,
  );
});

describe("loading through Git", () => {
  function reader(commits: Record<string, Record<string, string>>): GitReader & { readonly asked: string[] } {
    const asked: string[] = [];
    const contents = new Map<string, string>();
    const trees = new Map(
      Object.entries(commits).map(([commit, texts]) => {
        const files = filesOf(texts);
        for (const { blob, content } of files.values()) contents.set(blob, content ?? "");
        return [commit, new Map([...files].map(([path, { blob }]) => [path, blob]))];
      }),
    );
    return {
      asked,
      head: async () => "b",
      tree: async (commit) => trees.get(commit) ?? new Map<string, string>(),
      read: async (blobs) => {
        asked.push(...blobs);
        return new Map(blobs.map((blob) => [blob, contents.get(blob) ?? null]));
      },
      isAncestor: async () => true,
    };
  }

  test("only manifests are fetched, and only those that changed; the result is what `understand` gives", async () => {
    const first = {
      "a.yaml": application("a", "web", "shop"),
      "web/one.yaml": service("one", 80),
      "logo.png": "binary",
    };
    const second = { ...first, "web/two.yaml": service("two", 80) };
    const git = reader({ a: first, b: second });
    await loadPlatform(git, "a");
    expect(git.asked).toHaveLength(2);
    const platform = await loadPlatform(git, "b");
    expect(git.asked).toHaveLength(3);
    expect(await loadPlatform(git, "b")).toBe(platform);
    expect(platform.resources).toEqual(understand("b", filesOf(second)).resources);
  });

  test("the reader's own error passes through, and nothing stale is kept", async () => {
    const git = { ...reader({}), tree: async () => Promise.reject(new Error("remote is away")) };
    await expect(loadPlatform(git, "x")).rejects.toThrow("remote is away");
  });
});

test("any text in any file is understood without throwing", () => {
  fc.assert(
    fc.property(
      fc.array(
        fc.tuple(fc.constantFrom("a.yaml", "x/kustomization.yaml", "x/Chart.yaml", "b.json", "x/y.yml"), fc.string()),
      ),
      (files) => {
        const platform = platformOf({ "app.yaml": application("a", "x", "shop"), ...Object.fromEntries(files) });
        return Array.isArray(platform.resources);
      },
    ),
    { numRuns: 200 },
  );
});
