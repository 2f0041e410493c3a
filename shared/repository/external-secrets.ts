/** How a repository has Secrets made by the External Secrets Operator: from which stores, under which names there. */
import { ofKind, oncePer } from "./lookup.ts";
import type { Platform, Resource } from "./platform.ts";
import { at, fieldsAt, itemsAt, listAt, stringsAt, textAt } from "./values.ts";

const GROUP = "external-secrets.io/";

export interface StoreRef {
  readonly kind: "SecretStore" | "ClusterSecretStore";
  readonly name: string;
}

/** One key of a Secret and where its value is kept. */
export interface RemoteEntry {
  readonly secretKey: string;
  readonly key: string;
  readonly property: string | undefined;
}

/** An ExternalSecret that only copies: no templates, no rewriting. */
export interface CopiedSecret {
  readonly resource: Resource;
  readonly namespace: string;
  readonly secret: string;
  readonly store: StoreRef;
  readonly entries: readonly RemoteEntry[];
  /** Keys of the store taken with everything under them. */
  readonly extracts: readonly string[];
  /** `type` of the Secret, where it says one. */
  readonly type: string | undefined;
}

/** The applied ExternalSecrets that only copy. */
export const copiedSecrets: (platform: Platform) => readonly CopiedSecret[] = oncePer((platform) =>
  ofKind(platform, "ExternalSecret")
    .filter(({ apiVersion, application }) => apiVersion.startsWith(GROUP) && application !== undefined)
    .map(asCopied)
    .filter((one) => one !== undefined),
);

function asCopied(resource: Resource): CopiedSecret | undefined {
  const { object, namespace, name } = resource;
  const spec = fieldsAt(object, "spec");
  const store = storeRef(spec["secretStoreRef"]);
  const template = fieldsAt(spec, "target", "template");
  const isPlain = Object.keys(template).every((key) => key === "type" || key === "metadata" || key === "engineVersion");
  const entries = itemsAt(spec, "data").map(asEntry);
  const extracts = itemsAt(spec, "dataFrom").map((one) =>
    Object.keys(one).length === 1 ? textAt(one, "extract", "key") : undefined,
  );
  const isCopy = [...entries, ...extracts].every((one) => one !== undefined);
  if (namespace === undefined || store === undefined || !isPlain || !isCopy) return undefined;
  return {
    resource,
    namespace,
    secret: textAt(spec, "target", "name") ?? name,
    store,
    entries: entries.filter((one) => one !== undefined),
    extracts: extracts.filter((one) => one !== undefined),
    type: textAt(template, "type"),
  };
}

function asEntry(entry: unknown): RemoteEntry | undefined {
  const secretKey = textAt(entry, "secretKey");
  const key = textAt(entry, "remoteRef", "key");
  if (secretKey === undefined || key === undefined || at(entry, "sourceRef") !== undefined) return undefined;
  return { secretKey, key, property: textAt(entry, "remoteRef", "property") };
}

function storeRef(value: unknown): StoreRef | undefined {
  const name = textAt(value, "name");
  const kind = textAt(value, "kind") ?? "SecretStore";
  return name !== undefined && (kind === "SecretStore" || kind === "ClusterSecretStore") ? { kind, name } : undefined;
}

/** The stores of the repository, whoever applies them. */
export function storesOf(platform: Platform): readonly Resource[] {
  return [...ofKind(platform, "ClusterSecretStore"), ...ofKind(platform, "SecretStore")].filter(({ apiVersion }) =>
    apiVersion.startsWith(GROUP),
  );
}

/** Why `store` may not serve `namespace`; undefined when it does. */
export function storeProblem(platform: Platform, { kind, name }: StoreRef, namespace: string): string | undefined {
  const store = storesOf(platform).find(
    (one) => one.kind === kind && one.name === name && (kind === "ClusterSecretStore" || one.namespace === namespace),
  );
  const isUsedHere = copiedSecrets(platform).some(
    (one) => one.namespace === namespace && one.store.kind === kind && one.store.name === name,
  );
  if (isUsedHere) return undefined;
  if (store === undefined) return `${kind} ${name} is not in the repository, so whom it serves is not known`;
  if (store.application === undefined) return `${store.path} holds ${kind} ${name}, but no Application reads it`;
  const conditions = itemsAt(store.object, "spec", "conditions");
  const admits = conditions.some((one) => {
    const patterns = listAt(one, "namespaceRegexes").map(String);
    return listAt(one, "namespaces").includes(namespace) || patterns.includes(".*") || patterns.includes(namespace);
  });
  if (conditions.length === 0 || admits) return undefined;
  const labels = stringsAt(
    ofKind(platform, "Namespace").find((one) => one.name === namespace)?.object,
    "metadata",
    "labels",
  );
  const byLabels = conditions.some((one) => {
    const wanted = Object.entries(stringsAt(one, "namespaceSelector", "matchLabels"));
    const isPlain = listAt(one, "namespaceSelector", "matchExpressions").length === 0;
    return isPlain && wanted.length > 0 && wanted.every(([key, value]) => labels[key] === value);
  });
  return byLabels ? undefined : `${kind} ${name} does not say that it serves namespace ${namespace}`;
}
