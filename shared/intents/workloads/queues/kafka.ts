/** Consumer groups of Kafka (keda.sh/docs/2.17/scalers/apache-kafka). */
import { scaledObjectsOf } from "../../../repository/keda.ts";
import { ofKind } from "../../../repository/lookup.ts";
import { at, textAt } from "../../../repository/values.ts";
import { qualified, readAddress } from "./broker-address.ts";
import { type FindQueue, sourceVariable, usualValue, variable, type Worker } from "./queue.ts";

const BROKERS = /(?:^|_)(?:BOOTSTRAP_?SERVERS?|KAFKA_?(?:BROKERS?|SERVERS?|HOSTS?|BROKER_?LIST))$/i;
const TOPIC = /(?:^|_)TOPICS?(?:_?NAME)?$/i;
const GROUP = /(?:^|_)(?:CONSUMER_?GROUP|GROUP_?ID|KAFKA_?GROUP)(?:_?(?:ID|NAME))?$/i;
const PROTECTED = /SASL|(?:KAFKA|BROKER).*(?:USER|PASS|SECRET|SSL|TLS|CERT)/i;

export const findKafkaGroup: FindQueue = (worker) => {
  const brokers = variable(worker, BROKERS);
  if (brokers === undefined) return undefined;
  const topic = sourceVariable(worker, TOPIC, "topic");
  const group = sourceVariable(worker, GROUP, "consumer group");
  if (topic === undefined || group === undefined) return undefined;
  if (typeof topic === "string") return topic;
  if (typeof group === "string") return group;
  const servers = readServers(worker, brokers.value);
  if (servers === undefined) return `the addresses in ${brokers.name} are not in the repository`;
  const protocol = variable(worker, /SECURITY_?PROTOCOL$/i);
  const login = worker.variables.find(({ name }) => PROTECTED.test(name) && !/SECURITY_?PROTOCOL$/i.test(name));
  if (login !== undefined || (protocol !== undefined && protocol.value?.toUpperCase() !== "PLAINTEXT")) {
    return `it logs in to Kafka (${(login ?? protocol)?.name ?? ""}), and no other ScaledObject shows how KEDA may`;
  }
  const lags = scaledObjectsOf(worker.platform).flatMap(({ triggers }) =>
    triggers.flatMap(({ type, metadata }) => (type === "kafka" ? (metadata["lagThreshold"] ?? []) : [])),
  );
  const reset = variable(worker, /(?:AUTO_?)?OFFSET_?RESET(?:_?POLICY)?$/i)?.value?.toLowerCase();
  const partitions = partitionsOf(worker, topic.value);
  return {
    triggers: [
      {
        type: "kafka",
        metadata: {
          bootstrapServers: servers,
          consumerGroup: group.value,
          topic: topic.value,
          lagThreshold: usualValue(lags, "10"),
          ...(reset === "earliest" || reset === "latest" ? { offsetResetPolicy: reset } : {}),
        },
      },
    ],
    queue: topic.value,
    ...(partitions === undefined ? {} : { most: partitions }),
    because: `${topic.name} and ${group.name} name the topic it reads and the group it reads it in`,
  };
};

function readServers({ namespace }: Worker, value: string | undefined): string | undefined {
  const parts = (value ?? "").split(",").map((part) => readAddress(part));
  const servers = parts.map((part) => {
    const host = part === undefined ? undefined : qualified(part.host, namespace);
    const isPlain = part?.scheme === undefined && part?.path === "" && !part.hasCredentials;
    return host === undefined || !isPlain ? undefined : `${host}:${part.port ?? 9092}`;
  });
  return servers.includes(undefined) || servers.length > 20 ? undefined : servers.join(",");
}

/** A consumer beyond the partitions of its topic waits for ever (Strimzi: KafkaTopic). */
function partitionsOf({ platform }: Worker, topic: string): number | undefined {
  const found = ofKind(platform, "KafkaTopic").filter(
    ({ name, object }) => (textAt(object, "spec", "topicName") ?? name) === topic,
  );
  const [first] = found;
  const partitions = at(first?.object, "spec", "partitions");
  return found.length === 1 && typeof partitions === "number" && partitions >= 1 ? Math.floor(partitions) : undefined;
}
