import * as z from "zod";
import { argoCd } from "../../shared/adapters/argocd.ts";
import { clusterReader } from "../../shared/adapters/cluster-reader.ts";
import { countingPushes } from "../../shared/adapters/git/count-pushes.ts";
import { changeRequests, commitMode, gitPort } from "../../shared/adapters/git/open.ts";
import { gitVariables, repositoryNames } from "../../shared/adapters/git/settings.ts";
import { kubeClient } from "../../shared/adapters/kube-client.ts";
import { clusterSettings } from "../../shared/adapters/kube-config.ts";
import { prometheus, prometheusSettings } from "../../shared/adapters/prometheus.ts";
import { takeBaseline } from "../../shared/checks/baseline.ts";
import { readSettings } from "../../shared/runtime/config.ts";
import { defineStage } from "../../shared/runtime/stage.ts";
import { implement } from "./handle.ts";

const Settings = z.object({
  ...gitVariables,
  ...clusterSettings,
  ...prometheusSettings,
  APPROVAL_SECRET: z.string({ error: "is needed to check approvals: the secret they were signed with" }).min(16),
});

export const stage = defineStage({
  name: "implement",
  ports: (env, { gate, models }) => {
    const settings = readSettings(Settings, env);
    const client = kubeClient(settings);
    const cluster = clusterReader(settings, client);
    const metrics = prometheus(settings);
    const metricNames = {
      workloadLabel: settings.METRICS_WORKLOAD_LABEL,
      statusLabel: settings.METRICS_STATUS_LABEL,
      window: settings.METRICS_RATE_WINDOW,
    };
    return {
      git: countingPushes(gitPort(env), models),
      gate,
      argocd: argoCd(settings, client),
      baseline: (of) => takeBaseline({ ...of, cluster, metrics, metricNames }),
      approvalSecret: settings.APPROVAL_SECRET,
      requests: changeRequests(env),
      settings: {
        mode: commitMode(env),
        platform: repositoryNames(env),
        policy: {},
      },
    };
  },
  handle: implement,
});
