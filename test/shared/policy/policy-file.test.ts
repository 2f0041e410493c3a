/** What a repository says about policy itself. */
import { describe, expect, test } from "vitest";
import { judge } from "../../../shared/policy/judge.ts";
import { repositoryPolicy } from "../../../shared/policy/repository-policy.ts";
import { deployment, platformOf, SIZED, service } from "../../support/platform.ts";
import { policyBase as base, honest, newObject as object, rulesOf } from "../../support/policy.ts";

const FILE = ".cortex-school.yaml";
const NOW = Date.UTC(2030, 5, 15, 23, 59);
const withPolicy = (policy: string) => ({ ...base, [FILE]: `version: 1\n${policy}\n` });
const rules = (text: string, policy: string, now: number | null = NOW) =>
  rulesOf({ "shop/new.yaml": text }, now === null ? {} : { now }, withPolicy(policy));
const problems = (text: string) =>
  repositoryPolicy(platformOf({ [FILE]: text })).problems.map(
    ({ message, line, column }) => `${line}:${column} ${message}`,
  );

const plain = service("new", 80);
const elsewhere = (namespace: string) => plain.replace("{name: new}", `{name: new, namespace: ${namespace}}`);
const sized = (resources: string) => deployment("new", { extra: `          resources: ${resources}\n` });
const big = "{requests: {cpu: 1, memory: 1Gi}, limits: {cpu: 8, memory: 1Gi}}";

describe("what it makes stricter", () => {
  test.each<[string, string, string, string | undefined]>([
    ["a kind that is not in the list", plain, "kinds: {allow: [ConfigMap]}", "deny allowed-kinds"],
    ["a kind that is", plain, "kinds: {allow: [Service]}", undefined],
    ["a kind that is denied", plain, "kinds: {deny: [Service]}", "deny allowed-kinds"],
    ["a kind for people", plain, "kinds: {human: [Service]}", "human always-human-kind"],
    ["a namespace that is not in the list", plain, "namespaces: {allow: [team-*]}", "deny allowed-namespaces"],
    ["a namespace that is", elsewhere("team-a"), "namespaces: {allow: [team-*]}", undefined],
    ["a namespace that is denied", elsewhere("legacy"), "namespaces: {deny: [legacy]}", "deny allowed-namespaces"],
    [
      "a namespace to keep off",
      elsewhere("billing-eu"),
      "namespaces: {protected: ['billing*']}",
      "deny protected-namespaces",
    ],
    [
      "replicas",
      object(
        "HorizontalPodAutoscaler",
        "spec: {maxReplicas: 11, scaleTargetRef: {kind: Deployment, name: web}}\n",
        "autoscaling/v2",
      ),
      "sizes: {replicas: 10}",
      "deny replica-limits",
    ],
    ["a container's processors", sized(big), "sizes: {cpu: 4}", "deny container-limits"],
    ["a container's memory", sized(big), "sizes: {memory: 1023Mi}", "deny container-limits"],
    ["a container within", sized(big), "sizes: {cpu: 8000m, memory: 1Gi}", undefined],
    [
      "a claim",
      object("PersistentVolumeClaim", "spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 2Ti}}}\n"),
      "sizes: {storage: 1Ti}",
      "deny storage-limits",
    ],
    [
      "a registry in use that is not in the list",
      deployment("new", { extra: SIZED }),
      "registries: {only: [ghcr.io/acme]}",
      "deny restrict-image-registries",
    ],
    [
      "a registry in use that is",
      deployment("new", { extra: SIZED }),
      "registries: {only: [registry.example.com]}",
      undefined,
    ],
    [
      "a list does not let new registries in",
      deployment("new", { image: "ghcr.io/acme/a:1", extra: SIZED }),
      "registries: {only: [ghcr.io/acme]}",
      "deny restrict-image-registries",
    ],
    [
      "what is asked, denied",
      deployment("new", { extra: SIZED }),
      "rules: {require-probes: {decision: deny}}",
      "deny require-probes",
    ],
  ])("%s", (_, text, policy, expected) => {
    const found = rules(text, policy).filter(
      (one) => !/pod-security-restricted|human require-probes|no-autoscaler/.test(one),
    );
    if (expected === undefined) expect(found).toEqual([]);
    else expect(found).toContain(expected);
  });

  test("what was there before is not held against a change", () => {
    const texts = withPolicy("kinds: {allow: [Service]}");
    expect(
      rulesOf({ "shop/web.yaml": deployment("web", { extra: SIZED.replace("256Mi", "512Mi") }) }, {}, texts),
    ).toEqual(["human always-human-foreign-object"]);
  });
});

