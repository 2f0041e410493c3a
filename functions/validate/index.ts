import * as z from "zod";
import { gitPort } from "../../shared/adapters/git/open.ts";
import { repositoryNames } from "../../shared/adapters/git/settings.ts";
import { ledgeredModel } from "../../shared/adapters/llm/ledgered.ts";
import { prometheus, prometheusSettings } from "../../shared/adapters/prometheus.ts";
import { knowledgeOf } from "../../shared/adapters/qdrant/reader.ts";
import { readSettings } from "../../shared/runtime/config.ts";
import { defineStage } from "../../shared/runtime/stage.ts";
import { validate } from "./handle.ts";

const Metrics = z.object(prometheusSettings);

export const stage = defineStage({
  name: "validate",
  ports: (env, { history, knowledge, models }) => {
    const { VALIDATE_MODEL: chosen, PROMETHEUS_URL: metrics } = env;
    return {
      git: gitPort(env),
      history,
      knowledge: knowledgeOf(env, knowledge),
      // A second judge costs a question per improvement: only where somebody wants it.
      model:
        chosen === undefined
          ? undefined
          : ledgeredModel(env, models, { variable: "VALIDATE_MODEL", chosen, purpose: "validate" }),
      metrics: metrics === undefined ? undefined : prometheus(readSettings(Metrics, env)),
      settings: { platform: repositoryNames(env) },
    };
  },
  handle: validate,
});
