/** `node stage-program.ts <stage>`: what the bundle of a stage does, without a bundle. */
import { runStage } from "../../shared/runtime/main.ts";
import type { Stage } from "../../shared/runtime/stage.ts";

const { stage } = (await import(`../../functions/${process.argv[2]}/index.ts`)) as { stage: Stage };
await runStage(stage);
