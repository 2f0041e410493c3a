/** How a container can be asked whether it is ready: from its own ports and probes, its image, and its neighbours. */

import { registryOf } from "../../policy/images.ts";
import { mostCommon } from "../../repository/conventions.ts";
import { inNamespace } from "../../repository/lookup.ts";
import type { Platform } from "../../repository/platform.ts";
import { ingressBackends, portsOf, servicesOf } from "../../repository/services.ts";
import { at, type Fields, fieldsAt, itemsAt, stringsAt, textAt } from "../../repository/values.ts";
import { type Container, type RepositoryWorkload, workloadsOf } from "../../repository/workloads.ts";
import { imageName } from "../resource-values.ts";
import { knownCommand, knownHttp } from "../traffic/known-endpoints.ts";

export interface ProbePlan {
  readonly readiness: Fields;
  readonly liveness?: Fields;
  readonly startup?: Fields;
  readonly because: string;
  /** False: that the port takes connections is all that can be asked. */
  readonly asksApplication: boolean;
}

/** A port of a container: what a probe says, the name where there is one. */
export interface ProbePort {
  readonly say: string | number;
  readonly number: number;
  readonly name: string | undefined;
  /** The Service that leads to it. */
  readonly service: string | undefined;
}

interface Endpoint {
  readonly path: string;
  readonly scheme?: string;
  /** A path that is about the process alone. */
  readonly liveness?: string;
  /** Seconds the neighbours wait before they ask for the first time. */
  readonly delay: number;
  readonly because: string;
}

const PATH = /^\/[-\w./~]{0,200}$/;
/** Paths that go through what the process depends on: restarting it would not help. */
const DEPENDENT = /ready|readiness|deep|depend|\bdb\b|database|full|status/i;
/** Slower starts than this get a startup probe, so that liveness does not end them. */
const SLOW_SECONDS = 20;
/** Containers that must agree before their path counts as the convention of a registry. */
const AGREEING = 2;

/** A plan, or why there can be none. */
export function planProbes(platform: Platform, workload: RepositoryWorkload, container: Container): ProbePlan | string {
  const port = portOf(platform, workload, container);
  if (typeof port === "string") return port;
  const command = knownCommand(container);
  if (command !== undefined) {
    const because = `${imageName(container.image)} brings ${command[0]}`;
    return { readiness: timed({ exec: { command } }, 10, 5), because, asksApplication: true };
  }
  const isRpc = /grpc|tcp|sql|redis|amqp|mqtt|kafka/i.test(port.name ?? "");
  const endpoint = isRpc ? undefined : endpointOf(platform, workload, container, port);
  if (endpoint === undefined) {
    const because = `nothing in the repository tells an endpoint for its health, so port ${port.say} is asked for a connection`;
    return { readiness: timed({ tcpSocket: { port: port.say } }, 10, 3), because, asksApplication: false };
  }
  const scheme =
    endpoint.scheme ?? (/https/i.test(port.name ?? "") || `${port.number}`.endsWith("443") ? "HTTPS" : undefined);
  const get = (path: string) => ({ httpGet: { path, port: port.say, ...(scheme === undefined ? {} : { scheme }) } });
  const hasLiveness = container.spec["livenessProbe"] !== undefined;
  const liveness = hasLiveness || endpoint.liveness === undefined ? undefined : get(endpoint.liveness);
  const isSlow =
    liveness !== undefined && endpoint.delay >= SLOW_SECONDS && container.spec["startupProbe"] === undefined;
  const failureThreshold = Math.min(60, Math.max(30, Math.ceil(endpoint.delay / 5)));
  return {
    readiness: timed(get(endpoint.path), 10, 3),
    ...(liveness === undefined ? {} : { liveness: timed(liveness, 20, 5) }),
    ...(isSlow && liveness !== undefined
      ? { startup: { ...liveness, periodSeconds: 10, timeoutSeconds: 5, failureThreshold } }
      : {}),
    because: endpoint.because,
    asksApplication: true,
  };
}

function timed(probe: Fields, periodSeconds: number, timeoutSeconds: number): Fields {
  return { ...probe, periodSeconds, timeoutSeconds, failureThreshold: 3 };
}

