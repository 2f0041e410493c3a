/** One check's measurements as a small plot: what was good, what was not, what was usual before, what is still fine. */
import type { CheckRun, Phase } from "../../../../shared/domain/health.ts";
import { type Bound, inSentence, plotOf } from "../logic/measured.ts";

const WIDTH = 220;
const HEIGHT = 44;
const EDGE = 4;
const TONES: Readonly<Record<Phase, string>> = {
  Successful: "good",
  Failed: "bad",
  Inconclusive: "person",
  Error: "ended",
};

export function MeasurementPlot({ run, bounds }: { run: CheckRun; bounds: readonly Bound[] }) {
  if (run.measurements.length === 0) return null;
  const { points, bounds: lines, range } = plotOf(run.measurements, bounds);
  const across = (x: number) => EDGE + x * (WIDTH - 2 * EDGE);
  const up = (y: number) => HEIGHT - EDGE - y * (HEIGHT - 2 * EDGE);
  const drawn = points.filter(({ y }) => y !== undefined);
  const path = drawn.map(({ x, y = 0 }) => `${across(x).toFixed(1)},${up(y).toFixed(1)}`).join(" ");
  const says = inSentence(run, bounds);
  return (
    <figure class="measured">
      <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label={says}>
        <title>{says}</title>
        {lines.map(({ name, value, y }) => (
          <line
            key={`${name} ${value}`}
            class={name === "before" ? "usual" : "bound"}
            x1={EDGE}
            x2={WIDTH - EDGE}
            y1={up(y)}
            y2={up(y)}
          />
        ))}
        {range !== undefined && <polyline points={path} />}
        {points.map(({ phase, x, y }, i) => (
          // Measurements have no identity but their place.
          // oxlint-disable-next-line react/no-array-index-key
          <Mark key={i} phase={phase} x={across(x)} y={y === undefined ? HEIGHT / 2 : up(y)} />
        ))}
      </svg>
      <figcaption aria-hidden="true">{says}</figcaption>
    </figure>
  );
}

/** Other shapes, not only other colours. */
function Mark({ phase, x, y }: { phase: Phase; x: number; y: number }) {
  const tone = TONES[phase];
  if (phase === "Successful") return <circle class={tone} cx={x} cy={y} r={2} />;
  if (phase === "Failed") {
    return <path class={`${tone} cross`} d={`M${x - 3} ${y - 3}l6 6m0 -6l-6 6`} />;
  }
  return <rect class={tone} x={x - 2.5} y={y - 2.5} width={5} height={5} />;
}
