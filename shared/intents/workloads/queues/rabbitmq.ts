/** Queues in RabbitMQ (keda.sh/docs/2.17/scalers/rabbitmq-queue). */
import { authenticationsIn, parametersOf, scaledObjectsOf } from "../../../repository/keda.ts";
import { addressIn, isQualified, qualified } from "./broker-address.ts";
import { type FindQueue, sourceVariable, usualValue, type Worker } from "./queue.ts";

const QUEUE = /(?:^|_)QUEUES?(?:_?NAME)?$/i;
const BY_NAME = /(?:RABBIT(?:MQ)?|AMQP).*(?:URL|URI|HOST|ADDRESS|CONNECTION|CONNECTION_STRING|DSN)$/i;

export const findRabbitQueue: FindQueue = (worker) => {
  const host = readHost(worker);
  if (host === undefined) return undefined;
  const queue = sourceVariable(worker, QUEUE, "queue");
  if (queue === undefined) return undefined;
  if (typeof queue === "string") return queue;
  if (typeof host === "string") return host;
  const lengths = scaledObjectsOf(worker.platform).flatMap(({ triggers }) =>
    triggers.flatMap(({ type, metadata }) => {
      return type === "rabbitmq" && metadata["mode"] === "QueueLength" ? (metadata["value"] ?? []) : [];
    }),
  );
  const { metadata, ...rest } = host;
  return {
    triggers: [
      {
        type: "rabbitmq",
        metadata: { ...metadata, queueName: queue.value, mode: "QueueLength", value: usualValue(lengths, "20") },
        ...("reference" in rest ? { authenticationRef: rest.reference } : {}),
      },
    ],
    queue: queue.value,
    ...("container" in rest ? { container: rest.container } : {}),
    because: `${queue.name} names the queue it reads`,
  };
};

/** The variable that holds the connection, in words of the trigger; undefined when nothing speaks of RabbitMQ. */
function readHost(worker: Worker) {
  const { platform, namespace, variables } = worker;
  const plain = variables.find(({ value }) => /^amqps?:\/\//i.test(value ?? ""));
  if (plain !== undefined) {
    const address = addressIn(plain);
    if (address === undefined) return `${plain.name} holds no address that could be read`;
    const name = qualified(address.host, namespace);
    if (name === undefined) return `${plain.name} leads to the pod itself`;
    if (isQualified(address.host)) return { metadata: { hostFromEnv: plain.name }, container: plain };
    if (address.hasCredentials) {
      return `KEDA could not resolve ${address.host} in ${plain.name} from its own namespace, and the password in it is not copied`;
    }
    const port = address.port === undefined ? "" : `:${address.port}`;
    return { metadata: { host: `${address.scheme}://${name}${port}/${address.path}` } };
  }
  const secret = variables.find(({ name, value }) => value === undefined && BY_NAME.test(name));
  if (secret === undefined) return undefined;
  const [own, other] = authenticationsIn(platform, namespace).filter((one) => parametersOf(one).includes("host"));
  if (own !== undefined && other === undefined) return { metadata: {}, reference: { name: own.name } };
  return `${secret.name} is secret, and which TriggerAuthentication of ${namespace} leads to the same broker is not clear`;
}
