/** The addresses inside the cluster that workloads are given, and those of them nobody answers. */
import { doubtAbout, isThere } from "../../policy/rules/doubt.ts";
import { inNamespace, ofKind, oncePer } from "../../repository/lookup.ts";
import type { Platform, Resource } from "../../repository/platform.ts";
import { type Fields, itemsAt, listAt, stringsAt, textAt } from "../../repository/values.ts";
import { type Container, type RepositoryWorkload, workloadsIn, workloadsOf } from "../../repository/workloads.ts";
import { imageName } from "../resource-values.ts";
import { catalogue } from "./catalogue/services.ts";

/** A setting of a container: an environment variable, a flag, or a key of a ConfigMap it uses; or of an object that is asked to call. */
export interface Given {
  readonly name: string;
  readonly value: string;
  readonly path: string;
  /** Namespace short names of hosts are looked up in. */
  readonly home: string;
  readonly workload: RepositoryWorkload | undefined;
  readonly container: Container | undefined;
}

export interface Address extends Given {
  readonly service: string;
  readonly namespace: string;
  readonly scheme: string | undefined;
  readonly port: number | undefined;
  /** What stands before the `@` of a URL. */
  readonly login: string | undefined;
}

const LABEL = "[a-z](?:[-a-z0-9]{0,61}[a-z0-9])?";
const HOST = `${LABEL}(?:\\.${LABEL}){0,4}`;
const URL_LIKE = new RegExp(
  `(?<![\\w.+-])([a-z][a-z0-9+]{1,15}):\\/\\/(?:([^\\s/@"'\`]{0,200})@)?(${HOST})(?::(\\d{2,5}))?(?![\\w:.-])`,
  "g",
);
const HOST_PORT = new RegExp(`(?<![-\\w./@:])(${HOST}):(\\d{2,5})(?![\\w:.-])`, "g");
const BARE = new RegExp(`^${HOST}$`);
/** Variables that hold the name of a host and nothing else. */
const NAMES_HOST = /(?:^|[_.-])(?:host|hosts|hostname|addr|address|server|servers|endpoint|service)$/i;
const DISTINCTIVE: ReadonlySet<number> = new Set(catalogue.flatMap(({ distinctive }) => distinctive));
/** More text than this is no setting. */
const LONGEST = 20_000;

/** Everything the containers of applied workloads, and Probes, are set to, as far as manifests show it. */
export const settingsGiven: (platform: Platform) => readonly Given[] = oncePer((platform) => [
  ...workloadsOf(platform)
    .filter(({ resource }) => resource.application !== undefined)
    .flatMap((workload) => workload.containers.flatMap((container) => settingsOf(platform, workload, container))),
  ...ofKind(platform, "Probe").flatMap(proberOf),
]);

/** Whom a Probe of the Prometheus Operator has asked (monitoring.coreos.com/v1, `spec.prober.url`). */
function proberOf({ object, path, namespace, application, apiVersion }: Resource): Given[] {
  const value = textAt(object, "spec", "prober", "url");
  const isProbe = apiVersion.startsWith("monitoring.coreos.com/") && application !== undefined;
  if (value === undefined || namespace === undefined || !isProbe) return [];
  return [{ name: "prober", value, path, home: namespace, workload: undefined, container: undefined }];
}

function settingsOf(platform: Platform, workload: RepositoryWorkload, container: Container): Given[] {
  const { namespace: home, resource } = workload;
  if (home === undefined) return [];
  const common = { path: resource.path, home, workload, container };
  const variables = itemsAt(container.spec, "env").flatMap((entry): Given[] => {
    const [name, value] = [textAt(entry, "name"), textAt(entry, "value")];
    return name === undefined || value === undefined ? [] : [{ ...common, name, value }];
  });
  const words = [...listAt(container.spec, "command"), ...listAt(container.spec, "args")].filter(
    (one) => typeof one === "string",
  );
  const flags = words.flatMap((word): Given[] => {
    const [, name = "", value = word] = /^--?([-.\w]{1,80})=(.*)$/s.exec(word) ?? [];
    return [{ ...common, name, value }];
  });
  return [...variables, ...flags, ...fromConfigMaps(platform, home, workload, container)].filter(
    ({ value }) => value.length <= LONGEST,
  );
}

