/** What a function reads from its environment in HTTP mode, beside what every function has. */
import * as z from "zod";
import { ConfigurationError } from "../config.ts";
import { RuntimeSettings } from "../settings.ts";
import { parseTokens, type Tokens } from "../tokens.ts";

export const HttpSettings = RuntimeSettings.extend({
  /** Address to listen on; every address of the machine unless given. */
  HOST: z.string().min(1).optional(),
  /** `role:name:token`, several separated by commas; posting an event needs the role operator. */
  SCHOOL_TOKENS: z.string().optional(),
  /** Nobody is asked for a token: for a mesh, or a cluster whose network policies let only the broker in. */
  SCHOOL_HTTP_OPEN: z.enum(["true", "false"], { error: "must be true or false" }).default("false"),
});
export type HttpSettings = z.infer<typeof HttpSettings>;

export interface Callers {
  /** Anybody may post; a known token still says who it was. */
  readonly open: boolean;
  readonly tokens: Tokens;
}

/** Throws ConfigurationError when neither tokens nor the open port were chosen. */
export function callersFrom({ SCHOOL_TOKENS: setting, SCHOOL_HTTP_OPEN }: HttpSettings): Callers {
  const open = SCHOOL_HTTP_OPEN === "true";
  if (setting !== undefined) return { open, tokens: parseTokens(setting) };
  if (open) return { open, tokens: [] };
  throw new ConfigurationError([
    'SCHOOL_TOKENS: is needed in HTTP mode, for example "operator:ann:<token>"; what is posted here moves improvements. ' +
      "Where the network itself lets nobody else in, SCHOOL_HTTP_OPEN=true does without",
  ]);
}
