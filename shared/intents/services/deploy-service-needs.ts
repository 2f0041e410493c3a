/** Where the repository itself asks for a service of the catalogue: an address nobody answers, or its name without one. */
import type { Platform } from "../../repository/platform.ts";
import { itemsAt, textAt } from "../../repository/values.ts";
import { workloadsIn } from "../../repository/workloads.ts";
import type { CatalogueService, ServiceWorkload } from "./catalogue/entry.ts";
import { catalogue, serviceOfImage } from "./catalogue/services.ts";
import {
  type Address,
  addressesGiven,
  doubtOf,
  runsAnywhere,
  settingsGiven,
  unansweredAddresses,
  variableOf,
  workloadNamed,
} from "./deploy-service-addresses.ts";

export interface SecretKey {
  readonly name: string;
  readonly key: string;
}

export interface Need {
  readonly namespace: string;
  readonly name: string;
  readonly service: CatalogueService;
  readonly workload: ServiceWorkload;
  /** The Secret its clients take their password from. */
  readonly password: SecretKey | undefined;
  readonly because: string;
  /** How many workloads wait for it; 0 where it is only named. */
  readonly clients: number;
}

/** A place that looks like a need and is none the school can meet. */
export interface Unmet {
  readonly namespace: string;
  readonly name: string;
  readonly because: string;
}

/** Software that answers on the same ports and is not the same. */
const OTHERS =
  /jaeger|tempo|zipkin|alloy|datadog|signoz|langfuse|phoenix|sentinel|cluster|keydb|dragonfly|streaming|proxy|(?<!blackbox-)exporter|insight|commander/;
/** What must survive a restart, by the name of the variable. */
const DURABLE = /broker|queue|celery|sidekiq|bull|jobs?(?:_|$)|session|stream|persist|(?<!cache_)store/i;
const PASSWORD = "(?:PASSWORD|PASS|AUTH|API_KEY|APIKEY|TOKEN|SECRET)";
const ADDRESS_ENDING = /_(?:URL|URI|HOST|HOSTS|HOSTNAME|ADDR|ADDRESS|SERVERS?|ENDPOINT|DSN)$/i;
/** Variables whose value chooses a technology. */
const CHOOSES = /cache|store|backend|broker|queue|vector|driver|provider|type|exporter|engine|transport/i;

/** The service of the catalogue an address can only mean. */
export function serviceAsked({ scheme, port, service, name }: Address): CatalogueService | undefined {
  if (OTHERS.test(service)) return undefined;
  const asked = port ?? (scheme === "http" ? 80 : undefined);
  const fits = ({ ports }: CatalogueService) => asked === undefined || ports.some((one) => one.port === asked);
  const ofScheme = catalogue.find(({ schemes }) => scheme !== undefined && schemes.includes(scheme));
  if (ofScheme !== undefined) return fits(ofScheme) ? ofScheme : undefined;
  if (scheme !== undefined && !/^(?:http|grpc|tcp)$/.test(scheme)) return undefined;
  const said = new Set([...service.split("-"), ...name.toLowerCase().split(/[_.-]/)]);
  const isNamed = ({ words }: CatalogueService) => words.some((word) => said.has(word));
  return (
    catalogue.find((one) => fits(one) && isNamed(one)) ??
    catalogue.find(({ distinctive }) => asked !== undefined && distinctive.includes(asked))
  );
}

/** Every need the repository shows, and what only looks like one; in a stable order. */
export function needsIn(platform: Platform): { readonly needs: readonly Need[]; readonly unmet: readonly Unmet[] } {
  const groups = Map.groupBy(unansweredAddresses(platform), ({ namespace, service }) => `${namespace}/${service}`);
  const found = [...groups].sort(([a], [b]) => (a < b ? -1 : 1)).flatMap(([, group]) => needOf(platform, group) ?? []);
  const needs = found.filter((one): one is Need => "service" in one);
  return { needs: [...needs, ...namedOnly(platform)], unmet: found.filter((one) => !("service" in one)) };
}

