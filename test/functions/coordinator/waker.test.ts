/** Asking for cold layers: how often, how many at a time, what is told and counted when the API server is in trouble. */
import { pino } from "pino";
import { beforeEach, describe, expect, test } from "vitest";
import { lookout } from "../../../functions/coordinator/wake/lookout.ts";
import { pauseAfter, WAKE_OUTCOMES } from "../../../functions/coordinator/wake/outcomes.ts";
import { type Waker, waker } from "../../../functions/coordinator/wake/waker.ts";
import { kubeClient, noAnswer, type Transport } from "../../../shared/adapters/kube-client.ts";
import { layersOver } from "../../../shared/adapters/kubernetes-layers.ts";
import { STAGES, type StageName } from "../../../shared/stages.ts";
import type { Seen } from "../../support/kubernetes-api.ts";
import { type ScaleApi, scaleApi, status } from "../../support/scale-api.ts";

let now: number;
let api: ScaleApi;
let seen: Seen[];
let counted: string[];
let told: { level: number; msg: string; outcome?: string }[];
let awake: Waker;
const settings = {
  KUBECONFIG: undefined,
  KUBERNETES_SERVICE_HOST: "api",
  ARGOCD_NAMESPACE: "argocd",
  KUBE_TIMEOUT_MS: 1_000,
};
/** The API without a network between; `hang` is a server that never answered. */
const transport: Transport = async (method, request, _limit, body) => {
  const { path, query = {} } = request;
  const parsed: unknown = body === undefined ? undefined : JSON.parse(body.text);
  const entry: Seen = { method, path, query, contentType: body?.type, authorization: undefined, body: parsed };
  seen.push(entry);
  const { status: code = 200, json, headers, hang } = api.answer(entry);
  if (hang === true) throw noAnswer(request, new Error("no answer within 1000 ms"));
  return { status: code, body: JSON.stringify(json), retryAfter: headers?.["retry-after"], warning: undefined };
};
const parts = () => ({
  log: pino({ level: "info" }, { write: (line: string) => void told.push(JSON.parse(line)) }),
  count: (stage: StageName, outcome: string) => void counted.push(`${stage} ${outcome}`),
  clock: () => now,
  share: () => 1,
});
beforeEach(() => {
  now = 1_000_000;
  counted = [];
  told = [];
  api = scaleApi(Object.fromEntries(STAGES.map((stage) => [`cortex-${stage}`, 0])));
  seen = [];
  awake = waker(layersOver(kubeClient(settings, transport), "cortex-school"), parts());
});

/** Cold for so many seconds, asked for as the lookout does. Every call has ended when it is over. */
async function coldFor(seconds: number, ...stages: StageName[]): Promise<void> {
  for (let asked = 0; asked < seconds * 2; asked += 1) {
    for (const stage of stages) awake.ask(stage);
    await quiet();
    now += 500;
  }
}
/** Nothing here waits for anything outside: the next turn of the event loop comes after all of it. */
const quiet = () => new Promise(setImmediate);
const patches = () => seen.filter(({ method }) => method === "PATCH");
const warnings = () => told.filter(({ level }) => level === 40).map(({ outcome }) => outcome);

test("a layer is woken once, however often and by however many it is asked for", async () => {
  for (let times = 0; times < 100; times += 1) awake.ask("plan");
  await expect.poll(() => counted).toEqual(["plan woken"]);
  expect(patches()).toHaveLength(1);
  expect(told.map(({ msg }) => msg)).toEqual(["woke a cold layer"]);
});

test("all thirteen at once are woken a few at a time", async () => {
  let most = 0;
  let under = 0;
  const slow = waker(
    {
      async wake() {
        under += 1;
        most = Math.max(most, under);
        await new Promise(setImmediate);
        under -= 1;
        return "woken" as const;
      },
    },
    parts(),
  );
  for (const stage of STAGES) slow.ask(stage);
  await expect.poll(() => counted.length).toBe(STAGES.length);
  expect(most).toBe(4);
});

test("a pod that does not start is asked about less and less", async () => {
  api.deployments.set("cortex-plan", { replicas: 1, version: 50 });
  await coldFor(300, "plan");
  // After 2, 4, 8, 16, 32 and then every 60 seconds.
  expect(counted.length).toBeLessThan(12);
  expect(new Set(counted)).toEqual(new Set(["plan up"]));
  expect(warnings()).toEqual([]);
});

test("who was served meanwhile and is cold again is asked for at once", async () => {
  await coldFor(1, "plan");
  expect(counted).toEqual(["plan woken"]);
  // KEDA took it away at its poll; two seconds later there is new work.
  api.deployments.set("cortex-plan", { replicas: 0, version: 60 });
  now += 2_000;
  await coldFor(0.5, "plan");
  expect(counted).toEqual(["plan woken", "plan woken"]);
});

