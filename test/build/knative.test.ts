import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { Broker } from "@kubernetes-models/knative/eventing.knative.dev/v1/Broker";
import { Trigger } from "@kubernetes-models/knative/eventing.knative.dev/v1/Trigger";
import { Service } from "@kubernetes-models/knative/serving.knative.dev/v1/Service";
import { describe, expect, test } from "vitest";
import { parseAllDocuments } from "yaml";
import { improvementEvent, parseEvent, REPOSITORY_CHANGED, SOURCE_SUBMITTED } from "../../shared/domain/events.ts";
import { STATUSES } from "../../shared/domain/lifecycle.ts";
import { denies } from "../../shared/pipeline/injection.ts";
import { SETTLED } from "../../shared/runtime/http/answers.ts";
import { STAGES, type StageName, stageEntry } from "../../shared/stages.ts";
import { Func, Taken } from "./knative-fields.ts";

const knative = path.resolve(import.meta.dirname, "../../knative");

async function objectsOf(file: string): Promise<Record<string, unknown>[]> {
  return parseAllDocuments(await readFile(path.join(knative, file), "utf8")).map((document) => {
    expect(document.errors).toEqual([]);
    return document.toJS() as Record<string, unknown>;
  });
}

test("the folder holds the stages, the eventing and nothing else; every kustomization names what is there", async () => {
  const entries = await readdir(knative, { withFileTypes: true });
  const folders = entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
  expect(folders.sort()).toEqual([...STAGES, "eventing"].sort());
  expect(await objectsOf("kustomization.yaml")).toMatchObject([{ resources: STAGES }]);
  for (const folder of folders) {
    const [kustomization] = (await objectsOf(`${folder}/kustomization.yaml`)) as { resources: string[] }[];
    const files = (await readdir(path.join(knative, folder))).filter(
      (file) => file.endsWith(".yaml") && !["kustomization.yaml", "func.yaml"].includes(file),
    );
    const named = kustomization?.resources ?? [];
    expect(named.filter((name) => !name.startsWith("../")).sort()).toEqual(files.sort());
    expect(named.filter((name) => name.startsWith("../"))).toEqual(
      folder === "eventing" ? STAGES.map((stage) => `../${stage}`) : [],
    );
  }
});

test("KEDA's part, which the functions need, is in the same namespace", async () => {
  const namespaces = new Set<unknown>();
  for (const file of ["kustomization.yaml", "eventing/kustomization.yaml", "../keda/base/kustomization.yaml"]) {
    for (const { namespace } of await objectsOf(file)) namespaces.add(namespace);
  }
  const [own] = (await objectsOf("../keda/base/namespace/namespace.yaml")) as { metadata: { name: string } }[];
  expect([...namespaces]).toEqual([own?.metadata.name]);
});

