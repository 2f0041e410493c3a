/** What a workload needs: whom it is told to call, what it mounts and reads, its account, classes and storage. */
import type { Resource } from "../repository/platform.ts";
import { at, type Fields, fieldsAt, listAt, textAt } from "../repository/values.ts";
import { asWorkload, type RepositoryWorkload } from "../repository/workloads.ts";
import { connect, type Draft, entriesAt, type Named, placeIn } from "./draft.ts";
import { connectHosts } from "./from-text.ts";
import type { EdgeType } from "./graph.ts";

type Keys = readonly (string | number)[];

export function addWorkload(draft: Draft, resource: Resource): void {
  const workload = asWorkload(resource) ?? asPod(resource);
  if (workload === undefined) return;
  const keys = [...workload.templatePath, "spec"];
  const { podSpec } = workload;
  for (const list of ["initContainers", "containers"]) {
    for (const [index, container] of entriesAt(podSpec, list)) {
      addContainer(draft, resource, container, [...keys, list, index]);
    }
  }
  for (const [index, volume] of entriesAt(podSpec, "volumes")) {
    addVolume(draft, resource, volume, [...keys, "volumes", index]);
  }
  for (const [index, entry] of entriesAt(podSpec, "imagePullSecrets")) {
    refer(draft, resource, "pulls-with", "Secret", entry, ["name"], [...keys, "imagePullSecrets", index]);
  }
  addAccount(draft, resource, podSpec, keys);
  for (const [field, kind] of [
    ["priorityClassName", "PriorityClass"],
    ["runtimeClassName", "RuntimeClass"],
  ] as const) {
    const name = textAt(podSpec, field);
    if (name !== undefined) clusterWide(draft, resource, "uses-class", kind, name, [...keys, field]);
  }
  addClaimTemplates(draft, resource);
}

/** A pod without a workload around it. */
function asPod(resource: Resource): Pick<RepositoryWorkload, "templatePath" | "podSpec"> | undefined {
  const { apiVersion, kind, object } = resource;
  if (kind === "Pod" && apiVersion === "v1") return { templatePath: [], podSpec: fieldsAt(object, "spec") };
  // Rollout, ScaledJob and what else holds a pod template where Deployments and Jobs do.
  const isCustom = apiVersion.includes(".") && !apiVersion.includes(".k8s.io/");
  const paths = [
    ["spec", "template"],
    ["spec", "jobTargetRef", "template"],
  ];
  const path = isCustom ? paths.find((one) => listAt(object, ...one, "spec", "containers").length > 0) : undefined;
  return path === undefined ? undefined : { templatePath: path, podSpec: fieldsAt(object, ...path, "spec") };
}

function addContainer(draft: Draft, resource: Resource, container: Fields, keys: Keys): void {
  const names = new Set(entriesAt(container, "env").map(([, entry]) => textAt(entry, "name") ?? ""));
  for (const [index, entry] of entriesAt(container, "env")) {
    const place = [...keys, "env", index];
    const variable = textAt(entry, "name") ?? "";
    const text = textAt(entry, "value");
    if (text !== undefined) {
      const form = text.includes("\n") ? ("config" as const) : ("setting" as const);
      const hasPort = names.has(variable.replace(/HOST(?:NAME)?$/i, "PORT"));
      const evidence = placeIn(resource, [...place, "value"]);
      connectHosts(draft, resource, resource.namespace, { text, variable, form, hasPort, evidence });
    }
    for (const [field, kind] of [
      ["configMapKeyRef", "ConfigMap"],
      ["secretKeyRef", "Secret"],
    ] as const) {
      refer(draft, resource, "reads-env-from", kind, entry, ["valueFrom", field, "name"], place);
    }
  }
  for (const [index, source] of entriesAt(container, "envFrom")) {
    const place = [...keys, "envFrom", index];
    refer(draft, resource, "reads-env-from", "ConfigMap", source, ["configMapRef", "name"], place);
    refer(draft, resource, "reads-env-from", "Secret", source, ["secretRef", "name"], place);
  }
  for (const field of ["command", "args"]) {
    for (const [index, word] of listAt(container, field).entries()) {
      if (typeof word === "string") addWord(draft, resource, word, [...keys, field, index]);
    }
  }
}

/** `--redis-host=redis` says which flag it is. */
function addWord(draft: Draft, resource: Resource, word: string, keys: Keys): void {
  const flag = /^--?([\w.-]{1,80})=/.exec(word);
  connectHosts(draft, resource, resource.namespace, {
    text: flag === null ? word : word.slice(flag[0].length),
    variable: flag?.[1] ?? "",
    form: word.includes("\n") || /\s/.test(word.trim()) ? "script" : "setting",
    evidence: placeIn(resource, keys),
  });
}

function addVolume(draft: Draft, resource: Resource, volume: Fields, keys: Keys): void {
  refer(draft, resource, "mounts", "ConfigMap", volume, ["configMap", "name"], keys);
  refer(draft, resource, "mounts", "Secret", volume, ["secret", "secretName"], keys);
  refer(draft, resource, "owns-storage", "PersistentVolumeClaim", volume, ["persistentVolumeClaim", "claimName"], keys);
  for (const [index, source] of entriesAt(volume, "projected", "sources")) {
    const place = [...keys, "projected", "sources", index];
    refer(draft, resource, "mounts", "ConfigMap", source, ["configMap", "name"], place);
    refer(draft, resource, "mounts", "Secret", source, ["secret", "name"], place);
  }
}

/** Every namespace has an account `default`; one that is not named is that. */
function addAccount(draft: Draft, resource: Resource, podSpec: Fields, keys: Keys): void {
  for (const field of ["serviceAccountName", "serviceAccount"]) {
    const name = textAt(podSpec, field);
    if (name === undefined) continue;
    const account = { kind: "ServiceAccount", namespace: resource.namespace, name };
    connect(draft, resource, "uses-account", account, placeIn(resource, [...keys, field], name));
    return;
  }
}

/** The StatefulSet makes one claim per pod; one node stands for all of them. */
function addClaimTemplates(draft: Draft, resource: Resource): void {
  for (const [index, template] of entriesAt(resource.object, "spec", "volumeClaimTemplates")) {
    const keys = ["spec", "volumeClaimTemplates", index];
    const name = textAt(template, "spec", "storageClassName");
    if (name !== undefined) {
      clusterWide(draft, resource, "uses-class", "StorageClass", name, [...keys, "spec", "storageClassName"]);
    }
  }
  const governing = textAt(resource.object, "spec", "serviceName");
  if (resource.kind === "StatefulSet" && governing !== undefined) {
    const service = { kind: "Service", namespace: resource.namespace, name: governing };
    connect(draft, resource, "refers-to", service, placeIn(resource, ["spec", "serviceName"]), {
      detail: "gives its pods their names",
    });
  }
}

/** An edge to the object of `kind` in the same namespace that `holder` names at `path`. */
function refer(
  draft: Draft,
  resource: Resource,
  type: EdgeType,
  kind: string,
  holder: Fields,
  path: readonly string[],
  keys: Keys,
): void {
  const name = textAt(holder, ...path);
  if (name === undefined) return;
  const optional = at(holder, ...path.slice(0, -1), "optional") === true;
  const to: Named = { kind, namespace: resource.namespace, name };
  connect(draft, resource, type, to, placeIn(resource, [...keys, ...path], name), { optional });
}

function clusterWide(draft: Draft, resource: Resource, type: EdgeType, kind: string, name: string, keys: Keys): void {
  connect(draft, resource, type, { kind, namespace: undefined, name }, placeIn(resource, keys, name));
}
