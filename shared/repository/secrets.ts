/** Which Secrets pods read, which keys of them, and what makes those Secrets, as far as the repository tells. */
import { groupBy, inNamespace, oncePer } from "./lookup.ts";
import type { Platform, Resource } from "./platform.ts";
import { at, type Fields, fieldsAt, itemsAt, listAt, stringsAt, textAt } from "./values.ts";
import { type RepositoryWorkload, workloadsOf } from "./workloads.ts";

export interface SecretUse {
  readonly workload: RepositoryWorkload;
  readonly secret: string;
  /** The keys it names; undefined where it takes whatever there is. */
  readonly keys: readonly string[] | undefined;
  readonly way: "variable" | "all variables" | "volume" | "image pull";
  /** The container that has it as a variable. */
  readonly container?: string;
  /** Name of the variable. */
  readonly variable?: string;
  readonly optional: boolean;
}

/** Every use of a Secret by a pod of the repository, in the order of its manifests. */
export const secretUses: (platform: Platform) => readonly SecretUse[] = oncePer((platform) =>
  workloadsOf(platform).flatMap(usesIn),
);

const byNamespace = oncePer((platform) => groupBy(secretUses(platform), ({ workload }) => workload.namespace));

/** Who uses Secret `secret` of `namespace`. */
export function usesOf(platform: Platform, namespace: string, secret: string): readonly SecretUse[] {
  return (byNamespace(platform).get(namespace) ?? []).filter((use) => use.secret === secret);
}

/** Names of the Secrets a workload's containers read, sorted; what only its images are pulled with is left out. */
export function secretsRead(workload: RepositoryWorkload): readonly string[] {
  const read = usesIn(workload).filter(({ way }) => way !== "image pull");
  return [...new Set(read.map(({ secret }) => secret))].sort();
}

function usesIn(workload: RepositoryWorkload): SecretUse[] {
  const { podSpec } = workload;
  const containers = [...itemsAt(podSpec, "initContainers"), ...itemsAt(podSpec, "containers")];
  const uses = [
    ...containers.flatMap(variablesOf),
    ...itemsAt(podSpec, "volumes").flatMap(volumeUses),
    ...itemsAt(podSpec, "imagePullSecrets").map((entry) => use(entry, "name", "image pull", [".dockerconfigjson"])),
  ];
  return uses.flatMap((one) => (one === undefined ? [] : [{ ...one, workload }]));
}

type Use = Omit<SecretUse, "workload"> | undefined;

function variablesOf(spec: Fields): Use[] {
  const container = textAt(spec, "name") ?? "";
  const single = itemsAt(spec, "env").map((entry): Use => {
    const reference = fieldsAt(entry, "valueFrom", "secretKeyRef");
    const key = textAt(reference, "key");
    const found = key === undefined ? undefined : use(reference, "name", "variable", [key]);
    return found === undefined ? undefined : { ...found, container, variable: textAt(entry, "name") ?? "" };
  });
  const all = itemsAt(spec, "envFrom").map((entry): Use => {
    const found = use(entry["secretRef"], "name", "all variables", undefined);
    return found === undefined ? undefined : { ...found, container };
  });
  return [...single, ...all];
}

function volumeUses(volume: Fields): Use[] {
  const projected = itemsAt(volume, "projected", "sources").map((source) => source["secret"]);
  return [
    use(volume["secret"], "secretName", "volume", itemKeys(volume["secret"])),
    ...projected.map((source) => use(source, "name", "volume", itemKeys(source))),
  ];
}

function itemKeys(holder: unknown): readonly string[] | undefined {
  const keys = itemsAt(holder, "items").flatMap((item) => textAt(item, "key") ?? []);
  return keys.length === 0 ? undefined : keys;
}

function use(holder: unknown, field: string, way: SecretUse["way"], keys: readonly string[] | undefined): Use {
  const secret = textAt(holder, field);
  return secret === undefined ? undefined : { secret, keys, way, optional: at(holder, "optional") === true };
}

/** Where a custom resource names the Secret its controller makes, by field. */
const TARGETS: readonly (readonly string[])[] = [
  ["spec", "target", "name"],
  ["spec", "externalSecretSpec", "target", "name"],
  ["spec", "externalSecretName"],
  ["spec", "secretName"],
  ["spec", "destination", "name"],
  ["spec", "writeConnectionSecretToRef", "name"],
  ["spec", "template", "metadata", "name"],
];

