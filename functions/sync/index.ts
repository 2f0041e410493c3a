import * as z from "zod";
import { argoCd } from "../../shared/adapters/argocd.ts";
import { gitPort } from "../../shared/adapters/git/open.ts";
import { clusterSettings } from "../../shared/adapters/kube-config.ts";
import { syncSettings, syncTiming } from "../../shared/argocd/settings.ts";
import { verificationSettings } from "../../shared/checks/settings.ts";
import { readSettings } from "../../shared/runtime/config.ts";
import { defineStage } from "../../shared/runtime/stage.ts";
import { sync } from "./handle.ts";

const Settings = z.object({
  ...clusterSettings,
  ...syncSettings,
  ROLLBACK_ENABLED: verificationSettings.ROLLBACK_ENABLED,
});

export const stage = defineStage({
  name: "sync",
  ports: (env) => {
    const settings = readSettings(Settings, env);
    return {
      argoCd: argoCd(settings),
      git: gitPort(env),
      timing: syncTiming(settings),
      rollbackEnabled: settings.ROLLBACK_ENABLED,
    };
  },
  handle: sync,
});
