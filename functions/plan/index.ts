import { dryRunPort } from "../../shared/adapters/dry-run.ts";
import { gitPort } from "../../shared/adapters/git/open.ts";
import { repositoryNames } from "../../shared/adapters/git/settings.ts";
import { modelPort } from "../../shared/adapters/llm/open.ts";
import { ownDocuments } from "../../shared/repository/own-documents.ts";
import { defineStage } from "../../shared/runtime/stage.ts";
import { plan } from "./handle.ts";

export const stage = defineStage({
  name: "plan",
  ports: (env, { history }) => {
    const git = gitPort(env);
    return {
      git,
      history,
      dryRun: dryRunPort(env),
      model: modelPort(env, "PLAN_MODEL", env["PLAN_MODEL"]),
      documents: ownDocuments(git),
      settings: { platform: repositoryNames(env), policy: {} },
    };
  },
  handle: plan,
});
