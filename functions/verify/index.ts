import * as z from "zod";
import { argoCd } from "../../shared/adapters/argocd.ts";
import { clusterReader } from "../../shared/adapters/cluster-reader.ts";
import { kubeClient } from "../../shared/adapters/kube-client.ts";
import { clusterSettings } from "../../shared/adapters/kube-config.ts";
import { metricNames, prometheus, prometheusSettings } from "../../shared/adapters/prometheus.ts";
import { scheduleOf, verificationSettings } from "../../shared/checks/settings.ts";
import { shareReads } from "../../shared/checks/share-reads.ts";
import { readSettings } from "../../shared/runtime/config.ts";
import { defineStage } from "../../shared/runtime/stage.ts";
import { verify } from "./handle.ts";

const Settings = z.object({ ...clusterSettings, ...prometheusSettings, ...verificationSettings });

export const stage = defineStage({
  name: "verify",
  ports: (env, { brakes }) => {
    const settings = readSettings(Settings, env);
    const client = kubeClient(settings);
    const readers = {
      argoCd: argoCd(settings, client),
      cluster: clusterReader(settings, client),
      metrics: prometheus(settings),
    };
    return {
      ...readers,
      shared: shareReads(readers),
      metricNames: metricNames(settings),
      schedule: scheduleOf(settings),
      rollbackEnabled: settings.ROLLBACK_ENABLED,
      brakes,
    };
  },
  handle: verify,
});
