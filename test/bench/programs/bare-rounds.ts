/**
 * `node bare-rounds.ts <count> <interval ms> <seconds> <API> <Prometheus>`: the least a round of looking can cost. Timers,
 * keep-alive connections of node:http and JSON.parse, and nothing that is kept. Says what it measured to who started it.
 */
import { Agent, get } from "node:http";
import { errorRatioQuery, defaultMetricNames as names, p95Query } from "../../../shared/checks/queries.ts";
import { nameOf } from "./cluster-objects.ts";

export interface BareRounds {
  /** Milliseconds between when each round was due and when it began. */
  readonly late: readonly number[];
  /** Milliseconds of CPU, user and system. */
  readonly cpuMs: number;
}

const [count = 0, intervalMs = 0, seconds = 0] = process.argv.slice(2).map(Number);
const [api = "", prometheus = ""] = process.argv.slice(5);
const agent = new Agent({ keepAlive: true });
const late: number[] = [];
const before = process.cpuUsage();
let running = 0;

function ask(url: string): Promise<unknown> {
  return new Promise((resolve, reject) => {
    get(url, { agent }, (response) => {
      const pieces: Buffer[] = [];
      response.on("data", (piece: Buffer) => pieces.push(piece));
      response.on("end", () => {
        const text = Buffer.concat(pieces).toString("utf8");
        resolve(text.startsWith("{") ? JSON.parse(text) : text);
      });
    }).on("error", reject);
  });
}

/** The reads of one round as the checks make them: metrics and logs every third time. */
function reads(n: number, round: number): readonly string[] {
  const { namespace, name, application } = nameOf(n);
  const core = `${api}/api/v1/namespaces/${namespace}`;
  const target = { namespace, workload: name };
  const always = [
    `${api}/apis/apps/v1/namespaces/${namespace}/deployments/${name}`,
    `${core}/pods?labelSelector=${encodeURIComponent(`app=${name}`)}`,
    `${core}/events`,
    `${api}/apis/argoproj.io/v1alpha1/namespaces/argocd/applications/${application}`,
  ];
  if (round % 3 !== 0) return always;
  const queries = [errorRatioQuery(target, names), p95Query(target, names)];
  const logs = ["0", "1"].map((pod) => `${core}/pods/${name}-${pod}/log`);
  return [
    ...always,
    ...logs,
    ...queries.map((query) => `${prometheus}/api/v1/query?query=${encodeURIComponent(query)}`),
  ];
}

async function look(n: number, round: number, due: number): Promise<void> {
  late.push(performance.now() - due);
  await Promise.all(reads(n, round).map(ask));
}

const ends = performance.now() + seconds * 1_000;
function repeat(n: number, round: number, due: number): void {
  if (due > ends) {
    running -= 1;
    if (running === 0) finish();
    return;
  }
  setTimeout(
    () => {
      void look(n, round, due).then(() => repeat(n, round + 1, due + intervalMs));
    },
    Math.max(1, due - performance.now()),
  );
}

function finish(): void {
  const { user, system } = process.cpuUsage(before);
  const measured: BareRounds = { late, cpuMs: (user + system) / 1_000 };
  agent.destroy();
  process.send?.(measured, () => process.disconnect());
}

const began = performance.now();
for (let n = 0; n < count; n += 1) {
  running += 1;
  repeat(n, n, began + (n / count) * intervalMs);
}
