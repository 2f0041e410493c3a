/** What prose says of namespaces, Services and settings, before anybody asks whether they are there. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { servicesSaid } from "../../../shared/graph/said-services.ts";
import { hostsOfSetting, settingsSaid, withoutValues } from "../../../shared/graph/said-settings.ts";
import { sentencesOf, statedNamespaces, withoutNamespaces } from "../../../shared/graph/stated-namespaces.ts";

const isKnown = (name: string) => ["shop", "shop-eu"].includes(name);

describe("namespaces", () => {
  test.each<[string, readonly string[]]>([
    ["in namespace pay", ["pay"]],
    ["in the shop namespace and the `pay` namespace", ["shop", "pay"]],
    ["kubectl get pods -n pay, --namespace=shop", ["pay", "shop"]],
    ["the router in shop-eu asks", ["shop-eu"]],
    ["everything in shop is sold in other-place", []],
    ["in every namespace of the cluster, in the same namespace, namespace quotas", []],
    ["in shop-eu.example.com and in shop-eu/web", []],
  ])("%s", (text, names) => expect(statedNamespaces(text, isKnown).map(({ name }) => name)).toEqual(names));

  test("are taken out of what may name workloads", () => {
    const text = "web in namespace shop-eu asks web.shop-eu.svc, not shop-eu";
    const rest = withoutNamespaces("web in namespace shop-eu asks db.shop-eu.svc", statedNamespaces(text, isKnown));
    expect(rest).not.toContain("shop-eu");
    expect(rest).toContain("db.svc");
  });
});

describe("sentences", () => {
  test("end at a dot that is followed by space, never inside a host", () => {
    expect(sentencesOf("Ask db.shop.svc. Then stop\nor not").map(({ text }) => text.trim())).toEqual([
      "Ask db.shop.svc.",
      "Then stop",
      "or not",
    ]);
  });

  test("stand where they say", () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 80 }), (text) => {
        for (const { at, text: one } of sentencesOf(text)) expect(text.slice(at, at + one.length)).toBe(one);
      }),
    );
  });
});

describe("Services", () => {
  test.each<[string, string]>([
    ["the Service a-b", "a-b always"],
    ["a Service a-b", "a-b never"],
    ["the service a-b", "a-b inNamespace"],
    ["the service web2 on port 80", "web2 always"],
    ["the Service `db`", "db always"],
    ["the `db` service", "db inNamespace"],
    ["connects to db:5432", "db always"],
    ["Service fault-tolerant", "fault-tolerant never"],
    ["the Service db", "db inNamespace"],
  ])("%s: %s", (text, told) => {
    expect(servicesSaid(text).map(({ name, sure }) => `${name} ${sure}`)).toEqual([told]);
  });

  test.each([
    "service mesh",
    "Service `selector`",
    "the service my-app",
    "the service is slow",
    "move the tag to db:2025",
    "service db.shop.svc",
    "ServiceAccount robot",
    "runs at 10:3000",
  ])("none: %s", (text) => {
    expect(servicesSaid(text)).toEqual([]);
  });
});

describe("settings", () => {
  const around = { home: "shop", isService: () => false, isNamespace: isKnown };
  const hosts = (text: string) =>
    settingsSaid(text)
      .flatMap((setting) => hostsOfSetting(setting, around))
      .map((one) => ("host" in one ? one.host : `${one.service}.${one.namespace}`));

  test.each<[string, readonly string[]]>([
    ["DB_HOST=db", ["db.shop"]],
    ["DB_HOST=`db`.", ["db.shop"]],
    ["DB_URL=postgres://u@db:5432/x", ["db.shop"]],
    ["DB_ADDR=db.shop-eu:5432", ["db.shop-eu"]],
    ["BROKERS=a-b:9092", ["a-b.shop"]],
    ["--db-host=db", ["db.shop"]],
    ["name: DB_HOST\n  value: 'db'", ["db.shop"]],
    ["DB_HOST to db", ["db.shop"]],
    ["MAIL_HOST=mail.example.com", ["mail.example.com"]],
    ["HOSTNAME=db", []],
    ["BIND_HOST=db and NODE_HOST=db", []],
    ["DB_HOST=localhost, DB_HOST=10.0.0.1, DB_HOST=none", []],
    ["MODE=db and DB_NAME=db", []],
  ])("%s", (text, named) => expect(hosts(text)).toEqual(named));

  test("a text without values is as long as it was", () => {
    const text = "web sets DB_HOST=db and asks http://db/x";
    const rest = withoutValues(text, settingsSaid(text));
    expect(rest).toHaveLength(text.length);
    expect(rest).not.toMatch(/\bdb\b/);
  });
});

test("no text keeps the readers busy", () => {
  const parts = ["the Service ", "namespace ", "a-", "A_HOST=", "`", "://", "in the ", ":9092", " ", "x".repeat(300)];
  for (const part of parts) {
    const text = part.repeat(4_000);
    expect(() => {
      servicesSaid(text);
      statedNamespaces(text, isKnown);
      settingsSaid(text);
      sentencesOf(text);
    }).not.toThrow();
  }
});
