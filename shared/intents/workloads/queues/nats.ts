/** Consumers of NATS JetStream, which KEDA asks the server's monitoring port about (keda.sh/docs/2.17/scalers/nats-jetstream). */
import { scaledObjectsOf } from "../../../repository/keda.ts";
import { inNamespace } from "../../../repository/lookup.ts";
import { isService, portsOf } from "../../../repository/services.ts";
import { addressIn, qualified } from "./broker-address.ts";
import { type FindQueue, sourceVariable, usualValue, variable, type Worker } from "./queue.ts";

const ADDRESS = /NATS.*(?:URL|URI|SERVERS?|HOST|ADDR|ADDRESS)$/i;
const STREAM = /(?:^|_)STREAM(?:_?NAME)?$/i;
const CONSUMER = /(?:^|_)(?:CONSUMER|DURABLE)(?:_?(?:NAME|CONSUMER))?$/i;
const MONITORING = 8222;

export const findJetStream: FindQueue = (worker) => {
  const given = variable(worker, ADDRESS);
  if (given === undefined) return undefined;
  const stream = sourceVariable(worker, STREAM, "stream");
  const consumer = sourceVariable(worker, CONSUMER, "consumer");
  if (stream === undefined || consumer === undefined) return undefined;
  if (typeof stream === "string") return stream;
  if (typeof consumer === "string") return consumer;
  const address = addressIn(given);
  const host = address === undefined ? undefined : qualified(address.host, worker.namespace);
  if (host === undefined) return `the address in ${given.name} is not in the repository`;
  if (!isMonitored(worker, host))
    return `no Service of the repository shows the monitoring port of ${host} (${MONITORING})`;
  const before = scaledObjectsOf(worker.platform).flatMap(({ triggers }) =>
    triggers.filter(({ type }) => type === "nats-jetstream").map(({ metadata }) => metadata),
  );
  const accounts = [...new Set(before.flatMap(({ account }) => account ?? []))];
  if (accounts.length > 1) return `which account of NATS it uses is not clear: ${accounts.join(", ").slice(0, 200)}`;
  return {
    triggers: [
      {
        type: "nats-jetstream",
        metadata: {
          natsServerMonitoringEndpoint: `${host}:${MONITORING}`,
          account: accounts[0] ?? "$G",
          stream: stream.value,
          consumer: consumer.value,
          lagThreshold: usualValue(
            before.flatMap(({ lagThreshold }) => lagThreshold ?? []),
            "10",
          ),
        },
      },
    ],
    queue: `${stream.value}/${consumer.value}`,
    because: `${stream.name} and ${consumer.name} name the stream it reads and the consumer it reads it by`,
  };
};

function isMonitored({ platform }: Worker, host: string): boolean {
  const [name, namespace] = host.split(".");
  const service = inNamespace(platform, namespace).find((one) => isService(one) && one.name === name);
  return service !== undefined && portsOf(service).some(({ port }) => port === MONITORING);
}
