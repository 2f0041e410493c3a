/** Lists in Redis (keda.sh/docs/2.17/scalers/redis-lists). */

import type { Variable } from "../../../repository/container-variables.ts";
import {
  type AuthenticationRef,
  authenticationsIn,
  mayAuthenticate,
  parametersOf,
  scaledObjectsOf,
} from "../../../repository/keda.ts";
import { imageName } from "../../resource-values.ts";
import { addressIn, type BrokerAddress, isQualified, qualified } from "./broker-address.ts";
import { type FindQueue, sourceVariable, usualValue, variable, type Worker } from "./queue.ts";

const LIST =
  /(?:^|_)QUEUES?(?:_?(?:NAME|KEY|LIST))?$|^(?:REDIS|VALKEY|WORK|INPUT|JOBS?|TASKS?)_LIST(?:_?(?:NAME|KEY))?$|^LIST_(?:NAME|KEY)$/i;
const ADDRESS = /(?:REDIS|VALKEY|QUEUE|BROKER).*_?(?:ADDR|ADDRESS|URL|URI)$/i;
const HOST = /(?:REDIS|VALKEY)_?(?:HOST|HOSTNAME|SERVER|SERVICE)$/i;
const PORT = /(?:REDIS|VALKEY)_?PORT$/i;
const DATABASE = /(?:REDIS|VALKEY)_?(?:DB|DATABASE|DB_INDEX|DATABASE_INDEX)$/i;
const USER = /(?:REDIS|VALKEY)_?(?:USER|USERNAME)$/i;
const PASSWORD = /(?:REDIS|VALKEY)_?(?:PASS|PASSWORD|AUTH)$/i;
/** They keep their queues under keys of their own, and in other types than lists. */
const FRAMEWORK = /\b(?:bull(?:mq)?|sidekiq|resque|rq|arq|dramatiq|huey|asynq|machinery|streams?)\b/i;

export const findRedisList: FindQueue = (worker) => {
  const address = readAddress(worker);
  if (address === undefined) return undefined;
  const list = sourceVariable(worker, LIST, "list");
  if (list === undefined) return undefined;
  if (typeof list === "string") return list;
  if (typeof address === "string") return address;
  const problem = otherLayout(worker);
  if (problem !== undefined) return problem;
  const access = credentials(worker, address.target);
  if (typeof access === "string") return access;
  const lengths = scaledObjectsOf(worker.platform).flatMap(({ triggers }) =>
    triggers.flatMap(({ type, metadata }) => (type === "redis" ? (metadata["listLength"] ?? []) : [])),
  );
  const { reference, fromEnvironment, variables } = access;
  const named = [...address.named, ...variables];
  return {
    triggers: [
      {
        type: "redis",
        metadata: {
          ...address.metadata,
          listName: list.value,
          listLength: usualValue(lengths, "5"),
          ...fromEnvironment,
        },
        ...(reference === undefined ? {} : { authenticationRef: reference }),
      },
    ],
    queue: list.value,
    ...(named[0] === undefined ? {} : { container: named[0] }),
    because: `${list.name} names the list it reads`,
  };
};

interface RedisAddress {
  readonly metadata: Readonly<Record<string, string>>;
  readonly target: BrokerAddress;
  /** Variables the metadata name. */
  readonly named: readonly Variable[];
}

