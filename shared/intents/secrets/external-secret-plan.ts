/** Everything an ExternalSecret for one Secret needs, found in the repository; or why a person has to see to it. */
import { doubtAbout } from "../../policy/rules/doubt.ts";
import { mostCommon } from "../../repository/conventions.ts";
import {
  type CopiedSecret,
  copiedSecrets,
  type StoreRef,
  storeProblem,
  storesOf,
} from "../../repository/external-secrets.ts";
import { inNamespace, ofKind } from "../../repository/lookup.ts";
import type { Platform, RepositoryApplication } from "../../repository/platform.ts";
import { makerOf, namesSecret, type SecretUse, usesOf, writerOf } from "../../repository/secrets.ts";
import { fieldsAt, itemsAt, textAt } from "../../repository/values.ts";
import { writableApplication } from "../targets.ts";
import { entryPatterns, extractPatterns, fill, isKeyed, namesItsSecret } from "./external-secret-pattern.ts";

export interface RemoteKey {
  readonly secretKey: string;
  readonly key: string;
  readonly property: string | undefined;
}

export interface ExternalSecretPlan {
  readonly application: RepositoryApplication;
  readonly apiVersion: string;
  readonly store: StoreRef;
  readonly refreshInterval: string | undefined;
  /** Single keys, or one key of the store with all there is under it. */
  readonly data: readonly RemoteKey[] | { readonly extract: string };
  readonly type: string | undefined;
  /** Who reads the Secret, for people. */
  readonly readers: readonly string[];
  /** The ExternalSecret whose rule is followed. */
  readonly model: string;
}

/** `exempt`: it is made by something the manifests do not show, or nobody has to have it. */
export interface NoPlan {
  readonly because: string;
  readonly exempt: boolean;
}

const PULL_TYPE = "kubernetes.io/dockerconfigjson";
/** Keys of a Secret (Kubernetes: IsConfigMapKey). */
const KEY = /^[-._a-zA-Z0-9]{1,253}$/;
const CERTIFICATE_KEYS = new Set(["tls.crt", "tls.key", "ca.crt", "ca.key", "ca-cert", "cert", "key", "tls.ca"]);

export function externalSecretPlan(platform: Platform, namespace: string, secret: string): ExternalSecretPlan | NoPlan {
  const uses = usesOf(platform, namespace, secret).filter(
    ({ workload }) => workload.resource.application !== undefined,
  );
  const [first] = uses;
  if (first === undefined) return open(`no workload in ${namespace} reads a Secret ${secret}`);
  const other = madeOtherwise(platform, namespace, secret, uses);
  if (other !== undefined) return other;
  const application = writableApplication(platform, first.workload.resource.path);
  if (typeof application === "string") return open(application);
  const keys = keysRead(uses);
  if (keys?.every((key) => CERTIFICATE_KEYS.has(key)) === true) {
    return exempt("its keys are those of a certificate, which whoever serves it may make itself");
  }
  const odd = keys?.find((key) => !KEY.test(key));
  if (odd !== undefined) return open(`${JSON.stringify(odd.slice(0, 100))} cannot be a key of a Secret`);
  const type = uses.some(({ way }) => way === "image pull") ? PULL_TYPE : undefined;
  const alike = copiedSecrets(platform).filter((one) => one.type === type);
  const group = groupFor(platform, namespace, alike);
  if (typeof group === "string") return open(group);
  const own = group.filter((one) => one.namespace === namespace);
  const near = own.length > 1 ? remoteData(own, { namespace, secret }, keys) : "";
  const data = typeof near === "string" ? remoteData(group, { namespace, secret }, keys) : near;
  if (typeof data === "string") return open(data);
  const model = own[0] ?? group[0];
  return {
    application,
    apiVersion: mostCommon(group.map(({ resource }) => resource.apiVersion)) ?? "",
    store: model?.store ?? { kind: "SecretStore", name: "" },
    refreshInterval: mostCommon(
      group.flatMap(({ resource }) => textAt(resource.object, "spec", "refreshInterval") ?? []),
    ),
    data,
    type,
    readers: [...new Set(uses.map(({ workload }) => `${workload.kind} ${workload.name}`))],
    model: `${model?.resource.path}: ExternalSecret ${model?.resource.name}`,
  };
}

/** What makes the Secret already, or may. */
function madeOtherwise(
  platform: Platform,
  namespace: string,
  secret: string,
  uses: readonly SecretUse[],
): NoPlan | undefined {
  const maker = makerOf(platform, namespace, secret);
  if (maker?.kind === "Secret") {
    const holds = maker.object["data"] ?? maker.object["stringData"];
    if (holds === undefined) return open(`${maker.path} holds it without values; who fills it is not said`);
    const next = takesSealed(platform) ? "seal them (kubeseal)" : "put the new ones into a store";
    return open(
      `${maker.path} holds its values for everybody to read: a person has to change them, ${next} and take it out of Git`,
    );
  }
  if (maker !== undefined) return exempt(`${maker.kind} ${maker.name} makes it`);
  const doubt = doubtAbout(platform, namespace, secret);
  if (doubt !== undefined) return exempt(`who makes it is not certain: ${doubt}`);
  if (uses.every(({ optional }) => optional)) return exempt("its readers do without it");
  const writer = writerOf(platform, namespace, secret);
  if (writer !== undefined) return exempt(`Role ${writer.name} lets something change it`);
  const store = storesOf(platform).find((one) => namesSecret(one, secret));
  if (store !== undefined) return exempt(`${store.kind} ${store.name} logs in by it`);
  return undefined;
}

