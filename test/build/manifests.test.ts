import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { parseAllDocuments } from "yaml";
import { staleFiles } from "../../build/generate.ts";
import { parseScalers, readScalers } from "../../build/local/autoscaler/scaled-object.ts";
import { STAGES, type StageName, stageEntry } from "../../shared/stages.ts";

const keda = path.resolve(import.meta.dirname, "../../keda/base");
interface KubeObject {
  readonly kind: string;
  readonly metadata: { readonly name: string };
}

function fileOf(stage: StageName): string {
  return `${stageEntry(stage).layer}/${stage}.yaml`;
}

async function objectsOf(file: string): Promise<KubeObject[]> {
  const documents = parseAllDocuments(await readFile(path.join(keda, file), "utf8"));
  return documents.map((document) => {
    expect(document.errors).toEqual([]);
    return document.toJS() as KubeObject;
  });
}

test("every generated file is what its source gives: else run `npm run generate`", async () => {
  expect([...(await staleFiles()).keys()]).toEqual([]);
});

test("kustomize takes in every manifest of a folder and nothing else", async () => {
  for (const folder of [".", "namespace", "always-on", "reasoning", "execution", "telemetry"]) {
    const [kustomization] = (await objectsOf(`${folder}/kustomization.yaml`)) as unknown as { resources: string[] }[];
    const entries = await readdir(path.join(keda, folder));
    const files = entries.filter((file) => file !== "kustomization.yaml");
    expect([...(kustomization?.resources ?? [])].sort()).toEqual(files.sort());
  }
});

test("every stage has one ScaledObject, one Deployment and an account that exists", async () => {
  const accounts = (await objectsOf("namespace/accounts.yaml")).map(({ metadata }) => metadata.name);
  expect(accounts.sort()).toEqual(["coordinator", ...STAGES].map((program) => `cortex-${program}`).sort());
  for (const stage of STAGES) {
    const kinds = (await objectsOf(fileOf(stage))).map(({ kind, metadata }) => `${kind} ${metadata.name}`);
    expect(kinds).toEqual([`ScaledObject cortex-${stage}`, `Deployment cortex-${stage}`]);
  }
});

describe.each(STAGES)("%s", (stage) => {
  const scaler = async () => {
    const found = (await readScalers(keda)).find(({ container }) => container === stage);
    if (found === undefined) throw new Error(`no scaler for ${stage}`);
    return found;
  };

  test("counts its list, its leases and its timers", async () => {
    const list = `school:queue:${stage}`;
    expect((await scaler()).triggers).toEqual([
      { name: "pending", key: list },
      { name: "leases", key: `${list}:leases` },
      { name: "delayed", key: `${list}:delayed` },
    ]);
  });

  test.each([
    [{ pending: 0, leases: 0, delayed: 0 }, 0],
    [{ pending: 3, leases: 2, delayed: 0 }, 5],
    [{ pending: 0, leases: 0, delayed: 9 }, 1],
    [{ pending: 100, leases: 20, delayed: 9 }, 121],
    // Nothing could be read: somebody may be working.
    [{}, 1],
  ])("weighs %o as %i", async (values, load) => {
    expect((await scaler()).metrics.map(({ formula }) => formula(values))).toEqual([load]);
  });

  test("waits long enough before it lets go, and drains before it is killed", async () => {
    const { pollingMs, cooldownMs, graceMs, maxReplicas, minReplicas, metrics } = await scaler();
    expect(cooldownMs).toBeGreaterThanOrEqual(Math.max(60_000, 3 * pollingMs + 30_000));
    expect(graceMs).toBeGreaterThan(stageEntry(stage).drainMs);
    expect({ minReplicas, maxReplicas, target: metrics[0]?.target }).toEqual({
      minReplicas: 0,
      maxReplicas: stageEntry(stage).scale.maxPods,
      target: stageEntry(stage).scale.perPod,
    });
  });

  test("leaves its replicas to KEDA and keeps to Pod Security 'restricted'", async () => {
    const [, deployment] = await objectsOf(fileOf(stage));
    expect(deployment).not.toHaveProperty("spec.replicas");
    expect(deployment).toMatchObject({
      spec: {
        template: {
          spec: {
            securityContext: { runAsNonRoot: true, seccompProfile: { type: "RuntimeDefault" } },
            containers: [
              {
                securityContext: {
                  allowPrivilegeEscalation: false,
                  readOnlyRootFilesystem: true,
                  capabilities: { drop: ["ALL"] },
                },
                livenessProbe: { httpGet: { path: "/health/liveness" } },
                readinessProbe: { httpGet: { path: "/health/readiness" } },
              },
            ],
          },
        },
      },
    });
  });
});

describe("what KEDA would take in silence is refused before it reaches a cluster", () => {
  test.each<[string, string, string]>([
    ["a misspelt trigger key", "listName:", "listname:"],
    ["a surplus trigger key", 'activationListLength: "0"', 'bogus: "1"'],
    ["an unknown trigger type", "type: redis", "type: rediss"],
    ["a name the formula does not know", "(leases ?? 0)", "(inflight ?? 0)"],
    ["a target that is no number", 'target: "8"', "target: eight"],
    ["a misspelt policy", "selectPolicy: Disabled", "selectPolicy: Disable"],
    ["a Deployment that is not there", "kind: Deployment", "kind: StatefulSet"],
    ["a misspelt field", "cooldownPeriod:", "coolDownPeriod:"],
  ])("%s", async (_what, right, wrong) => {
    const yaml = await readFile(path.join(keda, fileOf("route")), "utf8");
    expect(yaml).toContain(right);
    expect(() => parseScalers(yaml)).not.toThrow();
    expect(() => parseScalers(yaml.replace(right, wrong))).toThrow();
  });
});
