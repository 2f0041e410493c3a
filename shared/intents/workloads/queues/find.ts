/** The queue a worker reads, and whether it is the one that reads it. A new kind of queue is one entry here. */
import { variablesOf } from "../../../repository/container-variables.ts";
import { inNamespace } from "../../../repository/lookup.ts";
import type { Platform } from "../../../repository/platform.ts";
import { isService, portsOf, servicesOf } from "../../../repository/services.ts";
import { itemsAt, stringsAt } from "../../../repository/values.ts";
import { type RepositoryWorkload, selects, workloadsIn } from "../../../repository/workloads.ts";
import { findByExample } from "./by-example.ts";
import { findMeasured } from "./by-measurement.ts";
import { findKafkaGroup } from "./kafka.ts";
import { findJetStream } from "./nats.ts";
import type { FindQueue, QueueFound, Worker } from "./queue.ts";
import { findRabbitQueue } from "./rabbitmq.ts";
import { findRedisList } from "./redis.ts";

const brokers: readonly FindQueue[] = [findRabbitQueue, findKafkaGroup, findJetStream, findRedisList];

/** How people call what works a queue off. */
const WORKER =
  /(?:^|[-_])(?:workers?|consumers?|processors?|subscribers?|listeners?|runners?|handlers?|executors?)(?:$|[-_\d])/;
const METRICS = /(?:^|-)(?:metrics|prom|prometheus|exporter|health|probes?|admin)$/;

/** Undefined: nothing shows that it reads a queue. A text: it does, and something is missing. */
export function queueOf(
  platform: Platform,
  workload: RepositoryWorkload,
  chosen?: string,
): QueueFound | string | undefined {
  const { namespace } = workload;
  if (namespace === undefined) return undefined;
  const worker: Worker = { platform, workload, namespace, variables: variablesOf(platform, workload), chosen };
  if (worker.variables.length === 0) return undefined;
  const found = findQueue(worker);
  if (found === undefined || typeof found === "string") return found;
  return readerProblem(worker, found) ?? found;
}

/** By example first: it brings what no variable says. Of two brokers at once neither is evident. */
function findQueue(worker: Worker): QueueFound | string | undefined {
  const example = findByExample(worker);
  if (example !== undefined) return example;
  const answers = brokers.map((find) => find(worker)).filter((one) => one !== undefined);
  const found = answers.filter((one) => typeof one !== "string");
  if (found.length > 1) return "it speaks to several brokers, and which of them holds its queue is not clear";
  const [only] = found;
  if (only !== undefined && answers.length === 1) return only;
  const measured = findMeasured(worker);
  if (measured !== undefined && typeof measured !== "string") return measured;
  return answers.find((one) => typeof one === "string") ?? measured;
}

/** Who names a queue may also be who fills it. */
function readerProblem(
  { platform, workload, namespace, variables }: Worker,
  { queue }: QueueFound,
): string | undefined {
  const isNamedSo = WORKER.test(workload.name) || WORKER.test(workload.podLabels["app.kubernetes.io/component"] ?? "");
  const isServed = servesRequests(platform, workload);
  if (isServed && !isNamedSo) return `a Service leads to it, so it may be what fills ${queue}`;
  const names = queue.split(/, |\//);
  const others = workloadsIn(platform, namespace).filter((one) => {
    if (one.resource === workload.resource || one.resource.application === undefined) return false;
    if (servesRequests(platform, one) && !WORKER.test(one.name)) return false;
    const values = variablesOf(platform, one);
    return values.some(({ name, value }) => names.includes(value ?? "") && variables.some((own) => own.name === name));
  });
  const [rival] = others;
  if (rival === undefined || (isNamedSo && !others.some(({ name }) => WORKER.test(name)))) return undefined;
  return `${rival.kind} ${rival.name} names ${queue} too, and which of them reads it is not clear`;
}

/** A Service that is there for more than metrics. */
function servesRequests(platform: Platform, workload: RepositoryWorkload): boolean {
  return servicesOf(platform, workload).some((service) => {
    const ports = itemsAt(service.object, "spec", "ports");
    return ports.length !== portsOf(service).length || !ports.every((port) => METRICS.test(String(port["name"])));
  });
}

/** True when any Service, Ingress or not, selects its pods: then somebody may call it while its queue is empty. */
export function isCalled(platform: Platform, { namespace, podLabels }: RepositoryWorkload): boolean {
  return inNamespace(platform, namespace).some(
    (one) => isService(one) && selects(stringsAt(one.object, "spec", "selector"), podLabels),
  );
}
