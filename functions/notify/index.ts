import * as z from "zod";
import { configuredKinds, openChannels } from "../../shared/adapters/notify/open.ts";
import { notifyRulesText } from "../../shared/adapters/notify/rules-text.ts";
import { ConfigurationError, readSettings } from "../../shared/runtime/config.ts";
import { createLog } from "../../shared/runtime/log.ts";
import { defineStage } from "../../shared/runtime/stage.ts";
import { notify } from "./handle.ts";
import { DEFAULT_RULES } from "./rules.ts";

const Settings = z.object({
  /** Seconds in which what belongs together becomes one message; 0: none. */
  NOTIFY_GROUP_SECONDS: z.coerce.number().min(0).max(600).default(10),
  /** Where people find the dashboard. */
  SCHOOL_PUBLIC_URL: z.url({ protocol: /^https?$/, error: "must be an address with http or https" }).optional(),
});

export const stage = defineStage({
  name: "notify",
  ports: async (env, { notifications: book, hostTurns: turns }) => {
    const { NOTIFY_GROUP_SECONDS: seconds, SCHOOL_PUBLIC_URL: publicUrl } = readSettings(Settings, env);
    const text = await notifyRulesText(env);
    // Who has no rules of their own needs no reader of YAML.
    const file =
      text === undefined ? undefined : (await import("./rules-file.ts")).notifyFileIn(text, configuredKinds(env));
    if (file !== undefined && "problems" in file)
      throw new ConfigurationError(file.problems.map((problem) => `NOTIFY_RULES: ${env["NOTIFY_RULES"]}: ${problem}`));
    // Always written, whatever LOG_LEVEL hides: these lines are the stage's product.
    const log = createLog("info", { stage: "notify" });
    const channels = openChannels(env, { log, threads: book }, file?.channels);
    let announced: Promise<void> | undefined;
    return {
      book,
      turns,
      channels,
      rules: file?.rules ?? DEFAULT_RULES,
      groupMs: seconds * 1_000,
      publicUrl: publicUrl?.replace(/\/+$/, ""),
      announce: () => {
        announced ??= book.configured(channels).catch((error: unknown) => {
          announced = undefined;
          throw error;
        });
        return announced;
      },
      pause: (ms: number, signal: AbortSignal) => rest(ms, signal),
      clock: () => performance.now(),
    };
  },
  handle: notify,
});

async function rest(ms: number, signal: AbortSignal): Promise<void> {
  const { setTimeout: wait } = await import("node:timers/promises");
  await wait(ms, undefined, { signal }).catch((error: unknown) => {
    if (!signal.aborted) throw error;
  });
}
