import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Readers } from "../../../shared/checks/remember.ts";
import { SHARED_FOR_MS, shareReads } from "../../../shared/checks/share-reads.ts";
import { argoCdOf, clusterOf, metricsOf, pod, shop } from "./world.ts";

/** Readers that count how often the cluster is really asked, by a clock the test moves. */
function counted(over: Partial<Readers["cluster"]> = {}) {
  const state = shop();
  const asked: string[] = [];
  let now = 0;
  const cluster: Readers["cluster"] = {
    ...clusterOf(state),
    pods: async (namespace, _selector, _signal) => {
      asked.push(`pods ${namespace}`);
      return [pod(`read at ${now}`)];
    },
    ...over,
  };
  const shared = shareReads({ cluster, argoCd: argoCdOf(state), metrics: metricsOf(state) }, () => now);
  /** The pods of a namespace, for a verification that began `ageMs` ago. */
  const pods = async (at: number, ageMs: number, namespace = "shop", signal?: AbortSignal) => {
    now = at;
    return (await shared(ageMs).cluster.pods(namespace, {}, signal))[0]?.name;
  };
  return { asked, pods, shared, advance: (at: number) => void (now = at) };
}

describe("how old an answer may be", () => {
  const old = 60_000;
  test("what was asked a moment ago is not asked again", async () => {
    const { asked, pods } = counted();
    expect(await pods(0, old)).toBe("read at 0");
    expect(await pods(SHARED_FOR_MS, old)).toBe("read at 0");
    expect(asked).toHaveLength(1);
  });

  test("one second and a bit ago is too long", async () => {
    const { asked, pods } = counted();
    await pods(0, old);
    expect(await pods(SHARED_FOR_MS + 1, old)).toBe(`read at ${SHARED_FOR_MS + 1}`);
    expect(asked).toHaveLength(2);
  });

  test("the age counts from when it was asked, not from when somebody last shared it", async () => {
    const { pods } = counted();
    await pods(0, old);
    await pods(900, old);
    expect(await pods(1_800, old)).toBe("read at 1800");
  });

  test("nothing from before a verification began, however fresh it is", async () => {
    const { pods } = counted();
    await pods(0, old);
    expect(await pods(10, 5)).toBe("read at 10");
    expect(await pods(20, 0)).toBe("read at 20");
    expect(await pods(30, 10)).toBe("read at 20");
  });

  test("another namespace is another read", async () => {
    const { asked, pods } = counted();
    await pods(0, old, "shop");
    await pods(0, old, "bank");
    expect(asked).toEqual(["pods shop", "pods bank"]);
  });

  test("whoever asks whenever, no answer is older than it may be", async () => {
    const asks = fc.array(fc.record({ wait: fc.nat(700), age: fc.nat(3_000), namespace: fc.constantFrom("a", "b") }));
    await fc.assert(
      fc.asyncProperty(asks, async (all) => {
        const { pods } = counted();
        let at = 0;
        for (const { wait, age, namespace } of all) {
          at += wait;
          const readAt = Number((await pods(at, age, namespace))?.slice("read at ".length));
          expect(at - readAt).toBeLessThanOrEqual(Math.min(SHARED_FOR_MS, age));
        }
      }),
    );
  });
});

describe("errors", () => {
  test("are never given to a later read", async () => {
    let asked = 0;
    const { pods } = counted({
      pods: async () => {
        asked += 1;
        if (asked === 1) throw new Error("connection refused");
        return [pod("api-1")];
      },
    });
    await expect(pods(0, 60_000)).rejects.toThrow("connection refused");
    expect(await pods(0, 60_000)).toBe("api-1");
  });

  test("one who stops waiting takes the answer from nobody", async () => {
    const answer = Promise.withResolvers<ReturnType<typeof pod>[]>();
    const { pods } = counted({ pods: () => answer.promise });
    const leaving = new AbortController();
    const first = pods(0, 60_000, "shop", leaving.signal);
    const second = pods(5, 60_000, "shop", new AbortController().signal);
    leaving.abort(new Error("the lease is lost"));
    await expect(first).rejects.toThrow("the lease is lost");
    answer.resolve([pod("api-1")]);
    expect(await second).toBe("api-1");
  });

  test("when the last one stops waiting the read is ended, and the next one begins anew", async () => {
    const signals: AbortSignal[] = [];
    const { pods } = counted({
      pods: (_namespace, _selector, signal) => {
        signals.push(signal as AbortSignal);
        if (signals.length > 1) return Promise.resolve([pod("api-1")]);
        return new Promise((_resolve, reject) =>
          signal?.addEventListener("abort", () => reject(signal.reason as Error)),
        );
      },
    });
    const leaving = new AbortController();
    const first = pods(0, 60_000, "shop", leaving.signal);
    leaving.abort(new Error("the process is stopping"));
    await expect(first).rejects.toThrow("the process is stopping");
    expect(signals[0]?.aborted).toBe(true);
    expect(await pods(1, 60_000)).toBe("api-1");
  });

  test("one who has left already is told at once", async () => {
    const { pods } = counted();
    await expect(pods(0, 60_000, "shop", AbortSignal.abort(new Error("gone")))).rejects.toThrow("gone");
  });
});

test("objects, rules and queries are shared as well; workload, Application and logs are everybody's own", async () => {
  const state = shop();
  const asked: string[] = [];
  const note = (name: string) => void asked.push(name);
  const shared = shareReads({
    cluster: {
      ...clusterOf(state),
      workload: async () => (note("workload"), undefined),
      events: async () => (note("events"), []),
      object: async () => (note("object"), {}),
      list: async () => (note("list"), []),
      logs: async () => (note("logs"), []),
    },
    argoCd: { ...argoCdOf(state), application: async () => (note("application"), undefined) },
    metrics: { query: async () => (note("query"), []), ruleGroups: async () => (note("rules"), []) },
  });
  for (let i = 0; i < 2; i += 1) {
    const readers = shared(60_000);
    await readers.cluster.workload("Deployment", "shop", "api");
    await readers.cluster.events("shop");
    await readers.cluster.object("v1", "Service", "shop", "db");
    await readers.cluster.list("v1", "Endpoints", "shop");
    await readers.cluster.logs("shop", "api-1", 60);
    await readers.argoCd.application("shop");
    await readers.metrics.query("up");
    await readers.metrics.ruleGroups?.();
  }
  const twice = ["application", "logs", "workload"];
  expect(asked.sort()).toEqual([...twice, ...twice, "events", "list", "object", "query", "rules"].sort());
});
