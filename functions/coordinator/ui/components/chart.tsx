/**
 * Values over time: drawn for those who see it, and the same as a sentence and a table for those who do not. The library
 * that draws comes with the first chart; until then, and where it cannot come, the sentence and the table are there.
 */
import { useEffect, useRef, useState } from "preact/hooks";
import { number } from "../logic/time.ts";
import { onColours } from "../state/preferences.ts";
import type { Drawn, Plot } from "./chart-plot.ts";

export interface ChartSeries {
  readonly name: string;
  /** One for each time; null where nothing was measured. */
  readonly values: readonly (number | null)[];
  /** A colour of the page by its role. */
  readonly tone?: "accent" | "moving" | "person" | "good" | "bad" | "ended";
  /** For bounds and what was usual before. */
  readonly dashed?: boolean;
}

interface ChartProps {
  readonly title: string;
  /** What one is to see in it, in a sentence. */
  readonly says: string;
  /** Seconds since the epoch, ascending. */
  readonly times: readonly number[];
  readonly series: readonly ChartSeries[];
  /** Of the values: `moves a minute`, `ms`. */
  readonly unit: string;
  /** Pixels. */
  readonly height?: number;
  /** A time of the table, in words. */
  readonly when?: (time: Date) => string;
}

export function Chart({ title, says, times, series, unit, height = 180, when = clock }: ChartProps) {
  return (
    <figure class="chart">
      <figcaption>
        <strong>{title}</strong> <span class="unit">{unit}</span>
        <ul class="legend">
          {series.map(({ name, tone = "accent", dashed }) => (
            <li key={name} class={`${tone} ${dashed === true ? "dashed" : ""}`}>
              {name}
            </li>
          ))}
        </ul>
      </figcaption>
      {/* Other series are another drawing; other values of the same ones move within it. */}
      <Canvas key={series.map(({ name }) => name).join("\n")} drawn={{ times, series, unit, height }} />
      <p class="says">{says}</p>
      <Table title={title} times={times} series={series} unit={unit} when={when} />
    </figure>
  );
}

function Canvas({ drawn }: { drawn: Drawn }) {
  const element = useRef<HTMLDivElement>(null);
  const plot = useRef<Plot | undefined>(undefined);
  const latest = useRef(drawn);
  latest.current = drawn;
  const [missing, setMissing] = useState(false);
  useEffect(() => {
    const place = element.current;
    if (place === null) return undefined;
    let left = false;
    let leaveColours: (() => void) | undefined;
    const sizes = new ResizeObserver(([entry]) => {
      if (entry !== undefined) plot.current?.resize(entry.contentRect.width);
    });
    import("./chart-plot.ts").then(
      ({ draw }) => {
        if (left) return;
        const again = () => {
          plot.current?.destroy();
          plot.current = draw(place, latest.current);
        };
        again();
        sizes.observe(place);
        leaveColours = onColours(again);
      },
      () => setMissing(true),
    );
    return () => {
      left = true;
      leaveColours?.();
      sizes.disconnect();
      plot.current?.destroy();
      plot.current = undefined;
    };
  }, []);
  useEffect(() => plot.current?.show(drawn), [drawn]);
  if (missing) return <p class="help">The drawing could not be loaded; the table has its values.</p>;
  return <div ref={element} class="canvas" aria-hidden="true" />;
}

/** Its rows are made when somebody opens it. */
function Table({ title, times, series, unit, when = clock }: Omit<ChartProps, "says" | "height">) {
  const [open, setOpen] = useState(false);
  return (
    <details class="chart-table" onToggle={({ currentTarget }) => setOpen(currentTarget.open)}>
      <summary>As a table</summary>
      {open && (
        <section class="scrolls" tabIndex={0} aria-label={`${title} as a table`}>
          <table>
            <caption class="unseen">{`${title}, ${unit}`}</caption>
            <thead>
              <tr>
                <th scope="col">Time</th>
                {series.map(({ name }) => (
                  <th key={name} scope="col" class="figure-cell">
                    {name}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {times.map((time, at) => (
                <tr key={time}>
                  <th scope="row">{when(new Date(time * 1_000))}</th>
                  {series.map(({ name, values }) => (
                    <td key={name} class="figure-cell">
                      {shown(values[at])}
                    </td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </section>
      )}
    </details>
  );
}

function clock(time: Date): string {
  return time.toLocaleTimeString();
}

function shown(value: number | null | undefined): string {
  return value === null || value === undefined ? "–" : number(value);
}
