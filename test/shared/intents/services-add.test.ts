/** A Service for a workload: on which ports, by which labels, under which name, and where it would do no good. */
import { describe, expect, test } from "vitest";
import { intents } from "../../../shared/intents/registry.ts";
import { renderChangeSet } from "../../../shared/intents/render.ts";
import { parseFile } from "../../../shared/repository/parse.ts";
import type { Platform } from "../../../shared/repository/platform.ts";
import { application, deployment, platformOf, service } from "../../support/platform.ts";

const KIND = "add-service";
const ports = (text: string) => `          ports: [${text}]\n`;
const env = (name: string, value: string) => `          env: [{name: ${name}, value: "${value}"}]\n`;

function shop(extra: string, more: Readonly<Record<string, string>> = {}, change = (text: string) => text): Platform {
  const web = change(deployment("web", { extra }));
  return platformOf({ "apps/a.yaml": application("shop", "shop", "shop"), "shop/web.yaml": web, ...more });
}

function candidates(platform: Platform) {
  return (intents.get(KIND)?.candidates(platform) ?? []).filter(({ target }) => target.endsWith("/web"));
}

function specOf(platform: Platform, name?: string, kind = "Deployment"): unknown {
  const workload = { kind, namespace: "shop", name: "web" };
  const result = renderChangeSet({ kind: KIND, workload, ...(name === undefined ? {} : { name }) }, platform);
  if (result.kind === "refused") return result.because;
  expect(result.verdict.rules).toEqual([]);
  const [file, ...rest] = result.changeSet.files;
  expect(rest).toEqual([]);
  return parseFile({ path: file?.path ?? "", blob: "", content: file?.after ?? "" }).documents[0]?.value["spec"];
}

describe("which ports", () => {
  test.each([
    ["one without a name", "{containerPort: 8080}", [{ name: "http", port: 8080, targetPort: 8080 }]],
    ["one with a name", "{name: web, containerPort: 3000}", [{ name: "web", port: 3000, targetPort: "web" }]],
    ["a known number", "{containerPort: 5432}", [{ name: "postgres", port: 5432, targetPort: 5432 }]],
    ["an unknown one", "{containerPort: 7777}", [{ name: "tcp-7777", port: 7777, targetPort: 7777 }]],
    [
      "metrics beside it",
      "{name: http, containerPort: 8080}, {name: metrics, containerPort: 9090}",
      [
        { name: "http", port: 8080, targetPort: "http" },
        { name: "metrics", port: 9090, targetPort: "metrics" },
      ],
    ],
    [
      "the same number over two protocols",
      "{containerPort: 5353, protocol: UDP}, {containerPort: 5353}",
      [
        { name: "udp-5353", port: 5353, targetPort: 5353, protocol: "UDP" },
        { name: "tcp-5353", port: 5353, targetPort: 5353 },
      ],
    ],
    [
      "a name that is none",
      '{name: "Not A Name", containerPort: 7000}',
      [{ name: "tcp-7000", port: 7000, targetPort: 7000 }],
    ],
    [
      "one that is said twice",
      "{containerPort: 7000}, {containerPort: 7000}",
      [{ name: "tcp-7000", port: 7000, targetPort: 7000 }],
    ],
  ])("%s", (_, declared, expected) => {
    expect(specOf(shop(ports(declared)))).toEqual({ selector: { app: "web" }, ports: expected });
  });

  test("as the neighbours have it, and as clients call it", () => {
    const http = ports("{name: http, containerPort: 8080}");
    const other = `${deployment("other")}---\n${service("other", 80).replace("port: 80", "port: 80, targetPort: http")}`;
    expect(specOf(shop(http, { "shop/o.yaml": other }))).toMatchObject({ ports: [{ port: 80, targetPort: "http" }] });
    const client = (url: string) => ({
      "shop/o.yaml": other,
      "shop/c.yaml": deployment("c", { extra: env("WEB", url) }),
    });
    expect(specOf(shop(http, client("http://web:8080/")))).toMatchObject({ ports: [{ port: 8080 }] });
    expect(specOf(shop(http, client("http://web:9999")))).toMatchObject({
      ports: [{ port: 9999, targetPort: "http" }],
    });
    expect(specOf(shop(http, client("http://web.shop.svc")))).toMatchObject({ ports: [{ port: 80 }] });
  });

  test("containers that call their ports alike are told apart by number", () => {
    const second = `          ports: [{name: http, containerPort: 8080}]\n        - name: side\n          image: a/b:1\n          ports: [{name: http, containerPort: 8081}]\n`;
    expect(specOf(shop(second))).toMatchObject({
      ports: [
        { name: "tcp-8080", targetPort: 8080 },
        { name: "tcp-8081", targetPort: 8081 },
      ],
    });
  });
});

