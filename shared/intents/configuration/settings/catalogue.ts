/** The settings rules may change, and the values people may give them. A setting that runs programs is none of them. */
import { type KnownSetting, type Situation, type Technology, unless } from "./known-setting.ts";

const SWITCH = /^(?:on|off|true|false|yes|no|0|1)$/i;
const DURATION = /^(?:-1|\d{1,7}(?:ms|s|min|h)?)$/;
const COUNT = /^\d{1,7}$/;
const SLOW = /\bslow(?:est)?\b|query logs?|log_?min_?duration/i;

/** redis.io/docs, "Redis persistence". */
const redis: readonly KnownSetting[] = [
  {
    technology: "redis",
    name: "appendonly",
    allowed: /^(?:yes|no)$/,
    advice: {
      value: "yes",
      about: /append ?-?only|\baof\b|durab|persist/i,
      need: appendOnly,
      before:
        "The restart that applies it begins empty; CONFIG SET appendonly yes in the running Redis before it keeps what is in memory",
    },
  },
  {
    technology: "redis",
    name: "appendfsync",
    allowed: /^(?:everysec|always)$/,
    advice: {
      value: "everysec",
      about: /append ?-?only|\baof\b|fsync|durab|persist/i,
      need: (situation) =>
        situation.now === "no" && isOn(situation, "appendonly")
          ? { needed: "its append-only file is written to disk only when the kernel likes" }
          : "fine",
    },
  },
  {
    technology: "redis",
    name: "maxmemory-policy",
    allowed: /^(?:noeviction|(?:allkeys|volatile)-(?:lru|lfu|random)|volatile-ttl)$/,
    advice: {
      value: "noeviction",
      about: /no ?-?eviction|evict|maxmemory|allkeys/i,
      need: (situation) =>
        /^(?:allkeys|volatile)-/.test(situation.now ?? "") && situation.keepsData && isOn(situation, "appendonly")
          ? { needed: `it keeps data and may throw it away when memory is short (${situation.now ?? ""})` }
          : "fine",
    },
  },
  { technology: "redis", name: "slowlog-log-slower-than", allowed: COUNT },
  { technology: "redis", name: "latency-monitor-threshold", allowed: COUNT },
  { technology: "redis", name: "tcp-keepalive", allowed: COUNT },
];

function isOn({ others }: Situation, name: string): boolean {
  return others(name).join() === "yes";
}

/** With snapshots on disk and no log beside them, a restart with the log switched on begins empty. */
function appendOnly({ now, others, keepsData }: Situation): ReturnType<ReturnType<typeof unless>> {
  if (now === "yes") return "fine";
  if (!keepsData) return { blocked: "it has no volume that outlives its pod, so an append-only file would go with it" };
  if (others("save").join() !== '""')
    return {
      blocked:
        "it keeps snapshots, and a restart with appendonly begins from an empty log instead of them: switch it on in the running Redis first (CONFIG SET appendonly yes), then here",
    };
  return { needed: "it keeps neither snapshots nor an append-only file, so a restart loses everything" };
}

/** postgresql.org/docs/current/runtime-config. */
const postgres: readonly KnownSetting[] = [
  {
    technology: "postgres",
    name: "log_min_duration_statement",
    allowed: DURATION,
    advice: { value: "500ms", about: SLOW, need: unless("-1", /^-1$/, "slow queries are not logged") },
  },
  {
    technology: "postgres",
    name: "log_lock_waits",
    allowed: SWITCH,
    advice: {
      value: "on",
      about: /\block(?:s|ed|ing)?\b|deadlock/i,
      need: unless("off", /^(?:off|false|no|0)$/i, "queries that wait for locks are not logged"),
    },
  },
  {
    technology: "postgres",
    name: "autovacuum",
    allowed: SWITCH,
    advice: {
      value: "on",
      about: /vacuum|bloat/i,
      need: unless("on", /^(?:off|false|no|0)$/i, "tables are not vacuumed, so they grow and transaction ids run out"),
    },
  },
  {
    technology: "postgres",
    name: "fsync",
    allowed: /^(?:on|true|yes|1)$/i,
    advice: {
      value: "on",
      about: /fsync|durab|corrupt|data loss|crash/i,
      need: unless("on", /^(?:off|false|no|0)$/i, "a crash may corrupt its data"),
    },
  },
  {
    technology: "postgres",
    name: "full_page_writes",
    allowed: /^(?:on|true|yes|1)$/i,
    advice: {
      value: "on",
      about: /full.?page|durab|corrupt|data loss|crash/i,
      need: unless("on", /^(?:off|false|no|0)$/i, "a crash may leave half of a page"),
    },
  },
  {
    technology: "postgres",
    name: "wal_compression",
    allowed: SWITCH,
    advice: {
      value: "on",
      about: /\bwal\b|write.?ahead/i,
      need: unless("off", /^(?:off|false|no|0)$/i, "its write-ahead log is not compressed"),
    },
  },
  { technology: "postgres", name: "log_checkpoints", allowed: SWITCH },
  { technology: "postgres", name: "log_temp_files", allowed: /^(?:-1|\d{1,9}(?:kB|MB)?)$/ },
  { technology: "postgres", name: "statement_timeout", allowed: DURATION },
  { technology: "postgres", name: "lock_timeout", allowed: DURATION },
  { technology: "postgres", name: "idle_in_transaction_session_timeout", allowed: DURATION },
  { technology: "postgres", name: "track_io_timing", allowed: SWITCH },
];

