/** Whom a changed workload talks to, and whether anybody still answers there. */
import { describe, expect, test } from "vitest";
import { servicesNamed } from "../../../shared/checks/service-names.ts";
import type { Phase } from "../../../shared/domain/health.ts";
import { cpuTimeOf } from "../../support/cpu-time.ts";
import { api, baselineOf, look, phaseOf, type Shop, shop, textOf } from "./world.ts";

type Objects = Shop["objects"];

const endpoints = (name: string, ready: number, waiting = 0): Objects => ({
  [`Endpoints ${name}`]: {
    metadata: { name },
    subsets: [
      {
        ...(ready > 0 ? { addresses: Array.from({ length: ready }, () => ({ ip: "10.0.0.1" })) } : {}),
        ...(waiting > 0 ? { notReadyAddresses: Array.from({ length: waiting }, () => ({ ip: "10.0.0.2" })) } : {}),
      },
    ],
  },
});
const service = (name: string, selector: object = { app: name }): Objects => ({
  [`Service ${name}`]: { metadata: { name }, spec: { selector } },
});
const told = (container: object, volumes: object[] = []): Objects => ({
  "Deployment api": {
    metadata: { name: "api" },
    spec: {
      template: {
        metadata: { labels: { app: "api" } },
        spec: { containers: [{ name: "api", ...container }], volumes },
      },
    },
  },
});
const withRedis = told({ env: [{ name: "REDIS_URL", value: "redis://redis:6379/0" }] });

async function after(before: Objects, now: Objects): Promise<readonly [Phase | "n/a", string]> {
  const baseline = await baselineOf(shop({ objects: before }));
  const result = await look("dependencies", shop({ objects: now }), { objects: [api], baseline });
  return [phaseOf(result), textOf(result)];
}

