import { pastImprovements } from "../../shared/adapters/knowledge/past-improvements.ts";
import { defineStage } from "../../shared/runtime/stage.ts";
import { learn } from "./handle.ts";

export const stage = defineStage({
  name: "learn",
  ports: (env, { outcomes, knowledge }) => ({ outcomes, past: pastImprovements(env, knowledge) }),
  handle: learn,
});
