/** Every health check, in the order people read them. A new check is one file and one line here. */
import { alertRules } from "./alert-rules.ts";
import { application } from "./application.ts";
import { autoscalers } from "./autoscalers.ts";
import { certificates } from "./certificates.ts";
import type { Check } from "./check.ts";
import { dashboards } from "./dashboards.ts";
import { disruptionBudgets } from "./disruption-budgets.ts";
import { errorRatio } from "./error-ratio.ts";
import { jobs } from "./jobs.ts";
import { latency } from "./latency.ts";
import { logs } from "./logs.ts";
import { neighbours } from "./neighbours.ts";
import { objects } from "./objects.ts";
import { pods } from "./pods.ts";
import { restarts } from "./restarts.ts";
import { rollout } from "./rollout.ts";
import { scrapeTargets } from "./scrape-targets.ts";

export const allChecks: readonly Check[] = [
  pods,
  rollout,
  restarts,
  objects,
  disruptionBudgets,
  autoscalers,
  alertRules,
  scrapeTargets,
  dashboards,
  certificates,
  jobs,
  application,
  neighbours,
  errorRatio,
  latency,
  logs,
];
