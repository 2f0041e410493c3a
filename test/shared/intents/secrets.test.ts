import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { intents } from "../../../shared/intents/registry.ts";
import { renderChangeSet } from "../../../shared/intents/render.ts";
import { application, deployment, platformOf, SIZED } from "../../support/platform.ts";

type Texts = Record<string, string>;
const env = (...pairs: readonly (readonly [string, string, string])[]) =>
  `          env: [${pairs.map(([name, secret, key]) => `{name: ${name}, valueFrom: {secretKeyRef: {name: ${secret}, key: ${key}}}}`).join(", ")}]\n`;
const reads = (name: string, ...pairs: readonly (readonly [string, string, string])[]) =>
  deployment(name, { extra: SIZED + env(...pairs) });
const store = (spec = "provider: {fake: {data: []}}") =>
  `apiVersion: external-secrets.io/v1\nkind: ClusterSecretStore\nmetadata: {name: vault}\nspec: {${spec}}\n`;
const taken = (name: string, data: string, more = "") =>
  `apiVersion: external-secrets.io/v1\nkind: ExternalSecret\nmetadata: {name: ${name}}\nspec:\n  refreshInterval: 15m\n  secretStoreRef: {kind: ClusterSecretStore, name: vault}\n  target: {name: ${name}${more}}\n${data}`;
const entry = (key: string, remote: string, property?: string) =>
  `  - secretKey: ${key}\n    remoteRef: {key: ${remote}${property === undefined ? "" : `, property: ${property}`}}\n`;
const plain = (kind: string, name: string, rest = "") =>
  `apiVersion: ${kind === "Secret" ? "v1" : "bitnami.com/v1alpha1"}\nkind: ${kind}\nmetadata: {name: ${name}}\n${rest}`;

const base: Texts = {
  "a.yaml": application("a", "shop", "shop"),
  "p.yaml": application("p", "platform", "platform"),
  "platform/store.yaml": store(),
  "shop/api.yaml": reads("api", ["TOKEN", "api-keys", "API_TOKEN"]),
  "shop/mail.yaml": taken("mail", `  data:\n${entry("USER_NAME", "apps/shop/mail", "USER_NAME")}`),
  "shop/maps.yaml": taken("maps", `  data:\n${entry("MAP_KEY", "apps/shop/maps", "MAP_KEY")}`),
};
const of = (texts: Texts) => platformOf({ ...base, ...texts });
const intent = { kind: "add-external-secret", namespace: "shop", secret: "api-keys" };
const specOf = (texts: Texts) => {
  const rendered = renderChangeSet(intent, of(texts));
  if (rendered.kind === "refused") return rendered.because;
  return (parse(rendered.changeSet.files[0]?.after ?? "") as { spec: Record<string, unknown> }).spec;
};

