/** What `learn` reads from its environment: when the router is trained again. */
import * as z from "zod";
import { type Environment, readSettings } from "../../shared/runtime/config.ts";

const Variables = z.object({
  /** New labels. */
  RETRAIN_ROWS: z.coerce.number().int().min(1).default(50),
  /** Hours since the last training, when there is any new label. */
  RETRAIN_INTERVAL: z.coerce.number().min(0.01).max(8_760).default(24),
});

export interface RetrainRule {
  readonly labels: number;
  readonly afterMs: number;
}

/** Throws ConfigurationError. */
export function retrainRule(env: Environment): RetrainRule {
  const { RETRAIN_ROWS, RETRAIN_INTERVAL } = readSettings(Variables, env);
  return { labels: RETRAIN_ROWS, afterMs: RETRAIN_INTERVAL * 3_600_000 };
}
