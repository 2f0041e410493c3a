/** Every intent the school can carry out; a new one is one file and one line here. */

import type { StoredIntent } from "../domain/improvement.ts";
import type { Platform } from "../repository/platform.ts";
import { addBackupCronJob } from "./add-backup-cronjob.ts";
import { addNetworkPolicy } from "./add-network-policy.ts";
import type { Candidate, IntentDefinition, Rendered } from "./intent.ts";
import { setResourceLimits } from "./set-resource-limits.ts";

/** An intent with its own type put away, so that all kinds fit one table. */
export interface RegisteredIntent {
  readonly kind: string;
  candidates(platform: Platform): readonly Candidate[];
  /** Checks a stored intent against the kind's schema first. */
  render(stored: StoredIntent, platform: Platform): Rendered;
}

export const intents: ReadonlyMap<string, RegisteredIntent> = new Map(
  [register(setResourceLimits), register(addNetworkPolicy), register(addBackupCronJob)].map((one) => [one.kind, one]),
);

function register<I extends StoredIntent>(definition: IntentDefinition<I>): RegisteredIntent {
  return {
    kind: definition.kind,
    candidates: (platform) => definition.candidates(platform),
    render(stored, platform) {
      const parsed = definition.schema.safeParse(stored);
      if (parsed.success) return definition.render(parsed.data, platform);
      const problems = parsed.error.issues.map(({ path, message }) => `${path.join(".") || "intent"}: ${message}`);
      return { kind: "refused", because: `the intent is not valid: ${problems.slice(0, 5).join("; ")}` };
    },
  };
}
