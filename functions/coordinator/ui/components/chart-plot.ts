/** uPlot, told what to draw and in which colours; loaded with the first chart somebody sees. */
import UPlot from "uplot";
import type { ChartSeries } from "./chart.tsx";

export interface Drawn {
  readonly times: readonly number[];
  readonly series: readonly ChartSeries[];
  readonly unit: string;
  readonly height: number;
}

export interface Plot {
  show(drawn: Drawn): void;
  resize(width: number): void;
  destroy(): void;
}

const AXIS_FONT = "12px system-ui, sans-serif";

/** Draws into `element` with its width and the colours of the page as they are now. */
export function draw(element: HTMLElement, drawn: Drawn): Plot {
  const colour = colours(element);
  const axis = {
    stroke: colour("--soft"),
    font: AXIS_FONT,
    grid: { stroke: colour("--line"), width: 1 },
    ticks: { stroke: colour("--line"), width: 1 },
  };
  const plot = new UPlot(
    {
      width: Math.max(1, element.clientWidth),
      height: drawn.height,
      legend: { show: false },
      cursor: { drag: { setScale: false }, points: { size: 6 } },
      scales: { y: { range: (_plot, low, high) => [Math.min(0, low ?? 0), high > 0 ? high * 1.08 : 1] } },
      axes: [axis, { ...axis, size: 52, values: (_plot, ticks) => ticks.map((tick) => shortNumber(tick)) }],
      series: [
        {},
        ...drawn.series.map(({ name, tone = "accent", dashed }) => ({
          label: name,
          stroke: colour(`--${tone}`),
          width: 1.5,
          points: { show: false },
          ...(dashed === true ? { dash: [5, 4] } : {}),
        })),
      ],
    },
    dataOf(drawn),
    element,
  );
  return {
    show: (next) => plot.setData(dataOf(next)),
    resize: (width) => plot.setSize({ width: Math.max(1, width), height: drawn.height }),
    destroy: () => plot.destroy(),
  };
}

function dataOf({ times, series }: Drawn): UPlot.AlignedData {
  return [[...times], ...series.map(({ values }) => [...values])];
}

function colours(element: HTMLElement): (name: string) => string {
  const style = getComputedStyle(element);
  return (name) => style.getPropertyValue(name).trim();
}

/** Room on an axis is short: 12000 is 12k. */
function shortNumber(value: number): string {
  return value.toLocaleString("en", { notation: "compact", maximumSignificantDigits: 3 });
}
