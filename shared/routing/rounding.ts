/** Numbers of the router as people and records get them. */

/** A share (0..1) in whole per cent. */
export function percent(share: number): string {
  return `${Math.round(share * 100)} %`;
}

/** Three digits are enough for calibration, and for a record. */
export function thousandths(value: number): number {
  return Math.round(value * 1_000) / 1_000;
}
