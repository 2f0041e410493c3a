import { defineStage } from "../../shared/runtime/stage.ts";
import { learn } from "./handle.ts";

export const stage = defineStage({
  name: "learn",
  ports: (_env, { outcomes }) => ({ outcomes }),
  handle: learn,
});
