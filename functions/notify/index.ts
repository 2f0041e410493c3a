import { logNotifier } from "../../shared/adapters/log-notifier.ts";
import { createLog } from "../../shared/runtime/log.ts";
import { defineStage } from "../../shared/runtime/stage.ts";
import { notify } from "./handle.ts";

export const stage = defineStage({
  name: "notify",
  // Always written, whatever LOG_LEVEL hides: these lines are the stage's product.
  ports: () => ({ notifier: logNotifier(createLog("info", { stage: "notify" })) }),
  handle: notify,
});
