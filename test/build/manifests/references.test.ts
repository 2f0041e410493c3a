/** What pods name is there: selectors, accounts, ConfigMaps, keys of Secrets, settings the functions know. */
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import path from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { parseAllDocuments } from "yaml";
import * as z from "zod";
import { LIVENESS, READINESS } from "../../../shared/runtime/probes.ts";
import { parseTokens } from "../../../shared/runtime/tokens.ts";
import { STAGES, stageEntry } from "../../../shared/stages.ts";
import {
  hasKubectl,
  type KubeObject,
  KubeObject as KubeObjectForm,
  ofKind,
  ROOT,
  rendered,
  workloadsIn,
} from "./rendered.ts";

const OVERLAYS = ["keda/overlays/local", "keda/overlays/production"];

/** Secrets by name, the keys of each: as keda/secrets.sh draws them. */
function drawn(env: Readonly<Record<string, string>> = {}): Map<string, Record<string, string>> {
  const text = execFileSync(path.join(ROOT, "keda/secrets.sh"), {
    encoding: "utf8",
    env: { PATH: process.env["PATH"], ...env },
  });
  const Secret = KubeObjectForm.extend({ kind: z.literal("Secret"), data: z.record(z.string(), z.base64()) });
  const objects = parseAllDocuments(text).map((document): unknown => document.toJS());
  return new Map(
    objects
      .filter((object) => object !== null)
      .map((object) => Secret.parse(object))
      .map(({ metadata, data }) => [metadata.name, data]),
  );
}

const Probe = z.looseObject({ httpGet: z.object({ path: z.string(), port: z.string() }).optional() });
const Probes = z.looseObject({ startupProbe: Probe, livenessProbe: Probe, readinessProbe: Probe });

function matches(labels: Readonly<Record<string, string>>, selector: Readonly<Record<string, string>>): boolean {
  return Object.entries(selector).every(([name, value]) => labels[name] === value);
}

describe("keda/secrets.sh", () => {
  const plain = (value = "") => Buffer.from(value, "base64").toString();

  test("what it draws fits together, and is drawn anew each time", () => {
    const secrets = drawn();
    const users = secrets.get("cortex-redis-users") ?? {};
    const redis = secrets.get("cortex-redis") ?? {};
    for (const user of ["function", "coordinator"] as const) {
      const url = new URL(plain(redis[user === "function" ? "url" : "coordinator-url"]));
      expect(url.username).toBe(user);
      expect(url.password).toBe(plain(users[user]));
      expect(url.host).toBe("redis.cortex-school.svc:6379");
    }
    expect([plain(redis["username"]), redis["password"]]).toEqual(["keda", users["keda"]]);
    expect(parseTokens(plain(secrets.get("cortex-http")?.["tokens"]))).toMatchObject([
      { role: "operator", name: "admin" },
    ]);
    expect(plain(secrets.get("cortex-approval")?.["secret"]).length).toBeGreaterThanOrEqual(32);
    const values = [...secrets.values()].flatMap((data) => Object.values(data));
    const again = [...drawn().values()].flatMap((data) => Object.values(data));
    expect(values.filter((value) => again.includes(value))).toEqual([redis["username"]]);
  });

  test("tokens for Git come from the environment, and a name that could break the list is refused", () => {
    const secrets = drawn({ GITOPS_TOKEN: "w&'\"$x", GITOPS_READ_TOKEN: "r" });
    const tokenOf = (name: string) => plain(secrets.get(name)?.["GITOPS_TOKEN"]);
    expect([tokenOf("cortex-git-writer"), tokenOf("cortex-git-reader")]).toEqual(["w&'\"$x", "r"]);
    expect([...drawn().keys()].filter((name) => name.startsWith("cortex-git"))).toEqual([]);
    expect(() => drawn({ OPERATOR: "a,operator:b" })).toThrow(/OPERATOR/);
  });

  test("a Redis elsewhere is asked over TLS", () => {
    const redis = drawn({ REDIS: "rediss://redis.example.internal:6380" }).get("cortex-redis");
    expect(plain(redis?.["url"])).toMatch(/^rediss:\/\/function:[0-9a-f]{64}@redis\.example\.internal:6380$/);
    for (const wrong of ["redis.example:6379", "rediss://user:password@host:1", "http://host:1", "rediss://host"]) {
      expect(() => drawn({ REDIS: wrong }), wrong).toThrow(/REDIS must be/);
    }
  });
});

test.skipIf(!hasKubectl)("the examples make the same Secrets as the script", () => {
  const Keys = z.looseObject({ name: z.string(), keys: z.array(z.string()) });
  const wanted = [...drawn({ GITOPS_TOKEN: "x" })].map(([name, data]) => ({ name, keys: Object.keys(data).sort() }));
  const sealed = rendered("keda/examples/sealed-secrets").map((object) =>
    Keys.parse({
      name: object.metadata.name,
      keys: Object.keys((object["spec"] as { encryptedData: object }).encryptedData).sort(),
    }),
  );
  const external = rendered("keda/examples/external-secrets").map((object) => {
    const { data, target } = object["spec"] as { data: { secretKey: string }[]; target: { name: string } };
    return Keys.parse({ name: target.name, keys: data.map(({ secretKey }) => secretKey).sort() });
  });
  const byName = (list: readonly { name: string }[]) => list.toSorted((a, b) => (a.name < b.name ? -1 : 1));
  expect(byName(sealed)).toEqual(byName(wanted));
  expect(byName(external)).toEqual(byName(wanted));
});

