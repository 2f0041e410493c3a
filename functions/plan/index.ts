import { dryRunPort } from "../../shared/adapters/dry-run.ts";
import { gitPort } from "../../shared/adapters/git/open.ts";
import { repositoryNames } from "../../shared/adapters/git/settings.ts";
import { ledgeredModel } from "../../shared/adapters/llm/ledgered.ts";
import { ownDocuments } from "../../shared/repository/own-documents.ts";
import { defineStage } from "../../shared/runtime/stage.ts";
import { plan } from "./handle.ts";

export const stage = defineStage({
  name: "plan",
  ports: (env, { history, models }) => {
    const git = gitPort(env);
    return {
      git,
      history,
      dryRun: dryRunPort(env),
      model: ledgeredModel(env, models, { variable: "PLAN_MODEL", chosen: env["PLAN_MODEL"], purpose: "plan" }),
      documents: ownDocuments(git),
      settings: { platform: repositoryNames(env), policy: {} },
    };
  },
  handle: plan,
});