function needOf(platform: Platform, addresses: readonly Address[]): Need | Unmet | undefined {
  const [first] = addresses;
  if (first === undefined) return undefined;
  const { namespace, service: name } = first;
  const asked = addresses.map(serviceAsked);
  const [service] = asked;
  const unmet = (because: string): Unmet => ({ namespace, name, because });
  const where = `${first.path}: ${first.name.slice(0, 80) || "a setting"} names ${name}, which no Service answers`;
  if (service === undefined || asked.some((one) => one !== service)) {
    // A word before a colon may be no host at all; a scheme or a full name says that it is one.
    const isSure = addresses.some(
      ({ scheme, value }) => scheme !== undefined || value.includes(`${name}.${namespace}.svc`),
    );
    return isSure ? unmet(`${where}, and nothing in the catalogue is known to`) : undefined;
  }
  if (workloadNamed(platform, namespace, name) !== undefined) return unmet(`${where}; its workload is there`);
  const twin = workloadsIn(platform, namespace).find(({ containers }) =>
    containers.some(({ image }) => serviceOfImage(image) === service),
  );
  if (twin !== undefined) return unmet(`${where}, but ${twin.kind} ${twin.name} runs ${service.id} under another name`);
  const passwords = addresses.map((address) => passwordOf(address, service));
  const problem = passwords.find((one) => typeof one === "string");
  if (problem !== undefined) return unmet(`${where}; ${problem}`);
  const [password] = passwords;
  if (typeof password === "string" || new Set(passwords.map((one) => JSON.stringify(one))).size > 1) {
    return unmet(`${where}, and its clients disagree about its password`);
  }
  const isDurable = addresses.some((one) => DURABLE.test(`${one.name}_${name}`));
  const [usual] = service.kinds;
  return {
    namespace,
    name,
    service,
    workload: isDurable && service.kinds.includes("StatefulSet") ? "StatefulSet" : (usual ?? "Deployment"),
    password,
    because: where,
    clients: new Set(addresses.map(({ workload, path }) => workload?.resource ?? path)).size,
  };
}

/** The Secret a client takes the password from; a text says why it cannot be told, undefined that it uses none. */
function passwordOf(address: Address, service: CatalogueService): SecretKey | undefined | string {
  const { container, home, login, name, namespace } = address;
  const stems = [name.replace(ADDRESS_ENDING, ""), ...service.words].map((one) =>
    one.toUpperCase().replaceAll(/\W/g, "_"),
  );
  const isPassword = new RegExp(`^(?:\\w+_)?(?:${stems.join("|")})_${PASSWORD}$`);
  const inLogin = /^[^:]*:\$\((\w+)\)$/.exec(login ?? "")?.[1];
  if (login !== undefined && inLogin === undefined) return "its address holds a login";
  const names = itemsAt(container?.spec, "env").flatMap((one) => textAt(one, "name") ?? []);
  const variable = inLogin ?? names.find((one) => isPassword.test(one.toUpperCase()));
  if (variable === undefined) {
    const isHidden = itemsAt(container?.spec, "envFrom").some((source) => source["secretRef"] !== undefined);
    return isHidden && service.password !== undefined
      ? "a Secret given as a whole may hold a password for it"
      : undefined;
  }
  if (service.password === undefined) return `${variable.slice(0, 80)} asks for a login it does not have`;
  const entry = variableOf(container, variable);
  const secret = textAt(entry, "valueFrom", "secretKeyRef", "name");
  const key = textAt(entry, "valueFrom", "secretKeyRef", "key");
  if (secret === undefined || key === undefined) return `${variable.slice(0, 80)} is not taken from a Secret`;
  return home === namespace ? { name: secret, key } : `its password is a Secret of ${home}`;
}

/** `VECTOR_STORE=qdrant`, and neither an address nor a pod of it anywhere. */
function namedOnly(platform: Platform): Need[] {
  const addressed = new Set(addressesGiven(platform).map((one) => `${one.home}/${serviceAsked(one)?.id ?? ""}`));
  const found = new Map<string, Need>();
  for (const { name: variable, value, path, home: namespace } of settingsGiven(platform)) {
    const service = catalogue.find(({ words }) => words.includes(value.trim().toLowerCase()));
    if (service === undefined || !CHOOSES.test(variable)) continue;
    const key = `${namespace}/${service.id}`;
    if (found.has(key) || addressed.has(key) || runsAnywhere(platform, service.same)) continue;
    if (doubtOf(platform, namespace, service.id) !== undefined) continue;
    const [usual = "Deployment"] = service.kinds;
    const because = `${path}: ${variable.slice(0, 80)} asks for ${service.id}, and nothing here runs it`;
    const one = { namespace, name: service.id, service, workload: usual, password: undefined, because, clients: 0 };
    found.set(key, one);
  }
  return [...found.values()];
}
