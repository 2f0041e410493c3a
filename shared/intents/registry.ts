/** Every intent the school can carry out; a new one is one file and one line here. */
import type * as z from "zod";
import type { StoredIntent } from "../domain/improvement.ts";
import type { Platform } from "../repository/platform.ts";
import { setConfigValue } from "./configuration/set-config-value.ts";
import { addBackupCronJob } from "./databases/add-backup-cronjob.ts";
import { addDatabaseExporter } from "./databases/add-database-exporter.ts";
import { addMigrationJob } from "./databases/add-migration-job.ts";
import { setReplication } from "./databases/set-replication.ts";
import type { Candidate, IntentDefinition, Rendered, Survey } from "./intent.ts";
import { addMcpServer } from "./mcp/add-mcp-server.ts";
import { addDashboard } from "./monitoring/add-dashboard.ts";
import { addPrometheusRule } from "./monitoring/add-prometheus-rule.ts";
import { addServiceMonitor } from "./monitoring/add-service-monitor.ts";
import { addExternalSecret } from "./secrets/add-external-secret.ts";
import { rotateSecret } from "./secrets/rotate-secret.ts";
import { addCertificate } from "./security/add-certificate.ts";
import { addNetworkPolicy } from "./security/add-network-policy.ts";
import { addRole } from "./security/add-role.ts";
import { addServiceAccount } from "./security/add-service-account.ts";
import { disableServiceAccountToken } from "./security/disable-service-account-token.ts";
import { hardenSecurityContext } from "./security/harden-security-context.ts";
import { narrowRole } from "./security/narrow-role.ts";
import { setPodSecurityLevel } from "./security/set-pod-security-level.ts";
import { addService } from "./services/add-service.ts";
import { deployService } from "./services/deploy-service.ts";
import { exposeService } from "./services/expose-service.ts";
import { addVolumeClaim } from "./storage/add-volume-claim.ts";
import { expandVolumeClaim } from "./storage/expand-volume-claim.ts";
import { addHorizontalPodAutoscaler } from "./workloads/add-horizontal-pod-autoscaler.ts";
import { addPodDisruptionBudget } from "./workloads/add-pod-disruption-budget.ts";
import { addProbes } from "./workloads/add-probes.ts";
import { addScaledObject } from "./workloads/add-scaled-object.ts";
import { pinImage } from "./workloads/pin-image.ts";
import { setResourceLimits } from "./workloads/set-resource-limits.ts";

/** An intent with its own type put away, so that all kinds fit one table. */
export interface RegisteredIntent {
  readonly kind: string;
  readonly purpose: string;
  readonly schema: z.ZodType<StoredIntent>;
  readonly sizesPods: boolean;
  /** The forms of the change a text asks for, the first one meant most; [] where there is only one. */
  forms(about: string): readonly string[];
  candidates(platform: Platform, about?: string): readonly Candidate[];
  survey(platform: Platform, about?: string): Survey;
  /** Checks a stored intent against the kind's schema first. */
  render(stored: StoredIntent, platform: Platform): Rendered;
}

export const intents: ReadonlyMap<string, RegisteredIntent> = new Map(
  [
    register(setResourceLimits),
    register(addNetworkPolicy),
    register(addBackupCronJob),
    register(addPodDisruptionBudget),
    register(addPrometheusRule),
    register(addProbes),
    register(addHorizontalPodAutoscaler),
    register(addServiceMonitor),
    register(setPodSecurityLevel),
    register(hardenSecurityContext),
    register(disableServiceAccountToken),
    register(pinImage),
    register(addCertificate),
    register(addServiceAccount),
    register(addDatabaseExporter),
    register(addMigrationJob),
    register(setReplication),
    register(addScaledObject),
    register(addDashboard),
    register(addVolumeClaim),
    register(expandVolumeClaim),
    register(addRole),
    register(narrowRole),
    register(setConfigValue),
    register(rotateSecret),
    register(addExternalSecret),
    register(addMcpServer),
    register(deployService),
    register(addService),
    register(exposeService),
  ].map((one) => [one.kind, one]),
);

function register<I extends StoredIntent>(definition: IntentDefinition<I>): RegisteredIntent {
  return {
    kind: definition.kind,
    purpose: definition.purpose,
    schema: definition.schema,
    sizesPods: definition.sizesPods,
    forms: (about) => definition.forms?.(about) ?? [],
    candidates: (platform, about) => definition.candidates(platform, about),
    survey: (platform, about) => definition.survey(platform, about),
    render(stored, platform) {
      const parsed = definition.schema.safeParse(stored);
      if (parsed.success) return definition.render(parsed.data, platform);
      const problems = parsed.error.issues.map(({ path, message }) => `${path.join(".") || "intent"}: ${message}`);
      return { kind: "refused", because: `the intent is not valid: ${problems.slice(0, 5).join("; ")}` };
    },
  };
}

/**
 * What an intent is about, without the values it sets: two improvements with the same target would do the same thing,
 * even if the repository gave them other numbers in between.
 */
export function targetOf({
  requests: _requests,
  limits: _limits,
  maxUnavailable: _maxUnavailable,
  ...target
}: StoredIntent): string {
  return JSON.stringify(sorted(target));
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, entry]) => [key, sorted(entry)]));
}
