import { describe, expect, test } from "vitest";
import { coveringApplication } from "../../../shared/repository/coverage.ts";
import { application, deployment, platformOf, sample, service } from "../../support/platform.ts";

const readersOf = (platform: ReturnType<typeof platformOf>, path: string) => platform.readers.get(path) ?? [];
const namespaces = (platform: ReturnType<typeof platformOf>) =>
  platform.resources.map(({ kind, name, namespace }) => `${kind} ${name} in ${namespace ?? "the cluster"}`);

describe("reading documents", () => {
  const app = application("web", "web", "shop");

  test("a broken document hides nothing beside it", () => {
    const platform = platformOf({
      "app.yaml": app,
      "web/all.yaml": `${service("one", 80)}---\nkind: [broken\n---\n${service("two", 80)}`,
      "web/twice.yaml": "apiVersion: v1\nkind: Service\nmetadata: {name: a}\nmetadata: {name: b}\n",
    });
    expect(platform.resources.filter(({ kind }) => kind === "Service").map(({ name }) => name)).toContain("one");
    expect(platform.unreadable.map(({ path }) => path)).toEqual(
      expect.arrayContaining(["web/all.yaml", "web/twice.yaml"]),
    );
  });

  test.each([
    [
      "an alias bomb",
      `a: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b]\nd: [*c,*c,*c,*c,*c,*c,*c]\n`,
    ],
    ["a template", "kind: Service\nmetadata:\n  name: {{ .Values.name }}-x\n"],
    ["tabs", "kind: Service\nmetadata:\n\tname: x\n"],
    ["bytes of no text", "\u0000\u0001\ufffe: ["],
  ])("%s is reported, never thrown", (_, text) => {
    const platform = platformOf({ "web/bad.yaml": text });
    expect(platform.unreadable.map(({ path }) => path)).toContain("web/bad.yaml");
  });

  test("values and prose without a kind are no objects and no errors", () => {
    const platform = platformOf({
      "values.yaml": "replicas: 1\n",
      "list.yaml": "- a\n- b\n",
      "empty.yaml": "",
      "x.json": "[1]",
    });
    expect(platform.resources).toEqual([]);
    expect(platform.unreadable).toEqual([]);
  });

  test("a List holds objects, Windows line endings and JSON are read", () => {
    const platform = platformOf({
      "app.yaml": app,
      "web/list.yaml": `apiVersion: v1\nkind: List\nitems:\n- {apiVersion: v1, kind: Service, metadata: {name: inside}}\n`,
      "web/windows.yaml": service("windows", 80).replaceAll("\n", "\r\n"),
      "web/data.json": '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"json"}}',
    });
    expect(namespaces(platform)).toEqual(
      expect.arrayContaining(["Service inside in shop", "Service windows in shop", "ConfigMap json in shop"]),
    );
  });

  test("templates of a chart are not objects", () => {
    const platform = platformOf({
      "app.yaml": application("chart", "chart", "shop"),
      "chart/Chart.yaml": "name: chart\n",
      "chart/templates/service.yaml": service("templated", 80),
    });
    expect(platform.resources.map(({ name }) => name)).not.toContain("templated");
    expect(platform.applications[0]?.tool).toBe("helm");
  });
});

