/** Repositories nobody wrote for us: whatever is in them, nothing throws, what cannot be read is said, neighbours are found. */
import { execFileSync } from "node:child_process";
import { mkdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, describe, expect, test } from "vitest";
import { gitCli } from "../../../shared/adapters/git-cli.ts";
import { graphOf } from "../../../shared/graph/build.ts";
import { limitViolations } from "../../../shared/graph/limit-violations.ts";
import { placeOf } from "../../../shared/graph/places.ts";
import { blastRadius } from "../../../shared/graph/walk.ts";
import { intents } from "../../../shared/intents/registry.ts";
import { judgeRepository } from "../../../shared/policy/judge-repository.ts";
import { withChanges } from "../../../shared/repository/change.ts";
import { loadPlatform } from "../../../shared/repository/load.ts";
import { gitRemote } from "../../support/git-remote.ts";
import { application, deployment, platformOf, service } from "../../support/platform.ts";

/** Text of a file, and why it cannot be read; null where there is nothing to say against it. */
const oddities: Readonly<Record<string, readonly [text: string, because: RegExp | null]>> = {
  "broken.yaml": ["kind: [broken\n", /./],
  "tabs.yaml": ["kind: Service\n\tmetadata: x\n", /./],
  "half.yaml": [`${service("before-the-break", 80)}---\nkind: [broken\n`, /document 1/],
  "template.yaml": ["kind: Service\nmetadata:\n  name: {{ .Values.name }}-x\n", /template/],
  "values-template.yaml": ["{{- if .Values.on }}\nkind: Service\n{{- end }}\n", /template/],
  "twice.yaml": ["kind: Service\nkind: Service\n", /unique|duplicate/i],
  "windows.yaml": [service("windows", 80).replaceAll("\n", "\r\n"), null],
  "mark.yaml": [`\ufeff${service("mark", 80)}`, null],
  "mark.json": [
    `\ufeff${JSON.stringify({ apiVersion: "v1", kind: "Service", metadata: { name: "json-mark" } })}`,
    null,
  ],
  "anchors.yaml": [
    "apiVersion: v1\nkind: ConfigMap\nmetadata: &m {name: anchors}\ndata: {a: &x one, b: *x}\nextra: {<<: *m}\n",
    null,
  ],
  "unknown-alias.yaml": ["apiVersion: v1\nkind: ConfigMap\nmetadata: {name: *nobody}\n", /./],
  "bomb.yaml": [
    `a: &a [x,x,x,x,x,x,x,x,x]\n${"bcdefgh".replace(/./g, (key) => `${key}: &${key} [${`*${String.fromCharCode(key.charCodeAt(0) - 1)},`.repeat(9)}]\n`)}`,
    /./,
  ],
  "itself.yaml": ["apiVersion: v1\nkind: ConfigMap\nmetadata: &m {name: itself, labels: *m}\n", /./],
  "empty.yaml": ["", null],
  "comment.yaml": ["# nothing\n---\n---\n# more\n", null],
  "list.yaml": ["- a\n- {kind: Service}\n", null],
  "scalar.yaml": ["just words\n", null],
  "number.json": ["1\n", null],
  "broken.json": ["{", /not JSON/],
  "kind-list.yaml": [
    "apiVersion: v1\nkind: List\nitems:\n- {apiVersion: v1, kind: Service, metadata: {name: listed}}\n- 1\n- null\n- {kind: 7}\n",
    null,
  ],
  "wrong-types.yaml": ["apiVersion: [v1]\nkind: {a: b}\nmetadata: [name]\n", null],
  "wrong-metadata.yaml": ["apiVersion: v1\nkind: Service\nmetadata: {name: 7, labels: [a]}\nspec: no\n", null],
  "wrong-pod.yaml": [
    "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: wrong-pod}\nspec: {replicas: many, selector: 1, template: {spec: {containers: [null, 1, {resources: []}, {env: {}}]}}}\n",
    null,
  ],
  "proto.yaml": [
    "__proto__: {a: b}\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: proto, labels: {constructor: x}}\n",
    null,
  ],
  "tagged.yaml": ["apiVersion: v1\nkind: !custom ConfigMap\nmetadata: {name: !!binary aGk=}\n", null],
  "deep.yaml": [`a: ${"[".repeat(3_000)}${"]".repeat(3_000)}\n`, /./],
  "kustomization.yml": ["resources: [kustomization.yml, ../../.., https://example.com/x, 7]\n", null],
};

const around = {
  "app.yaml": application("web", "web", "shop", "    directory: {recurse: true}\n"),
  "web/good.yaml": deployment("good"),
};

/** Everything that reads a platform, so that none of it falls over what it never saw. */
function everybodyLooks(platform: ReturnType<typeof platformOf>): void {
  for (const definition of intents.values()) {
    for (const { intent } of definition.candidates(platform)) definition.render(intent, platform);
    definition.survey(platform);
  }
  judgeRepository(platform);
  const { nodes, edges } = graphOf(platform);
  for (const { from, to, evidence } of edges) {
    expect(nodes.has(from) && nodes.has(to), `${from} -> ${to}`).toBe(true);
    for (const one of evidence) placeOf(platform, one);
  }
  blastRadius(
    { ...graphOf(platform) },
    platform.resources.map(({ apiVersion, kind, name }) => ({ apiVersion, kind, name, effect: "change" })),
  );
  limitViolations(platform);
  withChanges(platform, [{ path: "web/more.yaml", before: null, after: service("more", 80) }]);
}