interface Made {
  /** Undefined for what works in every namespace. */
  readonly namespace: string | undefined;
  readonly resource: Resource;
}

const makers = oncePer((platform) => {
  const found = new Map<string, Made[]>();
  const add = (name: string | undefined, namespace: string | undefined, resource: Resource) => {
    if (name === undefined) return;
    const list = found.get(name) ?? [];
    list.push({ namespace, resource });
    found.set(name, list);
  };
  for (const resource of platform.resources) {
    const { apiVersion, kind, name, namespace, object } = resource;
    if (kind === "Secret" && apiVersion === "v1") add(name, namespace, resource);
    if (kind === "Ingress" && asksForCertificate(object)) {
      for (const tls of itemsAt(object, "spec", "tls")) add(textAt(tls, "secretName"), namespace, resource);
    }
    if (!isCustom(apiVersion)) continue;
    const named = TARGETS.map((keys) => textAt(object, ...keys)).filter((target) => target !== undefined);
    for (const target of new Set(named)) add(target, namespace, resource);
    const byItsName = /^(SealedSecret|ExternalSecret|ClusterExternalSecret|InfisicalSecret)$/.test(kind);
    if (byItsName && named.length === 0) add(name, namespace, resource);
  }
  return found;
});

function asksForCertificate(object: unknown): boolean {
  return Object.keys(stringsAt(object, "metadata", "annotations")).some((key) => key.startsWith("cert-manager.io/"));
}

/** The object that makes Secret `name` of `namespace`: the Secret itself, or a custom resource whose controller does. */
export function makerOf(platform: Platform, namespace: string, name: string): Resource | undefined {
  const found = makers(platform).get(name) ?? [];
  const near = found.find((one) => one.namespace === namespace) ?? found.find((one) => one.namespace === undefined);
  return near?.resource ?? operatorOf(platform, namespace, name);
}

/** Operators name the Secrets they make after their own object: `<cluster>-app`, `<user>.<cluster>.credentials.…`. */
function operatorOf(platform: Platform, namespace: string, secret: string): Resource | undefined {
  return (operated(platform).get(namespace) ?? []).find(
    ({ name }) => secret === name || secret.startsWith(`${name}-`) || secret.includes(`.${name}.`),
  );
}

const operated = oncePer(({ resources }) =>
  groupBy(
    resources.filter(({ apiVersion, kind }) => isCustom(apiVersion) && !HOLDS_NO_SECRET.test(kind)),
    ({ namespace }) => namespace,
  ),
);

/** Custom resources of well-known controllers that make no Secrets. */
const HOLDS_NO_SECRET =
  /^(IngressRoute(TCP|UDP)?|Middleware|HTTPRoute|Gateway|VirtualService|ServiceMonitor|PodMonitor|PrometheusRule|ScaledObject|ScaledJob|TriggerAuthentication|VerticalPodAutoscaler|SecretStore|PushSecret|Application|AppProject|Rollout|CiliumNetworkPolicy|PeerAuthentication|DestinationRule)$/;

function isCustom(apiVersion: string): boolean {
  const [group = ""] = apiVersion.split("/");
  return group.includes(".") && !group.endsWith(".k8s.io");
}

/** The Role by which something of the namespace may change this very Secret: it has a life of its own. */
export function writerOf(platform: Platform, namespace: string, secret: string): Resource | undefined {
  return inNamespace(platform, namespace).find(
    ({ kind, object }) =>
      kind === "Role" &&
      itemsAt(object, "rules").some((rule) => {
        const writes = listAt(rule, "verbs").some((verb) => /^(\*|update|patch)$/.test(String(verb)));
        return (
          writes && listAt(rule, "resources").includes("secrets") && listAt(rule, "resourceNames").includes(secret)
        );
      }),
  );
}

/** True for `…secret…: <name>` and `…secret…: {name: <name>}` anywhere, as custom resources refer to Secrets. */
export function namesSecret({ object }: Resource, secret: string): boolean {
  let isNamed = false;
  JSON.stringify(object, (key, value: unknown) => {
    const entries = Array.isArray(value) ? (value as unknown[]) : [value];
    if (/secret/i.test(key)) isNamed ||= entries.some((one) => one === secret || textAt(one, "name") === secret);
    return value;
  });
  return isNamed;
}