describe("trouble is told once, tried again later and later, and its end is told", () => {
  test("no answer at all: nobody is asked for, then one at a time", async () => {
    api.fault = ({ method }) => (method === "PATCH" ? { hang: true } : undefined);
    await coldFor(0.5, "plan", "sync");
    expect(counted).toEqual(["plan unreachable", "sync unreachable"]);
    await coldFor(0.5, "verify");
    expect(counted.filter((line) => line.startsWith("verify"))).toEqual([]);
    now += 60_000;
    api.fault = () => undefined;
    await coldFor(10, "plan", "sync", "verify");
    expect(counted.filter((line) => line.endsWith("woken")).length).toBeGreaterThanOrEqual(3);
    expect(warnings()).toEqual(["unreachable"]);
    expect(told.filter(({ msg }) => msg === "layers can be woken again")).toHaveLength(1);
  });

  test("429: as long as it asks for", async () => {
    api.fault = ({ method }) => (method === "PATCH" ? status(429, "slow down", { "retry-after": "45" }) : undefined);
    await coldFor(40, "plan");
    expect(counted).toEqual(["plan throttled"]);
    await coldFor(10, "plan");
    expect(counted).toEqual(["plan throttled", "plan throttled"]);
    expect(warnings()).toEqual(["throttled"]);
  });

  test("a right that is missing for one layer holds up no other", async () => {
    api.fault = ({ path }) => (path.includes("cortex-plan") ? status(403, "no") : undefined);
    await coldFor(120, "plan", "sync");
    expect(counted.filter((line) => line === "plan forbidden").length).toBeLessThan(7);
    expect(counted).toContain("sync woken");
    expect(warnings()).toEqual(["forbidden"]);
    api.fault = () => undefined;
    now += 300_000;
    await coldFor(0.5, "plan");
    expect(counted.at(-1)).toBe("plan woken");
    expect(told.at(-1)?.msg).toBe("layers can be woken again");
  });

  test("500s, then a refusal: a change of trouble is told, too", async () => {
    api.fault = ({ method }) => (method === "PATCH" ? status(500, "etcd") : undefined);
    await coldFor(20, "plan");
    api.fault = ({ method }) => (method === "PATCH" ? status(403, "no") : undefined);
    now += 60_000;
    await coldFor(20, "plan");
    expect(warnings()).toEqual(["failed", "forbidden"]);
  });
});

test("what is paused is left alone and looked at now and then", async () => {
  api.scaledObjects.set("cortex-plan", { "autoscaling.keda.sh/paused": "true" });
  await coldFor(120, "plan");
  expect(counted.length).toBeLessThan(9);
  expect([patches(), new Set(counted)]).toEqual([[], new Set(["plan paused"])]);
});

test("who is closed asks for nothing, and tells nothing of what it gave up", async () => {
  const stalled = waker(
    {
      wake: (_stage, signal) =>
        new Promise((_, reject) => signal?.addEventListener("abort", () => reject(signal.reason))),
    },
    parts(),
  );
  stalled.ask("plan");
  stalled.close();
  stalled.ask("sync");
  await quiet();
  expect([counted, told]).toEqual([[], []]);
});

test.each(WAKE_OUTCOMES)(
  "after %s the pause grows to a bound, and several coordinators are spread over it",
  (outcome) => {
    const pauses = Array.from({ length: 2_000 }, (_, i) => pauseAfter(outcome, i + 1, 1));
    expect(pauses.every((pause, i) => pause >= (pauses[i - 1] ?? 0) && pause <= 300_000)).toBe(true);
    expect(pauseAfter(outcome, 1, 0)).toBe((pauses[0] ?? 0) / 2);
  },
);

describe("the lookout", () => {
  test("makes one look of many wishes, and none when nothing is wished", async () => {
    const looks: StageName[][] = [];
    const found: StageName[] = [];
    let release: (() => void)[] = [];
    const out = lookout(
      async (stages) => {
        looks.push([...stages]);
        return stages.filter((stage) => stage === "plan");
      },
      (stage) => void found.push(stage),
      () => new Promise<void>((resolve) => release.push(resolve)),
    );
    out.soon();
    for (let times = 0; times < 1_000; times += 1) out.soon("plan", "sync");
    await expect.poll(() => release.length).toBe(1);
    expect(looks).toEqual([["plan", "sync"]]);
    release.splice(0).forEach((resolve) => {
      resolve();
    });
    await expect.poll(() => looks.length).toBe(2);
    await expect.poll(() => release.length).toBe(1);
    release.splice(0).forEach((resolve) => {
      resolve();
    });
    await expect.poll(() => found).toEqual(["plan", "plan"]);
    expect(looks).toHaveLength(2);
    release = [];
  });

  test("a look that fails harms nobody; one that is waited for says so", async () => {
    let away = true;
    const found: StageName[] = [];
    const out = lookout(
      async (stages) => {
        if (away) throw new Error("Redis is away");
        return stages;
      },
      (stage) => void found.push(stage),
      async () => undefined,
    );
    out.soon("plan");
    await expect(out.now(["plan"])).rejects.toThrow("away");
    away = false;
    out.soon("plan");
    await expect.poll(() => found).toContain("plan");
  });
});
