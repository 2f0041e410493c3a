/** Every Redis key of the school, in one place. Founding names keep their form; every other starts with `school:`. */
import type { Status } from "../domain/lifecycle.ts";

/** Prefix before all keys; empty unless configured. On Redis Cluster it must be a hash tag, e.g. `{cortex}:`. */
export interface Keys {
  readonly prefix: string;
  record(id: string): string;
  trail(id: string): string;
  byStatus(status: Status): string;
  statusSet(status: Status): string;
  categorySet(category: string): string;
  videoSet(video: string): string;
  readonly rollbackLog: string;
  readonly events: string;
  readonly timers: string;
  readonly flags: string;
  readonly breaker: string;
  /** ZSET of rollbacks by time; the breaker counts the last hour. */
  readonly rollbacks: string;
  /** ZSET by time of rejected improvements that must not be proposed again. */
  readonly tombstones: string;
  /** ZSET of deferred improvements by when they come back. */
  readonly deferred: string;
  readonly metrics: string;
  readonly outcomes: string;
  /** STRING that says that a row of the outcomes is there. */
  outcomeRow(row: string): string;
  /** HASH `<corpus>/<source>` -> state as JSON: what the school knows its platform by. */
  readonly knowledge: string;
  /** HASH `<corpus>/<source>` -> what `index` remembers of it, as JSON; also `fit` and `run:<source>`. */
  readonly knowledgeLedger: string;
  /** HASH of fitted embedders: id -> bytes, and `newest` -> id. */
  readonly knowledgeModel: string;
  /** HASH of the router: `rollout`, `threshold:<embedder>`, `trained`, `labels`, `first` and `written` of its rows. */
  readonly router: string;
  /** HASH improvement -> training row as JSON; ZSET of the same by time. */
  readonly routerRows: string;
  readonly routerRowTimes: string;
  /** ZSET of the same by when each was last written, in microseconds; the newest of them is `written` of the router. */
  readonly routerRowChanges: string;
  /** LIST of what happened to the router, newest first. */
  readonly routerEvents: string;
  /** HASH hash of the words -> the improvement that stands for them. */
  readonly routerRepeats: string;
  /** HASH `<hour>:<tier>` -> how many improvements it served on that day (`2026-01-31`); it expires. */
  routerDay(day: string): string;
  /** STRING with an expiry: the token of who trains. */
  readonly routerTraining: string;
  /** STRING with an expiry: somebody asked for a training after the one of that moment. */
  routerAsked(trained: number): string;
  /** HASH `current`, `previous`, `staging` -> entry as JSON, and LIST of archived entries. */
  modelShelf(name: string): string;
  modelArchive(name: string): string;
  /** STRING: the bytes of a model. */
  model(name: string, version: string): string;
  /** HASH improvement -> what forecasts are made from, as JSON; ZSET of the same by time. */
  readonly forecastRows: string;
  readonly forecastRowTimes: string;
  /** LIST of samples of the stages' metrics, newest first, as JSON; HASH of alarms that were raised. */
  readonly samples: string;
  readonly alarms: string;
  /** SET of the channels `notify` is configured with, HASH of each, LIST of the last messages as JSON. */
  readonly notifyChannels: string;
  notifyChannel(name: string): string;
  readonly notifyLog: string;
  /** HASH of how far a notification is on each channel; ZSET of what is due on one; STRING that says why nobody sends there. */
  notifyTold(id: string): string;
  notifyDue(channel: string): string;
  notifyHeld(channel: string): string;
  /** HASH `place`, `root`: where an improvement's thread is. */
  notifyThread(channel: string, improvement: string): string;
  /** STRING: who handed in the source of this event. HASH improvement -> who handed in the source it is from. */
  handedIn(event: string): string;
  readonly handedInBy: string;
  /** STREAM of what people did that no trail tells of, capped. */
  readonly audit: string;
  /** ZSET session -> when it ends at the latest; STRING of each as JSON, which expires. */
  readonly sessions: string;
  session(id: string): string;
  readonly sources: string;
  source(id: string): string;
  /** HASH of a watched source: when it is looked at next, what the last look came to, how many new ones it gave today. */
  watch(name: string): string;
  list(stage: string): string;
  leases(stage: string): string;
  leased(stage: string): string;
  delayed(stage: string): string;
  attempts(stage: string): string;
  dead(stage: string): string;
  /** ZSET worker -> until when its last sign of life counts. */
  workers(stage: string): string;
  /** STRING with an expiry: since when events wait while no worker of the stage is alive. */
  cold(stage: string): string;
  /** LIST of dead letters that somebody discarded. */
  readonly discarded: string;
  /** SET of all names under which anybody ever took or wanted a lock. */
  readonly lockNames: string;
  lock(application: string): string;
  lockWaiting(application: string): string;
}

