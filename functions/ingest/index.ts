import * as z from "zod";
import { gitPort } from "../../shared/adapters/git/open.ts";
import { repositoryNames } from "../../shared/adapters/git/settings.ts";
import { loadPlatform } from "../../shared/repository/load.ts";
import { readSettings } from "../../shared/runtime/config.ts";
import { RuntimeSettings } from "../../shared/runtime/settings.ts";
import { defineStage } from "../../shared/runtime/stage.ts";
import { watchedSources } from "../../shared/sources/open.ts";
import { ingest } from "./handle.ts";

const Settings = z.object({
  /** Bytes of one source; larger ones are refused. */
  MAX_SOURCE_BYTES: z.coerce.number().int().positive().default(5_000_000),
  MAX_ATTEMPTS: RuntimeSettings.shape.MAX_ATTEMPTS,
});

export const stage = defineStage({
  name: "ingest",
  ports: async (env, { history }) => {
    const git = gitPort(env);
    const names = repositoryNames(env);
    const { MAX_SOURCE_BYTES: sizeLimit, MAX_ATTEMPTS: maxAttempts } = readSettings(Settings, env);
    const watches = new Map((await watchedSources(env)).map((watched) => [watched.name, watched] as const));
    return {
      history,
      platform: async (signal: AbortSignal) => loadPlatform(git, await git.head(signal), names),
      readerFor: async (address: string) => ({ kind: "unreadable" as const, because: `nothing reads ${address}` }),
      watches,
      sizeLimit,
      maxAttempts,
    };
  },
  handle: ingest,
});
