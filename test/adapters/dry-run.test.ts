import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { parseAllDocuments } from "yaml";
import { dryRun, dryRunPort } from "../../shared/adapters/dry-run.ts";
import { kubeClient } from "../../shared/adapters/kube-client.ts";
import { answerWith, type Reply, seen, settings } from "../support/kubernetes-api.ts";

const config = {
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: { name: "settings", namespace: "shop" },
  data: { a: "b" },
};
const deployment = {
  apiVersion: "apps/v1",
  kind: "Deployment",
  metadata: { name: "web", namespace: "shop" },
  spec: {
    template: {
      metadata: { labels: { app: "web" }, annotations: { note: "x" } },
      spec: { containers: [{ name: "main", image: "registry.example.com/app:1" }] },
    },
  },
};
const asked = (object: object, effect: "create" | "change" = "create") => ({ object: { ...object }, effect });
const port = () => dryRun(kubeClient({ ...settings, KUBE_TIMEOUT_MS: 2_000 }), "auto");
const status = (code: number, message: string): Reply => ({ status: code, json: { kind: "Status", code, message } });

describe("what is asked", () => {
  test("a server-side apply that stores nothing, checks fields strictly and says who it is", async () => {
    answerWith(() => ({ json: config }));
    expect(await port().check([asked(config)])).toEqual([]);
    expect(seen).toMatchObject([
      {
        method: "PATCH",
        path: "/api/v1/namespaces/shop/configmaps/settings",
        query: { dryRun: "All", fieldValidation: "Strict", fieldManager: "cortex-school", force: "true" },
        contentType: "application/apply-patch+yaml",
        authorization: "Bearer secret-token",
        body: config,
      },
    ]);
  });

  test("for a workload one pod of its template too, because quota and Pod Security look at pods", async () => {
    answerWith(() => ({ status: 201, json: {} }));
    expect(await port().check([asked(deployment)])).toEqual([]);
    expect(seen.map(({ method, path }) => `${method} ${path}`)).toEqual([
      "PATCH /apis/apps/v1/namespaces/shop/deployments/web",
      "POST /api/v1/namespaces/shop/pods",
    ]);
    expect(seen[1]?.query).toMatchObject({ dryRun: "All", fieldValidation: "Strict" });
    expect(seen[1]?.body).toEqual({
      apiVersion: "v1",
      kind: "Pod",
      metadata: { generateName: "web-", namespace: "shop", labels: { app: "web" }, annotations: { note: "x" } },
      spec: deployment.spec.template.spec,
    });
  });

  test("a kind that is not built in is found by discovery", async () => {
    const rule = { apiVersion: "example.com/v1", kind: "Widget", metadata: { name: "w", namespace: "shop" } };
    answerWith(({ method }) =>
      method === "GET"
        ? { json: { resources: [{ name: "widgets", kind: "Widget", namespaced: true }] } }
        : { json: {} },
    );
    expect(await port().check([asked(rule)])).toEqual([]);
    expect(seen.at(-1)?.path).toBe("/apis/example.com/v1/namespaces/shop/widgets/w");
  });
});

describe("what the answers mean", () => {
  const kyverno =
    "admission webhook \"validate.kyverno.svc-fail\" denied the request: \n\nresource ConfigMap/shop/settings was blocked due to the following policies \n\nrequire-labels:\n  check-team: 'validation error: label team is required'\n";
  test.each<[string, Reply, string, RegExp]>([
    ["schema", status(422, 'ConfigMap "settings" is invalid: data: Invalid'), "refused", /is invalid/],
    ["an unknown field", status(400, 'strict decoding error: unknown field "dta"'), "refused", /unknown field/],
    [
      "an unknown field in a server-side apply",
      status(
        500,
        "failed to create typed patch object (shop/settings; v1, Kind=ConfigMap): .dta: field not declared in schema",
      ),
      "refused",
      /not declared/,
    ],
    [
      "quota",
      status(403, 'configmaps "settings" is forbidden: exceeded quota: q, requested: configmaps=1'),
      "refused",
      /quota/,
    ],
    [
      "Pod Security",
      status(403, 'pods "x" is forbidden: violates PodSecurity "restricted:latest"'),
      "refused",
      /PodSecurity/,
    ],
    [
      "Kyverno, in one line",
      status(400, kyverno),
      "refused",
      /svc-fail" denied the request: resource .* require-labels: check-team: .* required'$/,
    ],
    ["a webhook with a code of its own", status(418, 'admission webhook "x" denied the request: no'), "refused", /no$/],
    [
      "a namespace that goes away",
      status(
        403,
        'configmaps "settings" is forbidden: unable to create new content in namespace shop because it is being terminated',
      ),
      "refused",
      /terminated/,
    ],
    [
      "our own rights",
      status(
        403,
        'configmaps "settings" is forbidden: User "system:serviceaccount:s:p" cannot patch resource "configmaps" in API group "" in the namespace "shop"',
      ),
      "forbidden",
      /cannot patch/,
    ],
    ["our credentials", status(401, "Unauthorized"), "forbidden", /Unauthorized/],
    ["a namespace that is not there", status(404, 'namespaces "shop" not found'), "missing", /not found/],
    [
      "a webhook that is away",
      status(500, 'Internal error occurred: failed calling webhook "x": timeout'),
      "unreachable",
      /webhook/,
    ],
    [
      "a webhook that has no dry run",
      status(400, 'admission webhook "x" does not support dry run'),
      "unreachable",
      /dry run/,
    ],
    ["overload", status(429, "too many requests"), "unreachable", /too many/],
    ["a proxy's page", { status: 502, text: "<html>bad gateway</html>" }, "unreachable", /bad gateway/],
  ])("%s", async (_, reply, kind, message) => {
    answerWith(() => reply);
    const [finding, ...more] = await port().check([asked(config)]);
    expect(more).toEqual([]);
    expect(finding).toMatchObject({ index: 0, kind });
    expect(finding?.message).toMatch(message);
    expect(finding?.message).not.toMatch(/\n/);
  });

  test("warnings are told beside a yes", async () => {
    answerWith(() => ({ json: {}, headers: { warning: '299 - "unknown \\"x\\"", 299 - "deprecated"' } }));
    expect(await port().check([asked(config)])).toEqual([
      { index: 0, kind: "warning", message: 'unknown "x"' },
      { index: 0, kind: "warning", message: "deprecated" },
    ]);
  });

  test("a kind the cluster does not have", async () => {
    const found = await port().check([asked({ apiVersion: "a.b/v1", kind: "C", metadata: { name: "c" } })]);
    expect(found).toEqual([{ index: 0, kind: "missing", message: "the cluster has no kind C of a.b/v1" }]);
  });

  test("a discovery we may not ask for is no kind that is missing", async () => {
    answerWith(() => status(403, 'forbidden: User "x" cannot get path "/apis/a.b/v1"'));
    const found = await port().check([asked({ apiVersion: "a.b/v1", kind: "C", metadata: { name: "c" } })]);
    expect(found).toMatchObject([{ kind: "forbidden" }]);
  });

  test.each([
    ["create", "refused"],
    ["change", "warning"],
  ] as const)("a full quota for the pods of a workload, on %s: %s", async (effect, kind) => {
    answerWith(({ method }) =>
      method === "POST" ? status(403, "pods is forbidden: exceeded quota: q") : { json: {} },
    );
    expect(await port().check([asked(deployment, effect)])).toEqual([
      { index: 0, kind, message: "its pods: pods is forbidden: exceeded quota: q" },
    ]);
  });

  test("a workload that is refused is not asked about twice; the next object is", async () => {
    answerWith(({ path }) => (path.includes("deployments") ? status(422, "invalid") : { json: {} }));
    expect(await port().check([asked(deployment), asked(config)])).toMatchObject([{ index: 0, kind: "refused" }]);
    expect(seen).toHaveLength(2);
  });
});