/** dev.mysql.com/doc/refman, "Server System Variables". */
const mysql: readonly KnownSetting[] = [
  {
    technology: "mysql",
    name: "mysqld.slow_query_log",
    allowed: SWITCH,
    advice: { value: "ON", about: SLOW, need: unless("OFF", /^(?:off|0|false)$/i, "slow queries are not logged") },
  },
  {
    technology: "mysql",
    name: "mysqld.long_query_time",
    allowed: /^\d{1,3}(?:\.\d{1,3})?$/,
    advice: {
      value: "1",
      about: SLOW,
      need: ({ now }) => (Number(now ?? "10") > 2 ? { needed: `a query is slow only after ${now ?? "10"} s` } : "fine"),
    },
  },
  {
    technology: "mysql",
    name: "mysqld.innodb_flush_log_at_trx_commit",
    allowed: /^[012]$/,
    advice: {
      value: "1",
      about: /innodb|durab|data loss|crash|flush/i,
      need: unless("1", /^[02]$/, "a crash loses transactions that were committed"),
    },
  },
  {
    technology: "mysql",
    name: "mysqld.sync_binlog",
    allowed: COUNT,
    advice: {
      value: "1",
      about: /binlog|replicat|durab|data loss|crash/i,
      need: unless("1", /^0$/, "a crash loses events that replicas were to have"),
    },
  },
];

/** nginx.org/en/docs/http/ngx_http_core_module.html */
const nginx: readonly KnownSetting[] = [
  {
    technology: "nginx",
    name: "server_tokens",
    allowed: /^(?:on|off)$/,
    advice: {
      value: "off",
      about: /server.?tokens|version|banner|header/i,
      need: unless("on", /^(?:on|build)$/, "every answer tells the version of nginx"),
    },
  },
  { technology: "nginx", name: "client_max_body_size", allowed: /^\d{1,6}[km]$/i },
  { technology: "nginx", name: "keepalive_timeout", allowed: /^\d{1,4}s?$/ },
];

export const knownSettings: readonly KnownSetting[] = [...redis, ...postgres, ...mysql, ...nginx];

const NAMES: Readonly<Record<Technology, RegExp>> = {
  redis: /\b(?:redis|valkey)\b/i,
  postgres: /\bpostgres(?:ql)?\b/i,
  mysql: /\b(?:mysql|mariadb|innodb|percona)\b/i,
  nginx: /\bnginx\b/i,
};

/** The advice `about` asks for: the settings it speaks of, else those of the programs it names, else all. */
export function advisedSettings(about: string): readonly KnownSetting[] {
  const advised = knownSettings.filter(({ advice }) => advice !== undefined);
  const named = advised.filter(({ technology }) => NAMES[technology].test(about));
  const among = named.length > 0 ? named : advised;
  const meant = among.filter(({ advice }) => advice?.about.test(about) === true);
  return meant.length > 0 ? meant : among;
}

export function knownSetting(technology: Technology, name: string): KnownSetting | undefined {
  const wanted = technology === "mysql" ? name.replaceAll("-", "_") : name.toLowerCase();
  return knownSettings.find((one) => one.technology === technology && one.name === wanted);
}

/**
 * Why nobody may change a setting by an intent: credentials, and what decides which programs, code or files are used. The
 * name alone decides, whatever the format.
 */
export function closedSetting(name: string): string | undefined {
  if (/pass(?:word|wd)?|secret|token|credential|api[-_.]?key|private|masterauth|requirepass|acl/i.test(name))
    return "it may be a credential";
  return /command|program|module|preload|plugin|librar|init_?(?:file|connect)|include|exec|script|lua|perl|eval|shell|hook|(?:^|[-_.])(?:user|group|root|alias|dir|path|file|url|uri|host|address|image|entrypoint|args)$/i.test(
    name,
  )
    ? "it may decide which program, file or host is used"
    : undefined;
}
