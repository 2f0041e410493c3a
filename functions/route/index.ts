import * as z from "zod";
import { readSettings } from "../../shared/runtime/config.ts";
import { defineStage } from "../../shared/runtime/stage.ts";
import { route } from "./handle.ts";

const Settings = z.object({
  /** 0..1; improvements of less relevance are rejected without a review. */
  REVIEW_THRESHOLD: z.coerce.number().min(0).max(1).default(0.6),
});

export const stage = defineStage({
  name: "route",
  ports: (env, { history }) => ({ history, reviewThreshold: readSettings(Settings, env).REVIEW_THRESHOLD }),
  handle: route,
});
