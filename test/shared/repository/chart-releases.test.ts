import { expect, test } from "vitest";
import { chartReleases } from "../../../shared/repository/chart-releases.ts";
import { application, platformOf } from "../../support/platform.ts";

const release = (source: string, more = "") =>
  `apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: kps, namespace: argocd}\nspec:\n  destination: {namespace: monitoring}\n  ${source}\n${more}`;
const chart = "repoURL: https://charts.example.org, chart: stack, targetRevision: 1.0.0";

test.each<[string, string, object | undefined]>([
  ["nothing", `source: {${chart}}`, {}],
  ["a text", `source: {${chart}, helm: {values: "a: {b: 1}"}}`, { a: { b: 1 } }],
  ["an object", `source: {${chart}, helm: {valuesObject: {a: 1}, values: "b: 2"}}`, { a: 1 }],
  [
    "parameters win",
    `source: {${chart}, helm: {values: "a: {b: 1, c: 2}", parameters: [{name: a.b, value: "true"}, {name: x, value: "7", forceString: true}]}}`,
    { a: { b: true, c: 2 }, x: "7" },
  ],
  [
    "a file of this repository",
    `sources: [{${chart}, helm: {valueFiles: [$here/values/kps.yaml], values: "b: 3"}}, {repoURL: https://git.example.com/team/repo.git, ref: here}]`,
    { a: 1, b: 3 },
  ],
  [
    "a file that is not here",
    `sources: [{${chart}, helm: {valueFiles: [$here/values/gone.yaml]}}, {repoURL: https://git.example.com/team/repo.git, ref: here}]`,
    undefined,
  ],
  ["a file of the chart", `source: {${chart}, helm: {valueFiles: [values-production.yaml]}}`, undefined],
  ["broken text", `source: {${chart}, helm: {values: "{{ .x"}}`, undefined],
])("values from %s", (_, source, values) => {
  const platform = platformOf({ "apps/kps.yaml": release(source), "values/kps.yaml": "a: 1\nb: 2\n" });
  expect(chartReleases(platform)).toEqual([
    { chart: "stack", title: "stack (kps)", path: "apps/kps.yaml", release: "kps", namespace: "monitoring", values },
  ]);
});

test("a dependency of the repository's own chart, by its alias", () => {
  const platform = platformOf({
    "apps/m.yaml": application("m", "charts/m", "monitoring"),
    "charts/m/Chart.yaml": "name: m\ndependencies: [{name: stack, alias: s, version: 1.0.0}]\n",
    "charts/m/values.yaml": "s: {a: 1}\nother: 2\n",
  });
  expect(chartReleases(platform)).toEqual([
    {
      chart: "stack",
      title: "s (m)",
      path: "charts/m/Chart.yaml",
      release: "m",
      namespace: "monitoring",
      values: { a: 1 },
    },
  ]);
});
