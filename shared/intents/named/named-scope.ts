/** What a proposal is about, where it says so by name: the checks that survey a platform look there and nowhere else. */
import { graphOf, nodeNamed } from "../../graph/build.ts";
import { type GraphNode, nameOf, nodeIdOf } from "../../graph/graph.ts";
import { withoutVersion } from "../../policy/images.ts";
import { isProtectedNamespace } from "../../policy/protected.ts";
import { ofKind, oncePer } from "../../repository/lookup.ts";
import type { Platform } from "../../repository/platform.ts";
import { isWorkloadKind, type RepositoryWorkload, workloadsOf } from "../../repository/workloads.ts";
import { placedContainers } from "../edit/workload-edit.ts";
import { objectsSpoken, type SpokenObject } from "./objects-spoken.ts";
import { type Proposal, proposedIn } from "./proposed-text.ts";

export interface Scope {
  readonly workloads: readonly RepositoryWorkload[];
  /** Other objects it changes: claims, accounts, Services. */
  readonly objects: readonly GraphNode[];
  /** Set where images are named: their last parts, `executor`; `workloads` are those that run one of them. */
  readonly images: readonly string[];
  /** Where nothing more particular is named: everything in them. */
  readonly namespaces: readonly string[];
  /** Workloads it wants to change that are in no manifest. */
  readonly missing: readonly GraphNode[];
  /** Objects written out as `Secret shop/payment` that no manifest makes, `shop/payment`: with nothing else named. */
  readonly written?: readonly string[];
  /** For people: `Deployment shop/orders-api`. */
  readonly label: string;
}

const SHOWN = 3;
const HOST = /(?:\b[a-z][-+.a-z0-9]*:\/\/|=)\S*|\b[a-z0-9][-a-z0-9]*(?:\.[a-z0-9][-a-z0-9]*)+(?::\d+)?/gi;
/** What is only compared with, or left out, is not what it is about. */
const BESIDE =
  /\b(?:like|unlike|than|such as|as in|as for|similar to|same as|except(?: for)?|besides|other than|apart from|instead of)[ \t]+(?:(?:the|our)[ \t]+)?(?:[A-Z][A-Za-z]+[ \t]+)?[`"'“‘]?[a-z0-9]+(?:[-/][a-z0-9]+)+[`"'”’]?(?:[ \t]*(?:,|and|or)[ \t]*[`"'“‘]?[a-z0-9]+(?:[-/][a-z0-9]+)+[`"'”’]?)*/g;
/** A tool something is done with is not what it is done to. In a talk, which knows nobody's platform, more words say so. */
const NAMED = "(?:(?:the|our)[ \\t]+)?[`\"'“‘]?[a-z0-9]+(?:[-/][a-z0-9]+)+[`\"'”’]?";
const WITH = new RegExp(`\\b(?:us(?:e|es|ed|ing)|via)[ \\t]+${NAMED}`, "gi");
const WITH_IN_TALK = new RegExp(`\\b(?:with|through|by|install(?:ed|ing)?|run(?:ning)?)[ \\t]+${NAMED}`, "gi");
const PLACE =
  /\b(?:in|into|inside|within|namespaces?:?)[ \t]+(?:the[ \t]+)?(?:namespace[ \t]+)?[`"'“‘]?([a-z0-9]+(?:-[a-z0-9]+)*)[`"'”’]?(?![-\w/]|\.[a-z]|[ \t]+(?:workload|deployment|statefulset|daemonset|pods?|containers?)\b)(?:[ \t]+namespace\b)?|(?<![-\w./])[`"'“‘]?([a-z0-9]+(?:-[a-z0-9]+)*)[`"'”’]?[ \t]+namespaces?\b/gi;
const TOKEN = /(?<![\p{L}\p{N}_./=:@-])[a-z0-9]+(?:[-/][a-z0-9]+)*(?![\p{L}\p{N}_/@-]|\.\p{L})/gu;

