/** What is foretold of a change from how changes like it went; what there is not enough data for is said openly. */
import type { Forecast } from "../../../../shared/domain/forecast.ts";
import { forecastLines } from "../../../../shared/domain/forecast-words.ts";

export function ForecastFacts({ forecast }: { forecast: Forecast | undefined }) {
  if (forecast === undefined) return null;
  return (
    <section aria-labelledby="forecast">
      <h2 id="forecast">Forecast</h2>
      <ul class="places">
        {forecastLines(forecast).map((line) => (
          <li key={line}>{line}</li>
        ))}
      </ul>
    </section>
  );
}
