/** What a worker's queue is: how it is named and reached, read from the worker itself. One file per kind beside this one. */

import type { Variable } from "../../../repository/container-variables.ts";
import type { AuthenticationRef } from "../../../repository/keda.ts";
import type { Platform } from "../../../repository/platform.ts";
import type { RepositoryWorkload } from "../../../repository/workloads.ts";

/** A worker as the kinds of queues see it. */
export interface Worker {
  readonly platform: Platform;
  readonly workload: RepositoryWorkload;
  readonly namespace: string;
  readonly variables: readonly Variable[];
  /** Name of the variable that names the queue, where a person chose among several. */
  readonly chosen: string | undefined;
}

/** A trigger of a ScaledObject (keda.sh/docs/2.17/scalers) that watches a worker's queue. */
export interface QueueTrigger {
  readonly type: string;
  readonly metadata: Readonly<Record<string, string>>;
  readonly authenticationRef?: AuthenticationRef;
}

export interface QueueFound {
  readonly triggers: readonly QueueTrigger[];
  /** Name of the queue, for people and to tell who else reads it. */
  readonly queue: string;
  /** More replicas than this have nothing to do. */
  readonly most?: number;
  /** The container whose variables the triggers name; undefined when they name none. */
  readonly container?: Variable;
  readonly because: string;
}

/** Undefined: nothing shows a queue of this kind. A text: there is one, and what is missing. */
export type FindQueue = (worker: Worker) => QueueFound | string | undefined;

/** Names of variables of what a worker writes to, or where its failures go. */
const OUTWARD =
  /(?:^|_)(?:DLQ|DEAD|DEADLETTER|FAIL(?:ED|URES?)?|RETRY|RETRIES|OUT|OUTPUT|OUTGOING|OUTBOUND|RESULTS?|REPLY|REPLIES|RESPONSES?|NEXT|TARGET|DEST|DESTINATION|PUBLISH\w*|PRODUCERS?|PRODUCE|SINK)(?=_|$)/i;
const INWARD = /(?:^|_)(?:IN|INPUT|INCOMING|INBOUND|SOURCE|CONSUME\w*|WORK|WORKER|TASKS?|JOBS?)(?=_|$)/i;
/** What brokers take for a name, and YAML and PromQL for a plain word. */
const NAME = /^[A-Za-z0-9][\w.:/-]{0,199}$/;

/** The variable whose name fits `pattern` and whose value names the one thing this worker reads from. */
export function sourceVariable(
  { variables, chosen }: Worker,
  pattern: RegExp,
  what: string,
): (Variable & { readonly value: string }) | string | undefined {
  const named = variables.filter(({ name }) => pattern.test(name) && !OUTWARD.test(name));
  const wanted = named.filter(({ name }) => name === chosen);
  const inward = named.filter(({ name }) => INWARD.test(name));
  const candidates = wanted.length > 0 ? wanted : inward.length === 1 ? inward : named;
  const [first, second] = candidates;
  if (first === undefined) return undefined;
  if (second !== undefined)
    return `which ${what} it reads is not clear: ${candidates.map(({ name }) => name).join(", ")}`;
  const { value } = first;
  if (value === undefined) return `the value of ${first.name} is not in the repository`;
  return NAME.test(value) ? { ...first, value } : `${first.name} does not name one ${what}`;
}

export function variable({ variables }: Worker, pattern: RegExp): Variable | undefined {
  return variables.find(({ name }) => pattern.test(name));
}

/** What other ScaledObjects of the repository set for this trigger, else KEDA's usual value. */
export function usualValue(values: readonly string[], standard: string): string {
  const numbers = values.filter((value) => /^[1-9]\d{0,8}(?:\.\d{1,3})?$/.test(value));
  const counts = new Map<string, number>();
  for (const value of numbers) counts.set(value, (counts.get(value) ?? 0) + 1);
  const [best] = [...counts].sort(([a, x], [b, y]) => y - x || Number(a) - Number(b));
  return best?.[0] ?? standard;
}