/** Undefined where nothing is named. What the title names counts before all else. */
export function scopeOf(proposal: Proposal, platform: Platform): Scope | undefined {
  const whole = proposedIn(proposal);
  const isOwn = proposal.quotes.length === 0;
  // A talk that speaks of kube-system speaks of everybody's, and asks for no change there.
  const isMeant = ({ namespace = "" }: { readonly namespace?: string | undefined }) =>
    isOwn || !isProtectedNamespace(namespace);
  const namespaces = namespacesIn(whole, platform).filter((namespace) => isMeant({ namespace }));
  const images = imagesIn(whole, platform);
  if (images.length > 0) {
    const running = workloadsOf(platform).filter((one) => runsOne(one, images));
    const workloads = inThose(running, namespaces);
    const where = workloads === running || namespaces.length === 0 ? "" : ` in ${namespaces.join(", ")}`;
    return { workloads, objects: [], images, namespaces, missing: [], label: `image ${images.join(", ")}${where}` };
  }
  const parts = [proposal.title, whole].map((text) => plainOf(text, platform, isOwn));
  const [first = "", all = ""] = parts;
  for (const text of [whole.includes(proposal.title) ? first : "", all]) {
    const spoken = objectsSpoken(text, platform).filter(({ isWanted, isSubject }) => !isWanted || isSubject === true);
    const workloads = inThose(workloadsIn(text, spoken, platform, isOwn).filter(isMeant), namespaces);
    const missing = isOwn ? missingFrom(spoken, platform, namespaces) : [];
    const objects = objectsFrom(spoken, platform, namespaces).filter(isMeant);
    if (workloads.length + missing.length + objects.length === 0) continue;
    const ids = [...workloads.map(({ resource }) => nameOf(resource)), ...[...objects, ...missing].map(nameOf)];
    const more = ids.length > SHOWN ? ` and ${ids.length - SHOWN} more` : "";
    const label = `${ids.slice(0, SHOWN).join(", ")}${more}`;
    return { workloads, objects, images, namespaces, missing, label };
  }
  const written = isOwn ? writtenIn(all, namespaces, platform) : [];
  const homes = namespaces.length > 0 ? namespaces : [...new Set(written.map((one) => one.replace(/\/.*/, "")))];
  if (homes.length === 0) return undefined;
  const named = written.length > 0 ? written : homes;
  const label = `${written.length > 0 ? "" : "namespace "}${named.slice(0, SHOWN).join(", ")}`;
  return { workloads: [], objects: [], images, namespaces: homes, missing: [], written, label };
}