/** The port that serves: what Services lead to first, then what is called http; a port of metrics only when it is alone. */
function portOf(platform: Platform, workload: RepositoryWorkload, container: Container): ProbePort | string {
  const own = portsIn(container);
  const targets = servicesOf(platform, workload).flatMap((service) =>
    portsOf(service)
      .filter(({ protocol }) => protocol === "TCP")
      .map(({ target }) => ({ target, service: service.name })),
  );
  const served = own.map((port) => {
    const service = targets.find(({ target }) => target === port.number || target === port.name)?.service;
    return { ...port, service };
  });
  if (served.length === 0) {
    const numbers = targets.filter(({ target }) => typeof target === "number" && isPort(target));
    const [only] = numbers;
    if (
      only !== undefined &&
      workload.containers.length === 1 &&
      new Set(numbers.map(({ target }) => target)).size === 1
    ) {
      return { say: only.target, number: Number(only.target), name: undefined, service: only.service };
    }
    return "it declares no TCP port that could be asked";
  }
  const weight = ({ service, name }: ProbePort) =>
    (service === undefined ? 0 : 4) + (/^(?:http|https|web|api)/.test(name ?? "") ? 2 : 0) - (isMetrics(name) ? 8 : 0);
  const sorted = [...served].sort((a, b) => weight(b) - weight(a));
  return sorted[0] ?? "it declares no TCP port that could be asked";
}

function portsIn({ spec }: Container): ProbePort[] {
  return itemsAt(spec, "ports").flatMap((entry) => {
    const number = entry["containerPort"];
    if (!isPort(number) || (textAt(entry, "protocol") ?? "TCP") !== "TCP") return [];
    const given = textAt(entry, "name");
    const name =
      given !== undefined && /^(?=.*[a-z])[a-z0-9]([-a-z0-9]{0,13}[a-z0-9])?$/.test(given) ? given : undefined;
    return [{ say: name ?? number, number, name, service: undefined }];
  });
}

function isPort(value: unknown): value is number {
  return typeof value === "number" && Number.isInteger(value) && value > 0 && value < 65_536;
}

function isMetrics(name: string | undefined): boolean {
  return /metrics|^prom/.test(name ?? "");
}

function endpointOf(
  platform: Platform,
  workload: RepositoryWorkload,
  container: Container,
  port: ProbePort,
): Endpoint | undefined {
  return (
    ownProbe(container, port) ??
    balancerPath(platform, workload, port) ??
    sameImage(platform, container, port) ??
    knownSoftware(container, port) ??
    convention(platform, container, port)
  );
}

/** What its other probes ask already. */
function ownProbe({ spec }: Container, port: ProbePort): Endpoint | undefined {
  for (const probe of ["startupProbe", "livenessProbe"]) {
    const seen = seenIn(spec, probe);
    if (seen !== undefined && (seen.port === port.number || seen.port === port.name)) {
      return { path: seen.path, ...schemeOf(seen), delay: 0, because: `its ${probe} asks ${seen.path} already` };
    }
  }
  return undefined;
}

/** The path a load balancer in front of it was told to ask (`alb.ingress.kubernetes.io/healthcheck-path` and its like). */
function balancerPath(platform: Platform, workload: RepositoryWorkload, port: ProbePort): Endpoint | undefined {
  if (port.service === undefined) return undefined;
  const services = servicesOf(platform, workload);
  const ingresses = inNamespace(platform, workload.namespace).filter(
    (one) =>
      one.kind === "Ingress" &&
      ingressBackends(one).some(({ service }) => services.some(({ name }) => name === service)),
  );
  for (const { object, path: file } of [...services, ...ingresses]) {
    for (const [key, path] of Object.entries(stringsAt(object, "metadata", "annotations"))) {
      if (/\/health-?check-path$/.test(key) && PATH.test(path)) {
        return { path, delay: 0, because: `${file} names ${path} to its load balancer` };
      }
    }
  }
  return undefined;
}

