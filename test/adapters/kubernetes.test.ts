import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { argoCd } from "../../shared/adapters/argocd.ts";
import { clusterReader } from "../../shared/adapters/cluster-reader.ts";
import { ConfigurationError } from "../../shared/runtime/config.ts";
import { RetryLater } from "../../shared/runtime/errors.ts";
import { answerWith, folder, seen, settings } from "../support/kubernetes-api.ts";

const one = "/apis/argoproj.io/v1alpha1/namespaces/argocd/applications/shop";

describe("Argo CD", () => {
  test("an Application is read with the caller's token; null and absent fields are both absent", async () => {
    answerWith(() => ({
      json: {
        metadata: { name: "shop", uid: "1" },
        spec: { source: { repoURL: "https://git/x", path: "apps/shop" }, destination: { namespace: "shop" } },
        operation: null,
        status: { sync: { status: "Unknown", revision: null }, reconciledAt: null, resources: null },
      },
    }));
    const application = await argoCd(settings).application("shop");
    expect(application).toEqual({
      metadata: { name: "shop" },
      spec: { source: { repoURL: "https://git/x", path: "apps/shop" }, destination: { namespace: "shop" } },
      status: { sync: { status: "Unknown" } },
    });
    expect(seen[0]).toMatchObject({ method: "GET", path: one, authorization: "Bearer secret-token" });
  });

  test("an Application without any status is one too", async () => {
    answerWith(() => ({ json: { metadata: { name: "new" }, spec: { destination: {} } } }));
    expect(await argoCd(settings).application("new")).toEqual({ metadata: { name: "new" }, spec: { destination: {} } });
  });

  test("what does not exist is undefined", async () => {
    expect(await argoCd(settings).application("gone")).toBeUndefined();
  });

  test("a field that broke its promise does not hide the others", async () => {
    answerWith(() => ({
      json: {
        metadata: { name: "shop" },
        spec: { destination: { namespace: "shop" } },
        status: { sync: "odd", health: { status: "Healthy" }, conditions: [{ type: "SyncError" }] },
      },
    }));
    expect((await argoCd(settings).application("shop"))?.status).toEqual({
      health: { status: "Healthy" },
      conditions: [{ type: "SyncError", message: "" }],
    });
  });

  test.each<[string, (argo: ReturnType<typeof argoCd>) => Promise<void>, unknown]>([
    [
      "refresh is an annotation",
      (argo) => argo.refresh("shop"),
      { metadata: { annotations: { "argocd.argoproj.io/refresh": "normal" } } },
    ],
    [
      "ending an operation is a phase",
      (argo) => argo.terminateOperation("shop"),
      { status: { operationState: { phase: "Terminating" } } },
    ],
    [
      "an explicit sync prunes",
      (argo) => argo.sync("shop", "abc"),
      {
        operation: {
          initiatedBy: { username: "cortex-online-school" },
          sync: { revision: "abc", prune: true, syncStrategy: { hook: {} } },
        },
      },
    ],
  ])("%s", async (_name, act, body) => {
    answerWith(() => ({ json: {} }));
    await act(argoCd(settings));
    expect(seen).toMatchObject([{ method: "PATCH", path: one, contentType: "application/merge-patch+json", body }]);
  });

  test("refreshing an Application that is gone is an error, not silence", async () => {
    await expect(argoCd(settings).refresh("shop")).rejects.toThrow("no Application shop");
  });
});

describe("errors", () => {
  test.each([429, 500, 503])("%i passes: try again later", async (status) => {
    answerWith(() => ({ status, json: { message: "busy" } }));
    await expect(argoCd(settings).application("shop")).rejects.toThrow(RetryLater);
  });

  test("the server's own waiting time is kept", async () => {
    answerWith(() => ({ status: 429, json: {}, headers: { "retry-after": "7" } }));
    await expect(argoCd(settings).application("shop")).rejects.toMatchObject({ afterMs: 7_000 });
  });

  test("a missing permission names verb, resource and the server's reason", async () => {
    answerWith(() => ({ status: 403, json: { kind: "Status", message: "User x cannot list pods" } }));
    await expect(clusterReader(settings).pods("shop", {})).rejects.toThrow(
      /cannot list pods in shop: 403 User x cannot list pods/,
    );
  });

  test("a server out of reach passes", async () => {
    const config = join(folder, "closed");
    await writeFile(
      config,
      JSON.stringify({
        "current-context": "x",
        clusters: [{ name: "x", cluster: { server: "http://127.0.0.1:1", "insecure-skip-tls-verify": true } }],
        users: [{ name: "x", user: {} }],
        contexts: [{ name: "x", context: { cluster: "x", user: "x" } }],
      }),
    );
    const call = argoCd({ ...settings, KUBECONFIG: config }).application("shop");
    await expect(call).rejects.toThrow(RetryLater);
  });

  test("a server that never answers passes, too", async () => {
    answerWith(() => ({ hang: true }));
    const call = argoCd({ ...settings, KUBE_TIMEOUT_MS: 50 }).application("shop");
    await expect(call).rejects.toThrow(RetryLater);
  });

  test("the caller's own abort is not mistaken for an outage", async () => {
    answerWith(() => ({ hang: true }));
    const signal = AbortSignal.abort(new Error("lease lost"));
    await expect(argoCd(settings).application("shop", signal)).rejects.toThrow("lease lost");
  });

  test("a page of a proxy is not an Application", async () => {
    answerWith(() => ({ text: "<html>" }));
    await expect(argoCd(settings).application("shop")).rejects.toThrow(RetryLater);
  });

  test("no cluster named and not in one: a configuration error", async () => {
    const call = argoCd({ ...settings, KUBECONFIG: undefined }).application("shop");
    await expect(call).rejects.toThrow(ConfigurationError);
  });
});