describe("an ExternalSecret", () => {
  test("takes exactly the keys that are read, from where its neighbours take theirs", () => {
    expect(specOf({})).toEqual({
      refreshInterval: "15m",
      secretStoreRef: { kind: "ClusterSecretStore", name: "vault" },
      target: { name: "api-keys", creationPolicy: "Orphan", deletionPolicy: "Retain" },
      data: [{ secretKey: "API_TOKEN", remoteRef: { key: "apps/shop/api-keys", property: "API_TOKEN" } }],
    });
  });

  const two = (first: string, second: string) => ({
    "shop/mail.yaml": taken("mail-secret", `  data:\n${first}`),
    "shop/maps.yaml": taken("maps-secret", `  data:\n${second}`),
  });
  test.each<[string, Texts, object]>([
    [
      "a flat name",
      two(entry("USER_NAME", "shop-mail-secret-user-name"), entry("MAP_KEY", "shop-maps-secret-map-key")),
      { key: "shop-api-keys-api-token" },
    ],
    [
      "properties in small letters",
      two(entry("USER_NAME", "shop/mail-secret", "user_name"), entry("MAP_KEY", "shop/maps-secret", "map_key")),
      { key: "shop/api-keys", property: "api_token" },
    ],
    [
      "one place for a namespace",
      two(entry("USER_NAME", "prod/shop", "USER_NAME"), entry("MAP_KEY", "prod/shop", "MAP_KEY")),
      { key: "prod/shop", property: "API_TOKEN" },
    ],
  ])("%s", (_, texts, remoteRef) =>
    expect(specOf(texts)).toMatchObject({ data: [{ secretKey: "API_TOKEN", remoteRef }] }),
  );

  test("as a whole, where readers take all and neighbours do too", () => {
    const whole = (name: string) => taken(name, `  dataFrom:\n  - extract: {key: kv/shop/${name}}\n`);
    const texts = {
      "shop/mail.yaml": whole("mail"),
      "shop/maps.yaml": whole("maps"),
      "shop/api.yaml": deployment("api", { extra: `${SIZED}          envFrom: [{secretRef: {name: api-keys}}]\n` }),
    };
    expect(specOf(texts)).toMatchObject({ dataFrom: [{ extract: { key: "kv/shop/api-keys" } }] });
  });

  test("for pulling images, where one of that type shows how", () => {
    const typed = (name: string) =>
      taken(
        name,
        `  data:\n${entry(".dockerconfigjson", `pull/${name}`)}`,
        ", template: {type: kubernetes.io/dockerconfigjson}",
      );
    const texts = {
      "shop/one.yaml": typed("one"),
      "shop/two.yaml": typed("two"),
      "shop/api.yaml": deployment("api", { extra: SIZED, podExtra: "      imagePullSecrets: [{name: api-keys}]\n" }),
    };
    expect(specOf(texts)).toMatchObject({
      target: { template: { type: "kubernetes.io/dockerconfigjson" } },
      data: [{ secretKey: ".dockerconfigjson", remoteRef: { key: "pull/api-keys" } }],
    });
  });

  test.each<[string, Texts, string]>([
    [
      "its values stand in Git",
      { "shop/s.yaml": plain("Secret", "api-keys", "stringData: {API_TOKEN: x}\n") },
      "a person has to change them",
    ],
    [
      "it is sealed",
      { "shop/s.yaml": plain("SealedSecret", "api-keys", "spec: {encryptedData: {}}\n") },
      "SealedSecret api-keys makes it",
    ],
    [
      "an operator makes it",
      { "shop/c.yaml": "apiVersion: postgresql.cnpg.io/v1\nkind: Cluster\nmetadata: {name: api}\nspec: {}\n" },
      "Cluster api makes it",
    ],
    [
      "readers take all keys",
      { "shop/api.yaml": deployment("api", { extra: `${SIZED}          envFrom: [{secretRef: {name: api-keys}}]\n` }) },
      "takes all of its keys",
    ],
    [
      "readers do without it",
      {
        "shop/api.yaml": deployment("api", {
          extra: `${SIZED}          envFrom: [{secretRef: {name: api-keys, optional: true}}]\n`,
        }),
      },
      "do without it",
    ],
    [
      "a certificate",
      { "shop/api.yaml": reads("api", ["C", "api-keys", "tls.crt"], ["K", "api-keys", "tls.key"]) },
      "certificate",
    ],
    [
      "the store logs in by it",
      {
        "shop/store.yaml":
          "apiVersion: external-secrets.io/v1\nkind: SecretStore\nmetadata: {name: own}\nspec: {provider: {vault: {auth: {tokenSecretRef: {name: api-keys, key: token}}}}}\n",
      },
      "logs in by it",
    ],
    [
      "neighbours follow no rule",
      { "shop/maps.yaml": taken("maps", `  data:\n${entry("MAP_KEY", "legacy/geo", "k")}`) },
      "no common rule",
    ],
    [
      "two rules fit",
      {
        "shop/mail.yaml": taken("mail", `  data:\n${entry("user", "s/mail", "user")}`),
        "shop/maps.yaml": taken("maps", `  data:\n${entry("key", "s/maps", "key")}`),
      },
      "how a key like its own is spelt",
    ],
    ["only one neighbour", { "shop/maps.yaml": "" }, "no common rule"],
    ["nobody uses the store", { "shop/maps.yaml": "", "shop/mail.yaml": "" }, "no other ExternalSecret shows"],
    ["no store", { "shop/maps.yaml": "", "shop/mail.yaml": "", "platform/store.yaml": "" }, "no secret store"],
    [
      "a repository of SealedSecrets",
      {
        "shop/maps.yaml": "",
        "shop/mail.yaml": "",
        "shop/s.yaml": plain("SealedSecret", "x", "spec: {encryptedData: {}}\n"),
      },
      "kubeseal --namespace shop",
    ],
    [
      "a chart brings objects here",
      {
        "c.yaml":
          "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: chart, namespace: argocd}\nspec: {source: {repoURL: https://charts.example.com, chart: x, targetRevision: 1.0.0}, destination: {namespace: shop}}\n",
      },
      "not certain",
    ],
  ])("is left to a person: %s", (_, texts, because) => {
    expect(specOf(texts)).toContain(because);
    const { open, exempt = [], done } = intents.get("add-external-secret")?.survey(of(texts)) ?? { open: [], done: [] };
    const said = [...open, ...exempt].find(({ target }) => target === "Secret shop/api-keys")?.because;
    expect(said ?? `${done.find((one) => one.endsWith("/api-keys"))} makes it`).toContain(
      said === undefined ? "SealedSecret shop/api-keys" : because,
    );
  });

  test("a store that does not serve the namespace is not used", () => {
    const texts = {
      ...base,
      "shop/mail.yaml": "",
      "shop/maps.yaml": "",
      "platform/store.yaml": store("conditions: [{namespaces: [one, two]}]"),
      "o.yaml": application("o", "one", "one"),
      "w.yaml": application("w", "two", "two"),
      "one/m.yaml": base["shop/mail.yaml"]?.replaceAll("shop", "one") ?? "",
      "two/m.yaml": base["shop/maps.yaml"]?.replaceAll("shop", "two") ?? "",
    };
    expect(specOf(texts)).toContain("does not say that it serves namespace shop");
    expect(specOf({ ...texts, "platform/store.yaml": store() })).toMatchObject({
      data: [{ remoteRef: { key: "apps/shop/api-keys" } }],
    });
  });
});
