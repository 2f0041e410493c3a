/** Whether the router's confidence can be believed: of what it is 80 % sure of, 80 % should be right. */
import { isRight, type ReportRow } from "./judged.ts";

const BINS = 10;

export interface CalibrationBin {
  /** Confidences from here on, and under `to`; the last bin has 1 as well. */
  readonly from: number;
  readonly to: number;
  readonly n: number;
  /** Null when there is nothing in it. */
  readonly confidence: number | null;
  readonly right: number | null;
}

export interface Calibration {
  readonly n: number;
  readonly bins: readonly CalibrationBin[];
  /** Expected calibration error: mean distance of confidence and truth, by how many are in a bin. Null without rows. */
  readonly ece: number | null;
  /** Mean squared distance of each confidence from what turned out, 0 or 1. */
  readonly brier: number | null;
}

export function calibrationOf(rows: readonly ReportRow[]): Calibration {
  const answers = rows.flatMap((row) => {
    const { chosen, confidence } = row;
    const right = chosen === undefined ? undefined : isRight(row, chosen);
    if (right === undefined || confidence === undefined || !Number.isFinite(confidence)) return [];
    return [{ confidence: Math.min(1, Math.max(0, confidence)), right: right ? 1 : 0 }];
  });
  const n = answers.length;
  const bins = Array.from({ length: BINS }, (_, i) => {
    const inside = answers.filter(({ confidence }) => Math.min(BINS - 1, Math.floor(confidence * BINS)) === i);
    return {
      from: i / BINS,
      to: (i + 1) / BINS,
      n: inside.length,
      confidence: mean(inside.map(({ confidence }) => confidence)),
      right: mean(inside.map(({ right }) => right)),
    };
  });
  const off = bins.map((bin) => bin.n * Math.abs((bin.confidence ?? 0) - (bin.right ?? 0)));
  return {
    n,
    bins,
    ece: n === 0 ? null : off.reduce((all, one) => all + one, 0) / n,
    brier: mean(answers.map(({ confidence, right }) => (confidence - right) ** 2)),
  };
}

export function mean(values: readonly number[]): number | null {
  return values.length === 0 ? null : values.reduce((all, one) => all + one, 0) / values.length;
}
