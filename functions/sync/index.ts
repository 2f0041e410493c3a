import * as z from "zod";
import { argoCd } from "../../shared/adapters/argocd.ts";
import { clusterReader } from "../../shared/adapters/cluster-reader.ts";
import { changeRequests, gitPort } from "../../shared/adapters/git/open.ts";
import { repositoryNames } from "../../shared/adapters/git/settings.ts";
import { kubeClient } from "../../shared/adapters/kube-client.ts";
import { clusterSettings } from "../../shared/adapters/kube-config.ts";
import { metricNames, prometheus, prometheusSettings } from "../../shared/adapters/prometheus.ts";
import { syncSettings, syncTiming } from "../../shared/argocd/settings.ts";
import { takeBaseline } from "../../shared/checks/baseline.ts";
import { verificationSettings } from "../../shared/checks/settings.ts";
import { readSettings } from "../../shared/runtime/config.ts";
import { defineStage } from "../../shared/runtime/stage.ts";
import { sync } from "./handle.ts";

const Settings = z.object({
  ...clusterSettings,
  ...prometheusSettings,
  ...syncSettings,
  ROLLBACK_ENABLED: verificationSettings.ROLLBACK_ENABLED,
  /** Seconds between two looks at an open pull request. */
  PULL_REQUEST_LOOK_SECONDS: z.coerce.number().int().min(1).default(300),
});

export const stage = defineStage({
  name: "sync",
  ports: (env, { gate, brakes }) => {
    const settings = readSettings(Settings, env);
    const client = kubeClient(settings);
    const cluster = clusterReader(settings, client);
    const metrics = prometheus(settings);
    const git = gitPort(env);
    return {
      argoCd: argoCd(settings, client),
      git,
      proposals: {
        requests: changeRequests(env),
        git,
        gate,
        baseline: (of) => takeBaseline({ ...of, cluster, metrics, metricNames: metricNames(settings) }),
        requestLookMs: settings.PULL_REQUEST_LOOK_SECONDS * 1_000,
        settings: { platform: repositoryNames(env), policy: {} },
      },
      timing: syncTiming(settings),
      rollbackEnabled: settings.ROLLBACK_ENABLED,
      brakes,
    };
  },
  handle: sync,
});
