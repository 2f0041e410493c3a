import { describe, expect, test } from "vitest";
import { configMap, dashboardOf, why, written } from "./boards.ts";
import { gallery, grafana, SIDECAR } from "./gallery.ts";
import type { Texts } from "./workers.ts";

describe("how it reaches Grafana", () => {
  const home = (more: Texts, namespace = "shop") => written(gallery(more), namespace).carrier;
  const sidecar = (variables: Readonly<Record<string, string>>) => ({
    "apps/monitoring/grafana-deployment.yaml": grafana(variables),
  });

  test.each<[string, Readonly<Record<string, string>>, object]>([
    ["everywhere", SIDECAR, { namespace: "shop", labels: { grafana_dashboard: "1" } }],
    ["any value of its label", { ...SIDECAR, LABEL_VALUE: "" }, { labels: { grafana_dashboard: "1" } }],
    [
      "another label",
      { ...SIDECAR, LABEL: "dashboards/show", LABEL_VALUE: "yes" },
      { labels: { "dashboards/show": "yes" } },
    ],
    [
      "some namespaces",
      { ...SIDECAR, NAMESPACE: "jobs, monitoring" },
      { namespace: "monitoring", name: "shop-dashboard" },
    ],
    ["its own namespace only", { LABEL: "grafana_dashboard", FOLDER: "/tmp/dashboards" }, { namespace: "monitoring" }],
  ])("a sidecar that looks into %s", (_, variables, metadata) => {
    expect(home(sidecar(variables)).metadata).toMatchObject(metadata);
  });

  test("where the others are, in the folder they name", () => {
    const other = (name: string) =>
      configMap(name, "monitoring", dashboardOf(name)).replace(
        "labels:",
        "annotations: {grafana_folder: Teams}, labels:",
      );
    const more = { "apps/monitoring/a.yaml": other("a"), "apps/monitoring/b.yaml": other("b") };
    expect(home(more).metadata).toMatchObject({ namespace: "monitoring", annotations: { grafana_folder: "Teams" } });
  });

  const operated = (labels: string, namespace = "monitoring") =>
    `apiVersion: grafana.integreatly.org/v1beta1\nkind: Grafana\nmetadata: {name: main, namespace: ${namespace}, labels: ${labels}}\nspec: {config: {}}\n`;

  test("by the Grafana Operator, also from another namespace", () => {
    const more = { "apps/monitoring/grafana-deployment.yaml": operated("{dashboards: main}") };
    const { carrier, verdict } = written(gallery(more), "shop");
    expect(carrier).toMatchObject({
      kind: "GrafanaDashboard",
      metadata: { namespace: "shop" },
      spec: { allowCrossNamespaceImport: true, instanceSelector: { matchLabels: { dashboards: "main" } } },
    });
    expect(verdict).toEqual({ decision: "auto", rules: [] });
    expect(written(gallery(more), "monitoring").carrier.spec).not.toHaveProperty("allowCrossNamespaceImport");
  });

  test("as another GrafanaDashboard does, where its Grafana is elsewhere", () => {
    const example = `apiVersion: grafana.integreatly.org/v1beta1\nkind: GrafanaDashboard\nmetadata: {name: sales, namespace: shop}\nspec: {instanceSelector: {matchLabels: {team: web}}, json: '${JSON.stringify(dashboardOf("Sales"))}'}\n`;
    const { carrier } = written(
      gallery({ "apps/monitoring/grafana-deployment.yaml": "", "apps/shop/sales.yaml": example }),
      "jobs",
    );
    expect(carrier).toMatchObject({
      metadata: { namespace: "shop", name: "jobs-dashboard" },
      spec: { instanceSelector: { matchLabels: { team: "web" } } },
    });
  });

  const folder = (content: string, mount = "{name: boards, mountPath: /var/lib/grafana/dashboards/own}") => ({
    "apps/monitoring/grafana-deployment.yaml": `${grafana(undefined)}          volumeMounts: [{name: provider, mountPath: /etc/grafana/provisioning/dashboards}, ${mount}]
      volumes: [{name: provider, configMap: {name: provider}}, {name: boards, configMap: {name: boards}}]
`,
    "apps/monitoring/provider.yaml": `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: provider, namespace: monitoring}\ndata:\n  own.yaml: |\n    apiVersion: 1\n    providers: [{name: own, type: file, options: {path: /var/lib/grafana/dashboards}}]\n`,
    "apps/monitoring/boards.yaml": content,
  });
  const boards = `# of the platform team
apiVersion: v1
kind: ConfigMap
metadata:
  name: boards
  namespace: monitoring
data:
  nodes.json: |
    ${JSON.stringify(dashboardOf("Nodes"))}
  readme.txt: hello # last
`;

  test.each([
    ["lines that are there", boards],
    ["CRLF", boards.replaceAll("\n", "\r\n")],
    ["no newline at the end", boards.replace(/\n$/, "")],
    [
      "something behind it",
      `${boards}immutable: false\n---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: z, namespace: monitoring}\ndata: {}\n`,
    ],
    ["a block at the end", boards.replace(/ {2}readme.*\n/, "")],
  ])("a file more in the ConfigMap that is mounted, beside %s", (_, content) => {
    const { carrier, files, verdict } = written(gallery(folder(content)), "shop");
    expect(carrier.metadata.name).toBe("boards");
    const [file] = files;
    const lines = (text: string) => text.split(/\r?\n/).filter((line) => line !== "");
    expect(lines(file?.after ?? "")).toEqual(expect.arrayContaining(lines(content)));
    expect(file?.after?.includes("\r\n")).toBe(content.includes("\r\n"));
    expect(verdict.decision).toBe("human");
    expect(verdict.rules.map(({ rule }) => rule)).toContain("always-human-foreign-object");
  });

  test.each([
    [
      "a single file of it",
      folder(boards, "{name: boards, mountPath: /var/lib/grafana/dashboards/own/nodes.json, subPath: nodes.json}"),
      /nothing shows how dashboards reach Grafana/,
    ],
    [
      "braces",
      folder("{apiVersion: v1, kind: ConfigMap, metadata: {name: boards, namespace: monitoring}, data: {a: b}}"),
      /left alone/,
    ],
    ["a folder nobody reads", folder(boards, "{name: boards, mountPath: /tmp/x}"), /nothing shows how/],
  ])("refused: %s", (_, more, because) => {
    expect(why(gallery(more), "shop")).toMatch(because);
  });
});
