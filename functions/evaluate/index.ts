import { gitSettings, repositoryNames } from "../../shared/adapters/git/settings.ts";
import { gitCli } from "../../shared/adapters/git-cli.ts";
import { loadPlatform } from "../../shared/repository/load.ts";
import { defineStage } from "../../shared/runtime/stage.ts";
import { evaluate } from "./handle.ts";

export const stage = defineStage({
  name: "evaluate",
  ports: (env) => {
    const git = gitCli(gitSettings(env));
    const names = repositoryNames(env);
    return { platform: async (signal: AbortSignal) => loadPlatform(git, await git.head(signal), names) };
  },
  handle: evaluate,
});
