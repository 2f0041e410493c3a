import { gitSettings, repositoryNames } from "../../shared/adapters/git/settings.ts";
import { gitCli } from "../../shared/adapters/git-cli.ts";
import { defineStage } from "../../shared/runtime/stage.ts";
import { validate } from "./handle.ts";

export const stage = defineStage({
  name: "validate",
  ports: (env, { history }) => ({
    git: gitCli(gitSettings(env)),
    history,
    settings: { platform: repositoryNames(env) },
  }),
  handle: validate,
});