function writtenIn(text: string, namespaces: readonly string[], platform: Platform): readonly string[] {
  const known = namespaces.length > 0 ? new Set(namespaces) : namespacesOf(platform);
  const found = text.matchAll(
    /\b[A-Z][A-Za-z]+[ \t]+[`"'“‘]?([a-z0-9][-a-z0-9]*)\/([a-z0-9](?:[-a-z0-9]*[a-z0-9])?)(?![\w/@-]|[.:]\w)/g,
  );
  return [...new Set([...found].flatMap(([, home = "", name = ""]) => (known.has(home) ? `${home}/${name}` : [])))];
}

/** A namespace may be called like a workload in it. */
function plainOf(text: string, platform: Platform, isOwn: boolean): string {
  const known = namespacesOf(platform);
  return (isOwn ? text : text.replaceAll(WITH_IN_TALK, " ; "))
    .replaceAll(WITH, " ; ")
    .replaceAll(BESIDE, " ; ")
    .replaceAll(HOST, " ; ")
    .replaceAll(PLACE, (said, before: string | undefined, behind: string | undefined) =>
      known.has(before ?? behind ?? "") ? " in a namespace " : said,
    );
}

function inThose<T extends { readonly namespace: string | undefined }>(
  all: readonly T[],
  namespaces: readonly string[],
): readonly T[] {
  const those = all.filter(({ namespace }) => namespace !== undefined && namespaces.includes(namespace));
  return those.length === 0 ? all : those;
}

function workloadsIn(
  text: string,
  spoken: readonly SpokenObject[],
  platform: Platform,
  isOwn: boolean,
): readonly RepositoryWorkload[] {
  const tokens = new Set(text.match(TOKEN));
  const joined = isOwn ? joinedWords(text) : new Set<string>();
  return workloadsOf(platform).filter(({ kind, namespace = "", name }) => {
    if (tokens.has(`${namespace}/${name}`)) return true;
    if (spoken.some((one) => one.kind === kind && one.name === name && isIn(one, namespace))) return true;
    if (name.includes("-")) return tokens.has(name) || joined.has(name);
    return isOwn && tokens.has(name) && isPointedAt(text, name);
  });
}

function isIn({ namespace: said }: SpokenObject, namespace: string): boolean {
  return said === undefined || said === namespace;
}

/** "Orders API" is orders-api: two to four words side by side. */
function joinedWords(text: string): ReadonlySet<string> {
  const words = text.toLowerCase().split(/(?<=[^\p{L}\p{N} \t-])|[ \t]+/u);
  return new Set(
    words.flatMap((_, i) =>
      [2, 3, 4].flatMap((length) => {
        const some = words.slice(i, i + length);
        const isRun = some.length === length && some.slice(0, -1).every((word) => /^[\p{L}\p{N}-]+$/u.test(word));
        return isRun ? [some.join("-").replace(/[^\p{L}\p{N}]+$/u, "")] : [];
      }),
    ),
  );
}

/** A name that is an everyday word counts where a sentence points at it: `web`, "for web.", "on the web workload". */
function isPointedAt(text: string, name: string): boolean {
  const one = name.replaceAll(/[^a-z0-9]/g, "\\$&");
  return new RegExp(
    `[\`"'“‘]${one}[\`"'”’]|\\b(?:for|of|to|on|in|from)[ \\t]+(?:the[ \\t]+)?${one}(?=[ \\t]+(?:workload|deployment|statefulset|daemonset|pods?|containers?|in)\\b|[ \\t]*(?:[.,;:!?)\\n]|$))`,
  ).test(text);
}

/** Written out by kind and name to be changed, and not there. */
function missingFrom(
  spoken: readonly SpokenObject[],
  platform: Platform,
  namespaces: readonly string[],
): readonly GraphNode[] {
  return spoken.flatMap(({ kind, name, namespace, isSubject }) => {
    if (name === undefined || isSubject === true || !isWorkloadKind(kind) || kind === "Job") return [];
    if (!/[-\d]/.test(name)) return [];
    if (workloadsOf(platform).some((one) => one.name === name)) return [];
    return [nodeNamed(platform, { kind, namespace: namespace ?? namespaces[0], name })];
  });
}

function objectsFrom(
  spoken: readonly SpokenObject[],
  platform: Platform,
  namespaces: readonly string[],
): readonly GraphNode[] {
  const { nodes } = graphOf(platform);
  const found = spoken.flatMap(({ kind, name, namespace }) =>
    kind === "Namespace" || isWorkloadKind(kind)
      ? []
      : ofKind(platform, kind)
          .filter((one) => one.name === name && (namespace === undefined || one.namespace === namespace))
          .flatMap((one) => nodes.get(nodeIdOf(one)) ?? []),
  );
  return inThose([...new Set(found)], namespaces);
}

/** By the word beside them, or by a name with a hyphen behind "in". */
export function namespacesIn(text: string, platform: Platform): readonly string[] {
  const known = namespacesOf(platform);
  const name = "[`\"'“‘]?([a-z0-9]+(?:-[a-z0-9]+)*)[`\"'”’]?";
  const listed = [
    ...text.matchAll(new RegExp(`\\bnamespaces?:?[ \\t]+(${name}(?:(?:,| and| or)+[ \\t]+${name})*)`, "gi")),
  ];
  const before = [...text.matchAll(new RegExp(`(?<![-\\w./])${name}[ \\t]+namespaces?\\b`, "gi"))];
  const within = [
    ...text.matchAll(
      new RegExp(`\\b(?:in|into|inside|within|of|from)[ \\t]+(?:the[ \\t]+)?${name}(?![-\\w/]|\\.[a-z])`, "g"),
    ),
  ];
  const found = [
    ...listed.flatMap(([, list = ""]) => list.match(/[a-z0-9]+(?:-[a-z0-9]+)*/g) ?? []),
    ...before.map(([, one = ""]) => one),
    ...within.map(([, one = ""]) => one).filter((one) => one.includes("-")),
  ];
  return [...new Set(found)].filter((one) => known.has(one));
}

/** Namespaces the repository makes or puts something into. */
export const namespacesOf = oncePer(
  (platform) =>
    new Set(
      [
        ...platform.resources.map(({ kind, namespace, name }) => (kind === "Namespace" ? name : namespace)),
        ...platform.applications.map(({ destination }) => destination),
      ].filter((name) => name !== undefined),
    ),
);

/** `team/builder:1.2` as it stands, or "the builder image": repositories the platform runs. */
function imagesIn(text: string, platform: Platform): readonly string[] {
  const known = imagesOf(platform);
  const written = [
    ...text.matchAll(/(?<![\w./-])[a-z0-9][-a-z0-9._]*(?::\d+)?(?:\/[a-z0-9._-]+)+(?:[:@][\w.:-]*\w)?/g),
  ].map(([image]) => withoutVersion(image));
  const exact = [...new Set(written)].filter((one) => known.has(one));
  if (exact.length > 0) return exact;
  const spoken = [...text.toLowerCase().matchAll(/((?:[a-z0-9][-a-z0-9.]*[ \t]+){1,2})(?:container[ \t]+)?images?\b/g)]
    .map(([, words = ""]) => words.trim().split(/[ \t]+/))
    .flatMap((words) => [...known].filter((one) => isCalled(one, words)));
  return [...new Set(spoken)];
}

/** The word before "image", or one of the two before it together with the other: "kiln loader image" runs team/kiln/loader. */
function isCalled(repository: string, words: readonly string[]): boolean {
  const parts = repository.split("/").slice(repository.includes("/") ? 1 : 0);
  const last = words.at(-1) ?? "";
  const bits = new Set(parts.flatMap((part) => [part, ...part.split("-")]));
  return parts.at(-1) === last || parts.includes(last) || (words.length === 2 && words.every((word) => bits.has(word)));
}

const imagesOf = oncePer(
  (platform) =>
    new Set(workloadsOf(platform).flatMap((one) => placedContainers(one).map(({ image }) => withoutVersion(image)))),
);

export function runsOne(workload: RepositoryWorkload, images: readonly string[]): boolean {
  return placedContainers(workload).some(({ image }) => images.includes(withoutVersion(image)));
}
