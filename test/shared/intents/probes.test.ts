import { describe, expect, test } from "vitest";
import { parseAllDocuments } from "yaml";
import { renderChangeSet } from "../../../shared/intents/render.ts";
import { addProbes } from "../../../shared/intents/workloads/add-probes.ts";
import { application, deployment, platformOf, service } from "../../support/platform.ts";

const PORT = "          ports: [{name: http, containerPort: 8080}]\n";
const get = (path: string, port: string | number = "http", extra = "") =>
  `{httpGet: {path: ${path}, port: ${port}}${extra}}`;
const asked = (path: string, extra = "") => `${PORT}          readinessProbe: ${get(path, "http", extra)}\n`;

/** The probes `web` gets among `others`; a text when it is refused. */
function probesOf(web: string, others: Readonly<Record<string, string>> = {}): unknown {
  const platform = platformOf({
    "app.yaml": application("a", "web", "shop"),
    "web/web.yaml": web,
    "web/svc.yaml": service("web", 8080),
    ...others,
  });
  const workload = { kind: "Deployment", namespace: "shop", name: "web" } as const;
  const rendered = renderChangeSet({ kind: "add-probes", workload, container: "main" } as never, platform);
  if (rendered.kind === "refused") return rendered.because;
  expect(rendered.verdict.decision).not.toBe("deny");
  const spec = parseAllDocuments(rendered.changeSet.files[0]?.after ?? "")[0]?.toJS() as {
    spec: { template: { spec: { containers: Record<string, unknown>[] } } };
  };
  const found = spec.spec.template.spec.containers[0] ?? {};
  return Object.fromEntries(Object.entries(found).filter(([key]) => key.endsWith("Probe")));
}

const web = (extra = PORT, image = "registry.example.com/team/web:1.0.0") => deployment("web", { image, extra });
const ready = (path: string) => ({ readinessProbe: { httpGet: { path, port: "http" } } });

describe("the endpoint is the repository's", () => {
  const two = (extra: string, registry = "registry.example.com/team") => ({
    "web/a.yaml": deployment("a", { image: `${registry}/a:1.0.0`, extra }),
    "web/b.yaml": deployment("b", { image: `${registry}/b:1.0.0`, extra }),
  });

  test("two neighbours from the same registry agree", () => {
    expect(probesOf(web(), two(asked("/ready")))).toMatchObject(ready("/ready"));
  });

  test("one neighbour is no convention, other registries are no neighbours, and who disagrees counts", () => {
    const tcp = { readinessProbe: { tcpSocket: { port: "http" } } };
    const [first] = Object.entries(two(asked("/ready")));
    expect(probesOf(web(), Object.fromEntries([first ?? []]))).toMatchObject(tcp);
    expect(probesOf(web(), two(asked("/ready"), "registry.example.com/others"))).toMatchObject(tcp);
    const third = { "web/c.yaml": deployment("c", { extra: asked("/other") }) };
    expect(probesOf(web(), { ...two(asked("/ready")), ...third })).toMatchObject(tcp);
  });

  test("another port is another convention", () => {
    const metrics = "          ports: [{name: admin, containerPort: 9000}]\n          readinessProbe: ";
    expect(probesOf(web(), two(`${metrics}${get("/ready", "admin")}\n`))).toMatchObject({
      readinessProbe: { tcpSocket: { port: "http" } },
    });
  });

  test("the same image elsewhere is enough, whatever its tag", () => {
    const twin = deployment("twin", { image: "registry.example.com/team/web:0.9.0", extra: asked("/up") });
    expect(probesOf(web(), { "web/twin.yaml": twin })).toMatchObject(ready("/up"));
  });

  test("what its liveness probe asks already; that one is left as it is", () => {
    const alive = `${PORT}          livenessProbe: ${get("/live")}\n`;
    expect(probesOf(web(alive))).toEqual({
      livenessProbe: { httpGet: { path: "/live", port: "http" } },
      readinessProbe: expect.objectContaining({ httpGet: { path: "/live", port: "http" } }),
    });
  });

  test("what a load balancer in front of it is told", () => {
    const ingress = `apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: web, annotations: {alb.ingress.kubernetes.io/healthcheck-path: /lb}}
spec: {defaultBackend: {service: {name: web, port: {number: 8080}}}}
`;
    expect(probesOf(web(), { "web/ingress.yaml": ingress })).toMatchObject(ready("/lb"));
  });

  test.each([
    ["quay.io/prometheus/prometheus:v3.1.0", "9090", "/-/ready"],
    ["grafana/grafana:11.0.0", "3000", "/api/health"],
  ])("%s is known", (image, port, path) => {
    const extra = `          ports: [{containerPort: ${port}}]\n`;
    expect(probesOf(web(extra, image))).toMatchObject({ readinessProbe: { httpGet: { path, port: Number(port) } } });
  });

  test("a database is asked by its own command, as a user it knows; one whose user is secret by its port", () => {
    const env = (text: string) => `          ports: [{containerPort: 5432}]\n          env: [${text}]\n`;
    const command = ["pg_isready", "-h", "127.0.0.1", "-U", "shop", "-d", "shop"];
    expect(probesOf(web(env("{name: POSTGRES_USER, value: shop}"), "postgres:16.4"))).toMatchObject({
      readinessProbe: { exec: { command } },
    });
    const secret = "{name: POSTGRES_USER, valueFrom: {secretKeyRef: {name: db, key: user}}}";
    expect(probesOf(web(env(secret), "postgres:16.4"))).toMatchObject({
      readinessProbe: { tcpSocket: { port: 5432 } },
    });
    const odd = '{name: POSTGRES_USER, value: "x; rm -rf /"}';
    expect(probesOf(web(env(odd), "postgres:16.4"))).toMatchObject({ readinessProbe: { tcpSocket: { port: 5432 } } });
  });

  test("paths that could be more than a path, headers and hosts are not copied", () => {
    const tcp = { readinessProbe: { tcpSocket: { port: "http" } } };
    for (const path of ["'/x y'", "'/a#{b}'", "relative"]) {
      expect(probesOf(web(), two(asked(path)))).toMatchObject(tcp);
    }
    const headers = `${PORT}          readinessProbe: {httpGet: {path: /ready, port: http, httpHeaders: [{name: Host, value: a}]}}\n`;
    expect(probesOf(web(), two(headers))).toMatchObject(tcp);
  });
});

