/** The API, the dashboard, and who may come in. */
import type { Variable } from "./variable.ts";

export const coordinator: readonly Variable[] = [
  {
    names: ["HOST"],
    default: "`127.0.0.1`; functions: every address",
    readBy: "coordinator, functions in HTTP mode",
    what: "address to listen on",
  },
  {
    names: ["SCHOOL_TOKENS"],
    default: "local: made once",
    readBy: "coordinator, functions in HTTP mode",
    what: "`role:name:token`, separated by commas",
  },
  {
    names: ["SCHOOL_WAKE"],
    default: "by cluster",
    readBy: "coordinator",
    what: "`kubernetes` or `off`: [start cold layers at once](../../functions/coordinator/README.md#waking-cold-layers)",
  },
  {
    names: ["SCHOOL_NAMESPACE"],
    default: "`cortex-school`",
    readBy: "coordinator",
    what: "where the functions' Deployments are",
  },
  {
    names: ["SCHOOL_MODELS"],
    default: "set locally",
    readBy: "coordinator",
    what: 'which models are asked for what, for people: JSON, `[{"purpose": "plan", "models": ["openai:gpt-6-sol"]}]`; names only, the coordinator has no key',
  },
  {
    names: ["SCHOOL_REAL"],
    default: "set locally",
    readBy: "coordinator",
    what: "which parts are real, for people",
  },
  {
    names: ["LEGACY_LIST"],
    default: "–",
    readBy: "coordinator",
    what: "lists of the founding platform to empty into ingest (`youtube:improvements`), separated by commas",
  },
  {
    names: ["REAP_SECONDS"],
    default: "`5`",
    readBy: "coordinator",
    what: "between looks for expired leases",
  },
  {
    names: ["RATE_LIMIT_PER_MINUTE"],
    default: "`1200`",
    readBy: "coordinator",
    what: "requests of one token or person, a quarter of them changing something; `0`: any number",
  },
  {
    names: ["SESSION_HOURS", "SESSION_IDLE_MINUTES"],
    default: "`12`, `60`",
    readBy: "coordinator",
    what: "a session of the dashboard ends so many hours after it began, or minutes after the last request",
  },
  {
    names: ["APPROVE_OWN_SOURCES"],
    default: "`no`; local: `yes`",
    readBy: "coordinator",
    what: "whether who handed in a source may alone approve what was proposed from it",
  },
  {
    names: ["SESSIONS_PER_PERSON"],
    default: "`10`",
    readBy: "coordinator",
    what: "with one more the oldest ends",
  },
  {
    names: ["TRUSTED_PROXIES"],
    default: "–",
    readBy: "coordinator",
    what: "addresses or networks, separated by commas, that are believed when they say who calls ([single sign-on](../../functions/coordinator/README.md#who-may-do-what))",
  },
  {
    names: ["AUTH_HEADERS"],
    default: "`X-Forwarded-User,X-Forwarded-Email,X-Forwarded-Groups`",
    readBy: "coordinator",
    what: "the headers they say it in",
  },
  {
    names: ["AUTH_GROUPS"],
    default: "–",
    readBy: "coordinator",
    what: "`viewer=…,reviewer=…,operator=…`: which group has which role; the highest counts, who is in none is nobody",
  },
  {
    names: ["AUTH_PROXY_SECRET"],
    default: "–",
    readBy: "coordinator",
    what: "believed only with this in `X-School-Proxy-Secret`; 16 signs or more",
  },
  {
    names: ["SSE_CLIENTS"],
    default: "`500`",
    readBy: "coordinator",
    what: "who may follow the events at once",
  },
  {
    names: ["SSE_HEARTBEAT_SECONDS"],
    default: "`15`",
    readBy: "coordinator",
    what: "between signs of life to them",
  },
];
