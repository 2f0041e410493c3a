import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { parse } from "yaml";
import * as z from "zod";
import packageJson from "../../../package.json" with { type: "json" };
import { hasKubectl, idOf, KubeObject, ofKind, ROOT, rendered, workloadsIn } from "./rendered.ts";
import { problemsOf } from "./schema.ts";

const OVERLAYS = ["keda/overlays/local", "keda/overlays/production"];
const LAYERS = ["namespace", "storage", "always-on", "reasoning", "execution", "telemetry"];
const OTHERS = ["keda/argocd", "keda/argocd/layers", "keda/examples/sealed-secrets", "keda/examples/external-secrets"];
const wave = (object: KubeObject) => Number(object.metadata.annotations["argocd.argoproj.io/sync-wave"]);

describe.skipIf(!hasKubectl)("what kustomize makes", () => {
  test.each([...OVERLAYS, ...OTHERS])("%s fits the schemas of its APIs, without an unknown field", async (folder) => {
    const objects = rendered(folder);
    expect(objects.length).toBeGreaterThan(5);
    const problems = await Promise.all(
      objects.map(async (object) => [idOf(object), await problemsOf(object)] as const),
    );
    expect(problems.filter(([, found]) => found.length > 0)).toEqual([]);
  });

  test("a misspelt field and a wrong value are found", async () => {
    const [right] = rendered("keda/overlays/local").filter(({ kind }) => kind === "ScaledObject");
    const spec = right?.["spec"] as Record<string, unknown>;
    const broken = (change: object) => ({ ...right, spec: { ...spec, ...change } }) as KubeObject;
    expect(await problemsOf(broken({ pollInterval: 5 }))).toEqual(["unknown field spec.pollInterval"]);
    expect(await problemsOf(broken({ pollingInterval: "5" }))).not.toEqual([]);
  });

  describe.each(OVERLAYS)("%s", (overlay) => {
    let objects: readonly KubeObject[] = [];
    beforeAll(() => {
      objects = rendered(overlay);
    });

    test("nothing is there twice, and all of it is in the namespace or of no namespace", () => {
      const ids = objects.map((object) => `${object.apiVersion} ${idOf(object)}`);
      expect(new Set(ids).size).toBe(ids.length);
      const outside = objects.filter(({ metadata }) => metadata.namespace !== "cortex-school").map(({ kind }) => kind);
      expect([...new Set(outside)].sort()).toEqual([
        "ClusterRole",
        "ClusterRoleBinding",
        "Namespace",
        "PriorityClass",
        "ValidatingAdmissionPolicy",
        "ValidatingAdmissionPolicyBinding",
      ]);
    });

    test("only what KEDA scales says no replicas", () => {
      const scaled = new Set(
        objects.filter(({ kind }) => kind === "ScaledObject").map(({ metadata }) => metadata.name),
      );
      for (const { kind, metadata, spec } of workloadsIn(objects)) {
        if (scaled.has(metadata.name)) expect(spec.replicas, metadata.name).toBeUndefined();
        if (kind === "StatefulSet") expect(spec.replicas).toBeGreaterThan(0);
      }
      expect(scaled.size).toBe(13);
    });

    test("what stands on what comes first: namespace, storage, always on, reasoning, execution, telemetry", () => {
      for (const object of objects) expect(wave(object), idOf(object)).toBeGreaterThanOrEqual(0);
      const layerOf: Readonly<Record<string, string>> = { Namespace: "namespace" };
      for (const object of objects) {
        const component = object.metadata.labels["app.kubernetes.io/component"];
        const layer = layerOf[object.kind] ?? component;
        if (layer !== undefined) expect(wave(object), idOf(object)).toBe(LAYERS.indexOf(layer));
      }
      // What pods are made with is there before any of them.
      const ground = [
        "ConfigMap",
        "LimitRange",
        "NetworkPolicy",
        "PriorityClass",
        "ResourceQuota",
        "ServiceAccount",
        "TriggerAuthentication",
      ];
      const late = objects.filter((one) => ground.includes(one.kind) && wave(one) > 1).map(idOf);
      expect(late).toEqual(
        overlay.endsWith("production") ? ["ConfigMap cortex-school/cortex-online-school-dashboard"] : [],
      );
    });

    test("every image is named with its tag in one place of the overlay", () => {
      const folder = overlay.endsWith("production") ? `${overlay}/configuration` : overlay;
      const text = readFileSync(path.join(ROOT, folder, "kustomization.yaml"), "utf8");
      const Images = z.object({ images: z.array(z.object({ name: z.string(), newTag: z.string() })) });
      const { images } = Images.parse(parse(text));
      const used = workloadsIn(objects).flatMap(({ spec: { template } }) =>
        [...template.spec.initContainers, ...template.spec.containers].map(({ image }) => image),
      );
      expect(images.map(({ name, newTag }) => `${name}:${newTag}`).sort()).toEqual([...new Set(used)].sort());
      const own = images.filter(({ name }) => name.startsWith("cortex-online-school/"));
      expect(new Set(own.map(({ newTag }) => newTag))).toEqual(new Set([packageJson.version]));
    });
  });

  test("the six layers are the production, cut in pieces", () => {
    const folder = "keda/overlays/production/layers";
    expect(readdirSync(path.join(ROOT, folder)).sort()).toEqual([...LAYERS].sort());
    const pieces = LAYERS.flatMap((layer) => rendered(`${folder}/${layer}`));
    const sorted = (objects: readonly KubeObject[]) =>
      objects.toSorted((a, b) => (idOf(a) < idOf(b) ? -1 : 1)).map((object) => JSON.stringify(object));
    expect(sorted(pieces)).toEqual(sorted(rendered("keda/overlays/production")));
  });
});

