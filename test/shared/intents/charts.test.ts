/** Workloads that Helm makes: changed in the values that drive them, where that is certain, and nowhere else. */
import { describe, expect, test } from "vitest";
import { intents } from "../../../shared/intents/registry.ts";
import { renderChangeSet } from "../../../shared/intents/render.ts";
import { chartsOf } from "../../../shared/repository/helm-charts.ts";
import { application, deployment, platformOf, SIZED } from "../../support/platform.ts";

const chart = "apiVersion: v2\nname: reports\nversion: 1.0.0\nappVersion: '2.1'\n";
const named =
  '{{- define "reports.labels" -}}\napp: {{ .Release.Name }}\nchart: {{ .Chart.Name | quote }}\n{{- end }}\n';
const template = `{{- if .Values.enabled }}
apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ .Release.Name }}
  labels:
    {{- include "reports.labels" . | nindent 4 }}
spec:
  replicas: {{ .Values.replicaCount }}
  selector:
    matchLabels:
      app: {{ .Release.Name }}
  template:
    metadata:
      labels:
        {{- include "reports.labels" . | nindent 8 }}
    spec:
      containers:
        - name: main
          image: "{{ .Values.image.repository }}:{{ .Values.image.tag }}"
          ports:
            - containerPort: 8080
          securityContext:
            {{- toYaml .Values.securityContext | nindent 12 }}
          resources:
            {{- toYaml .Values.resources | nindent 12 }}
{{- end }}
`;
const values = `# What the reports need
enabled: true
replicaCount: 2

image:
  repository: registry.example.com/team/app
  tag: latest # pinned by somebody, some day
securityContext: {}
# Not known yet
resources: {}
`;
const around = {
  "web/neighbour.yaml": deployment("neighbour", { extra: SIZED }),
  "web/other.yaml": deployment("other", { extra: SIZED }),
  "web.yaml": application("web", "web", "shop"),
};
const texts = {
  ...around,
  "reports.yaml": application("reports", "charts/reports", "shop"),
  "charts/reports/Chart.yaml": chart,
  "charts/reports/templates/_names.tpl": named,
  "charts/reports/templates/deployment.yaml": template,
  "charts/reports/templates/NOTES.txt": "Thank you for {{ .Capabilities }}",
  "charts/reports/values.yaml": values,
};
const workload = { kind: "Deployment", namespace: "shop", name: "reports" } as const;
const limits = {
  kind: "set-resource-limits",
  workload,
  container: "main",
  requests: { cpu: "100m", memory: "128Mi" },
  limits: { memory: "256Mi" },
};

function rendered(intent: { kind: string }, files: Record<string, string> = texts) {
  const found = renderChangeSet(intent, platformOf(files));
  if (found.kind !== "rendered") throw new Error(found.because);
  return found;
}
const refusal = (intent: { kind: string }, files: Record<string, string>) => {
  const found = renderChangeSet(intent, platformOf(files));
  return found.kind === "refused"
    ? found.because
    : `rendered, ${found.verdict.decision}: ${JSON.stringify(found.verdict.rules)}`;
};
const textOf = (found: ReturnType<typeof rendered>, path: string) =>
  found.changeSet.files.find((file) => file.path === path)?.after;

describe("what a chart makes", () => {
  test("is known where every template is understood", () => {
    const [found] = chartsOf(platformOf(texts));
    expect(found?.unknown).toEqual([]);
    expect(found?.resources).toMatchObject([
      {
        kind: "Deployment",
        name: "reports",
        namespace: "shop",
        application: "reports",
        object: {
          metadata: { labels: { app: "reports", chart: "reports" } },
          spec: {
            replicas: 2,
            template: { spec: { containers: [{ image: "registry.example.com/team/app:latest" }] } },
          },
        },
      },
    ]);
  });

  test("with the values of its Application over those of files, and a release of another name", () => {
    const helm =
      "    helm:\n      releaseName: monthly\n      valueFiles: [../../values/prod.yaml]\n      valuesObject: {replicaCount: 5}\n";
    const [found] = chartsOf(
      platformOf({
        ...texts,
        "reports.yaml": application("reports", "charts/reports", "shop", helm),
        "values/prod.yaml": "replicaCount: 4\nimage: {tag: '3.0'}\n",
      }),
    );
    expect(found?.resources[0]?.object).toMatchObject({
      metadata: { name: "monthly" },
      spec: { replicas: 5, template: { spec: { containers: [{ image: "registry.example.com/team/app:3.0" }] } } },
    });
  });

  test.each<[string, Record<string, string>, RegExp]>([
    ["a construct nobody knows", { "charts/reports/templates/x.yaml": "a: {{ lookup `v1` `x` `y` `z` }}\n" }, /lookup/],
    [
      "what a cluster says",
      { "charts/reports/templates/x.yaml": "a: {{ .Capabilities.KubeVersion }}\n" },
      /Capabilities/,
    ],
    ["another chart", { "charts/reports/Chart.yaml": `${chart}dependencies: [{name: x}]\n` }, /depends on/],
    ["values that cannot be read", { "charts/reports/values.yaml": "a: [\n" }, /cannot be read/],
    [
      "parameters of its Application",
      {
        "reports.yaml": application(
          "reports",
          "charts/reports",
          "shop",
          "    helm: {parameters: [{name: a, value: b}]}\n",
        ),
      },
      /one by one/,
    ],
    [
      "values from elsewhere",
      {
        "reports.yaml": application(
          "reports",
          "charts/reports",
          "shop",
          "    helm: {valueFiles: ['$values/x.yaml']}\n",
        ),
      },
      /outside/,
    ],
    ["what is no YAML", { "charts/reports/templates/x.yaml": "a: [{{ .Values.replicaCount }}\n" }, /no YAML/],
  ])("is not known with %s, and then nothing of it is edited", (_, more, because) => {
    const files = { ...texts, ...more };
    expect(chartsOf(platformOf(files))[0]?.unknown.join()).toMatch(because);
    for (const definition of intents.values()) {
      const found = definition.candidates(platformOf(files)).map(({ application: owner }) => owner);
      expect(found).not.toContain("reports");
    }
    expect(refusal(limits, files)).toMatch(/there is no Deployment shop\/reports/);
  });
});