describe("no answer", () => {
  test("is a finding after the time one call may take, and nobody is waited for twice", async () => {
    answerWith(() => ({ hang: true }));
    const patient = dryRun(kubeClient({ ...settings, KUBE_TIMEOUT_MS: 50 }), "auto");
    const found = await patient.check([asked(config), asked(config)]);
    expect(found).toMatchObject([{ index: 0, kind: "unreachable" }]);
    expect(seen).toHaveLength(1);
  });

  test("whoever is told to stop stops", async () => {
    const controller = new AbortController();
    answerWith(() => {
      controller.abort(new Error("stop"));
      return { hang: true };
    });
    await expect(port().check([asked(config)], controller.signal)).rejects.toThrow("stop");
  });

  test("a kubeconfig nobody can use is a finding, no exception", async () => {
    const lost = dryRun(kubeClient({ ...settings, KUBECONFIG: "/nowhere/config" }), "human");
    expect(await lost.check([asked(config)])).toMatchObject([{ kind: "unreachable" }]);
    expect(lost.unanswered).toBe("human");
  });
});

describe("the setting", () => {
  test.each([
    [{}, undefined],
    [{ KUBECONFIG: "/x" }, "auto"],
    [{ KUBERNETES_SERVICE_HOST: "10.0.0.1" }, "auto"],
    [{ KUBECONFIG: "/x", SERVER_DRY_RUN: "off" }, undefined],
    [{ KUBECONFIG: "/x", SERVER_DRY_RUN: "required" }, "human"],
    [{ SERVER_DRY_RUN: "required" }, "human"],
  ])("%j: %s", (env, unanswered) => {
    expect(dryRunPort(env)?.unanswered).toBe(unanswered);
  });

  test("another word is refused", () => {
    expect(() => dryRunPort({ KUBECONFIG: "/x", SERVER_DRY_RUN: "yes" })).toThrow(/SERVER_DRY_RUN/);
  });
});

describe("the rights in keda/components/server-dry-run", () => {
  const objects = ["only-ask.yaml", "rights.yaml"].flatMap((file) => {
    const yaml = readFileSync(new URL(`../../keda/components/server-dry-run/${file}`, import.meta.url), "utf8");
    return parseAllDocuments(yaml).map((document) => document.toJS() as Record<string, unknown>);
  });

  test.each(objects.map((object) => [String(object["kind"]), object] as const))("%s is valid", async (kind, object) => {
    const module = (await import(`kubernetes-models/${String(object["apiVersion"])}/${kind}`)) as Record<
      string,
      new (
        object: object,
      ) => { validate(): void }
    >;
    const Model = module[kind];
    expect(Model).toBeDefined();
    if (Model !== undefined) new Model(object).validate();
  });

  test("allow writing, and only as a dry run", () => {
    expect(objects.map(({ kind }) => kind)).toEqual([
      "ValidatingAdmissionPolicy",
      "ValidatingAdmissionPolicyBinding",
      "ClusterRole",
      "ClusterRoleBinding",
    ]);
    expect(JSON.stringify(objects[0])).toContain("has(request.dryRun) && request.dryRun");
    const rules = objects[2]?.["rules"] as { verbs: string[]; resources: string[]; apiGroups: string[] }[];
    for (const { verbs } of rules) expect(verbs).toEqual(["create", "patch"]);
    expect(rules.flatMap(({ resources, apiGroups }) => [...resources, ...apiGroups])).not.toContain("*");
    expect(rules.flatMap(({ resources }) => resources)).not.toContain("secrets");
  });
});