/** As the worker has it where KEDA can use that as it is; undefined when nothing speaks of Redis. */
function readAddress(worker: Worker): RedisAddress | string | undefined {
  const { namespace } = worker;
  if (variable(worker, /SENTINEL|REDIS_(?:CLUSTER|NODES|MASTER_NAME)/i) !== undefined) {
    return "it speaks to a Redis Sentinel or Cluster, whose trigger a person has to write";
  }
  const host = variable(worker, HOST);
  const whole = worker.variables.find((one) => ADDRESS.test(one.name) && speaksRedis(one));
  const given = whole ?? host;
  if (given === undefined) return undefined;
  const target = addressIn(given);
  if (target === undefined) return `the address in ${given.name} is not in the repository`;
  const name = qualified(target.host, namespace);
  if (name === undefined) return `${given.name} leads to the pod itself`;
  const isUrl = target.scheme !== undefined;
  const port = target.port ?? numberIn(whole === undefined ? variable(worker, PORT) : undefined) ?? 6379;
  const database = /^\d{1,4}$/.exec(target.path)?.[0] ?? variable(worker, DATABASE)?.value;
  if (target.path !== "" && database !== target.path) return `the path in ${given.name} is no number of a database`;
  const rest = {
    ...(database === undefined || database === "0" || !/^\d{1,4}$/.test(database) ? {} : { databaseIndex: database }),
    ...(target.scheme === "rediss" ? { enableTLS: "true" } : {}),
  };
  const asIs = whole !== undefined && !isUrl && target.port !== undefined && isQualified(target.host);
  return {
    metadata: { ...(asIs ? { addressFromEnv: given.name } : { address: `${name}:${port}` }), ...rest },
    target,
    named: asIs ? [given] : [],
  };
}

/** By its scheme, or, where it has none, because its name says so. */
function speaksRedis({ name, value }: Variable): boolean {
  const scheme = /^([a-z][a-z0-9+.-]*):\/\//i.exec(value ?? "")?.[1]?.toLowerCase();
  return scheme === undefined ? /REDIS|VALKEY/i.test(name) : /^(?:rediss?|valkeys?)$/.test(scheme);
}

function numberIn(one: Variable | undefined): number | undefined {
  return one?.value !== undefined && /^\d{1,5}$/.test(one.value) ? Number(one.value) : undefined;
}

interface Access {
  readonly reference?: AuthenticationRef;
  readonly fromEnvironment: Readonly<Record<string, string>>;
  readonly variables: readonly Variable[];
}

/** The worker's own variables, else credentials another Redis trigger of the namespace uses. */
function credentials(worker: Worker, { hasCredentials }: BrokerAddress): Access | string {
  const password = variable(worker, PASSWORD);
  const user = variable(worker, USER);
  if (password !== undefined && !hasCredentials) {
    const named = user === undefined ? [password] : [user, password];
    if (named.some(({ container }) => container !== password.container))
      return "its user and password are in two containers";
    const name = user === undefined ? {} : { usernameFromEnv: user.name };
    return { fromEnvironment: { ...name, passwordFromEnv: password.name }, variables: named };
  }
  if (!hasCredentials) return { fromEnvironment: {}, variables: [] };
  const { platform, namespace } = worker;
  const used = scaledObjectsOf(platform)
    .filter(({ resource }) => resource.namespace === namespace)
    .flatMap(({ triggers }) => triggers.filter(({ type }) => type === "redis"))
    .flatMap(({ authenticationRef }) => authenticationRef ?? [])
    .find((reference) => mayAuthenticate(platform, namespace, reference));
  const [own, other] = authenticationsIn(platform, namespace).filter((one) => {
    const parameters = parametersOf(one);
    return parameters.includes("password") && parameters.every((name) => name === "password" || name === "username");
  });
  const reference = used ?? (own !== undefined && other === undefined ? { name: own.name } : undefined);
  return reference === undefined
    ? "its address holds a password, and there is no TriggerAuthentication KEDA could take it from"
    : { reference, fromEnvironment: {}, variables: [] };
}

function otherLayout({ workload, variables }: Worker): string | undefined {
  const words = workload.containers.flatMap(({ spec, image }) => [
    imageName(image),
    ...[spec["command"], spec["args"]].flat().filter((one) => typeof one === "string"),
  ]);
  const names = variables.map(({ name }) => name.replaceAll("_", " "));
  const found = [...words, ...names].map((text) => FRAMEWORK.exec(text)?.[0]).find((one) => one !== undefined);
  return found === undefined ? undefined : `it works with ${found}, which keeps its queues under keys of its own`;
}
