/** kustomize's label transformer: where labels and selectors live, kind by kind. */
import { at, isMap, listAt, mapAt } from "./json.ts";
import type { KubeObject } from "./store.ts";

export interface LabelRule {
  readonly pairs: Readonly<Record<string, string>>;
  readonly selectors: boolean;
  readonly templates: boolean;
}

const templatePaths: Readonly<Record<string, readonly string[]>> = {
  Deployment: ["spec", "template", "metadata", "labels"],
  StatefulSet: ["spec", "template", "metadata", "labels"],
  DaemonSet: ["spec", "template", "metadata", "labels"],
  ReplicaSet: ["spec", "template", "metadata", "labels"],
  Job: ["spec", "template", "metadata", "labels"],
  CronJob: ["spec", "jobTemplate", "spec", "template", "metadata", "labels"],
};

const selectorPaths: Readonly<Record<string, readonly string[]>> = {
  Deployment: ["spec", "selector", "matchLabels"],
  StatefulSet: ["spec", "selector", "matchLabels"],
  DaemonSet: ["spec", "selector", "matchLabels"],
  ReplicaSet: ["spec", "selector", "matchLabels"],
  Service: ["spec", "selector"],
  PodDisruptionBudget: ["spec", "selector", "matchLabels"],
  NetworkPolicy: ["spec", "podSelector", "matchLabels"],
};

/** Selectors that kustomize extends only where they are: an absent one stays absent. */
const onlyExtended = new Set(["Service", "PodDisruptionBudget", "NetworkPolicy"]);

export function addLabels(objects: readonly KubeObject[], rules: readonly LabelRule[]): readonly KubeObject[] {
  return rules.reduce((current, rule) => current.map((object) => labelled(object, rule)), objects);
}

function labelled(object: KubeObject, { pairs, selectors, templates }: LabelRule): KubeObject {
  let result = setPairs(object, ["metadata", "labels"], pairs);
  const template = templatePaths[object.kind];
  if (templates && template !== undefined) result = setPairs(result, template, pairs);
  const selector = selectorPaths[object.kind];
  if (!selectors || selector === undefined) return result;
  if (onlyExtended.has(object.kind) && !isMap(at(object, ...selector))) return result;
  result = setPairs(result, selector, pairs);
  return object.kind === "NetworkPolicy" ? labelPeers(result, pairs) : result;
}

function labelPeers(object: KubeObject, pairs: Readonly<Record<string, string>>): KubeObject {
  const spec = mapAt(object, "spec");
  const extended = (["ingress", "egress"] as const).flatMap((side) => {
    if (!Array.isArray(spec[side])) return [];
    const peersField = side === "ingress" ? "from" : "to";
    const rules = listAt(spec, side).map((rule) => {
      if (!Array.isArray(at(rule, peersField))) return rule;
      const peers = listAt(rule, peersField).map((peer) => {
        const path = ["podSelector", "matchLabels"];
        return isMap(peer) && isMap(at(peer, ...path)) ? setPairs(peer, path, pairs) : peer;
      });
      return { ...mapAt(rule), [peersField]: peers };
    });
    return [[side, rules]];
  });
  return { ...object, spec: { ...spec, ...Object.fromEntries(extended) } };
}

function setPairs<T extends object>(target: T, path: readonly string[], pairs: Readonly<Record<string, string>>): T {
  const [head, ...rest] = path;
  if (head === undefined) return { ...target, ...pairs };
  return { ...target, [head]: setPairs(mapAt(target, head), rest, pairs) };
}
