/** The Services a proposal names by less than their full name, each in the namespace the text speaks of. */
import { graphOf, hasService, knownNamespaces, nodeNamed } from "../../shared/graph/build.ts";
import type { GraphNode } from "../../shared/graph/graph.ts";
import { hostsNamed } from "../../shared/graph/named-hosts.ts";
import { type SaidService, servicesSaid } from "../../shared/graph/said-services.ts";
import { hostsOfSetting, settingsSaid, withoutValues } from "../../shared/graph/said-settings.ts";
import {
  type Sentence,
  type StatedNamespace,
  sentencesOf,
  statedNamespaces,
} from "../../shared/graph/stated-namespaces.ts";
import { namespacesOf } from "../../shared/intents/named/named-scope.ts";
import { ofKind, oncePer } from "../../shared/repository/lookup.ts";
import type { Platform } from "../../shared/repository/platform.ts";
import { isService as isCoreService } from "../../shared/repository/services.ts";
import { asWorkload, type RepositoryWorkload } from "../../shared/repository/workloads.ts";

/** Whom a change does without from then on. */
const RETIRES =
  /\b(?:remov\w*|drop\w*|delet\w*|retir\w*|replac\w*|renam\w*|unset\w*|decommission\w*|instead of|rather than|no longer|without|formerly|was|were|old|not)\W+(?:(?!(?:with|by|to|and|then|so|set)\b)[\w-]+\W+){0,3}$/i;
