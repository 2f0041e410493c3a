/** Whether the confidence can be believed: what was right over how sure the router was. On the diagonal it is honest. */
import type { Bin, RouterAnswer } from "../../api/router-answers.ts";
import { percent } from "../../logic/time.ts";

const SIZE = 240;
const MARGIN = 40;
const EDGE = 20;

export function Calibration({ calibration }: Pick<RouterAnswer, "calibration">) {
  const { n, bins, ece, brier } = calibration;
  return (
    <section aria-labelledby="calibration">
      <h2 id="calibration">Calibration</h2>
      {n === 0 ? (
        <p class="help">Not enough data: nobody has judged an improvement whose expert a tier chose.</p>
      ) : (
        <>
          <p class="help">
            Expected calibration error {ece?.toFixed(3)}, Brier score {brier?.toFixed(3)}, n={n}.
          </p>
          <div class="calibration">
            <Plot bins={bins} />
            <Table bins={bins.filter((bin) => bin.n > 0)} />
          </div>
        </>
      )}
    </section>
  );
}

function Plot({ bins }: { bins: readonly Bin[] }) {
  const x = (share: number) => MARGIN + share * SIZE;
  const y = (share: number) => SIZE - share * SIZE + 8;
  return (
    <svg
      class="plot"
      role="img"
      aria-label="Share that was right over the confidence; the table beside it has the figures"
      viewBox={`0 0 ${SIZE + MARGIN + EDGE} ${SIZE + MARGIN}`}
    >
      <rect class="frame" x={x(0)} y={y(1)} width={SIZE} height={SIZE} />
      <line class="honest" x1={x(0)} y1={y(0)} x2={x(1)} y2={y(1)} />
      {bins.map(({ from, to, right }) =>
        right === null ? null : (
          <rect
            key={from}
            class="bar"
            x={x(from) + 2}
            y={y(right)}
            width={x(to) - x(from) - 4}
            height={y(0) - y(right)}
          />
        ),
      )}
      {bins.map(({ from, confidence, right }) =>
        right === null || confidence === null ? null : (
          <circle key={from} class="point" cx={x(confidence)} cy={y(right)} r={4} />
        ),
      )}
      {[0, 0.5, 1].map((share) => (
        <g key={share}>
          <text x={x(share)} y={y(0) + 16} text-anchor="middle">
            {percent(share)}
          </text>
          <text x={x(0) - 5} y={y(share) + 4} text-anchor="end">
            {percent(share)}
          </text>
        </g>
      ))}
    </svg>
  );
}

function Table({ bins }: { bins: readonly Bin[] }) {
  return (
    <table>
      <thead>
        <tr>
          <th scope="col">Confidence</th>
          <th scope="col" class="figure-cell">
            Mean
          </th>
          <th scope="col" class="figure-cell">
            Right
          </th>
          <th scope="col" class="figure-cell">
            n
          </th>
        </tr>
      </thead>
      <tbody>
        {bins.map(({ from, to, confidence, right, n }) => (
          <tr key={from}>
            <th scope="row">
              {percent(from)} to {percent(to)}
            </th>
            <td class="figure-cell">{percent(confidence ?? 0)}</td>
            <td class="figure-cell">{percent(right ?? 0)}</td>
            <td class="figure-cell">{n}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
