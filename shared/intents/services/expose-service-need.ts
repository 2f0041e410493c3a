/** Public names the repository itself counts on and nobody serves, and the Services that are meant by them. */

import { groupBy, oncePer } from "../../repository/lookup.ts";
import type { Platform, Resource } from "../../repository/platform.ts";
import { isService, servicesOf } from "../../repository/services.ts";
import { at, itemsAt, stringsAt, textAt } from "../../repository/values.ts";
import { type RepositoryWorkload, selects, workloadsIn } from "../../repository/workloads.ts";
import { databaseIn } from "../databases/databases.ts";
import { serviceOfImage } from "./catalogue/services.ts";
import { type Given, settingsGiven } from "./deploy-service-addresses.ts";
import { hostName } from "./deploy-service-schema.ts";
import { isServedDomain, routeServing } from "./expose-service-routes.ts";

export interface PublicName {
  readonly host: string;
  /** Where it is named, the first first. */
  readonly named: readonly Given[];
}

const URL_HOST = /(?<![\w.+-])https?:\/\/([a-z0-9][-a-z0-9.]{0,252})(?=[/:?#"'\s,;)]|$)/g;
/** A setting that says under which name the workload itself is known outside. */
const OWN_NAME =
  /(?:^|_)(?:PUBLIC|EXTERNAL|ROOT|SITE|CANONICAL|SELF)_(?:\w+_)?(?:URL|URI|HOST|HOSTNAME|DOMAIN|ORIGIN|ADDRESS)$|^(?:BASE|APP|SERVER|PUBLIC|SITE)_?(?:URL|URI|HOSTNAME|DOMAIN)$/i;

/** Hosts under the repository's own domains that settings name and no route serves. */
export const unservedNames: (platform: Platform) => readonly PublicName[] = oncePer((platform) => {
  const named = settingsGiven(platform).flatMap((given) =>
    [...new Set(hostsIn(given.value))].map((host) => ({ host, given })),
  );
  const wanted = named.filter(
    ({ host }) =>
      hostName.safeParse(host).success &&
      isServedDomain(platform, host) &&
      routeServing(platform, host, true) === undefined,
  );
  const groups = [...groupBy(wanted, ({ host }) => host)].sort(([a], [b]) => (a < b ? -1 : 1));
  return groups.map(([host, all]) => ({ host, named: all.map(({ given }) => given) }));
});

function hostsIn(value: string): string[] {
  const bare = value.trim();
  if (hostName.safeParse(bare).success) return [bare];
  return [...value.matchAll(URL_HOST)].map(([, host = ""]) => host);
}

/** The one Service a public name means: the one it is called after, or that of the only workload which calls itself so. */
export function serviceMeant(platform: Platform, { host, named }: PublicName): Resource | string {
  const [label = ""] = host.split(".");
  const called = platform.resources.filter(
    (one) => isService(one) && one.name === label && one.application !== undefined && one.namespace !== undefined,
  );
  const [only, second] = called;
  if (only !== undefined && second === undefined) return only;
  if (second !== undefined) return `${called.length} Services are called ${label}`;
  const own = named.flatMap(({ name, workload }) => (workload !== undefined && OWN_NAME.test(name) ? [workload] : []));
  const [workload, other] = [...new Map(own.map((one) => [one.resource, one])).values()];
  if (workload === undefined || other !== undefined) return `no Service is called ${label}`;
  const services = servicesOf(platform, workload).filter(({ application }) => application !== undefined);
  const [service, twin] = services;
  return service !== undefined && twin === undefined
    ? service
    : `which Service of ${workload.name} is meant is not clear`;
}

export interface HttpPort {
  readonly number: number;
  readonly name: string | undefined;
}

const HTTP_NAME = /^(?:https?|web|api|www|ui|h2c|http2|frontend|backend)(?:-|$)/;
const OTHER_NAME =
  /metrics|grpc|tcp|sql|redis|amqp|mqtt|kafka|mongo|nats|ldap|smtp|ssh|debug|admin|gossip|cluster|raft/;
const HTTP_NUMBERS: ReadonlySet<number> = new Set([80, 3000, 4000, 5000, 8000, 8080, 8081, 8888, 9000]);
/** Asked by other means than HTTP (IANA service names). */
const OTHER_NUMBERS: ReadonlySet<number> = new Set([
  22, 25, 53, 389, 636, 1433, 1521, 1883, 2181, 2379, 3306, 4222, 5432, 5672, 6379, 9042, 9092, 11211, 26379, 27017,
]);

/** The port of `service` that speaks HTTP; `asked` names one of several. A text says why there is none. */
export function httpPort(platform: Platform, service: Resource, asked: number | undefined): HttpPort | string {
  const { object, name } = service;
  if (at(object, "spec", "type") === "ExternalName") return `Service ${name} is only another name for a host`;
  const behind = workloadsBehind(platform, service);
  if (behind.length === 0) return `no workload here stands behind Service ${name}`;
  const plain = behind.find(({ containers }) =>
    containers.some((one) => databaseIn(one) !== undefined || serviceOfImage(one.image) !== undefined),
  );
  if (plain !== undefined) return `${plain.kind} ${plain.name} is not made to be reached by everybody`;
  const ports = itemsAt(object, "spec", "ports").flatMap((entry): HttpPort[] => {
    const number = entry["port"];
    const isTcp = (textAt(entry, "protocol") ?? "TCP") === "TCP";
    return typeof number === "number" && isTcp ? [{ number, name: textAt(entry, "name") }] : [];
  });
  const fitting = ports.filter(({ number, name: port = "" }) => !OTHER_NUMBERS.has(number) && !OTHER_NAME.test(port));
  if (asked !== undefined) {
    const port = fitting.find(({ number }) => number === asked);
    return port ?? `Service ${name} has no port ${asked} that speaks HTTP`;
  }
  const sure = fitting.filter(({ number, name: port = "" }) => HTTP_NAME.test(port) || HTTP_NUMBERS.has(number));
  const [first, second] = sure.length > 0 ? sure : fitting;
  if (first === undefined) return `Service ${name} has no port that speaks HTTP`;
  return second === undefined || HTTP_NAME.test(first.name ?? "") || first.number === 80
    ? first
    : `which port of Service ${name} is meant is not clear`;
}

export function workloadsBehind(platform: Platform, { object, namespace }: Resource): readonly RepositoryWorkload[] {
  const selector = stringsAt(object, "spec", "selector");
  return workloadsIn(platform, namespace).filter(({ podLabels }) => selects(selector, podLabels));
}
