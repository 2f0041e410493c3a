/** How a repository writes things: file names, namespaces, labels, line endings. Counted, never assumed. */
import { readByApplication } from "./lookup.ts";
import type { Platform, Resource } from "./platform.ts";
import { at, stringsAt } from "./values.ts";

const shortKinds: Readonly<Record<string, readonly string[]>> = {
  NetworkPolicy: ["networkpolicy", "network-policy", "netpol"],
  PodDisruptionBudget: ["pdb", "poddisruptionbudget", "disruptionbudget", "pod-disruption-budget"],
  PrometheusRule: ["prometheusrule", "prometheus-rule", "alerts", "rules", "rule", "alert-rules"],
  ServiceMonitor: ["servicemonitor", "service-monitor"],
  HorizontalPodAutoscaler: ["hpa", "horizontalpodautoscaler", "autoscaler"],
  ScaledObject: ["scaledobject", "scaled-object"],
  PersistentVolumeClaim: ["pvc", "persistentvolumeclaim", "claim"],
  CronJob: ["cronjob"],
  Deployment: ["deployment", "deploy"],
  StatefulSet: ["statefulset", "sts"],
  DaemonSet: ["daemonset", "ds"],
  Service: ["service", "svc"],
  ConfigMap: ["configmap", "cm", "config"],
};

type Pattern = "name-kind" | "kind-name" | "name.kind" | "kind" | "name";

/** The resources that set the convention for a new file: read by the same Application, else anywhere. */
export function neighboursOf(platform: Platform, application: string): readonly Resource[] {
  const near = readByApplication(platform, application);
  return near.length > 0 ? near : platform.resources;
}

/** A name for a new file holding `kind` called `name`, in the style of its neighbours. */
export function fileName(neighbours: readonly Resource[], kind: string, name: string): string {
  const pattern = mostCommon(neighbours.map(patternOf).filter((one) => one !== undefined)) ?? "name-kind";
  const extension = mostCommon(neighbours.map(({ path }) => (path.endsWith(".yml") ? "yml" : "yaml"))) ?? "yaml";
  const word = kindWord(neighbours, kind);
  // A file named by the kind or the name alone would be overwritten by the next object of that kind or name.
  const stem = name.endsWith(`-${word}`)
    ? name
    : pattern === "kind-name"
      ? `${word}-${name}`
      : pattern === "name.kind"
        ? `${name}.${word}`
        : `${name}-${word}`;
  return `${stem}.${extension}`;
}

/** True when neighbours write one object per file. */
export function oneObjectPerFile(neighbours: readonly Resource[]): boolean {
  const counts = new Map<string, number>();
  for (const { path } of neighbours) counts.set(path, (counts.get(path) ?? 0) + 1);
  const single = [...counts.values()].filter((count) => count === 1).length;
  return single * 2 >= counts.size;
}

/** True when most neighbours name their namespace in `metadata`. */
export function writesNamespace(neighbours: readonly Resource[]): boolean {
  const scoped = neighbours.filter(({ namespace }) => namespace !== undefined);
  const written = scoped.filter(({ object }) => typeof at(object, "metadata", "namespace") === "string");
  return written.length * 2 >= scoped.length;
}

/** The label keys for a name that at least a third of the neighbours carry: `app`, `app.kubernetes.io/name` or both. */
export function nameLabels(neighbours: readonly Resource[]): readonly string[] {
  const keys = ["app", "app.kubernetes.io/name"];
  const labels = neighbours
    .map(({ object }) => stringsAt(object, "metadata", "labels"))
    .filter((all) => Object.keys(all).length > 0);
  const used = keys.filter(
    (key) => labels.filter((all) => Object.hasOwn(all, key)).length * 3 >= Math.max(1, labels.length),
  );
  return used.length > 0 ? used : ["app.kubernetes.io/name"];
}

/** `\r\n` when most neighbours use it. */
export function lineEnding(platform: Platform, neighbours: readonly Resource[]): "\n" | "\r\n" {
  const paths = [...new Set(neighbours.map(({ path }) => path))];
  const windows = paths.filter((path) => platform.files.get(path)?.content?.includes("\r\n"));
  return windows.length * 2 > paths.length ? "\r\n" : "\n";
}

/** True when lists under a key are indented in most neighbours (`containers:` then `  - name`). */
export function indentsLists(platform: Platform, neighbours: readonly Resource[]): boolean {
  let votes = 0;
  for (const path of new Set(neighbours.map((resource) => resource.path))) {
    const match = /^( *)(?:- )?(?:containers|ports|rules):[ \t]*\r?\n( *)- /m.exec(
      platform.files.get(path)?.content ?? "",
    );
    if (match !== null) votes += (match[2] ?? "").length > (match[1] ?? "").length ? 1 : -1;
  }
  return votes >= 0;
}

export function folderOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf("/")));
}

/** The most frequent value; the smallest of equals. */
export function mostCommon<T extends string>(values: readonly T[]): T | undefined {
  const counts = new Map<T, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  const [winner] = [...counts].sort(([a, countA], [b, countB]) => countB - countA || (a < b ? -1 : 1));
  return winner?.[0];
}

function patternOf({ path, kind, name }: Resource): Pattern | undefined {
  const stem = path.slice(path.lastIndexOf("/") + 1).replace(/\.(ya?ml|json)$/, "");
  const words = shortKinds[kind] ?? [kind.toLowerCase()];
  if (words.includes(stem)) return "kind";
  if (stem === name) return "name";
  if (words.some((word) => stem.endsWith(`.${word}`))) return "name.kind";
  if (words.some((word) => stem.endsWith(`-${word}`))) return "name-kind";
  return words.some((word) => stem.startsWith(`${word}-`)) ? "kind-name" : undefined;
}

function kindWord(neighbours: readonly Resource[], kind: string): string {
  const words = shortKinds[kind] ?? [kind.toLowerCase()];
  const stems = neighbours
    .filter((resource) => resource.kind === kind)
    .map(({ path }) => path.slice(path.lastIndexOf("/") + 1));
  // `web-deployment` holds `deploy` as well: of the words in one name the longest is meant.
  const longest = [...words].sort((a, b) => b.length - a.length);
  const used = stems.flatMap((stem) => longest.find((word) => stem.includes(word)) ?? []);
  return mostCommon(used) ?? words[0] ?? kind.toLowerCase();
}
