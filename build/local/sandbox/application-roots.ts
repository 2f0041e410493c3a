/** Applications nobody but the operator applies: those in the repository that no other Application brings along. */
import type { Snapshot } from "./git-follower.ts";
import { ARGOCD_NAMESPACE } from "./labels.ts";
import { parseManifests, RenderError } from "./manifests.ts";
import { renderApplication, sourcesOf } from "./source.ts";
import type { KubeObject } from "./store.ts";

/** Every Application manifest at a commit, wherever it is; files that cannot be read are passed over. */
function applicationsIn(snapshot: Snapshot): readonly KubeObject[] {
  return snapshot.paths
    .filter((path) => /\.(?:ya?ml|json)$/.test(path) && snapshot.text(path)?.includes("argoproj.io/") === true)
    .flatMap((path) => tolerant(() => parseManifests(path, snapshot.text(path) ?? "")))
    .filter(isApplication)
    .map((object) => ({ ...object, metadata: { ...object.metadata, namespace: ARGOCD_NAMESPACE } }));
}

/** Those the stand-in applies itself, in the operator's place: an app of apps brings its children along. */
export function rootApplications(snapshot: Snapshot): readonly KubeObject[] {
  const all = applicationsIn(snapshot);
  const children = new Map(all.map((application) => [application.metadata.name, childrenOf(application, snapshot)]));
  const broughtByOthers = new Set([...children].flatMap(([parent, names]) => names.filter((name) => name !== parent)));
  const roots = all.filter(({ metadata }) => !broughtByOthers.has(metadata.name));
  const reached = new Set<string>();
  const visit = (name: string): void => {
    if (reached.has(name)) return;
    reached.add(name);
    for (const child of children.get(name) ?? []) visit(child);
  };
  for (const { metadata } of roots) visit(metadata.name);
  // What is left brings itself along in a circle: somebody must have applied the first of it by hand.
  const circular = all.filter(({ metadata }) => {
    const unreached = !reached.has(metadata.name);
    if (unreached) visit(metadata.name);
    return unreached;
  });
  return [...roots, ...circular];
}

function childrenOf(application: KubeObject, snapshot: Snapshot): readonly string[] {
  const snapshots = sourcesOf(application).map(() => snapshot);
  return tolerant(() => renderApplication(application, snapshots))
    .filter(isApplication)
    .map(({ metadata }) => metadata.name);
}

function isApplication({ apiVersion, kind, metadata }: KubeObject): boolean {
  const here = metadata.namespace === undefined || metadata.namespace === ARGOCD_NAMESPACE;
  return kind === "Application" && apiVersion === "argoproj.io/v1alpha1" && metadata.name !== "" && here;
}

/** What cannot be rendered brings no Application along; its own comparison will say why. */
function tolerant(read: () => readonly KubeObject[]): readonly KubeObject[] {
  try {
    return read();
  } catch (error) {
    if (error instanceof RenderError) return [];
    throw error;
  }
}