describe("edits of values", () => {
  test("resources go where the template takes them from; comments and order stay", () => {
    const found = rendered(limits);
    expect(textOf(found, "charts/reports/values.yaml")).toBe(
      values.replace(
        "resources: {}",
        "resources:\n  requests:\n    cpu: 100m\n    memory: 128Mi\n  limits:\n    memory: 256Mi",
      ),
    );
    expect(found.changeSet.objects).toMatchObject([{ kind: "Deployment", name: "reports", effect: "change" }]);
    expect(found.verdict.rules.filter(({ decision }) => decision === "deny")).toEqual([]);
  });

  test("it is proposed beside the workloads in files", () => {
    const found = intents.get("set-resource-limits")?.candidates(platformOf(texts)) ?? [];
    expect(found.map(({ target, application: owner }) => [target, owner])).toEqual([
      ["Deployment shop/reports", "reports"],
    ]);
  });

  test("a tag is pinned in its value, in quotes where it would be a number", () => {
    const pinned = {
      "web/neighbour.yaml": deployment("neighbour", { image: "registry.example.com/team/app:1.20" }),
      "web/other.yaml": "",
    };
    const found = rendered({ kind: "pin-image", workload, container: "main" } as never, { ...texts, ...pinned });
    expect(textOf(found, "charts/reports/values.yaml")).toBe(values.replace("tag: latest #", 'tag: "1.20" #'));
    expect(found.verdict.decision).not.toBe("deny");
  });

  test("a security context is hardened in its value", () => {
    const found = rendered({ kind: "harden-security-context", workload } as never);
    expect(textOf(found, "charts/reports/values.yaml")).toMatch(/securityContext:\n {2}\w+:/);
    expect(found.verdict.rules.filter(({ decision }) => decision === "deny")).toEqual([]);
  });

  test("the file that wins is edited when it says something already, the chart's own otherwise", () => {
    const helm = "    helm: {valueFiles: [prod.yaml]}\n";
    const prod = (text: string) => ({
      ...texts,
      "reports.yaml": application("reports", "charts/reports", "shop", helm),
      "charts/reports/prod.yaml": text,
    });
    const changed = (text: string) => rendered(limits, prod(text)).changeSet.files.map(({ path }) => path);
    expect(changed("resources: {}\n")).toEqual(["charts/reports/prod.yaml"]);
  });

  const with_ = (path: string, from: string, to: string) => ({
    ...texts,
    [path]: (texts as Record<string, string>)[path]?.replace(from, to) ?? "",
  });
  test.each<[string, Record<string, string>]>([
    [
      "a value that two containers take",
      with_(
        "charts/reports/templates/deployment.yaml",
        "{{- end }}\n",
        "        - name: side\n          image: registry.example.com/team/app:1\n          resources:\n            {{- toYaml .Values.resources | nindent 12 }}\n{{- end }}\n",
      ),
    ],
    [
      "no value at all",
      with_("charts/reports/templates/deployment.yaml", "{{- toYaml .Values.resources | nindent 12 }}", "{}"),
    ],
    [
      "a value something else depends on",
      with_(
        "charts/reports/templates/deployment.yaml",
        "replicas: {{ .Values.replicaCount }}",
        "replicas: {{ if .Values.resources }}3{{ else }}2{{ end }}",
      ),
    ],
  ])("%s is left alone", (_, files) => {
    expect(refusal(limits, files)).toMatch(
      /no value of the chart sets .*resources of Deployment reports and nothing else/,
    );
  });

  test("values that two Applications take belong to neither", () => {
    const files = { ...texts, "again.yaml": application("again", "charts/reports", "other") };
    expect(refusal(limits, files)).toMatch(/more than one Application/);
  });

  test("no intent stumbles over a chart", () => {
    const platform = platformOf(texts);
    for (const definition of intents.values()) {
      for (const { intent } of definition.candidates(platform)) {
        const found = renderChangeSet(intent, platform);
        expect(found.kind === "refused" || found.verdict.decision !== "deny", definition.kind).toBe(true);
      }
    }
  });
});
