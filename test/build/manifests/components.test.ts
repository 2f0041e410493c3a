/** Components an overlay may take instead of others, and the folders that the documents tell people to apply. */
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { stringify } from "yaml";
import * as z from "zod";
import { hasKubectl, idOf, KubeObject as KubeObjectForm, ofKind, ROOT, rendered, workloadsIn } from "./rendered.ts";
import { problemsOf } from "./schema.ts";

let folder = "";
afterEach(async () => {
  if (folder !== "") await rm(folder, { recursive: true, force: true });
});

/** An overlay of the base with these components; answers what kustomize makes of it. */
async function composed(...components: string[]) {
  folder = await mkdtemp(path.join(tmpdir(), "overlay-"));
  const at = (name: string) => path.relative(folder, path.join(ROOT, "keda", name));
  const kustomization = {
    apiVersion: "kustomize.config.k8s.io/v1beta1",
    kind: "Kustomization",
    resources: [at("base")],
    components: components.map((name) => at(`components/${name}`)),
  };
  await writeFile(path.join(folder, "kustomization.yaml"), stringify(kustomization));
  return rendered(path.relative(ROOT, folder));
}

describe.skipIf(!hasKubectl)("components", () => {
  test("a Redis signed by an authority of one's own is trusted by KEDA and by every function", async () => {
    const objects = await composed("external-redis", "redis-private-authority");
    for (const object of objects) expect(await problemsOf(object), idOf(object)).toEqual([]);
    const Authentication = KubeObjectForm.extend({
      spec: z.object({
        secretTargetRef: z.array(z.object({ parameter: z.string(), name: z.string(), key: z.string() })),
      }),
    });
    const [authentication] = ofKind(objects, "TriggerAuthentication", Authentication);
    const own = authentication?.spec.secretTargetRef.filter(({ name }) => name === "cortex-redis-authority");
    expect(own?.map(({ parameter, key }) => [parameter, key])).toEqual([
      ["tls", "tls"],
      ["ca", "ca.crt"],
    ]);
    // KEDA refuses both ways to say it at once.
    expect(JSON.stringify(objects)).not.toContain("enableTLS");
    const workloads = workloadsIn(objects);
    expect(workloads).toHaveLength(14);
    for (const { metadata, spec } of workloads) {
      const [container] = spec.template.spec.containers;
      const file = container?.env.find(({ name }) => name === "NODE_EXTRA_CA_CERTS")?.value ?? "";
      const mount = container?.volumeMounts.find(({ mountPath }) => mountPath === path.dirname(file));
      const volume = spec.template.spec.volumes.find(({ name }) => name === mount?.name);
      expect(volume?.secret, metadata.name).toEqual({
        secretName: "cortex-redis-authority",
        items: [{ key: "ca.crt", path: path.basename(file) }],
      });
    }
  });

  test("where nothing provides volumes, the same folders are the pods' own", async () => {
    const objects = await composed("redis", "qdrant", "no-volumes");
    for (const name of ["redis", "qdrant"]) {
      const [workload] = workloadsIn(objects).filter(({ metadata }) => metadata.name === name);
      expect(workload?.spec.volumeClaimTemplates).toEqual([]);
      const { volumes = [], containers = [] } = workload?.spec.template.spec ?? {};
      expect(volumes.find((volume) => volume.name === "data")).toMatchObject({ emptyDir: {} });
      expect(containers[0]?.volumeMounts.map((mount) => mount.name)).toContain("data");
    }
  });

  test("without the dry run's component the planner has no rights", async () => {
    const objects = await composed("redis", "qdrant");
    expect(JSON.stringify(objects.filter(({ kind }) => kind.endsWith("Binding")))).not.toContain("cortex-plan");
  });

  test.each(["README.md", "keda/README.md", "keda/monitoring/README.md", "knative/README.md"])(
    "every folder that %s tells people to apply can be",
    async (file) => {
      const text = await readFile(path.join(ROOT, file), "utf8");
      const folders = [...text.matchAll(/kubectl (?:[a-z-]+ )*?(?:kustomize|.*?-k) (k(?:eda|native)[\w/-]*)/g)];
      for (const [, one = ""] of folders) expect(rendered(one).length, one).toBeGreaterThan(0);
      if (file === "keda/README.md") expect(folders.length).toBeGreaterThan(6);
    },
  );
});
