/** Manifests that matter for a change somewhere: its target, what limits the namespace, what lives beside it. */
import { stringify } from "yaml";
import type { Excerpt } from "../model-ports.ts";
import { inNamespace } from "./lookup.ts";
import type { Platform, Resource } from "./platform.ts";
import { rankingOf } from "./ranking.ts";
import { redactObject } from "./redact.ts";
import { workloadsOf } from "./workloads.ts";

/** Characters of one manifest. */
const MANIFEST = 2_000;
/** Namespaces looked into, and neighbours shown of each. */
const NAMESPACES = 3;
const NEIGHBOURS = 3;
const BOUNDS = /^(LimitRange|ResourceQuota)$/;
const NEIGHBOUR = /^(Deployment|StatefulSet|DaemonSet|CronJob|Service|NetworkPolicy|PersistentVolumeClaim|Ingress)$/;

export interface Place {
  /** `<kind> <namespace>/<name>` */
  readonly target: string;
  readonly namespace: string;
}

/** Excerpts of at most `characters` in all, without secrets; where no place is given those whose names `about` speaks of. */
export function nearbyManifests(
  platform: Platform,
  places: readonly Place[],
  about: string,
  characters: number,
): readonly Excerpt[] {
  const targets = places.length > 0 ? places.flatMap((place) => targetsOf(platform, place)) : spokenOf(platform, about);
  const namespaces = [...new Set(targets.map(({ namespace }) => namespace))].slice(0, NAMESPACES);
  const around = namespaces.map((namespace) => inNamespace(platform, namespace));
  const bounds = around.flat().filter(({ kind }) => BOUNDS.test(kind));
  const neighbours = around.flatMap((resources) =>
    resources.filter((one) => NEIGHBOUR.test(one.kind) && !targets.includes(one)).slice(0, NEIGHBOURS),
  );
  let left = characters;
  return [...new Set([...targets.slice(0, 1), ...bounds, ...targets, ...neighbours])]
    .map(excerptOf)
    .filter(({ text }) => {
      const fits = text.length <= left;
      if (fits) left -= text.length;
      return fits;
    });
}

function targetsOf(platform: Platform, { target, namespace }: Place): readonly Resource[] {
  return inNamespace(platform, namespace).filter(({ kind, name }) => {
    const own = `${kind} ${namespace}/${name}`;
    return target.startsWith(own) && !/^[\w.-]/.test(target.slice(own.length));
  });
}

function spokenOf(platform: Platform, about: string): readonly Resource[] {
  const read = platform.resources.filter(({ application, kind }) => application !== undefined && NEIGHBOUR.test(kind));
  const rank = rankingOf(
    read,
    ({ name }) => name,
    ({ kind, namespace }) => `${kind.replaceAll(/(?<=[a-z])(?=[A-Z])/g, " ")} ${namespace ?? ""}`,
  );
  return rank(about)
    .slice(0, NEIGHBOURS)
    .map(({ item }) => item);
}

function excerptOf({ path, kind, namespace, name, object }: Resource): Excerpt {
  const text = stringify(redactObject(object), { aliasDuplicateObjects: false, lineWidth: 0 });
  const place = namespace === undefined ? `${kind} ${name}` : `${kind} ${namespace}/${name}`;
  return { path, place, text: text.length <= MANIFEST ? text : `${text.slice(0, MANIFEST)}\n# cut here` };
}

/** Names a plan may use: Applications with their folders, and per namespace the workloads with their images. */
export function inventoryOf(platform: Platform, first: readonly string[], characters: number): string {
  const applications = platform.applications.map(
    ({ name, path, destination }) => `Application ${name}: ${path === "" ? "." : path} -> ${destination ?? "?"}`,
  );
  const isFirst = ({ namespace }: { readonly namespace: string | undefined }) => first.includes(namespace ?? "");
  const workloads = workloadsOf(platform).filter(({ resource }) => resource.application !== undefined);
  const ordered = [...workloads.filter(isFirst), ...workloads.filter((one) => !isFirst(one))];
  const lines = ordered.map(({ kind, namespace, name, containers }) => {
    const images = containers.map((container) => `${container.name}=${container.image}`).join(" ");
    return `${kind} ${namespace ?? ""}/${name}: ${images}`;
  });
  return kept(lines, kept(applications, "", characters / 3), characters);
}

function kept(lines: readonly string[], before: string, characters: number): string {
  let text = before;
  for (const [index, line] of lines.entries()) {
    if (text.length + line.length + 1 > characters) return `${text}(${lines.length - index} more)\n`;
    text += `${line}\n`;
  }
  return text;
}
