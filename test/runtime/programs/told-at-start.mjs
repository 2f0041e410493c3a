/** A stage that is told to stop while it makes itself ready, and hands control back before the signal can be heard. */

import { runStage } from "../../../shared/runtime/main.ts";
import { defineStage } from "../../../shared/runtime/stage.ts";

const stage = defineStage({
  name: "route",
  ports: () => {
    process.kill(process.pid, "SIGTERM");
    return {};
  },
  handle: () => Promise.reject(new Error("nothing was pushed")),
});

await runStage(stage);
