/**
 * A small HTTP service that counts its requests as instrumented services do, one set of series per workload it plays; and
 * the people who use it. A test says what share of the answers fails, and how long they take.
 */
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as later } from "node:timers/promises";

export interface Behaviour {
  /** Requests per second; 0: nobody comes. */
  readonly traffic: number;
  /** Every so manieth request is answered with 500; 0: none. */
  readonly failsEvery: number;
  readonly delayMs: number;
  /** False: its series are not there at all. */
  readonly instrumented: boolean;
}

export const usual: Behaviour = { traffic: 25, failsEvery: 0, delayMs: 60, instrumented: true };

interface Series {
  behaviour: Behaviour;
  requests: number;
  byStatus: Map<number, number>;
  buckets: number[];
  sum: number;
}

const BOUNDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5];

export interface MeasuredService extends AsyncDisposable {
  /** `host:port` */
  readonly address: string;
  behave(workload: string, behaviour: Partial<Behaviour>): void;
  /** As a new process has it: every counter at zero. */
  restart(workload: string): void;
  /** Resolves after so many more scrapes have been answered. */
  scraped(times: number): Promise<void>;
}

export async function measuredService(namespace: string, workloads: readonly string[]): Promise<MeasuredService> {
  const series = new Map(workloads.map((name) => [name, fresh(usual)]));
  const waiting = new Set<{ left: number; resolve: () => void }>();
  const server = createServer((request, response) => {
    if (request.url === "/metrics") {
      response.setHeader("Content-Type", "text/plain; version=0.0.4").end(exposition(namespace, series));
      for (const waiter of waiting) {
        waiter.left -= 1;
        if (waiter.left > 0) continue;
        waiting.delete(waiter);
        waiter.resolve();
      }
      return;
    }
    const one = series.get(decodeURIComponent(request.url?.slice(1) ?? ""));
    if (one === undefined) response.writeHead(404).end();
    else void answer(one, response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  const people = new AbortController();
  const visits = workloads.map((name) => visit(`http://${address}/${encodeURIComponent(name)}`, name));

  async function visit(url: string, name: string): Promise<void> {
    while (!people.signal.aborted) {
      const { traffic } = series.get(name)?.behaviour ?? usual;
      if (traffic > 0)
        void fetch(url, { signal: people.signal }).then(
          (got) => got.text(),
          () => {},
        );
      await later(1_000 / Math.max(traffic, 10));
    }
  }
  const at = (name: string): Series => {
    const found = series.get(name);
    if (found === undefined) throw new Error(`no workload ${name}`);
    return found;
  };
  return {
    address,
    behave(workload, behaviour) {
      const one = at(workload);
      one.behaviour = { ...one.behaviour, ...behaviour };
    },
    restart(workload) {
      series.set(workload, fresh(at(workload).behaviour));
    },
    scraped: (times) =>
      times <= 0 ? Promise.resolve() : new Promise((resolve) => waiting.add({ left: times, resolve })),
    async [Symbol.asyncDispose]() {
      people.abort();
      await Promise.all(visits);
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function fresh(behaviour: Behaviour): Series {
  return { behaviour, requests: 0, byStatus: new Map(), buckets: BOUNDS.map(() => 0), sum: 0 };
}

async function answer(one: Series, response: ServerResponse): Promise<void> {
  const { failsEvery, delayMs } = one.behaviour;
  one.requests += 1;
  const status = failsEvery > 0 && one.requests % failsEvery === 0 ? 500 : 200;
  await later(delayMs);
  // As long as it was told to take: what a busy machine adds is not its own.
  const seconds = delayMs / 1_000;
  one.byStatus.set(status, (one.byStatus.get(status) ?? 0) + 1);
  one.sum += seconds;
  for (const [index, bound] of BOUNDS.entries())
    if (seconds <= bound) one.buckets[index] = (one.buckets[index] ?? 0) + 1;
  response.writeHead(status).end();
}

function exposition(namespace: string, series: ReadonlyMap<string, Series>): string {
  const shown = [...series].filter(([, { behaviour }]) => behaviour.instrumented);
  const labels = (service: string) => `namespace="${namespace}",service=${JSON.stringify(service)}`;
  const counters = shown.flatMap(([name, { byStatus }]) =>
    [200, ...(byStatus.has(500) ? [500] : [])].map(
      (status) => `http_requests_total{${labels(name)},status="${status}"} ${byStatus.get(status) ?? 0}`,
    ),
  );
  const histograms = shown.flatMap(([name, { buckets, byStatus, sum }]) => {
    const total = [...byStatus.values()].reduce((all, count) => all + count, 0);
    const metric = "http_request_duration_seconds";
    return [
      ...BOUNDS.map((bound, index) => `${metric}_bucket{${labels(name)},le="${bound}"} ${buckets[index] ?? 0}`),
      `${metric}_bucket{${labels(name)},le="+Inf"} ${total}`,
      `${metric}_sum{${labels(name)}} ${sum}`,
      `${metric}_count{${labels(name)}} ${total}`,
    ];
  });
  return [
    "# TYPE http_requests_total counter",
    ...counters,
    "# TYPE http_request_duration_seconds histogram",
    ...histograms,
    "",
  ].join("\n");
}