describe("who reads what", () => {
  const deep = {
    "web/a.yaml": service("a", 80),
    "web/sub/b.yaml": service("b", 80),
    "web/notes.md": "x",
    "other/c.yaml": service("c", 80),
  };

  test.each<[string, string, string[]]>([
    ["a folder is not read deeper by default", "", ["web/a.yaml"]],
    ["recurse reads deeper", "    directory: {recurse: true}\n", ["web/a.yaml", "web/sub/b.yaml"]],
    [
      "include is a glob over the path below the folder",
      "    directory: {recurse: true, include: 'sub/*'}\n",
      ["web/sub/b.yaml"],
    ],
    [
      "a star crosses folders, as in Argo CD",
      "    directory: {recurse: true, include: '*b.yaml'}\n",
      ["web/sub/b.yaml"],
    ],
    ["exclude wins", "    directory: {recurse: true, include: '*', exclude: '{a,x}.yaml'}\n", ["web/sub/b.yaml"]],
  ])("%s", (_, source, expected) => {
    const platform = platformOf({ "app.yaml": application("web", "./web/", "shop", source), ...deep });
    expect([...platform.readers.keys()].sort()).toEqual(expected);
  });

  test("kustomize reads only what it lists, in the namespace it sets, and a patch is no object", () => {
    const platform = platformOf({
      "app.yaml": application("web", "overlay", "shop"),
      "overlay/kustomization.yaml":
        "namespace: prod\nresources: [../base, extra.yaml]\npatches: [{path: patch.yaml}]\n",
      "overlay/extra.yaml": service("extra", 80),
      "overlay/patch.yaml": deployment("web"),
      "overlay/unlisted.yaml": service("unlisted", 80),
      "base/kustomization.yml": "resources:\n- web.yaml\n",
      "base/web.yaml": deployment("web"),
    });
    expect(readersOf(platform, "base/web.yaml")).toEqual(["web"]);
    expect(readersOf(platform, "overlay/unlisted.yaml")).toEqual([]);
    const read = platform.resources.filter((resource) => resource.application === "web");
    expect(read.map(({ path, namespace }) => [path, namespace])).toEqual([
      ["base/web.yaml", "prod"],
      ["overlay/extra.yaml", "prod"],
    ]);
  });

  test.each([
    ["the same over ssh", "ssh://git@git.example.com/Team/Repo", true],
    ["the scp-like form", "git@git.example.com:team/repo.git", true],
    ["another repository", "https://git.example.com/team/other.git", false],
    ["another host", "https://git.example.org/team/repo.git", false],
  ])("an Application of %s", (_, repoURL, covers) => {
    const text = application("web", "web", "shop").replace("https://git.example.com/team/repo.git", repoURL);
    const platform = platformOf({ "app.yaml": text, ...deep }, { repository: "https://git.example.com/team/repo" });
    expect(readersOf(platform, "web/a.yaml")).toEqual(covers ? ["web"] : []);
  });

  test("a local remote: GITOPS_PUBLIC_URL decides, else the address most Applications share", () => {
    const texts = {
      "1.yaml": application("one", "web", "shop"),
      "2.yaml": application("two", "other", "shop"),
      "3.yaml": application("three", "web/sub", "x").replace("/team/repo.git", "/else/where.git"),
      ...deep,
    };
    const local = { repository: "/srv/git/repo.git" };
    expect(platformOf(texts, local).applications.map(({ name }) => name)).toEqual(["one", "two"]);
    const told = platformOf(texts, { ...local, publicUrl: "https://git.example.com/else/where" });
    expect(told.applications.map(({ name }) => name)).toEqual(["three"]);
  });

  test("an Application that follows another branch does not read ours", () => {
    const texts = { "app.yaml": application("web", "web", "shop", "    targetRevision: staging\n"), ...deep };
    expect(platformOf(texts, { branch: "main" }).applications).toEqual([]);
    expect(platformOf(texts, { branch: "staging" }).applications).toHaveLength(1);
  });

  test("ApplicationSets: lists and folders are expanded, what needs more is reported", () => {
    const set = (name: string, generators: string, goName: string) => `apiVersion: argoproj.io/v1alpha1
kind: ApplicationSet
metadata: {name: ${name}}
spec:
  generators: ${generators}
  template:
    metadata: {name: "${goName}"}
    spec:
      source: {repoURL: https://git.example.com/team/repo.git, path: "{{ .path }}"}
      destination: {namespace: "{{ .name }}"}
`;
    const platform = platformOf({
      "1.yaml": set("list", "[{list: {elements: [{name: web, path: web}]}}]", "{{name}}-list"),
      "2.yaml": set("dirs", "[{git: {directories: [{path: 'web/*'}]}}]", "{{.path.basename}}-dir").replace(
        "{{ .name }}",
        "ns",
      ),
      "3.yaml": set("clusters", "[{clusters: {}}]", "{{name}}"),
      "4.yaml": set("functions", "[{list: {elements: [{name: web, path: web}]}}]", "{{ .name | upper }}"),
      "5.yaml": set("proto", "[{list: {elements: [{name: web, path: web}]}}]", "{{ constructor }}"),
      ...deep,
    });
    expect(platform.applications.map(({ name, path }) => [name, path])).toEqual([
      ["sub-dir", "web/sub"],
      ["web-list", "web"],
    ]);
    expect(platform.unreadable.map(({ path }) => path).sort()).toEqual(["3.yaml", "4.yaml", "5.yaml"]);
  });

  test("a path that two Applications read belongs to neither, and says so", () => {
    const platform = platformOf({
      "1.yaml": application("one", "web", "shop"),
      "2.yaml": application("two", ".", "shop", "    directory: {recurse: true}\n"),
      ...deep,
    });
    expect(coveringApplication(platform, "web/a.yaml")).toContain("more than one Application: one, two");
    expect(platform.resources.find(({ name }) => name === "a")?.application).toBeUndefined();
    expect(coveringApplication(platform, "web/sub/b.yaml")).toMatchObject({ name: "two" });
    expect(coveringApplication(platform, "nowhere/x.yaml")).toContain("no Argo CD Application reads");
  });

  test("two Applications of one name cannot be told apart", () => {
    const platform = platformOf({
      "1.yaml": application("web", "web", "a"),
      "2.yaml": application("web", "other", "b"),
      ...deep,
    });
    expect(coveringApplication(platform, "web/a.yaml")).toBe("two Applications are named web");
  });
});

describe("the sample platforms", () => {
  test("harbor: five Applications by folder, a chart and a draft that nobody reads", () => {
    const platform = sample("harbor");
    expect(platform.applications.map(({ name }) => name)).toEqual([
      "identity",
      "insights",
      "monitoring",
      "orders",
      "shop",
    ]);
    expect(platform.unreadable.map(({ path }) => path).sort()).toEqual([
      "charts/reports/templates/deployment.yaml",
      "drafts/gateway.yaml",
    ]);
    expect(readersOf(platform, "drafts/gateway.yaml")).toEqual([]);
  });

  test("meadow: an app of apps, a recursing folder with an exclusion, kustomize, a source list", () => {
    const platform = sample("meadow");
    expect(platform.applications.map(({ name, tool }) => `${name}: ${tool}`)).toEqual([
      "beacon: directory",
      "gardens: directory",
      "root: directory",
      "tills: kustomize",
    ]);
    expect(readersOf(platform, "clusters/prod/gardens/media/draft-thumbnails.yml")).toEqual([]);
    expect(readersOf(platform, "clusters/prod/tills/old-till.yml")).toEqual([]);
    expect(platform.resources.find(({ name, kind }) => kind === "StatefulSet" && name === "queue")?.namespace).toBe(
      "tills",
    );
    expect(platform.unreadable).toEqual([]);
  });
});
