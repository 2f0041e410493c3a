/** The cluster, its metrics, and how a change is watched. */
import type { Variable } from "./variable.ts";

export const cluster: readonly Variable[] = [
  {
    names: ["KUBECONFIG"],
    part: true,
    default: "the pod's account; local: a stand-in",
    readBy: "implement, sync, verify, rollback, coordinator",
    what: "with it, `PROMETHEUS_URL` must be given",
  },
  {
    names: ["ARGOCD_NAMESPACE"],
    part: true,
    default: "`argocd`",
    readBy: "implement, sync, verify, rollback",
    what: "where the Applications are",
  },
  {
    names: ["KUBE_TIMEOUT_MS"],
    part: true,
    default: "`15000`",
    readBy: "as `KUBECONFIG`",
    what: "of one call",
  },
  {
    names: ["SERVER_DRY_RUN"],
    default: "`auto`",
    readBy: "plan",
    what: "whether a change is shown to the cluster before it is planned: `off`; `auto` where there is one, and no answer is told; `required`: no answer asks a person. [Rights](../../keda/README.md#server-side-dry-run)",
  },
  {
    names: ["PROMETHEUS_URL"],
    part: true,
    default: "local: a stand-in",
    readBy: "implement, verify, rollback",
    what: "`none` when there is none",
  },
  {
    names: ["PROMETHEUS_TOKEN"],
    part: true,
    default: "–",
    readBy: "implement, verify, rollback",
    what: "bearer token",
  },
  {
    names: ["PROMETHEUS_TIMEOUT_MS"],
    part: true,
    default: "`10000`",
    readBy: "implement, verify, rollback",
    what: "of one query",
  },
  {
    names: ["METRICS_WORKLOAD_LABEL", "METRICS_STATUS_LABEL"],
    default: "`service`, `status`",
    readBy: "implement, verify, rollback",
    what: "label names in queries",
  },
  {
    names: ["METRICS_RATE_WINDOW"],
    default: "`2m`",
    readBy: "implement, verify, rollback",
    what: "window of rates",
  },
  {
    names: ["SYNC_INTERVAL", "SYNC_TIMEOUT"],
    default: "`10`, `600`",
    readBy: "sync, rollback",
    what: "seconds between looks; until a person is asked",
  },
  {
    names: ["HEALTH_CHECK_DURATION"],
    default: "`300`",
    readBy: "verify, rollback",
    what: "seconds a deployment is watched",
  },
  {
    names: ["VERIFY_INTERVAL"],
    default: "`10`",
    readBy: "verify, rollback",
    what: "seconds between two measurements",
  },
  {
    names: ["ROLLBACK_ENABLED"],
    default: "`true`",
    readBy: "sync, verify",
    what: "`false`: what fails is left to a person",
  },
  {
    names: ["ROLLBACK_COOLDOWN"],
    default: "`30`",
    readBy: "all",
    what: "minutes after a rollback in which changes of the same Application are a person's to approve; `0`: none",
  },
];
