/** What the run of many verifications says, each figure beside the bare process that asked the same. */
import type { BareRounds } from "./programs/bare-rounds.ts";
import type { ClusterCounts } from "./programs/cluster.ts";
import { median, percentile, type Row } from "./rows.ts";

export interface Usage {
  /** Megabytes, one figure per second. */
  readonly resident: readonly number[];
  readonly peak: number;
  readonly cpuMs: number;
  /** From the start of the process to the last verdict. */
  readonly seconds: number;
}

export interface Measured {
  /** Milliseconds by which each round came after its time. */
  readonly late: readonly number[];
  readonly usage: Usage;
  readonly counts: ClusterCounts;
  readonly bare: BareRounds;
}

/** A round later than this share of the interval is not on time. */
const ON_TIME = 0.1;

export function verifyRows(
  { improvements, interval }: { improvements: number; interval: number },
  { late, usage, counts, bare }: Measured,
): Row[] {
  const all = `${improvements} verifications`;
  const peer = "timers, node:http, JSON.parse";
  const intervalMs = interval * 1_000;
  const rounds = late.length;
  const gaps = Object.values(counts.looks).flatMap((times) => times.slice(1).map((at, n) => at - (times[n] as number)));
  const p95 = percentile(late, 0.95);
  const p95Bare = percentile(bare.late, 0.95);
  const perRound = usage.cpuMs / rounds;
  const perBareRound = bare.cpuMs / bare.late.length;
  const half = Math.floor(usage.resident.length / 2);
  const [earlier, later] = [usage.resident.slice(0, half), usage.resident.slice(half)].map((part) => Math.max(...part));
  const requests = (asked: Readonly<Record<string, number>>) => Object.values(asked).reduce((sum, n) => sum + n, 0);
  const perSecond = (name: string, asked: Readonly<Record<string, number>>): Row => ({
    name: `${all}, requests to ${name} (${kinds(asked)})`,
    value: requests(asked) / usage.seconds,
    unit: "per second",
    peer: "rounds",
    ratio: requests(asked) / rounds,
  });
  return [
    { name: `${all}, rounds`, value: rounds / usage.seconds, unit: "per second" },
    {
      name: `${all}, rounds at most ${ON_TIME * 100} % of ${interval} s late`,
      value: share(late, (ms) => ms <= ON_TIME * intervalMs),
      unit: "%",
      peer,
      ratio: share(late, (ms) => ms <= ON_TIME * intervalMs) / share(bare.late, (ms) => ms <= ON_TIME * intervalMs),
    },
    {
      name: `p95 of how late a round is, ${all}`,
      value: p95,
      unit: "ms",
      median: median(late),
      peer: `${peer} (${p95Bare.toFixed(0)} ms)`,
      ratio: p95 / p95Bare,
    },
    {
      name: `latest round, ${all}`,
      value: Math.max(...late),
      unit: "ms",
      peer: "interval",
      ratio: Math.max(...late) / intervalMs,
    },
    {
      name: `p95 of the time between two looks, as the API sees it, ${all}`,
      value: percentile(gaps, 0.95),
      unit: "ms",
      median: median(gaps),
      peer: "interval",
      ratio: percentile(gaps, 0.95) / intervalMs,
    },
    {
      name: `${all}, CPU per round`,
      value: perRound,
      unit: "ms",
      peer: `${peer} (${perBareRound.toFixed(1)} ms)`,
      ratio: perRound / perBareRound,
    },
    { name: `${all}, CPU`, value: usage.cpuMs / usage.seconds / 10, unit: "% of a core" },
    perSecond("Kubernetes", counts.api),
    perSecond("Prometheus", counts.prometheus),
    {
      name: `${all}, connections opened to Kubernetes`,
      value: counts.connections,
      unit: "in all",
      peer: "requests",
      ratio: counts.connections / requests(counts.api),
    },
    { name: `peak memory, ${all}`, value: usage.peak, unit: "MB resident" },
    {
      name: `memory in the second half, ${all}`,
      value: later ?? Number.NaN,
      unit: "MB resident",
      peer: "first half",
      ratio: (later ?? Number.NaN) / (earlier ?? Number.NaN),
    },
  ];
}

function share(values: readonly number[], holds: (value: number) => boolean): number {
  return (100 * values.filter(holds).length) / values.length;
}

function kinds(asked: Readonly<Record<string, number>>): string {
  return Object.entries(asked)
    .sort(([, a], [, b]) => b - a)
    .map(([kind, count]) => `${kind} ${count}`)
    .join(", ");
}