describe.each(STAGES)("%s", (stage) => {
  const { scale, drainMs } = stageEntry(stage);
  const service = async () => (await objectsOf(`${stage}/service.yaml`))[0] ?? {};

  test("its Service fits Knative's schema and what Knative takes without further features", async () => {
    const object = await service();
    expect(() => new Service(object as unknown as ConstructorParameters<typeof Service>[0]).validate()).not.toThrow();
    expect(Taken.safeParse(object).error).toBeUndefined();
  });

  test("its Service scales from zero as the registry says, in HTTP mode, inside the cluster only", async () => {
    const { metadata, spec } = Taken.parse(await service());
    const { containers, ...pod } = spec.template.spec;
    expect(metadata.labels["networking.knative.dev/visibility"]).toBe("cluster-local");
    expect(spec.template.metadata.annotations).toMatchObject({
      "autoscaling.knative.dev/class": "kpa.autoscaling.knative.dev",
      "autoscaling.knative.dev/min-scale": "0",
      "autoscaling.knative.dev/max-scale": String(scale.maxPods),
      "autoscaling.knative.dev/target": String(scale.perPod),
    });
    expect(pod).toMatchObject({ containerConcurrency: scale.perPod, serviceAccountName: `cortex-${stage}` });
    // It is the grace period as well.
    expect(pod.timeoutSeconds).toBeGreaterThan(drainMs / 1_000);
    const env = Object.fromEntries(
      (containers[0].env ?? []).map(({ name, value, valueFrom }) => [name, value ?? valueFrom]),
    );
    expect(env).toMatchObject({
      SCHOOL_MODE: "http",
      SCHOOL_TOKENS: { secretKeyRef: { name: "cortex-http", optional: true } },
    });
    // Open ports are a decision of their own.
    expect(env).not.toHaveProperty("SCHOOL_HTTP_OPEN");
  });

  test("it has the settings and secrets of its Deployment, and no label by which that would take its pods", async () => {
    const { spec } = Taken.parse(await service());
    const [container] = spec.template.spec.containers;
    const [, deployment] = (await objectsOf(`../keda/base/${stageEntry(stage).layer}/${stage}.yaml`)) as Record<
      string,
      never
    >[];
    const list = deployment?.["spec"] as unknown as {
      selector: { matchLabels: Record<string, string> };
      template: { spec: { containers: { image: string; env: { name: string }[]; envFrom: unknown }[] } };
    };
    const [other] = list.template.spec.containers;
    expect(container.image).toBe(other?.image);
    expect(container.envFrom).toEqual(other?.envFrom);
    const own = ["SCHOOL_MODE", "SCHOOL_TOKENS"];
    expect((container.env ?? []).filter(({ name }) => !own.includes(name))).toEqual(
      other?.env.filter(({ name }) => name !== "PORT"),
    );
    for (const [label, value] of Object.entries(list.selector.matchLabels)) {
      expect(spec.template.metadata.labels?.[label]).not.toBe(value);
    }
  });

  test("its func.yaml fits func's schema and says the same", async () => {
    const [object] = await objectsOf(`${stage}/func.yaml`);
    const func = Func.parse(object);
    expect(func).toMatchObject({
      invoke: "cloudevent",
      deploy: {
        serviceAccountName: `cortex-${stage}`,
        healthEndpoints: { liveness: "/health/liveness", readiness: "/health/readiness" },
        options: {
          scale: { min: 0, max: scale.maxPods, target: scale.perPod },
          resources: { limits: { concurrency: scale.perPod } },
        },
      },
    });
    const { metadata, spec } = Taken.parse(await service());
    // Labels of Service and pods alike; by those of the pods the network policies let them be asked and reach Redis.
    const labels = Object.fromEntries(func.deploy.labels.map(({ key, value }) => [key, value]));
    expect(labels).toEqual(metadata.labels);
    expect(labels).toMatchObject(spec.template.metadata.labels ?? {});
    expect(func.image).toBe(spec.template.spec.containers[0].image);
    expect(func.name).not.toBe(metadata.name);
  });
});

