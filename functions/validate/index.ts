import { gitPort } from "../../shared/adapters/git/open.ts";
import { repositoryNames } from "../../shared/adapters/git/settings.ts";
import { knowledgeOf } from "../../shared/adapters/qdrant/reader.ts";
import { defineStage } from "../../shared/runtime/stage.ts";
import { validate } from "./handle.ts";

export const stage = defineStage({
  name: "validate",
  ports: (env, { history, knowledge }) => ({
    git: gitPort(env),
    history,
    knowledge: knowledgeOf(env, knowledge),
    settings: { platform: repositoryNames(env) },
  }),
  handle: validate,
});
