/** A few values as a line no larger than a word; what it shows stands beside it in words. */

interface SparklineProps {
  /** Oldest first. */
  readonly values: readonly number[];
}

const WIDTH = 100;
const HEIGHT = 20;

export function Sparkline({ values }: SparklineProps) {
  const highest = Math.max(1, ...values);
  const step = WIDTH / Math.max(1, values.length - 1);
  const points = values.map(
    (value, at) => `${round(at * step)},${round(HEIGHT - 1 - (value / highest) * (HEIGHT - 2))}`,
  );
  return (
    <svg class="sparkline" viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" aria-hidden="true">
      <polyline points={points.join(" ")} vector-effect="non-scaling-stroke" />
    </svg>
  );
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
