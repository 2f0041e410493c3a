/** Every intent the school can carry out; a new one is one file and one line here. */
import type * as z from "zod";
import type { StoredIntent } from "../domain/improvement.ts";
import type { Platform } from "../repository/platform.ts";
import { addBackupCronJob } from "./add-backup-cronjob.ts";
import { addCertificate } from "./add-certificate.ts";
import { addDashboard } from "./add-dashboard.ts";
import { addDatabaseExporter } from "./add-database-exporter.ts";
import { addExternalSecret } from "./add-external-secret.ts";
import { addHorizontalPodAutoscaler } from "./add-horizontal-pod-autoscaler.ts";
import { addMcpServer } from "./add-mcp-server.ts";
import { addMigrationJob } from "./add-migration-job.ts";
import { addNetworkPolicy } from "./add-network-policy.ts";
import { addPodDisruptionBudget } from "./add-pod-disruption-budget.ts";
import { addProbes } from "./add-probes.ts";
import { addPrometheusRule } from "./add-prometheus-rule.ts";
import { addRole } from "./add-role.ts";
import { addScaledObject } from "./add-scaled-object.ts";
import { addService } from "./add-service.ts";
import { addServiceAccount } from "./add-service-account.ts";
import { addServiceMonitor } from "./add-service-monitor.ts";
import { addVolumeClaim } from "./add-volume-claim.ts";
import { deployService } from "./deploy-service.ts";
import { disableServiceAccountToken } from "./disable-service-account-token.ts";
import { expandVolumeClaim } from "./expand-volume-claim.ts";
import { exposeService } from "./expose-service.ts";
import { hardenSecurityContext } from "./harden-security-context.ts";
import type { Candidate, IntentDefinition, Rendered, Survey } from "./intent.ts";
import { narrowRole } from "./narrow-role.ts";
import { pinImage } from "./pin-image.ts";
import { rotateSecret } from "./rotate-secret.ts";
import { setConfigValue } from "./set-config-value.ts";
import { setPodSecurityLevel } from "./set-pod-security-level.ts";
import { setReplication } from "./set-replication.ts";
import { setResourceLimits } from "./set-resource-limits.ts";

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
