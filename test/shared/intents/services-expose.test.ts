/** A public host for a Service: in which style, under which domain, for which Service, and where not. */
import { describe, expect, test } from "vitest";
import { intents } from "../../../shared/intents/registry.ts";
import { renderChangeSet } from "../../../shared/intents/render.ts";
import { domainOf } from "../../../shared/intents/services/expose-service-routes.ts";
import { parseFile } from "../../../shared/repository/parse.ts";
import type { Platform } from "../../../shared/repository/platform.ts";
import { application, deployment, platformOf, service } from "../../support/platform.ts";

const KIND = "expose-service";
const HOST = "api.example.net";

interface IngressShape {
  readonly host?: string;
  readonly annotations?: string;
  readonly tls?: string;
  readonly className?: string;
  readonly port?: string;
}

function ingress(name: string, shape: IngressShape = {}): string {
  const { host = `${name}.example.net`, annotations = "", tls, className = "traefik", port = "number: 80" } = shape;
  return `apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: ${name}, annotations: {${annotations}}}
spec:
  ingressClassName: ${className}
${tls === undefined ? "" : `  tls: [{hosts: [${host}]${tls}}]\n`}  rules: [{host: ${host}, http: {paths: [{path: /, pathType: Prefix, backend: {service: {name: ${name}, port: {${port}}}}}]}}]
`;
}

function route(name: string, rest = ""): string {
  return `apiVersion: traefik.io/v1alpha1
kind: IngressRoute
metadata: {name: ${name}}
spec:
  entryPoints: [websecure]
  routes: [{match: Host(\`${name}.example.net\`) && PathPrefix(\`/\`), kind: Rule, services: [{name: ${name}, port: 80}]${rest}}]
  tls: {certResolver: le}
`;
}

/** A shop that serves `web` and has a Service `api` behind which a workload stands. */
function shop(more: Readonly<Record<string, string>> = {}, extra = ""): Platform {
  return platformOf({
    "apps/a.yaml": application("shop", "shop", "shop"),
    "shop/web.yaml": ingress("web"),
    "shop/api.yaml": deployment("api", { extra }),
    "shop/api-service.yaml": service("api", 80),
    ...more,
  });
}

function objectsOf(platform: Platform, fields: Readonly<Record<string, unknown>> = {}): readonly unknown[] | string {
  const intent = { kind: KIND, service: { namespace: "shop", name: "api" }, host: HOST, ...fields };
  const result = renderChangeSet(intent, platform);
  if (result.kind === "refused") return result.because;
  expect(result.verdict.decision).toBe("human");
  expect(result.verdict.rules.filter(({ decision }) => decision === "deny")).toEqual([]);
  return result.changeSet.files.flatMap(({ path, after }) =>
    parseFile({ path, blob: "", content: after ?? "" }).documents.map(({ value }) => value),
  );
}

function candidates(platform: Platform) {
  return intents.get(KIND)?.candidates(platform) ?? [];
}

const rules = [
  {
    host: HOST,
    http: { paths: [{ path: "/", pathType: "Prefix", backend: { service: { name: "api", port: { number: 80 } } } }] },
  },
];

