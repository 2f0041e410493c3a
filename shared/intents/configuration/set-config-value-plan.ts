/** What one setting of a ConfigMap would become, who reads it, and what has to change beside it; or why it is left alone. */
import type { FileChange } from "../../domain/change-set.ts";
import { kustomizeReach } from "../../repository/kustomize.ts";
import type { Platform, RepositoryApplication, RepositoryFile, Resource } from "../../repository/platform.ts";
import { at, itemsAt, stringsAt } from "../../repository/values.ts";
import type { RepositoryWorkload } from "../../repository/workloads.ts";
import { runSteps, type Step } from "../edit/yaml-steps.ts";
import { editableIn, findResource } from "../targets.ts";
import { closedSetting, knownSetting } from "./settings/catalogue.ts";
import { entryStep } from "./settings/entry.ts";
import { addSetting, isLineFormat, locate, replaceAt } from "./settings/formats.ts";
import type { KnownSetting, Need, Situation } from "./settings/known-setting.ts";
import { valuesInLines } from "./settings/line-formats.ts";
import { type Notice, noticeOf } from "./settings/notice.ts";
import type { Format, Located } from "./settings/place.ts";
import { keepsData, overridden, type Reader, readersOf, technologyOf } from "./settings/readers.ts";

export interface Wanted {
  readonly namespace: string;
  readonly configMap: string;
  readonly key: string;
  readonly format: Format;
  readonly setting: string;
  readonly value: string;
}

export interface SettingPlan {
  readonly application: RepositoryApplication;
  readonly config: Resource;
  readonly files: readonly FileChange[];
  /** The workloads whose template changes with it. */
  readonly restarted: readonly RepositoryWorkload[];
  readonly before: string | undefined;
  /** How each reader comes to know, and what has to be known before. */
  readonly notices: readonly string[];
}

export function settingPlan(platform: Platform, wanted: Wanted): SettingPlan | string {
  const { namespace, configMap, key, format, setting, value } = wanted;
  const config = findResource(platform, "ConfigMap", namespace, configMap);
  if (typeof config === "string") return generatedBy(platform, configMap) ?? config;
  const application = editableIn(platform, config);
  if (typeof application === "string") return application;
  if (at(config.object, "immutable") === true) return `ConfigMap ${configMap} is immutable`;
  const text = at(config.object, "data", key);
  if (typeof text !== "string") return `ConfigMap ${configMap} has no text under ${key}`;
  const readers = readersOf(platform, config, key);
  if (readers.length === 0) return `no workload reads ${key} of ConfigMap ${configMap}, so it would change nothing`;
  const found = locate(format, text, setting);
  const problem = mayChange(platform, wanted, text, readers, found);
  if (problem !== undefined) return problem;
  const next =
    found.kind === "found"
      ? replaceAt(format, text, setting, found.place, value)
      : addSetting(format, text, setting, value);
  if ("because" in next) return `${key} of ConfigMap ${configMap}: ${next.because}`;
  if (next.text === text) return `${setting} is ${value} already`;
  const advice = adviceFor(readers, setting, value);
  const data = { ...stringsAt(config.object, "data"), [key]: next.text };
  const noticed = noticing(platform, application, config, readers, data);
  if (typeof noticed === "string") return noticed;
  const files = inTurn(platform, [
    { resource: config, steps: [entryStep(key, next.text)] },
    ...noticed.map(({ workload, notice }) => ({
      resource: workload.resource,
      steps: notice.kind === "checksum" ? [notice.step] : [],
    })),
  ]);
  if (typeof files === "string") return files;
  return {
    application,
    config,
    files,
    restarted: noticed.filter(({ notice }) => notice.kind === "checksum").map(({ workload }) => workload),
    before: found.kind === "found" ? found.place.value : undefined,
    notices: [...noticed.map(({ notice }) => notice.because), ...(advice?.before === undefined ? [] : [advice.before])],
  };
}

/** The catalogue's own advice, where this is it. */
function adviceFor(readers: readonly Reader[], setting: string, value: string): KnownSetting["advice"] {
  const what = readers.map(technologyOf).find((one) => one !== undefined);
  const known = what === undefined ? undefined : knownSetting(what.technology, setting);
  return known?.advice?.value === value ? known.advice : undefined;
}

