import * as z from "zod";
import { gitPort } from "../../shared/adapters/git/open.ts";
import { repositoryNames } from "../../shared/adapters/git/settings.ts";
import { loadPlatform } from "../../shared/repository/load.ts";
import { readSettings } from "../../shared/runtime/config.ts";
import { defineStage } from "../../shared/runtime/stage.ts";
import { ingest } from "./handle.ts";

const Settings = z.object({
  /** Bytes of one source; larger ones are refused. */
  MAX_SOURCE_BYTES: z.coerce.number().int().positive().default(5_000_000),
});

export const stage = defineStage({
  name: "ingest",
  ports: (env, { history }) => {
    const git = gitPort(env);
    const names = repositoryNames(env);
    return {
      history,
      platform: async (signal: AbortSignal) => loadPlatform(git, await git.head(signal), names),
      sizeLimit: readSettings(Settings, env).MAX_SOURCE_BYTES,
    };
  },
  handle: ingest,
});
