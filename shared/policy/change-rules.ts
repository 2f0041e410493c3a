/** Rules about the change as a whole: which files, what they really hold, whose objects they are. */
import type { FileChange, RuleHit } from "../domain/change-set.ts";
import { coveringApplication } from "../repository/coverage.ts";
import { chartsOf, isValuesFile } from "../repository/helm-charts.ts";
import { KUSTOMIZATION_NAMES } from "../repository/kustomize.ts";
import { isManifestPath, parseFile } from "../repository/parse.ts";
import { at, isFields, listAt, stringsAt } from "../repository/values.ts";
import { isProtectedNamespace } from "./protected.ts";
import { isPolicyFile } from "./repository-policy.ts";
import { nameOf, type ObjectChange, type Review, type ReviewRule } from "./review.ts";
import { lasting } from "./rules/lasting.ts";
import { resourceQuota } from "./rules/quota.ts";
import { MANAGED_BY, MANAGED_BY_LABEL } from "./settings.ts";

const deny = (rule: string, message: string, path?: string): RuleHit => hit(rule, "deny", message, path);
const human = (rule: string, message: string, path?: string): RuleHit => hit(rule, "human", message, path);

function hit(rule: string, decision: "deny" | "human", message: string, path?: string): RuleHit {
  return { rule, decision, message, ...(path === undefined ? {} : { path: path.slice(0, 300) }) };
}

/** A path git takes, inside the repository, that is no part of git itself. */
export const pathInside: ReviewRule = ({ changeSet }) =>
  changeSet.files
    .filter(({ path }) => !isSafePath(path))
    .map(({ path }) => deny("path-outside-repository", "the path is not a plain path inside the repository", path));

export function isSafePath(path: string): boolean {
  if (path === "" || path.length > 1000 || /[\\\p{Cc}]/u.test(path)) return false;
  return path.split("/").every((part) => part !== "" && part !== "." && part !== ".." && part.toLowerCase() !== ".git");
}

/** What says what the school may do is not the school's to change. */
const policyFile: ReviewRule = ({ changeSet }) =>
  changeSet.files
    .filter(({ path }) => isPolicyFile(path))
    .map(({ path }) => deny("policy-file-is-not-ours", "it says what the school may do", path));

const notEmpty: ReviewRule = ({ changeSet, changes }) =>
  changeSet.files.length === 0 || (changes.length === 0 && changeSet.files.every(({ path }) => !isKustomization(path)))
    ? [deny("no-effect", "nothing in it would change an object")]
    : [];

/** What was read must be what is replaced. */
const currentBlob: ReviewRule = ({ changeSet, before }) =>
  changeSet.files
    .filter(({ path, before: blob }) => (before.files.get(path)?.blob ?? null) !== blob)
    .map(({ path }) => deny("stale-file", "the file is another one than was read", path));

const covered: ReviewRule = ({ changeSet, before, after }) =>
  changeSet.files.flatMap(({ path, after: content }) => {
    const covering = coveringApplication(content === null ? before : after, path);
    if (typeof covering === "string") return [deny("not-covered", covering, path)];
    const isSame = covering.name === changeSet.application;
    return isSame ? [] : [deny("not-covered", `read by ${covering.name}, not by ${changeSet.application}`, path)];
  });

/** These files decide how Argo CD renders the whole folder (argo-cd: docs/user-guide/tool_detection.md). */
export const noToolSwitch: ReviewRule = ({ changeSet }) =>
  changeSet.files
    .filter(
      ({ path, before, after }) => (before === null || after === null) && (isKustomization(path) || isToolFile(path)),
    )
    .map(({ path }) => deny("no-tool-switch", "adding or removing it changes how the whole folder is rendered", path));

function isToolFile(path: string): boolean {
  return /(^|\/)(Chart\.ya?ml|values\.ya?ml|\.argocd-source[^/]*)$/.test(path);
}

function isKustomization(path: string): boolean {
  return KUSTOMIZATION_NAMES.includes(path.slice(path.lastIndexOf("/") + 1));
}

/** Every document of a written file must be a Kubernetes object that can be read. */
const readable: ReviewRule = ({ changeSet, before, after }) =>
  changeSet.files.flatMap((file) => (file.after === null ? [] : unreadableIn(file, before, after)));

function unreadableIn({ path }: FileChange, before: Review["before"], after: Review["after"]): RuleHit[] {
  if (!isManifestPath(path)) return [deny("valid-yaml", "not a manifest Argo CD reads", path)];
  const file = after.files.get(path);
  const problems = file === undefined ? ["it is not there"] : parseFile(file).unreadable;
  const templated = after.unreadable.filter((one) => one.path === path).map(({ because }) => because);
  const hits = [...new Set([...problems, ...templated])].map((because) => deny("valid-yaml", because, path));
  const isObject = after.resources.some((resource) => resource.path === path);
  if (isKustomization(path) || hits.length > 0) return hits;
  if (isValuesFile(before, path) && isValuesFile(after, path)) return unknownCharts(after, path);
  if (!isObject) return [deny("valid-yaml", "it holds no Kubernetes object", path)];
  const [was, is] = [hidden(before, path), hidden(after, path)];
  return is > was ? [deny("valid-yaml", "it holds a document that is no object with a kind and a name", path)] : [];
}

