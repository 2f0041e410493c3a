import * as z from "zod";
import { gitPort } from "../../shared/adapters/git/open.ts";
import { repositoryNames } from "../../shared/adapters/git/settings.ts";
import { modelPort } from "../../shared/adapters/llm/open.ts";
import { prometheus, prometheusSettings } from "../../shared/adapters/prometheus.ts";
import { knowledgeOf } from "../../shared/adapters/qdrant/reader.ts";
import { readSettings } from "../../shared/runtime/config.ts";
import { defineStage } from "../../shared/runtime/stage.ts";
import { validate } from "./handle.ts";

const Metrics = z.object(prometheusSettings);

export const stage = defineStage({
  name: "validate",
  ports: (env, { history, knowledge }) => {
    const { VALIDATE_MODEL: model, PROMETHEUS_URL: metrics } = env;
    return {
      git: gitPort(env),
      history,
      knowledge: knowledgeOf(env, knowledge),
      // A second judge costs a question per improvement: only where somebody wants it.
      model: model === undefined ? undefined : modelPort(env, "VALIDATE_MODEL", model),
      metrics: metrics === undefined ? undefined : prometheus(readSettings(Metrics, env)),
      settings: { platform: repositoryNames(env) },
    };
  },
  handle: validate,
});