/** What the proposal brings along: said of a kind of object, or by a verb that says it alone. */
const OWN = "(?:(?:an?|the|its|our|their|own|new|small|dedicated|separate|second|headless)\\s+){0,4}";
const KIND = "(?:service|deployment|statefulset|daemonset)\\s+(?:called\\s+|named\\s+)?";
const MAKES_KIND = new RegExp(
  `\\b(?:(?:creat(?:es?|ing)|add(?:s|ing)?|expos(?:es?|ing)|bring(?:s|ing)?|run(?:s|ning)?|deploy(?:s|ing)?|set(?:s|ting)? up|install(?:s|ing)?|introduc(?:es?|ing)|provision(?:s|ing)?|launch(?:es|ing)?)\\s+${OWN}|(?:an?|new)\\s+(?:(?:new|small|dedicated|separate|headless)\\s+){0,2})${KIND}[\`"'“‘]?$`,
  "i",
);
const MAKES = new RegExp(
  `\\b(?:deploy(?:s|ing)?|install(?:s|ing)?|introduc(?:es?|ing)|provision(?:s|ing)?|launch(?:es|ing)?)\\s+${OWN}[\`"'“‘]?$`,
  "i",
);
/** Between a name and the namespace it is in. */
const BESIDE =
  /^[`"'”’]?\s*(?:\(?\s*(?:on|at|with)?\s*port\s+\d{2,5}\)?,?\s*)?(?:[Ss]ervice\s+)?\(?(?:(?:in|of|from|inside|within)\s+)?(?:the\s+)?[`"'“‘]?$/;
const LOOKED_BACK = 90;

/** Names of what the text says it makes itself. */
export function namesMade(text: string): ReadonlySet<string> {
  const names = [...text.matchAll(/(?<![-\w./:])[a-z][-a-z0-9]{1,61}[a-z0-9](?![-\w/:=]|\.\w)/g)];
  return new Set(
    names
      .filter(({ index, 0: name }) => {
        const before = text.slice(Math.max(0, index - LOOKED_BACK), index);
        return MAKES_KIND.test(before) || (name.includes("-") && MAKES.test(before));
      })
      .map(([name]) => name),
  );
}

/** What fills a Secret makes it, unless it is there. */
const FILLS =
  /\b(?:into|stor\w+|keep\w*|sav\w+|puts?|put|writ\w+|bak\w+|seal\w*|mov\w+|copi?e?\w*|sync\w*|creat\w+|generat\w+|rotat\w+|external ?secret|sealed ?secret)\b[^.;\n]*$/i;

/** True when the text says that something is put into what it calls `name`. */
export function isFilled(text: string, name: string): boolean {
  const lower = text.toLowerCase();
  for (let at = lower.indexOf(name); at !== -1; at = lower.indexOf(name, at + 1)) {
    if (FILLS.test(text.slice(Math.max(0, at - LOOKED_BACK), at))) return true;
  }
  return false;
}

/** In the order of the text. `workloads`: those the text names; the settings it writes are theirs. */
export function servicesMeant(
  text: string,
  workloads: readonly RepositoryWorkload[],
  platform: Platform,
): readonly GraphNode[] {
  const known = knownNamespaces(platform);
  const isKnown = (name: string) => known.has(name);
  const stated = statedNamespaces(text, isKnown);
  const isService = (name: string, namespace: string) => hasService(platform, name, namespace);
  const found = new Map<string, GraphNode>();
  const add = (name: string, namespace: string) => {
    const node = nodeNamed(platform, { kind: "Service", namespace, name });
    if (!found.has(node.id)) found.set(node.id, node);
  };
  const settings = settingsSaid(text);
  const rest = withoutValues(text, settings);
  const tellers = [...workloads, ...rendered(platform)].filter(({ name }) => hasWord(rest, name));
  // Of `name.namespace`, which may as well be a domain: only what the repository puts something into.
  const filled = namespacesOf(platform);
  const around = { isService, isNamespace: (name: string) => filled.has(name) };
  for (const sentence of sentencesOf(text)) {
    const end = sentence.at + sentence.text.length;
    const isInside = ({ at }: { readonly at: number }) => at >= sentence.at && at < end;
    const inside = stated.filter(isInside);
    const isMeant = (at: number) => !RETIRES.test(sentence.text.slice(Math.max(0, at - LOOKED_BACK), at));
    const told = only(tellers.filter(({ name }) => hasWord(rest.slice(sentence.at, end), name)));
    for (const said of servicesSaid(sentence.text)) {
      if (!isMeant(said.at) || (said.namespace !== undefined && !isKnown(said.namespace))) continue;
      const near = said.namespace ?? besideIn(sentence, said, inside)?.name;
      const home = only(inside) ?? only(stated) ?? only(tellers);
      const namespace =
        near ?? (said.isAddress === true ? told : undefined) ?? placeOfService(said.name, home, platform);
      const isSure = said.sure === "always" || (said.sure === "inNamespace" && near !== undefined);
      if (namespace !== undefined && (isSure || isService(said.name, namespace))) add(said.name, namespace);
    }
    const home = told ?? only(inside) ?? only(tellers) ?? only(stated);
    const hosts = [
      ...settings
        .filter((setting) => isInside(setting) && isMeant(setting.at - sentence.at))
        .flatMap((setting) => hostsOfSetting(setting, { ...around, home })),
      ...hostsNamed(sentence.text, { ...around, home, variable: "", form: "config" }).filter(({ at }) => isMeant(at)),
    ];
    for (const host of hosts) if ("service" in host && !isExample(host.service)) add(host.service, host.namespace);
  }
  return [...found.values()];
}

/** Workloads of the repository's own charts, by names that are no everyday words: they have a namespace, too. */
const rendered = oncePer((platform) =>
  [...graphOf(platform).nodes.values()].flatMap(({ name, resource }) => {
    const workload = resource?.rendered === true && name.includes("-") ? asWorkload(resource) : undefined;
    return workload === undefined ? [] : [workload];
  }),
);

/** Where else there is a Service of this name. */
export function elsewhere({ kind, name, namespace }: GraphNode, platform: Platform): readonly string[] {
  if (kind !== "Service") return [];
  return namespacesWith(name, platform).filter((one) => one !== namespace);
}

/** Prose uses no search path: a Service that is only in another namespace is that one. */
function placeOfService(name: string, home: string | undefined, platform: Platform): string | undefined {
  const all = namespacesWith(name, platform);
  return home !== undefined && (all.length === 0 || all.includes(home)) ? home : all[0];
}

function namespacesWith(name: string, platform: Platform): readonly string[] {
  return ofKind(platform, "Service")
    .filter((one) => one.name === name && isCoreService(one))
    .flatMap(({ namespace }) => namespace ?? []);
}

function besideIn(
  { at, text }: Sentence,
  { end }: SaidService,
  stated: readonly StatedNamespace[],
): StatedNamespace | undefined {
  return stated.find((one) => one.at - at >= end && BESIDE.test(text.slice(end, one.at - at)));
}

/** The namespace of all of them, when it is one. */
function only(all: readonly (StatedNamespace | RepositoryWorkload)[]): string | undefined {
  const names = new Set(all.map((one) => ("end" in one ? one.name : one.namespace)));
  return names.size === 1 ? [...names][0] : undefined;
}

function hasWord(text: string, name: string): boolean {
  for (let at = text.indexOf(name); at !== -1; at = text.indexOf(name, at + 1)) {
    if (!/[-\w]/.test(text[at - 1] ?? " ") && !/[-\w]/.test(text[at + name.length] ?? " ")) return true;
  }
  return false;
}

function isExample(name: string): boolean {
  return /^(?:host|hostname|server|service|example|domain|node|url)$|^(?:my|your|some)-/.test(name);
}
