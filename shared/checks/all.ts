/** Every health check, in the order people read them. A new check is one file and one line here. */
import { access } from "./access.ts";
import { alertRules } from "./alert-rules.ts";
import { application } from "./application.ts";
import { autoscalers } from "./autoscalers.ts";
import { certificates } from "./certificates.ts";
import type { Check } from "./check.ts";
import { configMaps } from "./config-maps.ts";
import { dashboards } from "./dashboards.ts";
import { dependencies } from "./dependencies.ts";
import { disruptionBudgets } from "./disruption-budgets.ts";
import { endpoints } from "./endpoints.ts";
import { errorRatio } from "./error-ratio.ts";
import { jobs } from "./jobs.ts";
import { latency } from "./latency.ts";
import { logs } from "./logs.ts";
import { neighbours } from "./neighbours.ts";
import { objects } from "./objects.ts";
import { pods } from "./pods.ts";
import { restarts } from "./restarts.ts";
import { rollout } from "./rollout.ts";
import { routes } from "./routes.ts";
import { scrapeTargets } from "./scrape-targets.ts";
import { secrets } from "./secrets.ts";
import { volumeClaims } from "./volume-claims.ts";

export const allChecks: readonly Check[] = [
  pods,
  rollout,
  restarts,
  objects,
  endpoints,
  dependencies,
  configMaps,
  secrets,
  volumeClaims,
  routes,
  access,
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