/** A ConfigMap kustomize makes has no text of its own here. */
function generatedBy(platform: Platform, name: string): string | undefined {
  for (const { path, tool } of platform.applications) {
    if (tool !== "kustomize") continue;
    const made = kustomizeReach(platform.files, path).kustomizations.find(({ value }) =>
      itemsAt(value, "configMapGenerator").some((one) => one["name"] === name),
    );
    if (made !== undefined)
      return `${made.path} generates ConfigMap ${name} from other files, which are not edited yet`;
  }
  return undefined;
}

/** Why this setting may not be given this value here; undefined when it may. */
function mayChange(
  platform: Platform,
  { key, format, setting, value }: Wanted,
  text: string,
  readers: readonly Reader[],
  found: Located,
): string | undefined {
  const closed = closedSetting(setting);
  if (closed !== undefined) return `${setting} is changed by hand alone: ${closed}`;
  if (format === "plain" && setting !== key) return `a plain entry is its own setting: ${key}, not ${setting}`;
  if (found.kind === "unclear") return found.because;
  const technical = readers
    .map((reader) => ({ reader, what: technologyOf(reader) }))
    .find(({ what }) => what !== undefined);
  if (technical?.what === undefined) return found.kind === "absent" ? `${setting} is not written in ${key}` : undefined;
  const { reader, what } = technical;
  if (what.format !== format) return `${key} is a configuration of ${what.technology}, not ${format}`;
  const known = knownSetting(what.technology, setting);
  if (known === undefined) return found.kind === "absent" ? `${setting} is not written in ${key}` : undefined;
  if (!known.allowed.test(value)) return `${value} is no value ${setting} is given here`;
  if (overridden(reader, what.technology, setting))
    return `the command line of container ${reader.container.name} sets ${setting}`;
  if (/^\s*include\w*\s/m.test(text)) return `${key} includes other files, which may set ${setting} too`;
  const need = value === known.advice?.value ? needOf(platform, known, reader, format, text, found) : "fine";
  return need !== "fine" && "blocked" in need ? need.blocked : undefined;
}

/** What the catalogue says of a setting as it stands. */
export function needOf(
  platform: Platform,
  { advice, name }: KnownSetting,
  { workload }: Reader,
  format: Format,
  text: string,
  found: Located = locate(format, text, name),
): Need {
  if (advice === undefined || found.kind === "unclear") return "fine";
  const situation: Situation = {
    now: found.kind === "found" ? found.place.value : undefined,
    others: (other) => (isLineFormat(format) ? valuesInLines(format, text, other) : []),
    keepsData: keepsData(platform, workload),
  };
  return advice.need(situation);
}

/** How every workload that reads it learns of the change; a text where one of them cannot be told in this change. */
function noticing(
  platform: Platform,
  application: RepositoryApplication,
  config: Resource,
  readers: readonly Reader[],
  data: unknown,
): readonly { readonly workload: RepositoryWorkload; readonly notice: Notice }[] | string {
  const noticed: { workload: RepositoryWorkload; notice: Notice }[] = [];
  for (const workload of new Set(readers.map((reader) => reader.workload))) {
    const notice = noticeOf(platform, workload, config, data);
    noticed.push({ workload, notice });
    if (notice.kind === "itself") continue;
    const home = editableIn(platform, workload.resource);
    const who = `${workload.kind} ${workload.name}`;
    if (typeof home === "string") return `${who} reads it and would not notice: ${home}`;
    if (home.name !== application.name) return `${who} reads it and belongs to another Application, ${home.name}`;
  }
  return noticed;
}

/** Edits of several objects, some of them in one file. */
function inTurn(
  platform: Platform,
  edits: readonly { readonly resource: Resource; readonly steps: readonly Step[] }[],
): readonly FileChange[] | string {
  const files = new Map<string, RepositoryFile>(platform.files);
  const changes = new Map<string, FileChange>();
  for (const { resource, steps } of edits) {
    if (steps.length === 0) continue;
    const change = runSteps({ ...platform, files }, resource, steps);
    if (typeof change === "string") return change;
    const before = platform.files.get(resource.path)?.blob ?? null;
    changes.set(resource.path, { ...change, before });
    files.set(resource.path, { path: resource.path, blob: before ?? "", content: change.after });
  }
  return [...changes.values()];
}