describe("liveness", () => {
  const both = (live: string, delay = 0) =>
    `${asked("/ready", delay === 0 ? "" : `, initialDelaySeconds: ${delay}`)}          livenessProbe: ${get(live)}\n`;
  const twin = (extra: string) => ({
    "web/twin.yaml": deployment("twin", { image: "registry.example.com/team/web:0.9.0", extra }),
  });

  test("an endpoint of its own is asked", () => {
    expect(probesOf(web(), twin(both("/live")))).toMatchObject({
      livenessProbe: { httpGet: { path: "/live", port: "http" } },
    });
  });

  test.each(["/ready", "/health/dependencies", "/healthz/db", "/status"])("%s is never asked", (path) => {
    expect(probesOf(web(), twin(both(path)))).not.toHaveProperty("livenessProbe");
  });

  test("a slow start gets a startup probe, so that liveness does not end it", () => {
    const probes = probesOf(web(), twin(both("/live", 40)));
    expect(probes).toMatchObject({
      startupProbe: { httpGet: { path: "/live" }, failureThreshold: 30, periodSeconds: 10 },
    });
    expect(probesOf(web(), twin(both("/live", 5)))).not.toHaveProperty("startupProbe");
  });
});

describe("ports", () => {
  const ports = (text: string) => web(`          ports: [${text}]\n`);
  const tcp = (port: string | number) => ({ readinessProbe: { tcpSocket: { port } } });

  test("the one a Service leads to, not the one for metrics, and never UDP", () => {
    expect(probesOf(ports("{containerPort: 7000}, {containerPort: 8080}"))).toMatchObject(tcp(8080));
    expect(probesOf(ports("{name: metrics, containerPort: 9100}, {containerPort: 7000}"))).toMatchObject(tcp(7000));
    const elsewhere = { "web/svc.yaml": service("other", 8080) };
    expect(probesOf(ports("{containerPort: 53, protocol: UDP}"), elsewhere)).toMatch(/no TCP port/);
  });

  test("none declared: where the Service leads, if that is clear", () => {
    expect(probesOf(web(""))).toMatchObject(tcp(8080));
    expect(probesOf(web(""), { "web/other.yaml": service("other", 9000, "web") })).toMatch(/no TCP port/);
  });

  test("a port over https is asked over https", () => {
    const twin = deployment("twin", {
      image: "registry.example.com/team/web:0.9.0",
      extra: `          ports: [{name: https, containerPort: 8443}]\n          readinessProbe: ${get("/up", "https")}\n`,
    });
    expect(probesOf(ports("{name: https, containerPort: 8443}"), { "web/twin.yaml": twin })).toMatchObject({
      readinessProbe: { httpGet: { path: "/up", port: "https", scheme: "HTTPS" } },
    });
  });
});

test("refused: a probe that is there, a container that is not, peers that wait for each other, a protected namespace", () => {
  expect(probesOf(web(asked("/ready")))).toMatch(/already/);
  expect(probesOf(deployment("web", { extra: PORT }).replace("name: main", "name: other"))).toMatch(
    /no container main/,
  );
  const set = deployment("web", { extra: PORT })
    .replace("Deployment", "StatefulSet")
    .replace("spec:\n", "spec:\n  replicas: 3\n");
  const headless = service("web", 8080).replace("spec: {", "spec: {clusterIP: None, ");
  const platform = platformOf({
    "app.yaml": application("a", "web", "shop"),
    "web/a.yaml": set,
    "web/b.yaml": headless,
  });
  expect(addProbes.candidates(platform)).toEqual([]);
  expect(addProbes.survey(platform).exempt?.[0]?.because).toMatch(/find each other through Service web/);
  const system = platformOf({ "app.yaml": application("a", "web", "kube-system"), "web/a.yaml": web() });
  expect(addProbes.candidates(system)).toEqual([]);
  expect(addProbes.survey(system).open[0]?.because).toMatch(/off limits/);
});