describe("what it lets pass", () => {
  const latest = deployment("new", { image: "registry.example.com/team/app:latest", extra: SIZED });
  const exemption = (rule: string, paths = "'shop/*'", expires = "2030-06-15") =>
    `exemptions: [{rules: [${rule}], paths: [${paths}], reason: until the new pipeline, expires: ${expires}}]`;

  test("a denial becomes a question to a person, and says why", () => {
    const platform = platformOf(withPolicy(exemption("disallow-latest-tag")));
    const files = [{ path: "shop/new.yaml", before: null, after: latest }];
    const { decision, rules: hits } = judge(honest(platform, files), platform, { now: NOW });
    expect(decision).toBe("human");
    expect(hits.find(({ rule }) => rule === "always-human-exemption")).toMatchObject({
      decision: "human",
      message: expect.stringContaining(
        "disallow-latest-tag is exempted until 2030-06-15 (until the new pipeline)",
      ) as string,
      path: "shop/new.yaml",
      line: 12,
    });
  });

  test("a question is only told", () => {
    const both = rules(deployment("new", { extra: SIZED }), exemption("require-probes, pod-security-restricted"));
    expect(both).toEqual(["auto pod-security-restricted", "auto require-probes"]);
  });

  test.each<[string, string, number | null]>([
    ["it has ended", exemption("disallow-latest-tag", "'**'", "2030-06-14"), NOW],
    ["it is for other paths", exemption("disallow-latest-tag", "'other/**', 'shop'"), NOW],
    ["it is for another rule", exemption("require-probes"), NOW],
    ["nobody knows what day it is", exemption("disallow-latest-tag"), null],
  ])("not when %s", (_, policy, now) => expect(rules(latest, policy, now)).toContain("deny disallow-latest-tag"));

  test.each<[string, string, string]>([
    ["no-plain-secret", object("Secret", "stringData: {a: b}\n"), "deny no-plain-secret"],
    ["protected-namespaces", elsewhere("kube-system"), "deny protected-namespaces"],
    [
      "always-human-cluster-role",
      object("ClusterRole", "rules: []\n", "rbac.authorization.k8s.io/v1"),
      "human always-human-cluster-role",
    ],
    ["valid-yaml", "a: [", "deny valid-yaml"],
  ])("never %s", (rule, text, expected) => expect(rules(text, exemption(rule, "'**'"))).toContain(expected));

  test("a registry that is not in use, with a reason", () => {
    const text = deployment("new", { image: "ghcr.io/acme/a:1", extra: SIZED });
    expect(rules(text, "registries: {also: [{registry: ghcr.io/acme, reason: mirrored every night}]}")).not.toContain(
      "deny restrict-image-registries",
    );
  });
});

describe("a file that cannot be followed", () => {
  test.each<[string, string, string]>([
    ["a setting that is none", "version: 1\nkindz: {}\n", "2:1 kindz: there is no such setting"],
    [
      "a setting deep inside",
      "version: 1\nsizes:\n  replicas: 3\n  cpus: 4\n",
      "4:3 sizes.cpus: there is no such setting",
    ],
    ["no version", "kinds: {}\n", "1:1 version: must be 1"],
    ["an amount that is none", "version: 1\nsizes:\n  cpu: lots\n", "3:3 sizes.cpu: not an amount"],
    ["a rule that is none", "version: 1\nrules:\n  no-such-rule: {severity: error}\n", "rules.no-such-rule"],
    [
      "a severity that loosens",
      "version: 1\nrules:\n  valid-schema:\n    severity: info\n",
      '4:5 rules.valid-schema.severity: valid-schema is "error" by itself',
    ],
    [
      "a decision that loosens",
      "version: 1\nrules:\n  no-plain-secret: {decision: human}\n",
      'no-plain-secret is "deny" by itself and may only be made stricter',
    ],
    [
      "no reason",
      "version: 1\nexemptions:\n- rules: [valid-schema]\n  paths: [a]\n  expires: 2030-01-01\n",
      "exemptions.0.reason",
    ],
    [
      "a reason that is none",
      "version: 1\nexemptions:\n- {rules: [valid-schema], paths: [a], reason: ok, expires: 2030-01-01}\n",
      "exemptions.0.reason: a reason has at least 10 characters",
    ],
    [
      "no such day",
      "version: 1\nexemptions:\n- {rules: [valid-schema], paths: [a], reason: because we can, expires: 2030-13-01}\n",
      "there is no such day",
    ],
    [
      "no end",
      "version: 1\nexemptions:\n- {rules: [valid-schema], paths: [a], reason: because we can}\n",
      "exemptions.0.expires",
    ],
    ["two documents", "version: 1\n---\nversion: 1\n", "it must be one YAML document"],
    ["a list", "- version: 1\n", "it must be one YAML document"],
    ["nothing", "", "it must be one YAML document"],
    ["no YAML", "version: 1\nkinds: {allow: [\n", "3:1 "],
    ["a key twice", "version: 1\nversion: 1\n", "2:1 document 0: Map keys must be unique"],
  ])("%s", (_, text, expected) => expect(problems(text).join("\n")).toContain(expected));

  test.each([
    ["broken", { [FILE]: "kinds: [" }],
    ["with another name", { ".cortex-school.yml": "version: 1\n" }],
    ["in capitals", { ".Cortex-School.yaml": "version: 1\n" }],
  ])("%s: everything goes to a person", (_, texts) => {
    expect(rulesOf({ "shop/new.yaml": plain }, {}, { ...base, ...texts })).toEqual(["human always-human-policy-file"]);
  });

  test("one that fits has nothing to say", () => expect(rules(plain, "")).toEqual([]));
});

describe("the school never changes it", () => {
  test.each([FILE, ".cortex-school.yml", ".CORTEX-SCHOOL.YAML"])("%s", (path) => {
    expect(rulesOf({ [path]: "version: 1\n", "shop/new.yaml": plain })).toContain("deny policy-file-is-not-ours");
  });
  test("nor deletes it", () => {
    expect(rulesOf({ [FILE]: null }, {}, withPolicy(""))).toContain("deny policy-file-is-not-ours");
  });
});