/** The ConfigMaps a container takes variables from, or mounts. */
function fromConfigMaps(platform: Platform, home: string, workload: RepositoryWorkload, container: Container): Given[] {
  const mounted = new Set(itemsAt(container.spec, "volumeMounts").map((mount) => mount["name"]));
  const volumes = itemsAt(workload.podSpec, "volumes").filter(({ name }) => mounted.has(name));
  const names = new Set([
    ...itemsAt(container.spec, "envFrom").map((source) => textAt(source, "configMapRef", "name")),
    ...volumes.map((volume) => textAt(volume, "configMap", "name")),
  ]);
  const keyed = itemsAt(container.spec, "env").map((entry) => ({
    as: textAt(entry, "name") ?? "",
    from: textAt(entry, "valueFrom", "configMapKeyRef", "name"),
    key: textAt(entry, "valueFrom", "configMapKeyRef", "key") ?? "",
  }));
  const maps = inNamespace(platform, home).filter(({ kind }) => kind === "ConfigMap");
  return maps.flatMap((map) => {
    const data = stringsAt(map.object, "data");
    const whole = names.has(map.name) ? Object.entries(data) : [];
    const single = keyed.filter(({ from }) => from === map.name).map(({ as, key }) => [as, data[key] ?? ""] as const);
    const { path } = map;
    return [...whole, ...single].map(([name, text]) => {
      const value = text.replaceAll(/^[ \t]*#.*$/gm, "");
      return { name, value, path, home, workload, container };
    });
  });
}

/** Every address in the settings that may be a Service's. */
export const addressesGiven: (platform: Platform) => readonly Address[] = oncePer((platform) =>
  settingsGiven(platform).flatMap((given) => addressesIn(platform, given)),
);

function addressesIn(platform: Platform, given: Given): Address[] {
  const { value, name } = given;
  const found: Address[] = [];
  const add = (host: string, rest: Pick<Address, "scheme" | "port" | "login">) => {
    const place = placeOf(platform, host, given.home);
    if (place !== undefined) found.push({ ...given, ...place, ...rest });
  };
  for (const [, scheme = "", login, host = "", port] of value.matchAll(URL_LIKE)) {
    add(host, { scheme, login, port: port === undefined ? undefined : Number(port) });
  }
  for (const [, host = "", port] of value.matchAll(HOST_PORT)) {
    // A word with a number among many lines is rarely a host; a full name is, and so is a port that means one thing only.
    const isSure = !value.includes("\n") || host.includes(".svc") || DISTINCTIVE.has(Number(port));
    if (isSure) add(host, { scheme: undefined, login: undefined, port: Number(port) });
  }
  if (BARE.test(value) && NAMES_HOST.test(name)) {
    add(value, { scheme: undefined, login: undefined, port: siblingPort(given) });
  }
  return found;
}

/** `REDIS_PORT` beside `REDIS_HOST`. */
function siblingPort({ name, container }: Given): number | undefined {
  const stem = name.replace(NAMES_HOST, "");
  const entry = itemsAt(container?.spec, "env").find((one) => one["name"] === `${stem}_PORT`);
  const port = Number(textAt(entry, "value"));
  return Number.isInteger(port) && port > 0 ? port : undefined;
}

/** The Service a host name means to a pod of `home`; undefined for names outside of the cluster. */
function placeOf(platform: Platform, host: string, home: string): { service: string; namespace: string } | undefined {
  const [service = "", namespace = home, svc, ...domain] = host.split(".");
  if (service === "localhost") return undefined;
  if (svc === "svc")
    return domain.length === 0 || domain.join(".") === "cluster.local" ? { service, namespace } : undefined;
  if (svc !== undefined) return undefined;
  // `redis.cache` is a Service of the namespace `cache` if there is one, else a name somewhere else.
  return namespace === home || inNamespace(platform, namespace).length > 0 ? { service, namespace } : undefined;
}

/** Addresses of `addressesGiven` without a Service, where nothing hints at one that the repository does not show. */
export const unansweredAddresses: (platform: Platform) => readonly Address[] = oncePer((platform) =>
  addressesGiven(platform).filter(
    ({ namespace, service }) =>
      !isThere(platform, ["Service"], namespace, service) && doubtOf(platform, namespace, service) === undefined,
  ),
);

/** Why a Service may be there unseen. */
export function doubtOf(platform: Platform, namespace: string, service: string): string | undefined {
  const doubt = doubtAbout(platform, namespace, service);
  if (doubt !== undefined) return doubt;
  const maker = inNamespace(platform, namespace).find((one) => mayMake(one, service));
  if (maker !== undefined) return `${maker.kind} ${maker.name} may make it`;
  const release = ["HelmChart", "HelmRelease"]
    .flatMap((kind) => ofKind(platform, kind))
    .find(({ object, namespace: home }) => (textAt(object, "spec", "targetNamespace") ?? home) === namespace);
  return release === undefined ? undefined : `${release.kind} ${release.name} brings objects that are not written here`;
}

/** Operators name the Services they make after the object they were asked by. */
function mayMake({ apiVersion, name }: Resource, service: string): boolean {
  const isCustom =
    apiVersion.includes(".") &&
    !/(?:^|\.)(?:k8s\.io|cert-manager\.io|coreos\.com|argoproj\.io|traefik\.io|containo\.us)\//.test(apiVersion);
  return isCustom && (service === name || service.startsWith(`${name}-`));
}

/** The workload of the address's namespace that bears its name: it is there, and only its Service is missing. */
export function workloadNamed(platform: Platform, namespace: string, service: string): RepositoryWorkload | undefined {
  return workloadsIn(platform, namespace).find(
    ({ kind, name }) => name === service && kind !== "Job" && kind !== "CronJob",
  );
}

/** A variable of the address's container, by name. */
export function variableOf(container: Container | undefined, name: string): Fields | undefined {
  return itemsAt(container?.spec, "env").find((one) => one["name"] === name);
}

/** True when a running workload's image ends in one of these names. */
export function runsAnywhere(platform: Platform, same: RegExp): boolean {
  return workloadsOf(platform).some(({ containers }) => containers.some(({ image }) => same.test(imageName(image))));
}
