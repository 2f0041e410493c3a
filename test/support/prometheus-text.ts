/** Prometheus' text format (https://prometheus.io/docs/instrumenting/exposition_formats), read strictly: what it forbids throws. */

export interface Sample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

export interface Metrics {
  samples(name: string): readonly Sample[];
  /** Of the one sample with just these labels; throws when there is none or more. */
  value(name: string, labels?: Readonly<Record<string, string>>): number;
}

const SAMPLE = /^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*)\})? (\S+)$/;
const LABEL = /([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\["\\n])*)"(?:,|$)/y;

export function parseMetrics(text: string): Metrics {
  const samples: Sample[] = [];
  const types = new Map<string, string>();
  const ended = new Set<string>();
  let current = "";
  for (const line of text.split("\n")) {
    if (line === "") continue;
    const [, kind, name = "", rest = ""] = /^# (HELP|TYPE) (\S+) (.*)$/.exec(line) ?? [];
    if (kind !== undefined) {
      if (ended.has(name)) throw new Error(`${name} comes twice`);
      if (current !== name) ended.add(current);
      current = name;
      if (kind === "TYPE") types.set(name, rest);
      continue;
    }
    const sample = sampleIn(line);
    const family = types.get(current) === "histogram" ? sample.name.replace(/_(bucket|sum|count)$/, "") : sample.name;
    if (family !== current) throw new Error(`${sample.name} stands under ${current}`);
    samples.push(sample);
  }
  for (const [name, type] of types) if (type === "histogram") checkHistogram(name, samples);
  const keys = samples.map(({ name, labels }) => keyOf(name, labels));
  if (new Set(keys).size !== keys.length) throw new Error("a sample comes twice");
  return {
    samples: (name) => samples.filter((one) => one.name === name),
    value(name, labels = {}) {
      const found = samples.filter((one) => keyOf(one.name, one.labels) === keyOf(name, labels));
      if (found.length !== 1 || found[0] === undefined) throw new Error(`no ${name} with ${JSON.stringify(labels)}`);
      return found[0].value;
    },
  };
}

function sampleIn(line: string): Sample {
  const [, name, inside = "", value = ""] = SAMPLE.exec(line) ?? [];
  if (name === undefined) throw new Error(`not a sample: ${line}`);
  const labels: Record<string, string> = {};
  LABEL.lastIndex = 0;
  let at = 0;
  while (at < inside.length) {
    const [, label, text = ""] = LABEL.exec(inside) ?? [];
    if (label === undefined || label in labels) throw new Error(`labels that cannot be read: ${line}`);
    labels[label] = text.replaceAll(/\\(.)/g, (_, sign: string) => (sign === "n" ? "\n" : sign));
    at = LABEL.lastIndex;
  }
  const number = value === "+Inf" ? Number.POSITIVE_INFINITY : Number(value);
  if (Number.isNaN(number)) throw new Error(`not a number: ${line}`);
  return { name, labels, value: number };
}

/** Buckets grow with their bounds, end with +Inf, and that one is the count. */
function checkHistogram(name: string, samples: readonly Sample[]): void {
  for (const { labels, value: count } of samples.filter((one) => one.name === `${name}_count`)) {
    const own = samples.filter((one) => {
      const { le: _, ...rest } = one.labels;
      return one.name === `${name}_bucket` && keyOf("", rest) === keyOf("", labels);
    });
    const bounds = own.map((one) =>
      one.labels["le"] === "+Inf" ? Number.POSITIVE_INFINITY : Number(one.labels["le"]),
    );
    const sorted = (values: readonly number[]) => values.every((value, i) => i === 0 || value >= (values[i - 1] ?? 0));
    if (!sorted(bounds) || bounds.at(-1) !== Number.POSITIVE_INFINITY) throw new Error(`${name}: its bounds`);
    if (!sorted(own.map(({ value }) => value))) throw new Error(`${name}: its buckets are not cumulative`);
    if (own.at(-1)?.value !== count) throw new Error(`${name}: its last bucket is not its count`);
    if (!samples.some((one) => one.name === `${name}_sum`)) throw new Error(`${name}: no sum`);
  }
}

function keyOf(name: string, labels: Readonly<Record<string, string>>): string {
  return JSON.stringify([name, Object.entries(labels).toSorted(([a], [b]) => (a < b ? -1 : 1))]);
}