test("what the README has people post is taken by the function it is posted to", async () => {
  const text = await readFile(path.join(knative, "README.md"), "utf8");
  const structured = [
    ...text.matchAll(/cortex-(\w+)-http\.[^']*'Authorization[^']*'[^']*'[^']*cloudevents\+json' \\\n +-d '([^']+)'/g),
  ];
  const binary = [...text.matchAll(/cortex-(\w+)-http\.[^`]*?ce-type: ([\w.]+)' \\\n +-d '([^']+)'/g)];
  const invoked = [...text.matchAll(/cd knative\/(\w+)\n[^`]*--type=([\w.]+)[^`]*--data='([^']+)'/g)];
  const posted = [
    ...structured.map(([, stage = "", event = ""]) => ({ stage, event })),
    ...[...binary, ...invoked].map(([, stage = "", type, data = ""]) => ({
      stage,
      event: JSON.stringify({ specversion: "1.0", id: "e", source: "/me", type, data: JSON.parse(data) as unknown }),
    })),
  ];
  expect(posted.map(({ stage }) => stage)).toEqual(["route", "ingest", "ingest"]);
  for (const { stage, event } of posted) {
    const parsed = parseEvent(event);
    if ("problems" in parsed) throw new Error(`${stage}: ${parsed.problems.join("; ")}`);
    expect(denies(stage as StageName, parsed.event, undefined)).toBeUndefined();
  }
});

describe("eventing", () => {
  interface Filtered {
    readonly filter?: { readonly attributes: { readonly type: string } };
    readonly filters?: readonly { readonly any: readonly { readonly exact: { readonly type: string } }[] }[];
    readonly broker: string;
    readonly subscriber: { readonly ref: { readonly name: string } };
  }
  const triggers = async () => (await objectsOf("eventing/triggers.yaml")) as unknown as { spec: Filtered }[];
  const typesOf = ({ filter, filters }: Filtered) =>
    filter === undefined ? (filters?.[0]?.any.map(({ exact }) => exact.type) ?? []) : [filter.attributes.type];

  test("Broker and Triggers fit Knative's schema; what nobody takes has a place", async () => {
    const [broker] = await objectsOf("eventing/broker.yaml");
    expect(() => new Broker(broker).validate()).not.toThrow();
    for (const trigger of await triggers()) {
      expect(() =>
        new Trigger(trigger as unknown as ConstructorParameters<typeof Trigger>[0]).validate(),
      ).not.toThrow();
    }
    const [sink] = await objectsOf("eventing/undelivered.yaml");
    expect(Taken.safeParse(sink).error).toBeUndefined();
    const name = (sink as { metadata: { name: string } }).metadata.name;
    expect(broker).toMatchObject({ spec: { delivery: { deadLetterSink: { ref: { kind: "Service", name } } } } });
  });

  test("each stage gets exactly the types it takes, by its own Service", async () => {
    const [broker] = (await objectsOf("eventing/broker.yaml")) as { metadata: { name: string } }[];
    const all = await triggers();
    expect(all).toHaveLength(STAGES.length);
    for (const [i, stage] of STAGES.entries()) {
      const { spec } = all[i] as { spec: Filtered };
      expect(spec).toMatchObject({
        broker: broker?.metadata.name,
        subscriber: { ref: { name: `cortex-${stage}-http` } },
      });
      const samples: Readonly<Record<string, object>> = {
        [SOURCE_SUBMITTED]: { source: { content: "x" } },
        [REPOSITORY_CHANGED]: { source: "all", because: "a push" },
      };
      const taken = [...Object.keys(samples), ...STATUSES.map(improvementEvent)].filter((type) => {
        const data = samples[type] ?? { id: "a" };
        const parsed = parseEvent(JSON.stringify({ specversion: "1.0", id: "e", source: "/t", type, data }));
        if ("problems" in parsed) throw new Error(parsed.problems.join());
        const standing = STATUSES.find((status) => improvementEvent(status) === type);
        return denies(stage, parsed.event, standing) === undefined;
      });
      expect(typesOf(spec).sort()).toEqual(taken.sort());
    }
  });

  test("no answer of a function comes round again", async () => {
    for (const { spec } of await triggers()) expect(typesOf(spec)).not.toContain(SETTLED);
  });

  test("it opens the functions' ports, and only theirs", async () => {
    const [{ patches }] = (await objectsOf("eventing/kustomization.yaml")) as unknown as [
      { patches: { target: { labelSelector: string }; patch: string }[] },
    ];
    expect(patches).toHaveLength(1);
    expect(JSON.parse(patches[0]?.patch ?? "")).toEqual([
      { op: "add", path: "/spec/template/spec/containers/0/env/-", value: { name: "SCHOOL_HTTP_OPEN", value: "true" } },
    ]);
    const [label = "", value] = (patches[0]?.target.labelSelector ?? "").split("=");
    const chosen = async (file: string) =>
      (await objectsOf(file)).some(
        (one) => (one["metadata"] as { labels: Record<string, string> }).labels[label] === value,
      );
    for (const stage of STAGES) expect(await chosen(`${stage}/service.yaml`)).toBe(true);
    expect(await chosen("eventing/undelivered.yaml")).toBe(false);
  });
});
