import { describe, expect, test } from "vitest";
import { platformOf, service } from "../../support/platform.ts";

const REPOSITORY = "https://git.example.com/team/repo.git";
const folders = {
  "apps/web/a.yaml": service("a", 80),
  "apps/api/a.yaml": service("a", 80),
  "apps/api/deep/a.yaml": service("a", 80),
  "apps/.hidden/a.yaml": service("a", 80),
  "apps/Some_Thing/a.yaml": service("a", 80),
  "settings/web.json": '{"app": {"name": "web", "space": "front"}, "replicas": 3}',
  "settings/api.yaml": "app: {name: api, space: back}\n",
  "settings/both.yaml": "- {app: {name: web, space: one}}\n- {app: {name: web, space: two}}\n",
};

interface Form {
  readonly generators: string;
  readonly name: string;
  readonly path: string;
  readonly namespace?: string;
  readonly goTemplate?: boolean;
  readonly extra?: string;
}

function made({ generators, name, path, namespace = "x", goTemplate = true, extra = "" }: Form, more = {}) {
  const set = `apiVersion: argoproj.io/v1alpha1
kind: ApplicationSet
metadata: {name: set}
spec:
  goTemplate: ${goTemplate}
${extra}  generators: ${generators}
  template:
    metadata: {name: '${name}'}
    spec:
      source: {repoURL: ${REPOSITORY}, path: '${path}'}
      destination: {namespace: '${namespace}'}
`;
  const platform = platformOf({ ...folders, "set.yaml": set, ...more }, { repository: REPOSITORY, branch: "main" });
  return {
    applications: platform.applications.map((one) => `${one.name} ${one.path} ${one.destination}`),
    because: platform.unreadable.filter(({ path: at }) => at === "set.yaml").map(({ because }) => because),
  };
}

const dirs = (path: string, more = "") => `[{git: {repoURL: ${REPOSITORY}, directories: [{path: '${path}'}${more}]}}]`;
const files = (path: string, more = "") => `{git: {repoURL: ${REPOSITORY}, files: [{path: '${path}'}]${more}}}`;
const list = (...elements: string[]) => `{list: {elements: [${elements.join(", ")}]}}`;