describe("in the way of the repository", () => {
  test("without TLS where the others have none", () => {
    expect(objectsOf(shop())).toMatchObject([
      { kind: "Ingress", metadata: { name: "api" }, spec: { ingressClassName: "traefik", rules } },
    ]);
    expect(JSON.stringify(objectsOf(shop()))).not.toContain("tls");
  });

  test("with the certificate the others ask for, and what stands before them", () => {
    const annotations =
      'cert-manager.io/cluster-issuer: le, "traefik.ingress.kubernetes.io/router.middlewares": shop-login@kubernetescrd, "nginx.ingress.kubernetes.io/rewrite-target": /x';
    const platform = shop({ "shop/web.yaml": ingress("web", { annotations, tls: ", secretName: web-tls" }) });
    expect(objectsOf(platform)).toMatchObject([
      {
        metadata: {
          annotations: {
            "cert-manager.io/cluster-issuer": "le",
            "traefik.ingress.kubernetes.io/router.middlewares": "shop-login@kubernetescrd",
          },
        },
        spec: { tls: [{ hosts: [HOST], secretName: "api-tls" }] },
      },
    ]);
    expect(JSON.stringify(objectsOf(platform))).not.toContain("rewrite-target");
  });

  test("with a Certificate of its own where certificates are objects", () => {
    const certificate =
      "apiVersion: cert-manager.io/v1\nkind: Certificate\nmetadata: {name: web-tls}\nspec: {secretName: web-tls, dnsNames: [web.example.net], issuerRef: {name: le, kind: ClusterIssuer}}\n";
    const platform = shop({
      "shop/web.yaml": ingress("web", { tls: ", secretName: web-tls" }),
      "shop/c.yaml": certificate,
    });
    expect(objectsOf(platform)).toMatchObject([
      { kind: "Ingress", spec: { tls: [{ secretName: "api-tls" }] } },
      { kind: "Certificate", spec: { secretName: "api-tls", dnsNames: [HOST], issuerRef: { name: "le" } } },
    ]);
  });

  test("with the Secret all of them share, or the controller's own", () => {
    const shared = {
      "shop/web.yaml": ingress("web", { tls: ", secretName: all" }),
      "shop/b.yaml": ingress("b", { tls: ", secretName: all" }),
    };
    expect(objectsOf(shop(shared))).toMatchObject([{ spec: { tls: [{ secretName: "all" }] } }]);
    expect(objectsOf(shop({ "shop/web.yaml": ingress("web", { tls: "" }) }))).toMatchObject([
      { spec: { tls: [{ hosts: [HOST] }] } },
    ]);
  });

  test("ports by name, the class most of them have", () => {
    const named = service("api", 80).replace("{port: 80}", "{name: http, port: 80}");
    const platform = shop({
      "shop/web.yaml": ingress("web", { port: "name: http", className: "nginx" }),
      "shop/api-service.yaml": named,
    });
    expect(objectsOf(platform)).toMatchObject([
      {
        spec: {
          ingressClassName: "nginx",
          rules: [{ http: { paths: [{ backend: { service: { port: { name: "http" } } } }] } }],
        },
      },
    ]);
  });

  test("an IngressRoute where routes are IngressRoutes, behind the same middlewares", () => {
    const platform = shop({ "shop/web.yaml": route("web", ", middlewares: [{name: login}]") });
    expect(objectsOf(platform)).toMatchObject([
      {
        apiVersion: "traefik.io/v1alpha1",
        kind: "IngressRoute",
        spec: {
          entryPoints: ["websecure"],
          routes: [
            {
              match: "Host(`api.example.net`)",
              middlewares: [{ name: "login", namespace: "shop" }],
              services: [{ name: "api", port: 80 }],
            },
          ],
          tls: { certResolver: "le" },
        },
      },
    ]);
  });
});