describe("files of every kind", () => {
  test.each(Object.entries(oddities))("%s", (name, [text, because]) => {
    const platform = platformOf({ ...around, [`web/${name}`]: text });
    const said = platform.unreadable.filter(({ path }) => path === `web/${name}`);
    if (because === null) expect(said).toEqual([]);
    else expect(said.map((one) => one.because).join()).toMatch(because);
    expect(platform.resources.map((one) => one.name)).toContain("good");
    everybodyLooks(platform);
  });

  test("what is well beside the odd is found", () => {
    const texts = Object.entries(oddities).map(([name, [text]]) => [`web/${name}`, text]);
    const found = platformOf({ ...around, ...Object.fromEntries(texts) }).resources.map(({ name }) => name);
    expect(found).toEqual(
      expect.arrayContaining(["before-the-break", "windows", "mark", "json-mark", "anchors", "listed", "good"]),
    );
  });

  const piece = fc.constantFrom(...Object.values(oddities).map(([text]) => text));
  const name = fc.constantFrom(
    "web/a.yaml",
    "web/b.json",
    "web/kustomization.yaml",
    "web/Chart.yaml",
    "web/values.yaml",
    "web/templates/x.yaml",
    "web/with space/ü né.yaml",
    `${"web/".repeat(60)}deep.yml`,
    "argo/set.yaml",
    ".github/workflows/x.yml",
  );
  const argo = fc.constantFrom(
    "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: x}\nspec: {source: [], destination: 1}\n",
    "apiVersion: argoproj.io/v1alpha1\nkind: ApplicationSet\nmetadata: {name: x}\nspec: {generators: {a: b}, template: {metadata: 1}}\n",
    "apiVersion: argoproj.io/v1alpha1\nkind: ApplicationSet\nmetadata: {name: x}\nspec: {goTemplate: true, generators: [{git: {files: [{path: '**'}]}}], template: {metadata: {name: '{{.path.filename}}'}, spec: {source: {path: web, repoURL: x}}}}\n",
    "apiVersion: argoproj.io/v1alpha1\nkind: ApplicationSet\nmetadata: {name: x}\nspec: {generators: [{matrix: {generators: [{list: {elements: [1]}}, null]}}, {merge: 7}, 7], template: {metadata: {}}}\n",
  );
  test("any mixture of them", () =>
    fc.assert(
      fc.property(fc.array(fc.tuple(name, fc.oneof(piece, argo)), { maxLength: 8 }), (files) => {
        const platform = platformOf({ ...around, ...Object.fromEntries(files) });
        expect(platform.files.has("web/good.yaml")).toBe(true);
        everybodyLooks(platform);
      }),
      { numRuns: 60 },
    ));
});

describe("what a Git repository can hold", async () => {
  const remote = await gitRemote({
    ...around,
    "web/binary.yaml": Buffer.from([0xff, 0xfe, 0x00, 0x01, 0x80]),
    "web/latin.yaml": Buffer.from("kind: Caf\xe9\n", "latin1"),
    "web/huge.yaml": `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: huge}\ndata:\n  a: "${"x".repeat(10_000_000)}"\n`,
    "logo.png": Buffer.from([0x89, 0x50, 0x4e, 0x47, 0]),
    "web/mit leer zeichen/ünï-cødé 日本.yaml": service("unicode", 80),
    'web/quo"te\ttab.yaml': service("quoted", 80),
    [`${"web/".repeat(40)}deep.yaml`]: service("deep", 80),
  });
  afterAll(() => remote.close());

  test("links, submodules, binaries and large files are said; the rest is read", async () => {
    const work = join(remote.url, "..", "somebody");
    mkdirSync(join(work, "web", "linked"));
    symlinkSync("../../../outside.yaml", join(work, "web", "linked", "link.yaml"));
    symlinkSync("web", join(work, "web-again"));
    await remote.push({ "web/after.yaml": service("after", 80) });
    const tip = await remote.tip();
    execFileSync("git", ["-C", work, "update-index", "--add", "--cacheinfo", `160000,${tip},vendor/module`]);
    await remote.push({ "web/last.yaml": service("last", 80) });
    // `add -A` drops the submodule nobody checked out, so it is committed on its own.
    execFileSync("git", ["-C", work, "update-index", "--add", "--cacheinfo", `160000,${tip},vendor/module`]);
    await remote.clone("commit", "-q", "-m", "A submodule");
    await remote.clone("push", "-q", "origin", "HEAD:refs/heads/main");

    const git = gitCli({ remote: remote.url, cacheDir: remote.cacheDir, author: "School <school@example.org>" });
    const platform = await loadPlatform(git, await git.head());
    const said = Object.fromEntries(platform.unreadable.map(({ path, because }) => [path, because]));
    expect(said).toEqual({
      "web/binary.yaml": "not text in UTF-8",
      "web/latin.yaml": "not text in UTF-8",
      "web/huge.yaml": "larger than 4 million characters",
      "web/linked/link.yaml": "a symbolic link; it is not followed",
      "web-again": "a symbolic link; it is not followed",
      "vendor/module": "a submodule; its files are in another repository",
    });
    const names = platform.resources.map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining(["good", "unicode", "quoted", "deep", "after", "last"]));
    everybodyLooks(platform);
  });
});
