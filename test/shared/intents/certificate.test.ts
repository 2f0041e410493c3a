/** TLS for an Ingress: by which issuer, in which form, and where it would do no good. */
import { describe, expect, test } from "vitest";
import { intents } from "../../../shared/intents/registry.ts";
import { renderChangeSet } from "../../../shared/intents/render.ts";
import type { Platform } from "../../../shared/repository/platform.ts";
import { application, platformOf } from "../../support/platform.ts";

const ISSUER = `apiVersion: cert-manager.io/v1
kind: ClusterIssuer
metadata: {name: public}
spec: {acme: {server: https://acme.example.com/directory, privateKeySecretRef: {name: k}, solvers: []}}
`;

function ingress(options: { name?: string; host?: string; annotations?: string; tls?: string } = {}): string {
  const { name = "web", host = "shop.example.com", annotations = "", tls = "" } = options;
  return `apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: ${name}
  labels:
    app: ${name} # as everywhere
${annotations}spec:
  ingressClassName: nginx
${tls}  rules:
    - host: ${host}
      http: {paths: [{path: /, pathType: Prefix, backend: {service: {name: web, port: {number: 80}}}}]}
`;
}

function shop(given: string, more: Readonly<Record<string, string>> = { "shop/issuer.yaml": ISSUER }): Platform {
  return platformOf({ "apps/shop.yaml": application("shop", "shop", "shop"), "shop/web.yaml": given, ...more });
}

function filesOf(platform: Platform): Readonly<Record<string, string>> | string {
  const result = renderChangeSet({ kind: "add-certificate", namespace: "shop", ingress: "web" }, platform);
  if (result.kind === "refused") return result.because;
  expect(result.verdict.decision).toBe("human");
  expect(result.verdict.rules.filter(({ decision }) => decision === "deny")).toEqual([]);
  return Object.fromEntries(result.changeSet.files.map(({ path, after }) => [path, after ?? ""]));
}

const neighbour = (issuer: string, name = "other", kind = "cluster-issuer") =>
  ingress({
    name,
    host: `${name}.example.com`,
    annotations: `  annotations: {cert-manager.io/${kind}: ${issuer}}\n`,
    tls: `  tls: [{hosts: [${name}.example.com], secretName: ${name}}]\n`,
  });

describe("in the way of the repository", () => {
  test("the only issuer: an object of its own and the tls block, in one change", () => {
    expect(filesOf(shop(ingress()))).toEqual({
      "shop/web.yaml": ingress({
        tls: '  tls:\n    - hosts: ["shop.example.com"]\n      secretName: web-tls\n',
      }),
      "shop/web-tls-certificate.yaml": expect.stringMatching(
        /kind: Certificate[^]*secretName: web-tls\n {2}dnsNames:\n {4}- shop.example.com\n {2}issuerRef:\n {4}name: public\n {4}kind: ClusterIssuer/,
      ),
    });
  });

  test("neighbours that ask by annotation: the same annotation, and no second object", () => {
    const files = filesOf(shop(ingress(), { "shop/other.yaml": neighbour("ours") }));
    expect(Object.keys(files)).toEqual(["shop/web.yaml"]);
    expect(Object.values(files)[0]).toContain(
      "app: web # as everywhere\n  annotations:\n    cert-manager.io/cluster-issuer: ours\nspec:\n  ingressClassName: nginx\n  tls:\n",
    );
  });

  test("of several issuers the one most of them use", () => {
    const more = {
      "shop/a.yaml": neighbour("one", "a"),
      "shop/b.yaml": neighbour("two", "b"),
      "shop/c.yaml": neighbour("two", "c"),
    };
    expect(JSON.stringify(filesOf(shop(ingress(), { ...more, "shop/issuer.yaml": ISSUER })))).toContain(
      "cluster-issuer: two",
    );
  });
});

describe("what speaks against it", () => {
  const other = ISSUER.replace("name: public", "name: second");
  test.each([
    ["no issuer", ingress(), {}, /no ClusterIssuer or Issuer/],
    ["issuers nobody uses", ingress(), { "shop/i.yaml": `${ISSUER}---\n${other}` }, /2 issuers/],
    [
      "an issuer for trials",
      ingress(),
      { "shop/i.yaml": ISSUER.replace("acme.example", "acme-staging.example") },
      /nobody trusts/,
    ],
    ["an issuer nobody applies", ingress(), { "elsewhere/i.yaml": ISSUER }, /no ClusterIssuer/],
    [
      "an issuer of another namespace",
      ingress(),
      {
        "shop/i.yaml": ISSUER.replace("ClusterIssuer", "Issuer").replace(
          "{name: public}",
          "{name: public, namespace: other}",
        ),
      },
      /no ClusterIssuer/,
    ],
    ["tls already", ingress({ tls: "  tls: [{hosts: [a.example.com]}]\n" }), undefined, /has tls already/],
    ["a wildcard", ingress({ host: '"*.example.com"' }), undefined, /needs more than an issuer/],
    ["a private name", ingress({ host: "shop.internal" }), undefined, /no public authority certifies shop.internal/],
    ["any host", ingress().replace("host: shop.example.com\n      http", "http"), undefined, /any host/],
    [
      "another way of TLS",
      ingress({ annotations: "  annotations: {alb.ingress.kubernetes.io/certificate-arn: x}\n" }),
      undefined,
      /decides about its TLS/,
    ],
    [
      "a Secret that is taken",
      ingress(),
      {
        "shop/issuer.yaml": ISSUER,
        "shop/c.yaml":
          "apiVersion: cert-manager.io/v1\nkind: Certificate\nmetadata: {name: x}\nspec: {secretName: web-tls, issuerRef: {name: public, kind: ClusterIssuer}}\n",
      },
      /uses Secret web-tls/,
    ],
  ])("%s", (_, given, more, reason) => {
    const platform = shop(given, more);
    expect(filesOf(platform)).toMatch(reason);
    expect(intents.get("add-certificate")?.candidates(platform)).toEqual([]);
  });

  test.each([
    ["a challenge's own Ingress", "    acme.cert-manager.io/http01-solver: 'true'\n", {}, /answers challenges/],
    [
      "a host another Ingress serves over TLS",
      "",
      { "shop/o.yaml": ingress({ name: "other", tls: "  tls: [{hosts: [shop.example.com], secretName: o}]\n" }) },
      /Ingress other serves its hosts/,
    ],
  ])("%s is no target", (_, label, more, reason) => {
    const given = ingress().replace("# as everywhere\n", `# as everywhere\n${label}`);
    const platform = shop(given, { "shop/issuer.yaml": ISSUER, ...more });
    expect(filesOf(platform)).toMatch(reason);
    expect(intents.get("add-certificate")?.survey(platform).exempt?.[0]?.because).toMatch(reason);
  });

  test("an issuer's name that is no name reaches no file", () => {
    const more = { "shop/other.yaml": neighbour('"x: y"') };
    expect(filesOf(shop(ingress(), more))).toMatch(/change more than it should|cannot/);
  });
});

test("what is served with TLS is done, and after the change it is", () => {
  const platform = shop(ingress({ tls: "  tls: [{hosts: [shop.example.com], secretName: x}]\n" }));
  expect(intents.get("add-certificate")?.survey(platform).done).toEqual(["shop/web.yaml: Ingress shop/web"]);
});