function takesSealed(platform: Platform): boolean {
  return ofKind(platform, "SealedSecret").length > 0;
}

/** The keys readers name; undefined where one of them takes all. */
function keysRead(uses: readonly SecretUse[]): readonly string[] | undefined {
  const lists = uses.map((use) => use.keys ?? mountedKeys(use));
  if (lists.some((list) => list === undefined)) return undefined;
  return [...new Set(lists.flatMap((list) => list ?? []))].sort();
}

/** A volume mounted only by `subPath` shows the keys it is made of. */
function mountedKeys({ workload: { podSpec }, secret, way }: SecretUse): readonly string[] | undefined {
  if (way !== "volume") return undefined;
  const volumes = itemsAt(podSpec, "volumes").filter((one) => textAt(one, "secret", "secretName") === secret);
  const names = volumes.map((one) => one["name"]);
  const containers = [...itemsAt(podSpec, "initContainers"), ...itemsAt(podSpec, "containers")];
  const mounts = containers.flatMap((one) => itemsAt(one, "volumeMounts")).filter((one) => names.includes(one["name"]));
  const keys = mounts.map((one) => textAt(one, "subPath"));
  return keys.length > 0 && keys.every((key) => key !== undefined && !key.includes("/")) ? keys.map(String) : undefined;
}

/** The ExternalSecrets whose store and rule the namespace can follow: its own, else those of several namespaces. */
function groupFor(
  platform: Platform,
  namespace: string,
  known: readonly CopiedSecret[],
): readonly CopiedSecret[] | string {
  if (known.length === 0) return withoutExternal(platform, namespace);
  const usable = known.filter(
    ({ store, namespace: home }) => store.kind === "ClusterSecretStore" || home === namespace,
  );
  const near = usable.filter((one) => one.namespace === namespace);
  const name = mostCommon((near.length > 0 ? near : usable).map(({ store }) => `${store.kind}/${store.name}`));
  const group = usable.filter(({ store }) => `${store.kind}/${store.name}` === name);
  const [first] = group;
  if (first === undefined) return `no ExternalSecret shows a store that serves ${namespace}`;
  const problem = storeProblem(platform, first.store, namespace);
  if (problem !== undefined) return problem;
  const homes = new Set(group.map((one) => one.namespace));
  return homes.has(namespace) || homes.size > 1
    ? group
    : `the ExternalSecrets of one namespace do not show how those of ${namespace} would be named`;
}

function withoutExternal(platform: Platform, namespace: string): string {
  if (takesSealed(platform)) {
    return `nothing in Git makes it, and only who has its value can seal it (kubeseal --namespace ${namespace})`;
  }
  const [store] = storesOf(platform);
  return store === undefined
    ? "nothing in Git makes it, and the repository has no secret store"
    : `no other ExternalSecret shows how ${store.kind} ${store.name} is used`;
}

function remoteData(
  group: readonly CopiedSecret[],
  subject: { readonly namespace: string; readonly secret: string },
  keys: readonly string[] | undefined,
): ExternalSecretPlan["data"] | string {
  const whole = extractPatterns(group);
  const patterns = entryPatterns(group);
  if (keys === undefined || typeof patterns === "string") {
    if (whole.length === 0) {
      return typeof patterns === "string"
        ? patterns
        : "a reader takes all of its keys, and which there are is not written anywhere";
    }
    const extract = namesItsSecret(whole) ? fill(whole, subject) : undefined;
    return extract === undefined ? "the names the others have in the store do not tell its own" : { extract };
  }
  const isDistinct = isKeyed(patterns.key) || isKeyed(patterns.property);
  const isOwn = isDistinct || namesItsSecret(patterns.key);
  if (!isOwn || (keys.length > 1 && !isDistinct)) return "the names the others have in the store do not tell its own";
  const data = keys.map((secretKey): RemoteKey | undefined => {
    const key = fill(patterns.key, { ...subject, secretKey });
    const property = patterns.property === undefined ? "" : fill(patterns.property, { ...subject, secretKey });
    if (key === undefined || property === undefined) return undefined;
    return { secretKey, key, property: patterns.property === undefined ? undefined : property };
  });
  const known = data.filter((one) => one !== undefined);
  return known.length === data.length ? known : "the others do not show how a key like its own is spelt in the store";
}

/** True when the namespace's Secrets already come from a store or are sealed. */
export function isKept(platform: Platform, namespace: string, secret: string): string | undefined {
  const maker = makerOf(platform, namespace, secret);
  const isStore = maker !== undefined && /^(ExternalSecret|ClusterExternalSecret|SealedSecret)$/.test(maker.kind);
  return isStore ? `${maker.path}: ${maker.kind} ${namespace}/${secret}` : undefined;
}

/** The name an ExternalSecret would have here is free. */
export function isFree(platform: Platform, namespace: string, name: string): boolean {
  const taken = inNamespace(platform, namespace).filter(({ kind }) => kind === "ExternalSecret");
  return !taken.some((one) => one.name === name || textAt(fieldsAt(one.object, "spec", "target"), "name") === name);
}

function open(because: string): NoPlan {
  return { because, exempt: false };
}

function exempt(because: string): NoPlan {
  return { because, exempt: true };
}
