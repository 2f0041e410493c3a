import * as z from "zod";
import { lateForecaster } from "../../shared/forecast/late-forecaster.ts";
import { readSettings } from "../../shared/runtime/config.ts";
import { defineStage } from "../../shared/runtime/stage.ts";
import { approve } from "./handle.ts";

const threshold = (fallback: number) => z.coerce.number().min(0).max(1).default(fallback);
const Settings = z.object({
  AUTO_APPROVE_THRESHOLD: threshold(0.9),
  /** Security and database. */
  HIGH_RISK_THRESHOLD: threshold(0.95),
  /** A change that holds with less probability waits for a person. 0: forecasts decide nothing. */
  FORECAST_THRESHOLD: threshold(0.5),
  APPROVAL_SECRET: z.string({ error: "is needed to sign approvals: at least 16 characters" }).min(16),
});

export const stage = defineStage({
  name: "approve",
  ports: (env, { brakes, forecasts: book }) => {
    const { AUTO_APPROVE_THRESHOLD, HIGH_RISK_THRESHOLD, FORECAST_THRESHOLD, APPROVAL_SECRET } = readSettings(
      Settings,
      env,
    );
    const settings = {
      threshold: AUTO_APPROVE_THRESHOLD,
      highRiskThreshold: HIGH_RISK_THRESHOLD,
      forecastThreshold: FORECAST_THRESHOLD,
    };
    return { brakes, settings, forecasts: lateForecaster(book), secret: APPROVAL_SECRET };
  },
  handle: approve,
});