describe.skipIf(!hasKubectl).each(OVERLAYS)("%s", (overlay) => {
  let objects: readonly KubeObject[] = [];
  beforeAll(() => {
    objects = rendered(overlay);
  });
  const named = (kind: string) => objects.filter((one) => one.kind === kind).map(({ metadata }) => metadata.name);

  test("no Secret is among the objects, and no password in any", () => {
    expect(named("Secret")).toEqual([]);
    expect(JSON.stringify(objects)).not.toMatch(/:\/\/[^/\s"]+:[^/\s"]+@/);
  });

  test("selectors match the pods they are for, and only those", () => {
    const workloads = workloadsIn(objects);
    for (const { metadata, spec } of workloads) {
      const { matchLabels } = spec.selector;
      const chosen = workloads.filter((one) => matches(one.spec.template.metadata.labels, matchLabels));
      expect(chosen.map((one) => one.metadata.name)).toEqual([metadata.name]);
    }
    const Selecting = KubeObjectForm.extend({ spec: z.looseObject({ selector: z.record(z.string(), z.unknown()) }) });
    const services = ofKind(objects, "Service", Selecting).map(({ spec }) => spec.selector);
    const budgets = ofKind(objects, "PodDisruptionBudget", Selecting).map(({ spec }) => spec.selector["matchLabels"]);
    for (const selector of [...services, ...budgets] as Record<string, string>[]) {
      expect(workloads.filter((one) => matches(one.spec.template.metadata.labels, selector))).toHaveLength(1);
    }
  });

  test("a Service's port is one of its pods'; what is scraped is the coordinator's", () => {
    const Ports = KubeObjectForm.extend({
      spec: z.looseObject({
        selector: z.record(z.string(), z.string()),
        ports: z.array(z.looseObject({ name: z.string(), targetPort: z.string() })),
      }),
    });
    const services = ofKind(objects, "Service", Ports);
    for (const { spec } of services) {
      const [pod] = workloadsIn(objects).filter((one) => matches(one.spec.template.metadata.labels, spec.selector));
      const ports = pod?.spec.template.spec.containers.flatMap((one) => one.ports.map(({ name }) => name)) ?? [];
      for (const { targetPort } of spec.ports) expect(ports).toContain(targetPort);
    }
    const coordinator = services.find(
      ({ metadata }) => metadata.labels["app.kubernetes.io/name"] === "cortex-coordinator",
    );
    expect(coordinator?.spec.ports.map(({ name }) => name)).toEqual(["http"]);
  });

  test("accounts, ConfigMaps and every key of a Secret are there or on the list", () => {
    // Of a Redis elsewhere its users are made there.
    const secrets = new Map([...drawn({ GITOPS_TOKEN: "x" })].map(([name, data]) => [name, Object.keys(data)]));
    for (const { metadata, spec } of workloadsIn(objects)) {
      const pod = spec.template.spec;
      expect(named("ServiceAccount"), metadata.name).toContain(pod.serviceAccountName);
      for (const { configMap, secret } of pod.volumes) {
        if (configMap?.optional === false) expect(named("ConfigMap")).toContain(configMap.name);
        if (secret !== undefined) expect([...secrets.keys()]).toContain(secret.secretName);
      }
      for (const { env, envFrom, volumeMounts } of [...pod.initContainers, ...pod.containers]) {
        for (const { configMapRef } of envFrom) {
          if (configMapRef?.optional === false) expect(named("ConfigMap")).toContain(configMapRef.name);
        }
        for (const reference of env.flatMap(({ valueFrom }) => valueFrom?.secretKeyRef ?? [])) {
          expect(secrets.get(reference.name), `${metadata.name}: ${reference.name}`).toContain(reference.key);
        }
        for (const { name } of volumeMounts) {
          const templates = spec.volumeClaimTemplates.map(
            (one) => (one as { metadata?: { name: string } }).metadata?.name,
          );
          expect([...pod.volumes.map((volume) => volume.name), ...templates]).toContain(name);
        }
      }
    }
  });

  test("every setting is one the functions know", () => {
    const table = readFileSync(path.join(ROOT, "build/local/README.md"), "utf8");
    const known = new Set([...table.matchAll(/`([A-Z][A-Z0-9_]+)`/g)].map(([, name]) => name));
    // Of the platform they run on, and of KEDA.
    for (const name of ["NODE_COMPILE_CACHE", "NODE_COMPILE_CACHE_PORTABLE", "REDIS_ADDRESS"]) known.add(name);
    const Data = KubeObjectForm.extend({ data: z.record(z.string(), z.string()) });
    const [settings] = ofKind(objects, "ConfigMap", Data).filter(({ metadata }) => metadata.name === "cortex-settings");
    const own = workloadsIn(objects).filter(({ metadata }) => metadata.name.startsWith("cortex-"));
    const used = own.flatMap(({ spec }) =>
      spec.template.spec.containers.flatMap(({ env }) => env.map(({ name }) => name)),
    );
    expect([...used, ...Object.keys(settings?.data ?? {})].filter((name) => !known.has(name))).toEqual([]);
  });

  test("on one node the one person that is drawn can run the school; in production it takes two who agree", () => {
    const Data = KubeObjectForm.extend({ data: z.record(z.string(), z.string()) });
    const [settings] = ofKind(objects, "ConfigMap", Data).filter(({ metadata }) => metadata.name === "cortex-settings");
    expect(settings?.data["APPROVE_OWN_SOURCES"]).toBe(overlay.endsWith("local") ? "yes" : undefined);
  });

  test("KEDA can read the variables of what it scales: it passes over no missing Secret but a whole one", () => {
    for (const { metadata, spec } of workloadsIn(objects)) {
      for (const { name, valueFrom } of spec.template.spec.containers.flatMap(({ env }) => env)) {
        const reference = valueFrom?.secretKeyRef ?? valueFrom?.configMapKeyRef;
        expect(reference?.optional ?? false, `${metadata.name}: ${name}`).toBe(false);
      }
    }
  });

  test("each secret reaches those who need it and nobody else", () => {
    const table = new Map<string, string[]>();
    for (const { metadata, spec } of workloadsIn(objects)) {
      if (!metadata.name.startsWith("cortex-")) continue;
      for (const { env, envFrom } of spec.template.spec.containers) {
        const keys = env.flatMap(({ name, valueFrom }) => {
          const { secretKeyRef: reference } = valueFrom ?? {};
          return reference === undefined ? [] : [`${name} = ${reference.name}/${reference.key}`];
        });
        const whole = envFrom.flatMap(({ secretRef }) => secretRef?.name ?? []);
        expect(whole.at(-1), "its own comes last, so that it has the last word").toBe(metadata.name);
        for (const key of [...keys, ...whole.slice(0, -1)]) {
          table.set(key, [...(table.get(key) ?? []), metadata.name.slice("cortex-".length)]);
        }
      }
    }
    const sorted = Object.fromEntries([...table].map(([key, users]) => [key, users.sort().join(" ")]));
    expect(sorted).toEqual({
      "REDIS_URL = cortex-redis/url": [...STAGES].sort().join(" "),
      "REDIS_URL = cortex-redis/coordinator-url": "coordinator",
      "SCHOOL_TOKENS = cortex-http/tokens": "coordinator",
      "APPROVAL_SECRET = cortex-approval/secret": "approve coordinator implement",
      "cortex-git-writer": "implement rollback",
      "cortex-git-reader": "coordinator evaluate index ingest plan sync validate",
      "QDRANT_API_KEY = cortex-qdrant/api-key": "index learn",
      "QDRANT_READ_ONLY_API_KEY = cortex-qdrant/read-only-api-key": "coordinator evaluate route validate",
    });
  });

  test("pods may finish what they hold, stand on several nodes and keep to Pod Security 'restricted'", () => {
    for (const { metadata, spec } of workloadsIn(objects)) {
      const pod = spec.template.spec;
      const stage = STAGES.find((one) => `cortex-${one}` === metadata.name);
      if (stage !== undefined) {
        expect(pod.terminationGracePeriodSeconds).toBeGreaterThan(stageEntry(stage).drainMs / 1_000);
        expect(spec.strategy?.type).toBe(stageEntry(stage).scale.maxPods === 1 ? "Recreate" : "RollingUpdate");
        expect(pod).toHaveProperty("topologySpreadConstraints");
      }
      expect(pod.securityContext).toMatchObject({ runAsNonRoot: true, seccompProfile: { type: "RuntimeDefault" } });
      for (const container of [...pod.initContainers, ...pod.containers]) {
        expect(container["securityContext"]).toEqual({
          allowPrivilegeEscalation: false,
          readOnlyRootFilesystem: true,
          capabilities: { drop: ["ALL"] },
        });
      }
      for (const container of pod.containers) {
        const { startupProbe, livenessProbe, readinessProbe } = Probes.parse(container);
        const ports = container.ports.map(({ name }) => name);
        for (const { httpGet } of [startupProbe, livenessProbe, readinessProbe]) {
          if (httpGet !== undefined) expect(ports).toContain(httpGet.port);
        }
        if (!metadata.name.startsWith("cortex-")) continue;
        expect(LIVENESS).toContain(startupProbe.httpGet?.path);
        expect(LIVENESS).toContain(livenessProbe.httpGet?.path);
        expect(READINESS).toContain(readinessProbe.httpGet?.path);
      }
    }
  });
});
