/**
 * A worker's trigger by the example of another worker the repository scales already: what differs between the two
 * workers' variables differs between their triggers in the same way.
 */
import type { Variable } from "../../../repository/container-variables.ts";
import { variablesOf } from "../../../repository/container-variables.ts";
import {
  type KedaTrigger,
  mayAuthenticate,
  type RepositoryScaledObject,
  scaledObjectsOf,
} from "../../../repository/keda.ts";
import type { FindQueue, QueueFound, QueueTrigger, Worker } from "./queue.ts";

/** Triggers that measure something waiting; others (cpu, cron …) say nothing about a queue. */
const QUEUES =
  /^(?:redis(?:-streams|-cluster|-sentinel|-cluster-streams|-sentinel-streams)?|rabbitmq|apache-kafka|kafka|nats-jetstream|stan|activemq|artemis-queue|prometheus|aws-sqs-queue|azure-servicebus|gcp-pubsub|beanstalkd|pulsar)$/;
/** What names a queue or leads to a broker; other variables of two workers may differ as they like. */
const NAMES = /QUEUE|LIST|STREAM|TOPIC|CONSUMER|GROUP|SUBJECT|CHANNEL|SUBSCRIPTION|DURABLE|ROUTING_?KEY/i;
const FROM_ENV = /FromEnv$/;
const PLAIN = /^[A-Za-z0-9][\w.:/-]{0,199}$/;

export const findByExample: FindQueue = (worker) => {
  for (const example of scaledObjectsOf(worker.platform)) {
    const found = after(example, worker);
    if (found !== undefined) return found;
  }
  return undefined;
};

function after({ resource, triggers, workload }: RepositoryScaledObject, worker: Worker): QueueFound | undefined {
  const { platform, namespace, variables } = worker;
  if (workload === undefined || workload.resource === worker.workload.resource || triggers.length === 0)
    return undefined;
  if (!triggers.every(({ type }) => QUEUES.test(type))) return undefined;
  const theirs = variablesOf(platform, workload);
  const swaps = swapsBetween(theirs, variables, worker.chosen);
  if (swaps === undefined) return undefined;
  const used = new Set<string>();
  const written = triggers.map((trigger) => translate(trigger, swaps, used));
  // A trigger in which nothing is this worker's own would watch the other's queue.
  const isOwn = triggers.every((trigger, index) => {
    return JSON.stringify(trigger.metadata) !== JSON.stringify(written[index]?.metadata);
  });
  const named = triggers.flatMap(({ metadata }) =>
    Object.entries(metadata).flatMap(([key, value]) => (FROM_ENV.test(key) ? [value] : [])),
  );
  const own = named.map((name) => variables.find((one) => one.name === name));
  if (!isOwn || own.includes(undefined) || !isSameBroker(triggers, theirs, variables)) return undefined;
  const containers = new Set(own.map((one) => one?.container));
  if (containers.size > 1) return undefined;
  const references = triggers.flatMap(({ authenticationRef }) => authenticationRef ?? []);
  if (!references.every((reference) => mayAuthenticate(platform, namespace, reference))) return undefined;
  const [container] = own;
  return {
    triggers: written,
    queue: [...used].join(", "),
    ...(container === undefined ? {} : { container }),
    because: `it is configured like ${workload.name}, which ScaledObject ${resource.name} scales (${resource.path})`,
  };
}

/** Their value -> ours, for variables that name queues; undefined when it is not one to one, or none differs. */
function swapsBetween(
  theirs: readonly Variable[],
  ours: readonly Variable[],
  chosen: string | undefined,
): ReadonlyMap<string, string> | undefined {
  const swaps = new Map<string, string>();
  for (const { name, value } of theirs) {
    if (!NAMES.test(name) || value === undefined) continue;
    const other = ours.find((one) => one.name === name)?.value;
    if (other === undefined || other === value) continue;
    if (!PLAIN.test(value) || !PLAIN.test(other) || (swaps.get(value) ?? other) !== other) return undefined;
    swaps.set(value, other);
  }
  if (swaps.size === 0) return undefined;
  return chosen === undefined || ours.some(({ name }) => name === chosen) ? swaps : undefined;
}

function translate(
  { type, metadata, authenticationRef }: KedaTrigger,
  swaps: ReadonlyMap<string, string>,
  used: Set<string>,
): QueueTrigger {
  const entries = Object.entries(metadata).map(([key, value]) => {
    return [key, FROM_ENV.test(key) ? value : swapped(value, swaps, used)] as const;
  });
  return {
    type,
    metadata: Object.fromEntries(entries),
    ...(authenticationRef === undefined ? {} : { authenticationRef }),
  };
}

/** Whole names only: `mail` is no part of `mailbox`; all at once, so that no swap meets the result of another. */
function swapped(text: string, swaps: ReadonlyMap<string, string>, used: Set<string>): string {
  const names = [...swaps.keys()].sort((a, b) => b.length - a.length).map((name) => name.replace(/[.\\/]/g, "\\$&"));
  const pattern = new RegExp(`(?<![\\w-])(?:${names.join("|")})(?![\\w-])`, "g");
  return text.replace(pattern, (name) => {
    const other = swaps.get(name) ?? name;
    used.add(other);
    return other;
  });
}

/**
 * Addresses written into the example's triggers, and variables they name, must be this worker's, too. Where nothing ties
 * an address to the example's own variables, nothing ties it to ours: then only credentials or a Prometheus can lead on.
 */
function isSameBroker(
  triggers: readonly KedaTrigger[],
  theirs: readonly Variable[],
  ours: readonly Variable[],
): boolean {
  const entries = triggers.flatMap(({ metadata }) => Object.entries(metadata));
  const named = entries.flatMap(([key, value]) => (FROM_ENV.test(key) ? [value] : []));
  const leading = theirs.filter(({ name, value }) => {
    const host = value === undefined || NAMES.test(name) ? undefined : hostIn(value);
    return host !== undefined && entries.some(([, text]) => mentions(text, host));
  });
  const compared = [...new Set([...named, ...leading.map(({ name }) => name)])];
  if (compared.length === 0) {
    return triggers.every(({ type, authenticationRef }) => type === "prometheus" || authenticationRef !== undefined);
  }
  return compared.every((name) => {
    const [a, b] = [theirs, ours].map((list) => list.find((one) => one.name === name));
    return a !== undefined && b !== undefined && a.value === b.value;
  });
}

function hostIn(value: string): string | undefined {
  return /^(?:[a-z][a-z0-9+.-]*:\/\/)?(?:[^@/\s]*@)?([a-z0-9][-a-z0-9]{1,62})(?:[.:/]|$)/i.exec(value)?.[1];
}

function mentions(text: string, host: string): boolean {
  return new RegExp(`(?<![\\w.-])${host}(?![\\w-])`, "i").test(text);
}
