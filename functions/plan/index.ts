import { gitPort } from "../../shared/adapters/git/open.ts";
import { repositoryNames } from "../../shared/adapters/git/settings.ts";
import { defineStage } from "../../shared/runtime/stage.ts";
import { plan } from "./handle.ts";

export const stage = defineStage({
  name: "plan",
  ports: (env, { history }) => ({
    git: gitPort(env),
    history,
    settings: { platform: repositoryNames(env), policy: {} },
  }),
  handle: plan,
});
