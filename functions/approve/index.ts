import * as z from "zod";
import { readSettings } from "../../shared/runtime/config.ts";
import { defineStage } from "../../shared/runtime/stage.ts";
import { approve } from "./handle.ts";

const threshold = (fallback: number) => z.coerce.number().min(0).max(1).default(fallback);
const Settings = z.object({
  AUTO_APPROVE_THRESHOLD: threshold(0.9),
  /** Security and database. */
  HIGH_RISK_THRESHOLD: threshold(0.95),
  APPROVAL_SECRET: z.string({ error: "is needed to sign approvals: at least 16 characters" }).min(16),
});

export const stage = defineStage({
  name: "approve",
  ports: (env, { brakes }) => {
    const { AUTO_APPROVE_THRESHOLD, HIGH_RISK_THRESHOLD, APPROVAL_SECRET } = readSettings(Settings, env);
    const settings = { threshold: AUTO_APPROVE_THRESHOLD, highRiskThreshold: HIGH_RISK_THRESHOLD };
    return { brakes, settings, secret: APPROVAL_SECRET };
  },
  handle: approve,
});
