/** What reaches the cluster: rendered by kustomize, held against the schemas, and everything it names is there. */
import { execFileSync } from "node:child_process";
import { writeFile } from "node:fs/promises";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { parseAllDocuments } from "yaml";
import * as z from "zod";
import { UNDELIVERED_FILE } from "../../build/bundle/targets.ts";
import { STAGES } from "../../shared/stages.ts";
import { temporaryDirectory } from "../support/directory.ts";
import { Taken } from "./knative-fields.ts";
import { hasKubectl, idOf, type KubeObject, ROOT, rendered, workloadsIn } from "./manifests/rendered.ts";
import { problemsOf } from "./manifests/schema.ts";

const FOLDERS = ["knative", "knative/eventing"];
/** kustomize adds the namespace, the reading of its answer the empty annotations. */
const Rendered = Taken.extend({
  metadata: Taken.shape.metadata.extend({ namespace: z.string(), annotations: z.strictObject({}).default({}) }),
});
const services = (objects: readonly KubeObject[]) =>
  objects.filter(({ apiVersion, kind }) => apiVersion === "serving.knative.dev/v1" && kind === "Service");
const containerOf = (service: KubeObject) => Rendered.parse(service).spec.template.spec.containers[0];

describe.skipIf(!hasKubectl).each(FOLDERS)("kubectl kustomize %s", (folder) => {
  const objects = hasKubectl ? rendered(folder) : [];

  test("every object fits the schema of its API, unknown fields refused, and stands once in the school's namespace", async () => {
    for (const object of objects) expect([idOf(object), await problemsOf(object)]).toEqual([idOf(object), []]);
    expect(new Set(objects.map(({ metadata }) => metadata.namespace))).toEqual(new Set(["cortex-school"]));
    expect(new Set(objects.map(idOf)).size).toBe(objects.length);
  });

  test("every Service has only what Knative takes without further features", () => {
    for (const service of services(objects)) expect(Rendered.safeParse(service).error).toBeUndefined();
    const names = services(objects).map(({ metadata }) => metadata.name);
    expect(names.filter((name) => name.endsWith("-http")).sort()).toEqual(
      STAGES.map((stage) => `cortex-${stage}-http`).sort(),
    );
  });

  test("no misspelt field would pass", async () => {
    const [service] = services(objects);
    const wrong = structuredClone(service) as unknown as { spec: { template: { spec: Record<string, unknown> } } };
    wrong.spec.template.spec["containerConcurency"] = 1;
    expect(await problemsOf(wrong as unknown as KubeObject)).not.toEqual([]);
    expect(Rendered.safeParse(wrong).success).toBe(false);
  });
});

describe.skipIf(!hasKubectl)("beside KEDA's part", () => {
  const around = hasKubectl ? rendered("keda/overlays/local") : [];
  const own = hasKubectl ? rendered("knative") : [];
  const named = (kind: string) => around.filter((object) => object.kind === kind).map(({ metadata }) => metadata.name);

  test("accounts, settings and files a Service names are there", () => {
    for (const service of services(own)) {
      const { serviceAccountName, volumes = [] } = Rendered.parse(service).spec.template.spec;
      expect(named("ServiceAccount")).toContain(serviceAccountName);
      const settings = (containerOf(service).envFrom ?? []).flatMap((from) =>
        "configMapRef" in from ? [from.configMapRef.name] : [],
      );
      const files = volumes.flatMap((volume) =>
        "configMap" in volume && volume.configMap.optional !== true ? [volume.configMap.name] : [],
      );
      for (const name of [...settings, ...files]) expect(named("ConfigMap")).toContain(name);
    }
  });

  test("it asks for no secret that the Deployment of the stage does not ask for, but for who may post", () => {
    const deployments = workloadsIn(around);
    for (const service of services(own)) {
      const stage = containerOf(service).name;
      const env =
        deployments.find(({ metadata }) => metadata.name === `cortex-${stage}`)?.spec.template.spec.containers[0]
          ?.env ?? [];
      const known = env.flatMap(({ valueFrom }) => valueFrom?.secretKeyRef?.name ?? []);
      const asked = (containerOf(service).env ?? []).flatMap(({ valueFrom }) => valueFrom?.secretKeyRef.name ?? []);
      expect(asked.filter((name) => !known.includes(name))).toEqual(["cortex-http"]);
    }
  });

  test("who asks Kubernetes has a token by its account: a Service cannot ask for one", () => {
    const Account = (name: string) =>
      around.find((object) => object.kind === "ServiceAccount" && object.metadata.name === name);
    for (const { metadata, spec } of workloadsIn(around).filter(({ metadata: { name } }) =>
      STAGES.some((stage) => name === `cortex-${stage}`),
    )) {
      expect([metadata.name, Account(metadata.name)?.["automountServiceAccountToken"]]).toEqual([
        metadata.name,
        spec.template.spec.automountServiceAccountToken,
      ]);
    }
  });
});

describe.skipIf(!hasKubectl)("eventing", () => {
  const objects = hasKubectl ? rendered("knative/eventing") : [];

  test("opens the ports of the functions, and the sink has none of their secrets", () => {
    for (const service of services(objects)) {
      const { env = [], envFrom = [] } = containerOf(service);
      const opened = env.filter(({ name }) => name === "SCHOOL_HTTP_OPEN").map(({ value }) => value);
      const isFunction = service.metadata.name.endsWith("-http");
      expect(opened).toEqual(isFunction ? ["true"] : []);
      if (!isFunction) expect([env, envFrom]).toEqual([[], []]);
    }
  });

  test("every reference leads to a Service or the Broker of the same folder", () => {
    const there = objects.map(({ kind, metadata }) => `${kind} ${metadata.name}`);
    for (const { spec } of objects.filter(({ kind }) => kind === "Trigger") as unknown as {
      spec: { broker: string; subscriber: { ref: { kind: string; name: string } } };
    }[]) {
      expect(there).toContain(`Broker ${spec.broker}`);
      expect(there).toContain(`${spec.subscriber.ref.kind} ${spec.subscriber.ref.name}`);
    }
  });

  test("the sink is a program of the coordinator's image", () => {
    const sink = services(objects).find(({ metadata }) => metadata.name === "cortex-undelivered");
    if (sink === undefined) throw new Error("there is no sink");
    expect(containerOf(sink)).toMatchObject({ args: [`/app/${UNDELIVERED_FILE}`] });
    expect(containerOf(sink).image).toMatch(/^cortex-online-school\/coordinator:/);
  });
});

test.skipIf(!hasKubectl)("another registry and tag are set by `images` of an overlay, for every Service", async () => {
  const folder = await temporaryDirectory();
  const programs = [...STAGES, "coordinator"];
  const kustomization = {
    resources: [path.relative(folder, path.join(ROOT, "knative/eventing"))],
    images: programs.map((program) => ({
      name: `cortex-online-school/${program}`,
      newName: `dev.local/${program}`,
      newTag: "mine",
    })),
  };
  await writeFile(path.join(folder, "kustomization.yaml"), JSON.stringify(kustomization));
  const text = execFileSync("kubectl", ["kustomize", folder], { encoding: "utf8" });
  const images = parseAllDocuments(text)
    .map((document) => document.toJS() as KubeObject)
    .filter(({ kind }) => kind === "Service")
    .map((service) => containerOf(service).image);
  expect(images.sort()).toEqual(programs.map((program) => `dev.local/${program}:mine`).sort());
});