export function keysOf(prefix = ""): Keys {
  const school = `${prefix}school:`;
  const list = (stage: string) => `${school}queue:${stage}`;
  const lock = (application: string) => `${school}locks:app:${application}`;
  return {
    prefix,
    record: (id) => `${prefix}improvement:${id}`,
    trail: (id) => `${prefix}improvement:${id}:trail`,
    byStatus: (status) => `${prefix}improvements:${status}`,
    statusSet: (status) => `${prefix}improvements:status:${status}`,
    categorySet: (category) => `${prefix}improvements:category:${category}`,
    videoSet: (video) => `${prefix}improvements:video:${video}`,
    rollbackLog: `${prefix}improvements:rollback_log`,
    events: `${school}events`,
    timers: `${school}timers`,
    flags: `${school}flags`,
    breaker: `${school}breaker`,
    rollbacks: `${school}rollbacks`,
    tombstones: `${school}tombstones`,
    deferred: `${school}deferred`,
    metrics: `${school}metrics`,
    outcomes: `${school}outcomes`,
    outcomeRow: (row) => `${school}outcome:${row}`,
    knowledge: `${school}knowledge`,
    knowledgeLedger: `${school}knowledge:ledger`,
    knowledgeModel: `${school}knowledge:model`,
    router: `${school}router`,
    routerRows: `${school}router:rows`,
    routerRowTimes: `${school}router:rows:at`,
    routerRowChanges: `${school}router:rows:written`,
    routerEvents: `${school}router:events`,
    routerRepeats: `${school}router:repeats`,
    routerDay: (day) => `${school}router:day:${day}`,
    routerTraining: `${school}router:training`,
    routerAsked: (trained) => `${school}router:asked:${Math.round(trained)}`,
    modelShelf: (name) => `${school}model:${name}`,
    modelArchive: (name) => `${school}model:${name}:archive`,
    model: (name, version) => `${school}model:${name}:${version}`,
    forecastRows: `${school}forecast:rows`,
    forecastRowTimes: `${school}forecast:rows:at`,
    samples: `${school}samples`,
    alarms: `${school}alarms`,
    notifyChannels: `${school}notify:channels`,
    notifyChannel: (name) => `${school}notify:channel:${name}`,
    notifyLog: `${school}notify:log`,
    notifyTold: (id) => `${school}notify:told:${id}`,
    notifyDue: (channel) => `${school}notify:due:${channel}`,
    notifyHeld: (channel) => `${school}notify:held:${channel}`,
    notifyThread: (channel, improvement) => `${school}notify:thread:${channel}:${improvement}`,
    handedIn: (event) => `${school}handed_in:${event}`,
    handedInBy: `${school}handed_in_by`,
    audit: `${school}audit`,
    sessions: `${school}sessions`,
    session: (id) => `${school}session:${id}`,
    sources: `${school}sources`,
    source: (id) => `${school}source:${id}`,
    watch: (name) => `${school}watch:${name}`,
    list,
    leases: (stage) => `${list(stage)}:leases`,
    leased: (stage) => `${list(stage)}:leased`,
    delayed: (stage) => `${list(stage)}:delayed`,
    attempts: (stage) => `${list(stage)}:attempts`,
    dead: (stage) => `${list(stage)}:dead`,
    workers: (stage) => `${list(stage)}:workers`,
    cold: (stage) => `${list(stage)}:cold`,
    discarded: `${school}discarded`,
    lockNames: `${school}locks`,
    lock,
    lockWaiting: (application) => `${lock(application)}:waiting`,
  };
}
