/** What the coordinator reads from its environment. */
import * as z from "zod";
import type { BreakerLimits } from "../../shared/domain/breaker.ts";
import { RuntimeSettings } from "../../shared/runtime/settings.ts";
import { modelsAsked } from "./models-asked.ts";

export const CoordinatorSettings = RuntimeSettings.extend({
  /** Address to listen on; 0.0.0.0 in a container. */
  HOST: z.string().min(1).default("127.0.0.1"),
  /** `role:name:token`, several separated by commas; roles are viewer, reviewer and operator. */
  SCHOOL_TOKENS: z.string({
    error: 'is needed: "operator:ann:<token>,reviewer:ben:<token>,viewer:wall:<token>"',
  }),
  /** Signs approvals; the functions `approve` and `implement` share it. */
  APPROVAL_SECRET: z
    .string({ error: "is needed: the secret that approve and implement use too" })
    .min(16, "needs at least 16 signs"),
  /** Where people reach the school, e.g. `https://school.example.com`; with https its cookies are for https only. */
  SCHOOL_PUBLIC_URL: z
    .url({ protocol: /^https?$/, error: "must be an address with http or https" })
    .refine((address) => !URL.canParse(address) || new URL(address).username === "", "holds no name and no password")
    .optional(),
  /** Whether who handed in a source may alone approve what was proposed from it: for a school of one person. */
  APPROVE_OWN_SOURCES: z.enum(["yes", "no"]).default("no"),
  /** A session of the dashboard ends so many hours after it began … */
  SESSION_HOURS: z.coerce.number().min(0.01).max(168).default(12),
  /** … or so many minutes after the last request. */
  SESSION_IDLE_MINUTES: z.coerce.number().min(0.1).max(10_080).default(60),
  /** Sessions one person may have at once; with one more the oldest ends. */
  SESSIONS_PER_PERSON: z.coerce.number().int().min(1).max(100).default(10),
  /** Proxies that are believed when they say who calls: addresses or networks separated by commas. Empty: none. */
  TRUSTED_PROXIES: z.string().default(""),
  /** The headers in which they say it: user, e-mail address and groups. */
  AUTH_HEADERS: z.string().default("X-Forwarded-User,X-Forwarded-Email,X-Forwarded-Groups"),
  /** `role=group`, several separated by commas; the highest counts, and who is in none of them is nobody. */
  AUTH_GROUPS: z.string().default(""),
  /** Believed only together with this, in the header X-School-Proxy-Secret. */
  AUTH_PROXY_SECRET: z.string().min(16, "needs at least 16 signs").optional(),
  /** `kubernetes`: start cold layers at once instead of at KEDA's next poll. */
  SCHOOL_WAKE: z.enum(["kubernetes", "off"]).optional(),
  /** Which parts of this school are real, for people: names separated by commas. */
  SCHOOL_REAL: z.string().default(""),
  /** Which models are asked for what, for people: JSON, names without keys. */
  SCHOOL_MODELS: z.string().default("[]").transform(modelsAsked),
  /** Lists of the founding platform to empty into ingest, e.g. `youtube:improvements`; several separated by commas. */
  LEGACY_LIST: z.string().default(""),
  /** Secret of the webhook that tells of pull requests; without it they are looked at by and by. */
  GITHUB_WEBHOOK_SECRET: z.string().min(16, "needs at least 16 signs").optional(),
  /** Seconds between two looks for expired leases and due retries of all stages. */
  REAP_SECONDS: z.coerce.number().positive().max(60).default(5),
  /** Minutes between two looks at whether the index is up to date; a push that is told of needs none. */
  INDEX_INTERVAL: z.coerce.number().min(0.1).max(1_440).default(10),
  /** Share (0..1) of improvements that the router's learned tiers may serve, unless an operator says otherwise. */
  AB_TEST_PERCENTAGE: z.coerce.number().min(0).max(1).default(0),
  /** Hours after which the router is trained again when there is any new label. */
  RETRAIN_INTERVAL: z.coerce.number().min(0.01).max(8_760).default(24),
  /** Seconds between two samples of the stages' metrics, in which anomalies are looked for; 0: none. */
  ANOMALY_INTERVAL: z.coerce.number().min(0).max(3_600).default(60),
  /** Requests one token may make in a minute, a quarter of them changing something; 0: as many as it likes. */
  RATE_LIMIT_PER_MINUTE: z.coerce.number().int().min(0).default(1_200),
  /** Clients that may follow the events at once; more are refused. */
  SSE_CLIENTS: z.coerce.number().int().min(1).max(10_000).default(500),
  /** Seconds between two signs of life to those who follow the events. */
  SSE_HEARTBEAT_SECONDS: z.coerce.number().min(0.01).max(300).default(15),
});
export type CoordinatorSettings = z.infer<typeof CoordinatorSettings>;

export function breakerLimits(settings: CoordinatorSettings): BreakerLimits {
  return { perHour: settings.BREAKER_ROLLBACKS_PER_HOUR, timeoutMs: settings.BREAKER_TIMEOUT * 60_000 };
}