describe.skipIf(!hasKubectl)("Argo CD", () => {
  const Kinds = z.array(z.object({ group: z.string(), kind: z.string() }));
  const Project = KubeObject.extend({
    spec: z.looseObject({
      sourceRepos: z.array(z.string()),
      destinations: z.array(z.object({ server: z.string(), namespace: z.string() })),
      clusterResourceWhitelist: Kinds,
      namespaceResourceWhitelist: Kinds,
    }),
  });
  const Source = z.looseObject({ repoURL: z.string(), path: z.string() });
  const Application = KubeObject.extend({
    spec: z.looseObject({
      project: z.string(),
      source: Source,
      destination: z.object({ server: z.string(), namespace: z.string() }),
    }),
  });
  const [project] = hasKubectl ? ofKind(rendered("keda/argocd"), "AppProject", Project) : [];
  const groupOf = ({ apiVersion }: KubeObject) => (apiVersion.includes("/") ? apiVersion.split("/", 1)[0] : "");

  test("the project allows the kinds there are, and no other but what makes Secrets", () => {
    const production = rendered("keda/overlays/production");
    const key = (group: string | undefined, kind: string) => `${group}/${kind}`;
    const used = (namespaced: boolean) =>
      production
        .filter(({ metadata }) => (metadata.namespace !== undefined) === namespaced)
        .map((object) => key(groupOf(object), object.kind));
    const makers = ["sealed-secrets", "external-secrets"].flatMap((name) => rendered(`keda/examples/${name}`));
    const wanted = [...used(true), ...makers.map((object) => key(groupOf(object), object.kind))];
    const allowed = (kinds: z.infer<typeof Kinds> = []) => kinds.map(({ group, kind }) => key(group, kind)).sort();
    expect(allowed(project?.spec.namespaceResourceWhitelist)).toEqual([...new Set(wanted)].sort());
    expect(allowed(project?.spec.clusterResourceWhitelist)).toEqual([...new Set(used(false))].sort());
    expect(project?.spec.destinations.map(({ namespace }) => namespace)).toEqual(["cortex-school"]);
  });

  test("the Application is of the project: its repository, its destination, an overlay that is there", () => {
    const [application] = ofKind(rendered("keda/argocd"), "Application", Application);
    expect(application?.spec.project).toBe(project?.metadata.name);
    expect(project?.spec.sourceRepos).toContain(application?.spec.source.repoURL);
    expect(project?.spec.destinations).toContainEqual(application?.spec.destination);
    expect(OVERLAYS).toContain(application?.spec.source.path);
    expect(JSON.stringify(application)).not.toContain("ignoreDifferences");
  });

  test("the ApplicationSet goes through the layers in their order, each an Application of the project", () => {
    const Set = KubeObject.extend({
      spec: z.looseObject({
        generators: z.tuple([
          z.object({ list: z.object({ elements: z.array(z.object({ layer: z.string(), wave: z.string() })) }) }),
        ]),
        strategy: z.object({
          type: z.literal("RollingSync"),
          rollingSync: z.object({
            steps: z.array(
              z.object({
                matchExpressions: z.tuple([
                  z.object({ key: z.string(), operator: z.literal("In"), values: z.tuple([z.string()]) }),
                ]),
              }),
            ),
          }),
        }),
        template: z.looseObject({
          metadata: z.looseObject({ labels: z.record(z.string(), z.string()) }),
          spec: Application.shape.spec,
        }),
      }),
    });
    const [{ spec }] = ofKind(rendered("keda/argocd/layers"), "ApplicationSet", Set) as [z.infer<typeof Set>];
    const elements = spec.generators[0].list.elements;
    expect(elements).toEqual(LAYERS.map((layer, index) => ({ layer, wave: String(index) })));
    const steps = spec.strategy.rollingSync.steps.map(({ matchExpressions: [one] }) => one);
    expect(steps.map(({ values: [value] }) => value)).toEqual(elements.map((element) => element.wave));
    for (const { key } of steps) expect(spec.template.metadata.labels[key]).toBe("{{ .wave }}");
    expect(spec.template.spec.source.path).toBe("keda/overlays/production/layers/{{ .layer }}");
    expect(spec.template.spec.project).toBe(project?.metadata.name);
    // The controller of the set does the syncing.
    expect(JSON.stringify(spec.template)).not.toContain("automated");
  });
});
