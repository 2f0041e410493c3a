/** Reads outlive what an API server does for a moment; writes are asked once. */
import { expect, test } from "vitest";
import { argoCd } from "../../shared/adapters/argocd.ts";
import { askAgain } from "../../shared/adapters/kube-retry.ts";
import { RetryLater } from "../../shared/runtime/errors.ts";
import { answerWith, seen, settings } from "../support/kubernetes-api.ts";

const application = { json: { metadata: { name: "shop" }, spec: { destination: {} } } };

test.each([429, 500, 503])("one %i is not noticed", async (status) => {
  answerWith(() => (seen.length === 1 ? { status, json: { message: "busy" } } : application));
  expect(await argoCd(settings).application("shop")).toMatchObject({ metadata: { name: "shop" } });
  expect(seen).toHaveLength(2);
});

test("what lasts is told, after four tries", async () => {
  answerWith(() => ({ status: 503, json: { message: "etcd has no leader" } }));
  await expect(argoCd(settings).application("shop")).rejects.toThrow(/503 etcd has no leader/);
  expect(seen).toHaveLength(4);
});

test("who asks for more time than a moment is left alone", async () => {
  answerWith(() => ({ status: 429, json: {}, headers: { "retry-after": "30" } }));
  await expect(argoCd(settings).application("shop")).rejects.toMatchObject({ afterMs: 30_000 });
  expect(seen).toHaveLength(1);
});

test.each([401, 403])("a refusal (%i) is not asked again", async (status) => {
  answerWith(() => ({ status, json: {} }));
  await expect(argoCd(settings).application("shop")).rejects.toThrow(String(status));
  expect(seen).toHaveLength(1);
});

test("a write is sent once: the server may have carried it out", async () => {
  answerWith(() => ({ status: 500, json: {} }));
  await expect(argoCd(settings).refresh("shop")).rejects.toThrow(RetryLater);
  expect(seen).toHaveLength(1);
});

test("a connection that breaks is tried again; another error is nobody's to repeat", async () => {
  const answers: (() => Promise<{ status: number; retryAfter: undefined }>)[] = [
    () => Promise.reject(new RetryLater("ECONNRESET", 5_000)),
    async () => ({ status: 200, retryAfter: undefined }),
  ];
  const ask = () => answers.shift()?.() ?? Promise.reject(new Error("asked too often"));
  expect(await askAgain(ask, 5_000, undefined)).toMatchObject({ status: 200 });
  await expect(askAgain(ask, 5_000, undefined)).rejects.toThrow("asked too often");
});

test("no try begins after the time one call may take, nor after the caller has given up", async () => {
  let asked = 0;
  const ask = async () => {
    asked += 1;
    return { status: 503, retryAfter: undefined };
  };
  expect(await askAgain(ask, 0, undefined)).toMatchObject({ status: 503 });
  expect(asked).toBe(1);
  const gone = AbortSignal.abort(new Error("lease lost"));
  await expect(askAgain(ask, 5_000, gone)).rejects.toThrow("lease lost");
});
