import { describe, expect, test } from "vitest";
import type { Snapshot } from "../../../build/local/sandbox/git-follower.ts";
import { renderKustomization } from "../../../build/local/sandbox/kustomize.ts";
import { parseManifests } from "../../../build/local/sandbox/manifests.ts";
import { globExpression, normaliseAddress, renderApplication } from "../../../build/local/sandbox/source.ts";
import type { KubeObject } from "../../../build/local/sandbox/store.ts";
import { deployment, networkPolicy, service } from "./platform.ts";

function snapshot(files: Readonly<Record<string, string>>): Snapshot {
  return { commit: "c", paths: Object.keys(files).sort(), text: (path) => files[path] };
}

function rendered(source: object, files: Readonly<Record<string, string>>): readonly string[] {
  const application = {
    apiVersion: "argoproj.io/v1alpha1",
    kind: "Application",
    metadata: { name: "a" },
    spec: { source, destination: { namespace: "here" } },
  } as KubeObject;
  return renderApplication(application, [snapshot(files)]).map(({ kind, metadata }) => {
    return `${kind} ${metadata.namespace ?? "-"}/${metadata.name}`;
  });
}

describe("a kustomization", () => {
  const files = {
    "base/kustomization.yaml": "resources: [web.yaml, policy.yaml]\ncommonLabels: { team: shop }\n",
    "base/web.yaml": `${deployment("web")}---\n${service("web")}`,
    "base/policy.yaml": networkPolicy("deny", "web"),
    "live/kustomization.yaml":
      "resources: [../base, route.yaml]\nnamespace: live\nnamePrefix: eu-\nlabels: [{ pairs: { region: eu }, includeTemplates: true }]\n",
    "live/route.yaml": `apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: { name: route }
spec: { defaultBackend: { service: { name: web, port: { number: 80 } } } }
`,
  };

  test("brings bases, namespace, prefix and labels, and follows the names it changes", () => {
    const objects = renderKustomization(snapshot(files), "live");
    expect(objects.map(({ kind, metadata }) => `${kind} ${metadata.namespace}/${metadata.name}`)).toEqual([
      "Deployment live/eu-web",
      "Service live/eu-web",
      "NetworkPolicy live/eu-deny",
      "Ingress live/eu-route",
    ]);
    const [web, front, policy, route] = objects;
    expect(web).toMatchObject({
      metadata: { labels: { app: "web", team: "shop", region: "eu" } },
      spec: {
        selector: { matchLabels: { app: "web", team: "shop" } },
        template: { metadata: { labels: { app: "web", team: "shop", region: "eu" } } },
      },
    });
    expect(JSON.stringify(web?.["spec"])).not.toContain('"matchLabels":{"app":"web","team":"shop","region"');
    expect(front).toMatchObject({ spec: { selector: { app: "web", team: "shop" } } });
    expect(policy).toMatchObject({ spec: { podSelector: { matchLabels: { app: "web", team: "shop" } } } });
    expect(route).toMatchObject({ spec: { defaultBackend: { service: { name: "eu-web" } } } });
  });

  test.each([
    ["patches: []\n", "uses patches"],
    ["resources: [none.yaml]\n", "no such file"],
    ["resources: [.]\n", "cycle"],
    ["resources: ['https://example.org/x.yaml']\n", "not fetched"],
    ["resources: [../../etc]\n", "outside the repository"],
    ["resources: [\n", "invalid Kustomization"],
  ])("with %j is an error", (content, message) => {
    expect(() => renderKustomization(snapshot({ "a/kustomization.yaml": content }), "a")).toThrow(message);
  });
});

describe("a directory", () => {
  const map = (name: string) => `apiVersion: v1\nkind: ConfigMap\nmetadata: { name: ${name} }\n`;
  const files = {
    "a/one.yaml": map("one"),
    "a/two.yml": `${map("two")}---\n# nothing\n---\n${map("three")}`,
    "a/four.json": '{"apiVersion":"v1","kind":"Namespace","metadata":{"name":"four"}}',
    "a/values.yaml": "replicas: 3\n",
    "a/README.md": map("readme"),
    "a/deep/five.yaml": map("five"),
    "ab/other.yaml": map("other"),
  };

  test.each([
    [{ path: "a" }, ["Namespace -/four", "ConfigMap here/one", "ConfigMap here/two", "ConfigMap here/three"]],
    [{ path: "./a/", directory: { recurse: true, include: "*e.yaml" } }, ["ConfigMap here/five", "ConfigMap here/one"]],
    [{ path: "a", directory: { exclude: "{two.*,four.json}" } }, ["ConfigMap here/one"]],
  ])("with source %j holds exactly its manifests", (source, expected) => {
    expect(rendered(source, files)).toEqual(expected);
  });

  test("is read as YAML 1.1, the way Kubernetes does", () => {
    const [object] = parseManifests(
      "x.yaml",
      `${map("x")}data: { on: yes, mode: 0644, day: 2026-01-01, time: 12:30 }\n`,
    );
    expect(object?.["data"]).toEqual({ true: true, mode: 420, day: "2026-01-01", time: "12:30" });
  });
});

test.each([
  ["*.yaml", "deep/x.yaml", true],
  ["{a,b}/*.json", "b/x.json", true],
  ["[!a]?.yaml", "bc.yaml", true],
  ["[!a]?.yaml", "ac.yaml", false],
  ["a.yaml", "abyaml", false],
])("the glob %s on %s: %s", (glob, path, matches) => {
  expect(globExpression(glob).test(path)).toBe(matches);
});

test.each([
  "https://git.example.org/team/platform.git",
  "https://user:secret@git.example.org/team/platform/",
  "git@git.example.org:team/platform.git",
  "ssh://git@git.example.org:22/team/Platform",
])("%s is the same repository", (address) => {
  expect(normaliseAddress(address)).toBe("git.example.org/team/platform");
});
