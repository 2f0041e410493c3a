import * as z from "zod";
import { captionProgram } from "../../shared/adapters/caption-program.ts";
import { gitPort } from "../../shared/adapters/git/open.ts";
import { repositoryNames } from "../../shared/adapters/git/settings.ts";
import { ledgeredModel } from "../../shared/adapters/llm/ledgered.ts";
import { localFiles } from "../../shared/adapters/local-files.ts";
import { webPort } from "../../shared/adapters/web/open.ts";
import { loadPlatform } from "../../shared/repository/load.ts";
import { readSettings } from "../../shared/runtime/config.ts";
import { RuntimeSettings } from "../../shared/runtime/settings.ts";
import { defineStage } from "../../shared/runtime/stage.ts";
import { watchedSources } from "../../shared/sources/open.ts";
import { ingest } from "./handle.ts";
import { gitHubAccesses } from "./sources/github-access.ts";
import { readerFor, sourceReaders } from "./sources/open.ts";

const listed = (text: string) => text.split(",").flatMap((part) => (part.trim() === "" ? [] : [part.trim()]));

const Settings = z.object({
  /** Bytes of one source; larger ones are refused. */
  MAX_SOURCE_BYTES: z.coerce.number().int().positive().default(5_000_000),
  MAX_ATTEMPTS: RuntimeSettings.shape.MAX_ATTEMPTS,
  /** Of captions, the most wanted first. */
  SOURCE_LANGUAGES: z
    .string()
    .default("en")
    .transform(listed)
    .pipe(z.array(z.string().regex(/^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$/, "must be languages, as in en,pt-BR"))),
  /** Absolute paths; nothing else is read from the disk. */
  SOURCE_FOLDERS: z
    .string()
    .default("")
    .transform(listed)
    .pipe(z.array(z.string().startsWith("/", "must be absolute paths"))),
  /** The program yt-dlp, asked where YouTube's own interfaces give no captions. */
  YT_DLP: z.string().optional(),
  /** Read-only; the token that may write to Git is no business of who reads raw text. */
  SOURCE_GITHUB_TOKEN: z.string().optional(),
  GITHUB_API_URL: z.string().optional(),
});

export const stage = defineStage({
  name: "ingest",
  ports: async (env, { history, hostTurns: turns, models }) => {
    const git = gitPort(env);
    const names = repositoryNames(env);
    const settings = readSettings(Settings, env);
    const { MAX_SOURCE_BYTES: sizeLimit, YT_DLP: command } = settings;
    const watches = await watchedSources(env);
    const hosts = watches.flatMap(({ address }) => URL.parse(address)?.host || []);
    const readers = sourceReaders({
      web: webPort(env, { turns, hosts }),
      languages: settings.SOURCE_LANGUAGES,
      files: localFiles({ folders: settings.SOURCE_FOLDERS, maxBytes: sizeLimit }),
      github: gitHubAccesses(settings.SOURCE_GITHUB_TOKEN, settings.GITHUB_API_URL),
      ...(command === undefined ? {} : { captionProgram: captionProgram({ command, env }) }),
    });
    return {
      history,
      platform: async (signal: AbortSignal) => loadPlatform(git, await git.head(signal), names),
      readerFor: (address, kind) => readerFor(readers, address, kind),
      watches: new Map(watches.map((watched) => [watched.name, watched] as const)),
      model: ledgeredModel(env, models, {
        variable: "EXTRACT_MODEL",
        chosen: env["EXTRACT_MODEL"],
        purpose: "ingest",
      }),
      sizeLimit,
      maxAttempts: settings.MAX_ATTEMPTS,
    };
  },
  handle: ingest,
});
