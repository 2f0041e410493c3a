/** What every function has in common: where Redis is, how work is leased, when nothing is committed. */
import type { Variable } from "./variable.ts";

export const common: readonly Variable[] = [
  {
    names: ["REDIS_URL"],
    part: true,
    default: "local: a server of its own",
    readBy: "all",
    what: "`redis://` or `rediss://`; must not evict keys",
  },
  {
    names: ["KEY_PREFIX"],
    part: true,
    default: "empty",
    readBy: "all",
    what: "goes before every key; a hash tag on Redis Cluster",
  },
  {
    names: ["LOG_LEVEL"],
    default: "`info`",
    readBy: "all",
    what: "`trace` to `fatal`",
  },
  {
    names: ["PORT"],
    default: "`8080`; local: chosen",
    readBy: "all",
    what: "of the probes, of the coordinator's API, of a function in HTTP mode",
  },
  {
    names: ["SCHOOL_MODE"],
    default: "`list`",
    readBy: "functions",
    what: "`http`: answers CloudEvents posted to `PORT` instead of reading its list",
  },
  {
    names: ["SCHOOL_HTTP_OPEN"],
    default: "`false`",
    readBy: "functions in HTTP mode",
    what: "`true`: no token is asked for; only where the network lets nobody else in",
  },
  {
    names: ["LEASE_SECONDS"],
    default: "`30`",
    readBy: "all",
    what: "until a silent worker's event goes to somebody else",
  },
  {
    names: ["PER_POD"],
    default: "by stage",
    readBy: "functions",
    what: "events one process works on at once",
  },
  {
    names: ["MAX_ATTEMPTS"],
    default: "`5`",
    readBy: "functions",
    what: "before an event becomes a dead letter",
  },
  {
    names: ["BREAKER_ROLLBACKS_PER_HOUR"],
    default: "`3`",
    readBy: "all",
    what: "more open the circuit breaker",
  },
  {
    names: ["BREAKER_TIMEOUT"],
    default: "`60`",
    readBy: "all",
    what: "minutes the breaker stays open after the last rollback that was one too many",
  },
  {
    names: ["COMMITS_PER_HOUR", "COMMITS_PER_DAY"],
    default: "`20`, `100`",
    readBy: "all",
    what: "budget of commits",
  },
  {
    names: ["FREEZE_WINDOWS"],
    default: "–",
    readBy: "all",
    what: "times without commits: `Fri 16:00 - Mon 07:00 Europe/Berlin; 2026-12-20 - 2027-01-03`; what a person approved waits for their end",
  },
  {
    names: ["GITHUB_WEBHOOK_SECRET"],
    part: true,
    default: "–",
    readBy: "coordinator",
    what: "secret of GitHub's webhook to `/webhooks/github` (events: pull requests, their reviews), so that a merge is seen at once",
  },
  {
    names: ["PULL_REQUEST_LOOK_SECONDS"],
    default: "`300`",
    readBy: "sync",
    what: "between two looks at an open pull request (a webhook is faster)",
  },
];