describe("a dependency", () => {
  const well = { ...withRedis, ...service("redis"), ...endpoints("redis", 2) };
  test.each<[string, Objects, Objects, Phase | "n/a", RegExp]>([
    ["answers as before", well, well, "Successful", /Service shop\/redis has 2 ready addresses/],
    ["answers with one address less", well, { ...well, ...endpoints("redis", 1) }, "Successful", /has 1 ready/],
    [
      "has no ready address any more",
      well,
      { ...well, ...endpoints("redis", 0, 2) },
      "Failed",
      /depends on Service shop\/redis, which has no ready address \(2 before/,
    ],
    ["has lost every pod", well, { ...well, ...endpoints("redis", 0) }, "Failed", /no ready address \(2 before/],
    ["is gone", well, withRedis, "Failed", /does not exist \(2 before/],
    [
      "had nobody before either",
      { ...well, ...endpoints("redis", 0) },
      { ...well, ...endpoints("redis", 0) },
      "n/a",
      /before the change either/,
    ],
    [
      "did not exist before either",
      told({ args: ["--db=pg.data.svc:5432"] }),
      told({ args: ["--db=pg.data.svc:5432"] }),
      "n/a",
      /before the change either/,
    ],
    ["is new and answers", told({}), well, "Successful", /has 2 ready/],
    [
      "is new and does not answer",
      told({}),
      { ...withRedis, ...service("redis"), ...endpoints("redis", 0) },
      "Inconclusive",
      /depends on Service shop\/redis/,
    ],
    [
      "is new, written out, and does not exist",
      told({}),
      told({ args: ["--db=pg.data.svc:5432"] }),
      "Inconclusive",
      /Service data\/pg, which does not exist/,
    ],
    [
      "is new, and may be a name of the outside world",
      told({}),
      told({ env: [{ name: "API_HOST", value: "partner" }] }),
      "n/a",
      /no Service/,
    ],
    [
      "is the workload itself",
      { ...well, ...service("redis", { app: "api" }) },
      { ...well, ...service("redis", { app: "api" }), ...endpoints("redis", 0, 2) },
      "n/a",
      /which is changed itself/,
    ],
    [
      "is filled by hand",
      { ...well, ...service("redis", {}) },
      { ...well, ...service("redis", {}), ...endpoints("redis", 0) },
      "n/a",
      /filled by nobody/,
    ],
    ["is none", told({}), told({}), "n/a", /names no Service/],
  ])("%s", async (_name, before, now, phase, message) => {
    expect(await after(before, now)).toEqual([phase, expect.stringMatching(message)]);
  });

  test.each<[string, Objects]>([
    ["a variable", told({ env: [{ name: "CACHE_ADDR", value: "redis:6379" }] })],
    ["a host alone", told({ env: [{ name: "REDIS_HOST", value: "redis" }] })],
    ["an argument", told({ args: ["--redis", "redis.shop.svc.cluster.local:6379"] })],
    [
      "a ConfigMap's variables",
      {
        ...told({ envFrom: [{ configMapRef: { name: "settings" } }] }),
        "ConfigMap settings": { data: { REDIS_HOST: "redis" } },
      },
    ],
    [
      "one key of a ConfigMap",
      {
        ...told({ env: [{ name: "X", valueFrom: { configMapKeyRef: { name: "settings", key: "x" } } }] }),
        "ConfigMap settings": { data: { x: "redis://user:word@redis/0" } },
      },
    ],
    [
      "a file of a ConfigMap",
      {
        ...told({}, [{ name: "config", configMap: { name: "settings" } }]),
        "ConfigMap settings": { data: { "app.yaml": "cache:\n  url: tcp://redis:6379\n" } },
      },
    ],
    [
      "a projected file",
      {
        ...told({}, [{ name: "all", projected: { sources: [{ configMap: { name: "settings" } }] } }]),
        "ConfigMap settings": { data: { "app.yaml": "redis:6379" } },
      },
    ],
  ])("is found in %s", async (_name, objects) => {
    const before = { ...objects, ...service("redis"), ...endpoints("redis", 1) };
    expect(await after(before, { ...before, ...endpoints("redis", 0) })).toEqual([
      "Failed",
      expect.stringContaining("shop/redis"),
    ]);
  });

  test("that a workload has before it exists is no lost one", async () => {
    const baseline = await baselineOf(shop({ workload: undefined, objects: {} }));
    const result = await look("dependencies", shop({ objects: well }), {
      objects: [{ ...api, effect: "create" }],
      baseline,
    });
    expect(phaseOf(result)).toBe("Successful");
  });
});

describe("names of Services in a text", () => {
  test.each<[string, string, readonly string[]]>([
    ["", "http://web.shop.svc.cluster.local:80/x", ["shop/web"]],
    ["", "http://web.shop:80", ["shop/web"]],
    ["", "postgres://user:p%40ss@db/orders?sslmode=off", ["home/db"]],
    ["", "kafka-0.kafka:9092,kafka-1.kafka:9092", ["kafka/kafka-0", "kafka/kafka-1"]],
    ["", "kafka-0.kafka.data.svc.cluster.local:9092", ["data/kafka"]],
    ["", "https://api.example.com/v1", []],
    ["", "https://www.example.org:443", []],
    ["", "http://localhost:8080", []],
    ["", "http://10.0.0.1:80", []],
    ["", "registry.example.org/shop/api:1.4.2", []],
    ["", "2026-01-01T10:15:30", []],
    ["", "a:b:c", []],
    ["LOG_LEVEL", "debug", []],
    ["DB_HOST", "db", ["home/db"]],
    ["DB_HOST", "db.data", ["data/db"]],
    ["DB_HOST", "db.example.com", []],
    ["DB_HOST", "true or false", []],
    ["SMTP_SERVER", "mail", ["home/mail"]],
    ["", "web.shop.svc and http://web.shop", ["shop/web"]],
  ])("%s=%s", (variable, text, services) => {
    expect(servicesNamed([{ variable, text }], "home").map(({ namespace, name }) => `${namespace}/${name}`)).toEqual(
      services,
    );
  });

  test("a text of a megabyte is read in no time", () => {
    const used = cpuTimeOf(() => {
      for (const part of ["a.", "://a@", "a:1", "http://user:", "-", "a-"]) {
        servicesNamed([{ variable: "HOST", text: part.repeat(1_000_000 / part.length) }], "home");
      }
    });
    expect(used).toBeLessThan(5_000);
  });
});
