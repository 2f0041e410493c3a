import { gitSettings, repositoryNames } from "../../shared/adapters/git/settings.ts";
import { gitCli } from "../../shared/adapters/git-cli.ts";
import { defineStage } from "../../shared/runtime/stage.ts";
import { plan } from "./handle.ts";

export const stage = defineStage({
  name: "plan",
  ports: (env, { history }) => ({
    git: gitCli(gitSettings(env)),
    history,
    settings: { platform: repositoryNames(env), policy: {} },
  }),
  handle: plan,
});
