/** Every rule about one object, in the order people read them. A new rule is one entry here and one in the catalogue. */
import type { ObjectRule } from "./review.ts";
import { autoscalerBounds, autoscalerHasTarget, oneAutoscaler, replicasHandover } from "./rules/autoscaling.ts";
import { configuredRules } from "./rules/configured.ts";
import { dashboardImported, readableDashboard } from "./rules/dashboard.ts";
import { allowsDrains, budgetHasPods, oneBudgetPerPod } from "./rules/disruption.ts";
import { humanExternalSecret } from "./rules/external-secret.ts";
import { humanPodSecurityLevel, podSecurityLevelHolds } from "./rules/pod-security-level.ts";
import { alertsHold, balancedExpressions, noTwinAlert, rulePickedUp, severityLabel } from "./rules/prometheus-rule.ts";
import { selectorMatchesLabels, unknownFields, unknownSchema, validNames, validSchema } from "./rules/schema.ts";
import {
  alwaysHuman,
  noClusterAdmin,
  noEffect,
  noPlainSecret,
  noReplicasFight,
  protectedNamespaces,
} from "./rules/sensitive.ts";
import { monitorPickedUp } from "./rules/service-monitor.ts";
import {
  disallowLatestTag,
  disallowPrivileged,
  limitRange,
  podSecurityRestricted,
  requireLimits,
  requireProbes,
  restrictRegistries,
} from "./rules/workloads.ts";

export const objectRules: readonly ObjectRule[] = [
  validSchema,
  unknownFields,
  validNames,
  selectorMatchesLabels,
  noPlainSecret,
  protectedNamespaces,
  noClusterAdmin,
  disallowPrivileged,
  disallowLatestTag,
  restrictRegistries,
  requireLimits,
  limitRange,
  noReplicasFight,
  autoscalerHasTarget,
  oneAutoscaler,
  autoscalerBounds,
  replicasHandover,
  podSecurityLevelHolds,
  humanPodSecurityLevel,
  noEffect,
  allowsDrains,
  oneBudgetPerPod,
  budgetHasPods,
  alertsHold,
  balancedExpressions,
  noTwinAlert,
  rulePickedUp,
  monitorPickedUp,
  dashboardImported,
  readableDashboard,
  severityLabel,
  ...configuredRules,
  ...alwaysHuman,
  humanExternalSecret,
  unknownSchema,
  podSecurityRestricted,
  requireProbes,
];