describe("what ApplicationSets make", () => {
  test.each<[string, Form, string[]]>([
    [
      "folders, by path.Match: a star stops at a slash, ** is no more, hidden ones are none",
      { generators: dirs("apps/**"), name: "{{.path.basename}}-x", path: "{{.path.path}}" },
      ["Some_Thing-x apps/Some_Thing x", "api-x apps/api x", "web-x apps/web x"],
    ],
    [
      "an excluded folder, a normalised name, a segment by its number",
      {
        generators: dirs("apps/*", ", {path: apps/web, exclude: true}"),
        name: "{{ .path.basenameNormalized }}",
        path: "{{.path.path}}",
        namespace: "{{ index .path.segments 1 | lower }}",
      },
      ["api apps/api api", "some-thing apps/Some_Thing some_thing"],
    ],
    [
      "without Go templates",
      {
        generators: dirs("apps/*/deep"),
        name: "{{path.basename}}-{{path[1]}}",
        path: "{{ path }}",
        goTemplate: false,
      },
      ["deep-api apps/api/deep x"],
    ],
    [
      "files: one Application per file, JSON and YAML",
      {
        generators: `[${files("settings/*")}]`,
        name: "{{.app.name}}-{{.app.space}}",
        path: "apps/{{.app.name}}",
        namespace: "{{.app.space}}",
      },
      ["api-back apps/api back", "web-front apps/web front", "web-one apps/web one", "web-two apps/web two"],
    ],
    [
      "files without Go templates: nested values by dotted names, numbers as text, the file's own place",
      {
        generators: `[${files("settings/web.json", ", values: {kind: 'n{{replicas}}'}")}]`,
        name: "{{app.name}}-{{values.kind}}-{{path.filenameNormalized}}",
        path: "apps/{{app.name}}",
        namespace: "{{path}}",
        goTemplate: false,
      },
      ["web-n3-web.json apps/web settings"],
    ],
    [
      "a prefix for the place",
      {
        generators: `[{git: {repoURL: ${REPOSITORY}, pathParamPrefix: here, directories: [{path: apps/web}]}}]`,
        name: "{{.here.path.basename}}",
        path: "{{.here.path.path}}",
      },
      ["web apps/web x"],
    ],
    [
      "a matrix: every row with every row",
      {
        generators: `[{matrix: {generators: [${dirs("apps/web").slice(1, -1)}, ${list("{stage: dev}", "{stage: prod}")}]}}]`,
        name: "{{.path.basename}}-{{.stage}}",
        path: "{{.path.path}}",
        namespace: "{{.stage}}",
      },
      ["web-dev apps/web dev", "web-prod apps/web prod"],
    ],
    [
      "a matrix whose second generator names what the first gives",
      {
        generators: `[{matrix: {generators: [${list("{kind: web}")}, ${files("settings/{{kind}}.json")}]}}]`,
        name: "{{app.name}}-{{kind}}",
        path: "apps/{{kind}}",
        goTemplate: false,
      },
      ["web-web apps/web x"],
    ],
    [
      "a merge: later generators add to and override the first, by their keys",
      {
        generators: `[{merge: {mergeKeys: [app], generators: [${list("{app: web, ns: a}", "{app: api, ns: b}")}, ${list("{app: api, ns: c}", "{app: else, ns: d}")}]}}]`,
        name: "{{.app}}",
        path: "apps/{{.app}}",
        namespace: "{{.ns}}",
      },
      ["api apps/api c", "web apps/web a"],
    ],
    [
      "a selector over rows",
      {
        generators: `[{list: {elements: [{app: web, on: 'yes'}, {app: api, on: 'no'}]}, selector: {matchLabels: {on: 'yes'}}}]`,
        name: "{{.app}}",
        path: "apps/{{.app}}",
      },
      ["web apps/web x"],
    ],
    [
      "plain functions, pipes, conditions and defaults",
      {
        generators: `[${list("{app: WEB-app}", "{app: api, space: own}")}]`,
        name: '{{ .app | lower | trimSuffix "-app" }}',
        path: 'apps/{{ .app | lower | replace "-app" "" }}',
        namespace: '{{ if hasKey . "space" }}{{ .space }}{{ else }}{{ printf "%s-x" (.app | lower) }}{{ end }}',
      },
      ["api apps/api own", "web apps/web web-app-x"],
    ],
    [
      "a generator's own template wins over the set's",
      {
        generators: `[{list: {elements: [{app: web}], template: {metadata: {}, spec: {destination: {namespace: own}}}}}]`,
        name: "{{.app}}",
        path: "apps/{{.app}}",
      },
      ["web apps/web own"],
    ],
  ])("%s", (_, form, expected) => {
    expect(made(form)).toEqual({ applications: expected, because: [] });
  });

  test.each<[string, Form, RegExp]>([
    ["clusters", { generators: "[{clusters: {}}]", name: "x", path: "apps/web" }, /generator clusters/],
    [
      "clusters inside a matrix",
      { generators: `[{matrix: {generators: [{clusters: {}}, ${list("{a: b}")}]}}]`, name: "x", path: "apps/web" },
      /generator clusters/,
    ],
    ["pull requests", { generators: "[{pullRequest: {github: {}}}]", name: "x", path: "apps/web" }, /pullRequest/],
    ["a plugin", { generators: "[{plugin: {}}]", name: "x", path: "apps/web" }, /plugin/],
    ["two kinds in one", { generators: "[{list: {}, git: {}}]", name: "x", path: "apps/web" }, /no single kind/],
    ["a function nobody knows", { generators: `[${list("{a: b}")}]`, name: "{{ .a | sha256 }}", path: "x" }, /sha256/],
    ["a value that is not there", { generators: `[${list("{a: b}")}]`, name: "{{ .b }}", path: "x" }, /not there/],
    [
      "a name that is no value",
      { generators: `[${list("{a: b}")}]`, name: "{{b}}", path: "x", goTemplate: false },
      /no value of its generator/,
    ],
    ["an action that is not closed", { generators: `[${list("{a: b}")}]`, name: "{{ .a", path: "x" }, /not closed/],
    [
      "a broken file of values",
      { generators: `[${files("settings/*")}]`, name: "{{.app.name}}", path: "apps/web" },
      /bad\.yaml cannot be read/,
    ],
    [
      "a matrix with two values for one name",
      {
        generators: `[{matrix: {generators: [${list("{a: b}")}, ${list("{a: c}")}]}}]`,
        name: "{{a}}",
        path: "x",
        goTemplate: false,
      },
      /two values/,
    ],
    [
      "a merge its keys do not tell apart",
      {
        generators: `[{merge: {mergeKeys: [a], generators: [${list("{a: b}", "{a: b}")}, ${list("{a: b}")}]}}]`,
        name: "{{.a}}",
        path: "x",
      },
      /tell apart/,
    ],
    [
      "a template that is patched",
      { generators: `[${list("{a: b}")}]`, name: "{{.a}}", path: "x", extra: "  templatePatch: 'spec: {}'\n" },
      /patches its template/,
    ],
    [
      "more Applications than anybody wants",
      {
        generators: `[{matrix: {generators: [${list(...Array.from({ length: 90 }, (_, n) => `{a: a${n}}`))}, ${list(...Array.from({ length: 90 }, (_, n) => `{b: b${n}}`))}]}}]`,
        name: "{{.a}}{{.b}}",
        path: "apps/web",
      },
      /more than 5000/,
    ],
  ])("not said, but why: %s", (name, form, because) => {
    const broken = name.startsWith("a broken file") ? { "settings/bad.yaml": "a: [\n" } : {};
    const { applications, because: reasons } = made(form, broken);
    expect(applications).toEqual([]);
    expect(reasons.join()).toMatch(because);
  });

  test("what is made from another repository or branch is not ours to tell", () => {
    const foreign = dirs("apps/*").replace(REPOSITORY, "https://git.example.com/other/repo.git");
    const branch = dirs("apps/*").replace("directories", "revision: next, directories");
    for (const generators of [foreign, branch]) {
      const { applications, because } = made({ generators, name: "{{.path.basename}}", path: "{{.path.path}}" });
      expect(applications).toEqual([]);
      expect(because[0]).toContain("another repository or branch");
    }
  });
});
