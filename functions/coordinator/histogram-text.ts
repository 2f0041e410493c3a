/** Histograms that were counted elsewhere, in Prometheus text format: prom-client can only observe values one by one. */
import type { Histogram } from "../../shared/routing/report/buckets.ts";

export type Measured = readonly [labels: Readonly<Record<string, string>>, histogram: Histogram];

/** Buckets are made cumulative, as the format has them. Nothing when there are no samples. */
export function histogramText(name: string, help: string, samples: readonly Measured[]): string {
  if (samples.length === 0) return "";
  const lines = samples.flatMap(([labels, { bounds, counts, sum, n }]) => {
    let below = 0;
    const buckets = [...bounds.map(String), "+Inf"].map((le, i) => {
      below += counts[i] ?? 0;
      return `${name}_bucket${braces({ ...labels, le })} ${below}`;
    });
    return [...buckets, `${name}_sum${braces(labels)} ${sum}`, `${name}_count${braces(labels)} ${n}`];
  });
  return `# HELP ${name} ${help.replaceAll("\\", "\\\\").replaceAll("\n", "\\n")}\n# TYPE ${name} histogram\n${lines.join("\n")}\n`;
}

function braces(labels: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escaped(value)}"`);
  return pairs.length === 0 ? "" : `{${pairs.join(",")}}`;
}

function escaped(value: string): string {
  return value.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n");
}