/** Values of a chart of which nobody here knows everything it renders: what the change does cannot be judged. */
function unknownCharts(after: Review["after"], path: string): RuleHit[] {
  return chartsOf(after)
    .filter(({ application }) => (after.readers.get(path) ?? []).includes(application.name))
    .flatMap(({ unknown }) => unknown.slice(0, 1).map((because) => deny("valid-yaml", because, path)));
}

/** Documents and list items that no rule about objects would see. */
function hidden({ files, resources }: Review["after"], path: string): number {
  const file = files.get(path);
  if (file === undefined) return 0;
  const seen = new Set(resources.filter((one) => one.path === path).map(({ document, item }) => `${document} ${item}`));
  return parseFile(file).documents.filter(({ document, value }) => {
    const items = value["kind"] === "List" && Array.isArray(value["items"]) ? value["items"] : undefined;
    if (items === undefined) return !seen.has(`${document} undefined`);
    return items.filter(isFields).some((_, item) => !seen.has(`${document} ${item}`));
  }).length;
}

/** The list a person is shown must be what the text does. */
const honest: ReviewRule = ({ changeSet, changes }) => {
  const said = changeSet.objects.map((one) => `${one.effect} ${nameOf({ ...one, namespace: one.namespace })}`).sort();
  const found = changes.map(effectOf).sort();
  return JSON.stringify(said) === JSON.stringify(found)
    ? []
    : [deny("change-set-mismatch", `it says "${said.join(", ")}" and does "${found.join(", ")}"`.slice(0, 600))];
};

function effectOf({ before, after }: ObjectChange): string {
  if (after === undefined) return `delete ${before === undefined ? "" : nameOf(before)}`;
  return `${before === undefined ? "create" : "change"} ${nameOf(after)}`;
}

/** An object that is defined twice flaps between the two. */
const unique: ReviewRule = ({ changes, after }) =>
  changes.flatMap(({ before, after: created }) => {
    if (before !== undefined || created === undefined) return [];
    const twin = after.resources.find(
      (one) =>
        one !== created &&
        one.kind === created.kind &&
        one.name === created.name &&
        one.namespace === created.namespace &&
        (one.path !== created.path || one.document !== created.document),
    );
    return twin === undefined
      ? []
      : [deny("duplicate-object", `${nameOf(created)} is also in ${twin.path}`, created.path)];
  });

export const deletions: ReviewRule = ({ changes, settings }) =>
  changes.flatMap(({ before, after }) => {
    if (before === undefined || after !== undefined) return [];
    const hits = [human("always-human-deletion", `${nameOf(before)} would be deleted`, before.path)];
    const touched = before.kind === "Namespace" ? before.name : before.namespace;
    if (touched !== undefined && isProtectedNamespace(touched, settings)) {
      hits.push(deny("protected-namespaces", `${nameOf(before)}: namespace ${touched} is off limits`, before.path));
    }
    return hits;
  });

/** Somebody else's object: changed or deleted only with a person's word. */
const foreign: ReviewRule = ({ changes }) =>
  changes
    .map(({ before }) => before)
    .filter((before) => before !== undefined)
    .filter(({ object }) => stringsAt(object, "metadata", "labels")[MANAGED_BY_LABEL] !== MANAGED_BY)
    .map((before) =>
      human("always-human-foreign-object", `${nameOf(before)} was not created by the school`, before.path),
    );

/** A kustomization may gain resources; any other change to it reaches further than the objects shown. */
export const kustomizations: ReviewRule = ({ changeSet, before, after }) =>
  changeSet.files
    .filter(({ path }) => isKustomization(path))
    .filter(({ path }) => !onlyAddsResources(valueAt(before, path), valueAt(after, path)))
    .map(({ path }) => human("always-human-foreign-object", "more than its list of resources changes", path));

function valueAt(platform: Review["before"], path: string): unknown {
  const file = platform.files.get(path);
  return file === undefined ? undefined : parseFile(file).documents[0]?.value;
}

function onlyAddsResources(before: unknown, after: unknown): boolean {
  const old = listAt(before, "resources");
  const added = listAt(after, "resources");
  const rest = (value: unknown) => JSON.stringify({ ...(value as object), resources: null });
  return (
    at(before, "resources") !== undefined &&
    old.every((one, index) => added[index] === one) &&
    rest(before) === rest(after)
  );
}

export const changeRules: readonly ReviewRule[] = [
  pathInside,
  policyFile,
  notEmpty,
  currentBlob,
  covered,
  noToolSwitch,
  readable,
  honest,
  unique,
  deletions,
  foreign,
  kustomizations,
  resourceQuota,
  ...lasting,
];