describe("what speaks against it", () => {
  const policy =
    "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: n}\nspec: {podSelector: {}, policyTypes: [Ingress], ingress: [{from: [{podSelector: {}}]}]}\n";
  const gateway =
    "apiVersion: gateway.networking.k8s.io/v1\nkind: HTTPRoute\nmetadata: {name: web}\nspec: {hostnames: [web.example.net], rules: [{backendRefs: [{name: web}]}]}\n";
  test.each([
    ["another domain", {}, { host: "api.example.com" }, /not directly under a domain/],
    ["two names below", {}, { host: "a.b.example.net" }, /not directly under a domain/],
    ["the domain itself", {}, { host: "example.net" }, /not directly under a domain/],
    ["a host that is served", {}, { host: "web.example.net" }, /is served already: shop\/web.yaml: Ingress web/],
    ["a wildcard", {}, { host: "*.example.net" }, /the intent is not valid/],
    ["a rule in a host", {}, { host: "a`) || Host(`b.example.net" }, /the intent is not valid/],
    ["no such Service", {}, { service: { namespace: "shop", name: "nope" } }, /there is no Service shop\/nope/],
    ["no such port", {}, { port: 81 }, /no port 81/],
    [
      "a database",
      { "shop/api.yaml": deployment("api", { image: "postgres:16.4" }) },
      {},
      /not made to be reached by everybody/,
    ],
    [
      "a service that asks for no login",
      { "shop/api.yaml": deployment("api", { image: "qdrant/qdrant:v1.12.4" }) },
      {},
      /not made to be reached/,
    ],
    ["nobody behind it", { "shop/api-service.yaml": service("api", 80, "gone") }, {}, /no workload here stands behind/],
    ["a port of another protocol", { "shop/api-service.yaml": service("api", 5432) }, {}, /no port that speaks HTTP/],
    ["nobody let in from outside", { "shop/n.yaml": policy }, {}, /NetworkPolicy n lets nobody in from outside/],
    ["no route to follow", { "shop/web.yaml": deployment("web") }, {}, /not directly under a domain/],
    ["routes of a kind that is left alone", { "shop/web.yaml": gateway }, {}, /routes by HTTPRoute/],
    [
      "TLS from Secrets nobody makes",
      { "shop/web.yaml": ingress("web", { tls: ", secretName: bought" }) },
      {},
      /Secrets nobody here makes/,
    ],
    [
      "a Secret in use",
      {
        "shop/web.yaml": ingress("web", {
          annotations: "cert-manager.io/cluster-issuer: le",
          tls: ", secretName: api-tls",
        }),
      },
      {},
      /uses Secret api-tls already/,
    ],
    [
      "a login whose Secret is elsewhere",
      {
        "apps/o.yaml": application("other", "other", "other"),
        "other/web.yaml": ingress("web", { annotations: "nginx.ingress.kubernetes.io/auth-secret: users" }),
        "shop/web.yaml": deployment("web"),
      },
      {},
      /ask for a login by nginx.ingress.kubernetes.io\/auth-secret/,
    ],
  ])("%s", (_, more, fields, reason) => {
    expect(objectsOf(shop(more), fields)).toMatch(reason);
  });

  test.each([
    ["shop.example.com", "example.com"],
    ["a.b.example.com", "b.example.com"],
    ["example.com", "example.com"],
    ["shop.co.uk", "shop.co.uk"],
    ["www.shop.co.uk", "shop.co.uk"],
    ["*.example.com", "example.com"],
    ["*.com", undefined],
    ["intranet", undefined],
  ])("the domain of %s is %s", (host, domain) => {
    expect(domainOf(host)).toBe(domain);
  });
});

describe("what asks for it", () => {
  const env = (name: string, value: string) => `          env: [{name: ${name}, value: "${value}"}]\n`;
  const client = (name: string, value: string) => ({ "shop/c.yaml": deployment("c", { extra: env(name, value) }) });

  test.each([
    ["the Service it is called after", client("API", "https://api.example.net/v1"), "Service shop/api"],
    ["a bare host", client("API_HOST", "api.example.net"), "Service shop/api"],
    [
      "what a workload says of itself",
      { "shop/api.yaml": deployment("api", { extra: env("PUBLIC_URL", "https://start.example.net") }) },
      "Service shop/api",
    ],
  ])("%s", (_, more, target) => {
    const found = candidates(shop(more));
    expect(found).toMatchObject([{ target }]);
    expect(found[0]?.because).toMatch(/counts on \w+\.example\.net, which no route serves/);
  });

  test.each([
    ["a host that is served", client("WEB", "https://web.example.net")],
    ["a host of another domain", client("API", "https://api.example.com")],
    [
      "a Service with a host of its own",
      { ...client("API", "https://api.example.net"), "shop/b.yaml": ingress("api", { host: "rest.example.net" }) },
    ],
    [
      "a wildcard that serves it",
      { ...client("API", "https://api.example.net"), "shop/b.yaml": ingress("all", { host: '"*.example.net"' }) },
    ],
    ["a name no Service has", client("API", "https://billing.example.net")],
    [
      "two Services of that name",
      {
        ...client("API", "https://api.example.net"),
        "apps/o.yaml": application("o", "o", "o"),
        "o/s.yaml": service("api", 80),
      },
    ],
    [
      "a chart that may serve it",
      { ...client("API", "https://api.example.net"), "charts/x/values.yaml": "host: api.example.net\n" },
    ],
  ])("not %s", (_, more) => {
    expect(candidates(shop(more))).toEqual([]);
  });

  test("the survey says what is served, and what is counted on in vain", () => {
    const survey = intents.get(KIND)?.survey(shop(client("X", "https://billing.example.net")));
    expect(survey?.done).toEqual(["shop/web.yaml: Ingress web for web.example.net"]);
    expect(survey?.open).toEqual([
      { target: "billing.example.net", namespace: "shop", because: "no Service is called billing" },
    ]);
  });
});
