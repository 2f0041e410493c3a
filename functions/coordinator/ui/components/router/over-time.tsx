/** Which tier served when: whether what was learned takes over, and when people had to. */
import { useState } from "preact/hooks";
import type { OverTime, RouterAnswer } from "../../api/router-answers.ts";
import { number } from "../../logic/time.ts";
import { Chart, type ChartSeries } from "../chart.tsx";

type Span = keyof RouterAnswer["overTime"];
const SPANS: Readonly<Record<Span, { readonly words: string; readonly unit: string }>> = {
  hours: { words: "The last 48 hours", unit: "improvements an hour" },
  days: { words: "The last 30 days", unit: "improvements a day (UTC)" },
};
/** A colour each, in the order of the cascade. */
const TONES: Readonly<Record<string, NonNullable<ChartSeries["tone"]>>> = {
  "exact-repeat": "ended",
  keywords: "accent",
  neighbours: "moving",
  classifier: "good",
  model: "bad",
  person: "person",
};

export function TiersOverTime({ overTime }: Pick<RouterAnswer, "overTime">) {
  const [span, setSpan] = useState<Span>("hours");
  const shown = overTime[span];
  const tiers = Object.keys(TONES).filter((tier) => shown.served[tier] !== undefined);
  const others = Object.keys(shown.served).filter((tier) => !tiers.includes(tier));
  const series = [...tiers, ...others].map((tier) => ({
    name: tier,
    values: shown.served[tier] ?? [],
    tone: TONES[tier] ?? ("ended" as const),
  }));
  return (
    <section aria-labelledby="over-time">
      <h2 id="over-time">Tiers over time</h2>
      <div class="choices" role="group" aria-label="How far back">
        {(Object.keys(SPANS) as Span[]).map((one) => (
          <button key={one} type="button" aria-pressed={one === span} onClick={() => setSpan(one)}>
            {SPANS[one].words}
          </button>
        ))}
      </div>
      {series.length === 0 ? (
        <p class="help">{SPANS[span].words}: nothing was routed.</p>
      ) : (
        <Chart
          key={span}
          title={SPANS[span].words}
          unit={SPANS[span].unit}
          says={sentence(shown)}
          times={timesOf(shown, series[0]?.values.length ?? 0)}
          series={series}
          when={(time) => (span === "days" ? time.toISOString().slice(0, 10) : time.toLocaleString())}
        />
      )}
    </section>
  );
}

function timesOf({ from, stepSeconds }: OverTime, steps: number): number[] {
  const first = Date.parse(from) / 1_000;
  return Array.from({ length: steps }, (_, step) => first + step * stepSeconds);
}

/** The chart in words. */
function sentence({ served }: OverTime): string {
  const sums = Object.entries(served).map(([tier, row]) => [tier, row.reduce((sum, one) => sum + one, 0)] as const);
  const parts = [...sums].sort(([, a], [, b]) => b - a).map(([tier, sum]) => `${number(sum)} by ${tier}`);
  return `Served: ${parts.join(", ")}.`;
}