/** What other containers of the same image are asked. */
function sameImage(platform: Platform, container: Container, port: ProbePort): Endpoint | undefined {
  const name = imageName(container.image);
  const registry = registryOf(container.image);
  const others = probed(platform).filter(
    ({ container: { spec, image } }) =>
      spec !== container.spec && imageName(image) === name && registryOf(image) === registry,
  );
  return agreed(others, port, 1, `other containers of ${name}`);
}

function knownSoftware(container: Container, { number }: ProbePort): Endpoint | undefined {
  const known = knownHttp(container);
  if (known === undefined || known.port !== number) return undefined;
  const { readiness, liveness } = known;
  const because = `${imageName(container.image)} answers ${readiness} by its documentation`;
  return { path: readiness, ...(liveness === undefined ? {} : { liveness }), delay: 0, because };
}

/** What nearly all probed containers from the same registry and organisation are asked at the same port. */
function convention(platform: Platform, container: Container, port: ProbePort): Endpoint | undefined {
  const registry = registryOf(container.image);
  if (/^(?:docker\.io|quay\.io|ghcr\.io|registry\.k8s\.io|gcr\.io|public\.ecr\.aws)(?:\/library)?$/.test(registry))
    return undefined;
  const others = probed(platform).filter(({ container: { spec, image } }) => {
    return spec !== container.spec && registryOf(image) === registry;
  });
  return agreed(others, port, AGREEING, `its neighbours from ${registry}`);
}

interface Seen {
  readonly path: string;
  readonly port: unknown;
  readonly scheme: string | undefined;
  readonly delay: number;
}

interface Probed {
  readonly container: Container;
  readonly readiness: Seen;
}

function probed(platform: Platform): readonly Probed[] {
  const containers = workloadsOf(platform).flatMap((workload) => workload.containers);
  return containers.flatMap((container) => {
    const readiness = seenIn(container.spec, "readinessProbe");
    return readiness === undefined ? [] : [{ container, readiness }];
  });
}

/** An HTTP probe that can be copied as it is: no headers, no host of its own, a plain path. */
function seenIn(spec: Fields, probe: string): Seen | undefined {
  const get = fieldsAt(spec, probe, "httpGet");
  const path = textAt(get, "path");
  const scheme = textAt(get, "scheme");
  if (path === undefined || !PATH.test(path) || at(get, "httpHeaders") !== undefined || at(get, "host") !== undefined) {
    return undefined;
  }
  if (scheme !== undefined && scheme !== "HTTP" && scheme !== "HTTPS") return undefined;
  const delay = at(spec, probe, "initialDelaySeconds");
  return { path, port: get["port"], scheme, delay: typeof delay === "number" ? delay : 0 };
}

function schemeOf({ scheme }: Seen): { scheme?: string } {
  return scheme === "HTTPS" ? { scheme } : {};
}

/** The path at least `least` of `others`, and three in four of them, are asked at this port. */
function agreed(others: readonly Probed[], port: ProbePort, least: number, who: string): Endpoint | undefined {
  const here = others.filter(({ container, readiness }) => {
    const ports = portsIn(container);
    const asked = ports.find(({ number, name }) => readiness.port === number || readiness.port === name);
    return asked?.number === port.number || (port.name !== undefined && readiness.port === port.name);
  });
  const path = mostCommon(here.map(({ readiness }) => readiness.path));
  const same = here.filter(({ readiness }) => readiness.path === path);
  const [first] = same;
  if (path === undefined || first === undefined || same.length < least || same.length * 4 < here.length * 3)
    return undefined;
  const alive = same.flatMap(({ container }) => seenIn(container.spec, "livenessProbe")?.path ?? []);
  const liveness = mostCommon(alive);
  const votes = alive.filter((one) => one === liveness).length;
  const isDistinct = liveness !== undefined && liveness !== path && !DEPENDENT.test(liveness) && votes >= least;
  return {
    path,
    ...(same.every(({ readiness }) => readiness.scheme === "HTTPS") ? { scheme: "HTTPS" } : {}),
    ...(isDistinct ? { liveness } : {}),
    delay: Math.max(...same.map(({ readiness }) => readiness.delay)),
    because: `${who} are asked ${path}`,
  };
}
