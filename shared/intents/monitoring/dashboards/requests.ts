/** What callers feel, by the metrics the repository's own rules measure it with. */
import { durationMetrics, isMonitored, requestMetrics } from "../alerts/requests.ts";
import { type Family, graph, type Panel } from "./panel.ts";

export const requests: Family = (place) => {
  const { platform, namespace } = place;
  if (!isMonitored(place)) return undefined;
  const inside = `namespace="${namespace}"`;
  const panels: Panel[] = [];
  const [counter] = requestMetrics(platform);
  if (counter !== undefined) {
    const { metric, failed } = counter;
    const rate = (matchers: string) => `sum by (job) (rate(${metric}{${inside}${matchers}}[5m]))`;
    panels.push(
      graph("Requests", "reqps", { expr: rate(""), legend: "{{job}}" }),
      graph("Share of requests that fail", "percentunit", {
        expr: `${rate(`,${failed}`)} / ${rate("")}`,
        legend: "{{job}}",
      }),
    );
  }
  const [histogram] = durationMetrics(platform);
  if (histogram !== undefined) {
    const quantile = (share: string, legend: string) => ({
      expr: `histogram_quantile(${share}, sum by (job, le) (rate(${histogram}{${inside}}[5m])))`,
      legend,
    });
    const unit = histogram.endsWith("_seconds_bucket") ? "s" : "ms";
    panels.push(
      graph(
        "Duration of requests",
        unit,
        quantile("0.5", "{{job}} half of them"),
        quantile("0.95", "{{job}} 95 of 100"),
      ),
    );
  }
  panels.push(
    graph("Share of targets that answer Prometheus", "percentunit", {
      expr: `avg by (job) (up{${inside}})`,
      legend: "{{job}}",
    }),
  );
  return { title: "Requests", isGeneral: false, panels };
};