describe("whose pods", () => {
  const http = ports("{containerPort: 8080}");
  const labelled = (labels: string) => (text: string) =>
    text.replace("metadata: {labels: {app: web}}", `metadata: {labels: {${labels}}}`);
  test.each([
    ["one label is enough", (text: string) => text, {}, { app: "web" }],
    [
      "the recommended one first",
      labelled("app: web, app.kubernetes.io/name: shop-web"),
      {},
      { "app.kubernetes.io/name": "shop-web" },
    ],
    [
      "others share it",
      (text: string) => text.replaceAll("app: web}", "app: web, role: front}"),
      { "shop/o.yaml": deployment("old").replace("metadata: {labels: {app: old}}", "metadata: {labels: {app: web}}") },
      { app: "web", role: "front" },
    ],
    [
      "a Job's pods count too",
      (text: string) => text.replaceAll("app: web}", "app: web, role: front}"),
      {
        "shop/o.yaml":
          "apiVersion: batch/v1\nkind: CronJob\nmetadata: {name: j}\nspec: {jobTemplate: {spec: {template: {metadata: {labels: {app: web}}}}}}\n",
      },
      { app: "web", role: "front" },
    ],
  ])("%s", (_, change, more, selector) => {
    expect(specOf(shop(http, more, change))).toMatchObject({ selector });
  });

  test.each([
    [
      "nothing tells them apart",
      { "shop/o.yaml": deployment("old").replace("metadata: {labels: {app: old}}", "metadata: {labels: {app: web}}") },
      /no labels that no others have/,
    ],
    [
      "a chart brings pods nobody can see",
      { "apps/h.yaml": application("charts", "charts", "shop"), "charts/Chart.yaml": "name: x\n" },
      /Application charts puts pods into shop/,
    ],
    ["a Service leads there", { "shop/s.yaml": service("front", 80, "web") }, /Service front leads to it already/],
    ["the name is taken", { "shop/s.yaml": service("web", 80, "other") }, /already holds Service shop\/web/],
  ])("not where %s", (_, more, reason) => {
    const platform = shop(http, more);
    expect(specOf(platform)).toMatch(reason);
    expect(candidates(platform)).toEqual([]);
  });
});

describe("where it is needed", () => {
  test("a declared port is enough; being called makes it more urgent", () => {
    const http = ports("{containerPort: 8080}");
    expect(candidates(shop(http))).toMatchObject([
      { rank: 1, because: "it serves port 8080 and no Service leads to it" },
    ]);
    const called = shop(http, { "shop/c.yaml": deployment("c", { extra: env("WEB", "http://web:8080") }) });
    expect(candidates(called)).toMatchObject([
      { rank: 4, because: "shop/c.yaml: WEB names web, which no Service answers" },
    ]);
  });

  test("the Service a StatefulSet names governs it: headless, under that name and no other", () => {
    const stateful = (text: string) =>
      text.replace("kind: Deployment", "kind: StatefulSet").replace("spec:\n", "spec:\n  serviceName: peers\n");
    const platform = shop(ports("{containerPort: 7000}"), {}, stateful);
    expect(candidates(platform)[0]?.because).toBe("its spec names Service peers, which is not there");
    expect(specOf(platform, undefined, "StatefulSet")).toMatchObject({ clusterIP: "None" });
    expect(specOf(platform, "other", "StatefulSet")).toMatch(/no other name would do/);
  });

  test.each([
    ["no port", "", /serves no port/],
    ["metrics only", ports("{name: metrics, containerPort: 9090}"), /about its own state only/],
    ["a port of its node", ports("{containerPort: 80, hostPort: 80}"), /ports of its nodes/],
  ])("not with %s", (_, extra, reason) => {
    const platform = shop(extra);
    expect(specOf(platform)).toMatch(reason);
    expect(candidates(platform)).toEqual([]);
    expect(intents.get(KIND)?.survey(platform).exempt?.[0]?.because).toMatch(reason);
  });

  test("a DaemonSet only where somebody calls it, probes only where somebody asks for it", () => {
    const daemon = (text: string) => text.replace("kind: Deployment", "kind: DaemonSet");
    expect(candidates(shop(ports("{containerPort: 8080}"), {}, daemon))).toEqual([]);
    const probed = shop("          readinessProbe: {httpGet: {path: /, port: 8080}}\n");
    expect(candidates(probed)).toEqual([]);
    expect(specOf(probed)).toMatchObject({ ports: [{ port: 8080 }] });
  });

  test.each([
    ["scaled to zero", (text: string) => text.replace("spec:\n", "spec:\n  replicas: 0\n"), /scaled to zero/],
    [
      "on the host's network",
      (text: string) => text.replace("      containers:", "      hostNetwork: true\n      containers:"),
      /reached on its nodes/,
    ],
  ])("not when it is %s", (_, change, reason) => {
    expect(specOf(shop(ports("{containerPort: 8080}"), {}, change))).toMatch(reason);
  });

  test.each([["1st"], ["a.b"], ["kube\n---"], ["../x"]])("a hostile name %j is refused", (name) => {
    expect(specOf(shop(ports("{containerPort: 8080}")), name)).toMatch(/the intent is not valid/);
  });
});
