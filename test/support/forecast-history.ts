/** Invented histories of changes whose true chances are known. */
import { EXPERTS } from "../../shared/domain/improvement.ts";
import type { ForecastRow } from "../../shared/forecast/rows.ts";
import { generator } from "../eval/intervals.ts";

export interface Told extends ForecastRow {
  /** True probability that it holds. */
  readonly truth: number;
  /** True median of the minutes. */
  readonly median: number;
}

export interface HistoryOptions {
  readonly seed: number;
  readonly rows: number;
  readonly kinds?: number;
  /** How far experts and kinds are apart, in logits. */
  readonly spread?: number;
  /** How much the blast radius takes away, in logits per doubling. */
  readonly radius?: number;
  /** Logits of all changes. */
  readonly base?: number;
}

/** Newest first, as a book gives them. */
export function history(options: HistoryOptions): Told[] {
  const { seed, rows, kinds = 8, spread = 0.7, radius: slope = 0, base = 1.6 } = options;
  const random = generator(seed);
  const normal = (): number => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  const experts = EXPERTS.map((name) => ({ name, logit: base + spread * normal(), log: 2 + 0.3 * normal() }));
  const leaves = experts.map((expert) =>
    Array.from({ length: kinds }, (_, i) => ({
      expert: expert.name,
      kind: `kind-${i}`,
      logit: expert.logit + spread * normal(),
      log: expert.log + 0.5 * normal(),
    })),
  );
  return Array.from({ length: rows }, (_, i): Told => {
    const branch = leaves[Math.floor(random() * leaves.length)] ?? [];
    // Some kinds are common, most are rare.
    const leaf = branch[Math.floor(random() ** 2 * branch.length)];
    if (leaf === undefined) throw new Error("a history without kinds");
    const radius = Math.floor(Math.exp(4 * random()) - 1);
    const truth = 1 / (1 + Math.exp(-(leaf.logit - slope * (Math.log2(1 + radius) - 2.5))));
    const median = Math.exp(leaf.log + slope * 0.3 * Math.log2(1 + radius));
    const held = random() < truth;
    return {
      id: `i${i}`,
      source: `s${Math.floor(random() * Math.max(10, rows / 6))}`,
      at: new Date(1.7e12 + i * 3.6e6).toISOString(),
      expert: leaf.expert,
      kind: leaf.kind,
      category: leaf.expert,
      verdict: random() < 0.5 ? "auto" : "human",
      relevance: random(),
      complexity: random(),
      files: 1 + Math.floor(random() * 4),
      radius,
      feasibility: "high",
      effort: "low",
      held,
      ...(held ? { minutes: median * Math.exp(0.6 * normal()) } : {}),
      tokens: Math.round(5_000 * Math.exp(0.5 * normal())),
      dollars: 0.05 * Math.exp(0.5 * normal()),
      truth,
      median,
    };
  }).reverse();
}
