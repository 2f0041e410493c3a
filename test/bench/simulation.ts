/**
 * Days of the school in moments (simulation/): how much gets through, who waits where, how many pods KEDA's rules ask for,
 * what saturates first. Its service times are measured by `--only cost`.
 */
import type { Row } from "./rows.ts";
import { committedScalers, DAYS, DEFAULTS } from "./simulation/days.ts";
import type { SimulationReport } from "./simulation/report.ts";
import { simulate } from "./simulation/simulate.ts";

export interface SimulationSizes {
  /** How many of the days, the quiet ones first. */
  readonly days: number;
  /** Gets a table of each day. */
  readonly say: (text: string) => void;
}

export async function simulation({ days, say }: SimulationSizes): Promise<Row[]> {
  const scalers = await committedScalers();
  const rows: Row[] = [];
  for (const { name, settings } of DAYS.slice(0, days)) {
    const began = performance.now();
    const report = simulate({ ...DEFAULTS, ...settings }, scalers);
    say(dayText(name, report, (performance.now() - began) / 1_000));
    rows.push(
      {
        name: `simulated, ${name}: landed`,
        value: report.landedPerDay,
        unit: "commits a day",
        peer: report.bottleneck,
      },
      {
        name: `simulated, ${name}: p95 from proposal to end`,
        value: report.throughP95 / 60,
        unit: "minutes",
        median: report.throughP50 / 60,
      },
      { name: `simulated, ${name}: pods at once`, value: report.mostPods, unit: "pods" },
    );
  }
  return rows;
}

const seconds = (value: number) =>
  value < 120
    ? `${value.toFixed(1)} s`
    : value < 7_200
      ? `${(value / 60).toFixed(0)} min`
      : `${(value / 3_600).toFixed(1)} h`;
const percent = (value: number) => `${(100 * value).toFixed(value < 0.01 ? 2 : 0)} %`;

/** As Markdown: what the document shows. */
export function dayText(name: string, report: SimulationReport, took: number): string {
  const { arrived, ended, inside, landedPerDay, throughP50, throughP95, bottleneck, mostPods, podHours } = report;
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  return [
    `### ${name}`,
    "",
    `${arrived} came, ${ended} ended, ${inside} still under way; ${landedPerDay.toFixed(0)} commits a day; proposal to end p50 ${seconds(throughP50)}, p95 ${seconds(throughP95)}; at most ${mostPods} pods, ${podHours.toFixed(1)} pod-hours; nearest to its limit: ${bottleneck}. (${took.toFixed(1)} s to simulate)`,
    "",
    line(["stage", "visits", "waited p50", "waited p95", "pods at most", "pod-hours", "used"]),
    line(["---", "---", "---", "---", "---", "---", "---"]),
    ...Object.entries(report.stages).map(
      ([stage, { visits, waitedP50, waitedP95, most, podHours: hours, utilisation }]) =>
        line([
          stage,
          String(visits),
          seconds(waitedP50),
          seconds(waitedP95),
          String(most),
          hours.toFixed(1),
          percent(utilisation),
        ]),
    ),
    ...Object.entries(report.gates).map(([gate, { waitedP50, waitedP95, utilisation }]) =>
      line([`*${gate}*`, "", seconds(waitedP50), seconds(waitedP95), "", "", percent(utilisation)]),
    ),
    "",
  ].join("\n");
}
