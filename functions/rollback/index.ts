import * as z from "zod";
import { argoCd } from "../../shared/adapters/argocd.ts";
import { clusterReader } from "../../shared/adapters/cluster-reader.ts";
import { countingPushes } from "../../shared/adapters/git/count-pushes.ts";
import { changeRequests, commitMode, gitPort } from "../../shared/adapters/git/open.ts";
import { repositoryNames } from "../../shared/adapters/git/settings.ts";
import { kubeClient } from "../../shared/adapters/kube-client.ts";
import { clusterSettings } from "../../shared/adapters/kube-config.ts";
import { metricNames, prometheus, prometheusSettings } from "../../shared/adapters/prometheus.ts";
import { syncSettings, syncTiming } from "../../shared/argocd/settings.ts";
import { scheduleOf, verificationSettings } from "../../shared/checks/settings.ts";
import { readSettings } from "../../shared/runtime/config.ts";
import { defineStage } from "../../shared/runtime/stage.ts";
import { rollback } from "./handle.ts";

/** Longest verification after a revert: the state is known to be good, it only has to come back. */
const PROOF_MS = 60_000;

const Settings = z.object({ ...clusterSettings, ...prometheusSettings, ...syncSettings, ...verificationSettings });

export const stage = defineStage({
  name: "rollback",
  ports: (env, { models }) => {
    const settings = readSettings(Settings, env);
    const client = kubeClient(settings);
    return {
      git: countingPushes(gitPort(env), models),
      requests: changeRequests(env),
      mode: commitMode(env),
      platform: repositoryNames(env),
      argoCd: argoCd(settings, client),
      cluster: clusterReader(settings, client),
      metrics: prometheus(settings),
      metricNames: metricNames(settings),
      timing: syncTiming(settings),
      schedule: scheduleOf(settings, PROOF_MS),
    };
  },
  handle: rollback,
});
