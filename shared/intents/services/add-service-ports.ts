/** The ports a workload serves on, and the Service's ports that lead there. */
import { mostCommon } from "../../repository/conventions.ts";
import type { Resource } from "../../repository/platform.ts";
import { portsOf } from "../../repository/services.ts";
import { type Fields, fieldsAt, itemsAt, textAt } from "../../repository/values.ts";
import type { RepositoryWorkload } from "../../repository/workloads.ts";

export interface ServedPort {
  readonly number: number;
  readonly name: string | undefined;
  readonly protocol: string;
}

const MANY = 10;
/** A port's name in a pod (IANA_SVC_NAME: at most 15 characters, with a letter). */
const PORT_NAME = /^(?=.{1,15}$)(?=.*[a-z])[a-z0-9]+(?:-[a-z0-9]+)*$/;
/** Ports that are about the process, not about what it is for. */
const ASIDE = /metrics|prom|health|probe|debug|pprof|admin|mgmt|management|status|telemetry/;
const HTTP = /^(?:http|web|api|www|ui)(?:-|$)/;
/** Names of ports by what usually listens there (IANA service names and what people call them). */
const USUAL_NAMES: Readonly<Record<number, string>> = {
  1883: "mqtt",
  3306: "mysql",
  4222: "nats",
  4317: "otlp-grpc",
  4318: "otlp-http",
  5432: "postgres",
  5672: "amqp",
  6379: "redis",
  9092: "kafka",
  11211: "memcached",
  27017: "mongodb",
};
const PROTOCOLS: ReadonlySet<string> = new Set(["TCP", "UDP", "SCTP"]);

/** Every port the workload declares, else the one its probes ask; a text says why that is none. */
export function servedPorts({ containers, podSpec }: RepositoryWorkload): readonly ServedPort[] | string {
  if (podSpec["hostNetwork"] === true) return "it is reached on its nodes";
  const entries = containers.flatMap(({ spec }) => itemsAt(spec, "ports"));
  if (entries.some((entry) => typeof entry["hostPort"] === "number" && entry["hostPort"] > 0)) {
    return "it is reached on ports of its nodes";
  }
  const declared = entries.flatMap((entry): ServedPort[] => {
    const [number, name, protocol] = [
      entry["containerPort"],
      textAt(entry, "name"),
      textAt(entry, "protocol") ?? "TCP",
    ];
    return isPort(number) && PROTOCOLS.has(protocol) ? [{ number, name: nameFor(name), protocol }] : [];
  });
  const once = declared.filter(
    (one, index) =>
      declared.findIndex(({ number, protocol }) => number === one.number && protocol === one.protocol) === index,
  );
  if (once.length > MANY) return `it declares ${once.length} ports`;
  const ports = once.length > 0 ? once : probed(containers.map(({ spec }) => spec));
  if (ports.length === 0) return "it serves no port that can be seen";
  return ports.every(isAside) ? "its ports are about its own state only" : ports;
}

function isPort(value: unknown): value is number {
  return typeof value === "number" && Number.isInteger(value) && value > 0 && value < 65_536;
}

function nameFor(name: string | undefined): string | undefined {
  return name !== undefined && PORT_NAME.test(name) ? name : undefined;
}

export function isAside({ name }: ServedPort): boolean {
  return name !== undefined && ASIDE.test(name);
}

function probed(specs: readonly Fields[]): ServedPort[] {
  const numbers = specs.flatMap((spec) =>
    ["readinessProbe", "livenessProbe", "startupProbe"].flatMap((probe) =>
      ["httpGet", "tcpSocket"].map((how) => fieldsAt(spec, probe, how)["port"]),
    ),
  );
  return [...new Set(numbers.filter(isPort))].map((number) => ({ number, name: undefined, protocol: "TCP" }));
}

/** `spec.ports` of a Service: the number its clients use, 80 where the neighbours have it so, else the container's own. */
export function servicePorts(
  ports: readonly ServedPort[],
  neighbours: readonly Resource[],
  asked: ReadonlySet<number>,
): readonly Fields[] {
  const main = mainPort(ports);
  const isHttp =
    main?.name === undefined ? [80, 3000, 5000, 8000, 8080].includes(main?.number ?? 0) : HTTP.test(main.name);
  const shown = isHttp && usesEighty(neighbours) ? 80 : undefined;
  const clients = [...asked];
  const known = clients.filter((port) => ports.some(({ number }) => number === port));
  const [only] = clients;
  // Clients that agree on a port no container declares mean the one that serves them.
  const meant = known.length === 0 && clients.length === 1 ? only : undefined;
  const taken = new Set<string>();
  const names = new Set<string>();
  return ports.flatMap((port): Fields[] => {
    const number =
      port === main ? (meant ?? (known.includes(port.number) ? port.number : (shown ?? port.number))) : port.number;
    const key = `${number}/${port.protocol}`;
    if (taken.has(key)) return [];
    taken.add(key);
    const named = Object.hasOwn(USUAL_NAMES, port.number) ? USUAL_NAMES[port.number] : undefined;
    const plain = `${port.protocol.toLowerCase()}-${port.number}`;
    const usual = port.name ?? (isHttp && port === main ? "http" : (named ?? plain));
    // Containers of one pod may call their ports alike; then only the number tells them apart.
    const isTwin = port.name !== undefined && ports.filter(({ name }) => name === port.name).length > 1;
    const name = isTwin || names.has(usual) ? plain : usual;
    names.add(name);
    const protocol = port.protocol === "TCP" ? {} : { protocol: port.protocol };
    return [{ name, port: number, targetPort: isTwin ? port.number : (port.name ?? port.number), ...protocol }];
  });
}

export function mainPort(ports: readonly ServedPort[]): ServedPort | undefined {
  const serving = ports.filter((port) => !isAside(port));
  return serving.find(({ name }) => HTTP.test(name ?? "")) ?? serving[0];
}

/** Most neighbouring Services in front of another port listen on 80. */
function usesEighty(neighbours: readonly Resource[]): boolean {
  const habits = neighbours
    .filter(({ kind }) => kind === "Service")
    .flatMap(portsOf)
    .filter(
      ({ target, protocol }) => protocol === "TCP" && (typeof target === "string" ? HTTP.test(target) : target >= 3000),
    )
    .map(({ port }) => (port === 80 ? "80" : "own"));
  return mostCommon(habits) === "80";
}
