/** The things of a platform a proposal names: by a host, by kind and name, or a workload by a name that is no everyday word. */
import { graphOf, hasService, nodeNamed } from "../../shared/graph/build.ts";
import type { GraphNode, NodeState } from "../../shared/graph/graph.ts";
import { hostsNamed } from "../../shared/graph/named-hosts.ts";
import { isApplied } from "../../shared/graph/states.ts";
import { namespacesOf } from "../../shared/intents/named/named-scope.ts";
import { oncePer } from "../../shared/repository/lookup.ts";
import type { Platform } from "../../shared/repository/platform.ts";
import { isClusterKind } from "../../shared/repository/scope.ts";
import { type RepositoryWorkload, workloadsOf } from "../../shared/repository/workloads.ts";

const KINDS: Readonly<Record<string, string>> = {
  secret: "Secret",
  configmap: "ConfigMap",
  "config map": "ConfigMap",
  storageclass: "StorageClass",
  "storage class": "StorageClass",
  crd: "CustomResourceDefinition",
  "custom resource definition": "CustomResourceDefinition",
  customresourcedefinition: "CustomResourceDefinition",
  serviceaccount: "ServiceAccount",
  "service account": "ServiceAccount",
  pvc: "PersistentVolumeClaim",
  persistentvolumeclaim: "PersistentVolumeClaim",
};
const KIND = `(${Object.keys(KINDS).join("|")})`;
const NAME = "((?:[a-z0-9][-a-z0-9]{0,62}/)?[a-z0-9](?:[-a-z0-9.]{0,251}[a-z0-9])?)";
const QUOTES = "[`\"'“”‘’]";
const AFTER = new RegExp(`\\b${KIND}\\s+(?:called\\s+|named\\s+)?(${QUOTES}?)${NAME}(?![-\\w/])${QUOTES}?`, "gi");
const BEFORE = new RegExp(`${QUOTES}${NAME}${QUOTES}\\s+${KIND}\\b`, "gi");
/** What is to be made need not be there. */
const CREATES =
  /\b(?:creat\w*|add\w*|introduc\w*|defin\w*|provision\w*|generat\w*|writ\w*|mak\w*|new)\s+(?:(?:an?|the|its|their|own|new|dedicated|separate|another)\s+){0,3}$/i;
const WORKLOAD =
  /\b(deployment|statefulset|daemonset|cronjob|job|workload)\s+[`"'“‘]?((?:[a-z0-9][-a-z0-9]{0,62}\/)?[a-z0-9](?:[-a-z0-9.]{0,251}[a-z0-9])?)/gi;
const BEST: readonly NodeState[] = ["present", "built-in", "external", "placeholder", "zero-replicas", "unseen"];

/** Services, hosts, Secrets, ConfigMaps, classes and definitions, in the order of the text. */
export function thingsNamed(text: string, platform: Platform): readonly GraphNode[] {
  const found = new Map<string, GraphNode>();
  const add = (node: GraphNode) => {
    if (!found.has(node.id)) found.set(node.id, node);
  };
  const namespaces = namespacesOf(platform);
  const around = {
    home: undefined,
    variable: "",
    form: "config" as const,
    isService: (name: string, namespace: string) => hasService(platform, name, namespace),
    isNamespace: (name: string) => namespaces.has(name),
  };
  for (const named of hostsNamed(text.toLowerCase(), around)) {
    if ("host" in named) add(nodeNamed(platform, { kind: "Host", namespace: undefined, name: named.host }));
    else add(nodeNamed(platform, { kind: "Service", namespace: named.namespace, name: named.service }));
  }
  for (const { kind, place } of objectsNamed(text)) add(objectAt(kind, place, platform));
  return [...found.values()];
}

function objectsNamed(text: string): readonly { readonly kind: string; readonly place: string }[] {
  const after = [...text.matchAll(AFTER)].map(({ index, 1: word = "", 2: quote = "", 3: place = "" }) => ({
    index,
    word,
    place,
    // `secret is` names nothing; `Secret db-credentials` does.
    isName: quote !== "" || /[-./\d]/.test(place),
  }));
  const before = [...text.matchAll(BEFORE)].map(({ index, 1: place = "", 2: word = "" }) => ({
    index,
    word,
    place,
    isName: true,
  }));
  return [...after, ...before]
    .filter(({ index, isName }) => isName && !CREATES.test(text.slice(Math.max(0, index - 80), index)))
    .map(({ word, place }) => ({
      kind: KINDS[word.toLowerCase().replace(/\s+/g, " ")] ?? "",
      place: place.toLowerCase(),
    }))
    .filter(({ kind }) => kind !== "");
}

/** A name without a namespace is that of whichever there is. */
function objectAt(kind: string, place: string, platform: Platform): GraphNode {
  const slash = place.indexOf("/");
  const name = place.slice(slash + 1);
  if (isClusterKind(kind)) return nodeNamed(platform, { kind, namespace: undefined, name });
  if (slash > 0) return nodeNamed(platform, { kind, namespace: place.slice(0, slash), name });
  const all = (byKindAndName(platform).get(`${kind}/${name}`) ?? []).filter(({ state }) => BEST.includes(state));
  const best = [...all].sort((a, b) => BEST.indexOf(a.state) - BEST.indexOf(b.state))[0];
  return best ?? nodeNamed(platform, { kind, namespace: undefined, name });
}

/** Workloads the text calls by a name that is no everyday word: with a hyphen, or as `<kind> <name>`. */
export function workloadsNamed(text: string, platform: Platform): readonly RepositoryWorkload[] {
  const lower = text.toLowerCase();
  const tokens = new Set(lower.match(/[a-z0-9](?:[-a-z0-9]*[a-z0-9])?/g));
  const asked = new Set([...lower.matchAll(WORKLOAD)].map(([, kind = "", place = ""]) => `${kind} ${place}`));
  const isAsked = ({ kind, namespace = "", name }: RepositoryWorkload) =>
    [kind.toLowerCase(), "workload"].some(
      (word) => asked.has(`${word} ${name}`) || asked.has(`${word} ${namespace}/${name}`),
    );
  return workloadsOf(platform).filter(
    (workload) =>
      isApplied(platform, workload.resource) &&
      ((workload.name.includes("-") && tokens.has(workload.name)) || isAsked(workload)),
  );
}

const byKindAndName = oncePer((platform) => {
  const found = new Map<string, GraphNode[]>();
  for (const node of graphOf(platform).nodes.values()) {
    const key = `${node.kind}/${node.name}`;
    found.set(key, [...(found.get(key) ?? []), node]);
  }
  return found;
});
