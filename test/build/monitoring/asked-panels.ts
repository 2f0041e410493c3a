/** The dashboard "Cortex Online School Overview" as the platform described it: panels and their charts. */
export const NAMES_OF_PANELS = [
  // Grafana has no funnel of its own: bars, one below the other.
  ["Improvements Pipeline", "bargauge"],
  ["Auto-Approval Rate", "gauge"],
  ["Implementation Success Rate", "gauge"],
  ["Rollback Rate", "gauge"],
  ["Processing Rate by Stage", "timeseries"],
  ["Expert Utilization", "heatmap"],
  ["RAG Conflict Types", "piechart"],
  ["Recent Failures", "table"],
] as const;
