import { gitPort } from "../../shared/adapters/git/open.ts";
import { repositoryNames } from "../../shared/adapters/git/settings.ts";
import { loadPlatform } from "../../shared/repository/load.ts";
import { defineStage } from "../../shared/runtime/stage.ts";
import { evaluate } from "./handle.ts";

export const stage = defineStage({
  name: "evaluate",
  ports: (env) => {
    const git = gitPort(env);
    const names = repositoryNames(env);
    return { platform: async (signal: AbortSignal) => loadPlatform(git, await git.head(signal), names) };
  },
  handle: evaluate,
});
