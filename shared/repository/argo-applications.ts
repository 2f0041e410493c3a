/** Finds the Argo CD Applications of a repository, as they are written and as simple ApplicationSets make them. */
import { isLocalAddress, normaliseAddress } from "./address.ts";
import type { GeneratorSources } from "./application-set-git.ts";
import type { ReadRepository } from "./application-set-rows.ts";
import { expandApplicationSet } from "./application-sets.ts";
import { helmSourceOf } from "./helm-source.ts";
import type { ParsedDocument } from "./parse.ts";
import type { HelmSource, PlatformOptions, RepositoryApplication } from "./platform.ts";
import { at, type Fields, isFields, itemsAt, textAt } from "./values.ts";

export interface FoundDocument extends ParsedDocument {
  readonly path: string;
}

export interface FoundApplications {
  readonly applications: readonly RepositoryApplication[];
  readonly addresses: readonly string[];
  readonly unreadable: readonly { readonly path: string; readonly because: string }[];
}

/** An Application before anybody looked into its folder; `tool` is set only where its source names one. */
type Declared = Omit<RepositoryApplication, "tool" | "helm"> & {
  readonly helm: HelmSource;
  readonly tool?: RepositoryApplication["tool"];
  readonly targetRevision: string | undefined;
  /** The repositories whose folders and files an ApplicationSet made it from. */
  readonly madeFrom: readonly ReadRepository[];
};

/**
 * The Applications that read this repository. An Application counts when its address equals the configured remote or
 * the public address. Where the remote is only a local path and no public address is given, the address that most
 * Applications with an existing folder share is taken for ours: a local clone has no other way to know its name.
 */
export function findApplications(
  documents: readonly FoundDocument[],
  sources: GeneratorSources,
  detectTool: (folder: string) => RepositoryApplication["tool"],
  options: PlatformOptions,
): FoundApplications {
  const { folders } = sources;
  const declared: Declared[] = [];
  const unreadable: { path: string; because: string }[] = [];
  for (const { path, value } of documents) {
    const api = textAt(value, "apiVersion") ?? "";
    if (!api.startsWith("argoproj.io/")) continue;
    if (value["kind"] === "Application") declared.push(...declaredIn(value, path));
    if (value["kind"] !== "ApplicationSet") continue;
    const made = expandApplicationSet(value, sources);
    if ("because" in made) unreadable.push({ path, because: made.because });
    else declared.push(...made.applications.flatMap((application) => declaredIn(application, path, made.reads)));
  }
  const addresses = ourAddresses(declared, folders, options);
  const isOurs = ({ repoURL, revision }: ReadRepository) =>
    addresses.includes(normaliseAddress(repoURL)) && followsBranch(revision, options.branch);
  const elsewhere = declared.filter(({ madeFrom }) => !madeFrom.every(isOurs));
  for (const { name, definedIn } of elsewhere) {
    unreadable.push({
      path: definedIn,
      because: `ApplicationSet: ${name} is made from what is in another repository or branch`,
    });
  }
  const ours = declared
    .filter((one) => !elsewhere.includes(one))
    .filter(({ repoURL }) => addresses.includes(normaliseAddress(repoURL)))
    .filter(({ targetRevision }) => followsBranch(targetRevision, options.branch))
    .filter((application) => folders.has(application.path));
  return { applications: distinct(ours.map((one) => withTool(one, detectTool))), addresses, unreadable };
}

function declaredIn(application: Fields, definedIn: string, madeFrom: readonly ReadRepository[] = []): Declared[] {
  const name = textAt(application, "metadata", "name");
  if (name === undefined) return [];
  const single = at(application, "spec", "source");
  const sources = isFields(single) ? [single] : itemsAt(application, "spec", "sources");
  return sources.flatMap((source) => {
    const repoURL = textAt(source, "repoURL");
    const path = textAt(source, "path");
    if (repoURL === undefined || path === undefined || at(source, "plugin") !== undefined) return [];
    const include = textAt(source, "directory", "include");
    const exclude = textAt(source, "directory", "exclude");
    const tool = explicitTool(source);
    return {
      name,
      namespace: textAt(application, "metadata", "namespace"),
      repoURL,
      path: folderName(path),
      recurse: at(source, "directory", "recurse") === true,
      ...(include === undefined ? {} : { include }),
      ...(exclude === undefined ? {} : { exclude }),
      ...(tool === undefined ? {} : { tool }),
      helm: helmSourceOf(source, name, folderName(path)),
      destination: textAt(application, "spec", "destination", "namespace"),
      targetRevision: textAt(source, "targetRevision"),
      definedIn,
      madeFrom,
    };
  });
}

/** A source that configures one tool uses it, whatever the folder holds (Argo CD: ApplicationSource.ExplicitType). */
function explicitTool(source: Fields): RepositoryApplication["tool"] | undefined {
  if (isFields(source["helm"])) return "helm";
  if (isFields(source["kustomize"])) return "kustomize";
  return isFields(source["directory"]) ? "directory" : undefined;
}

function ourAddresses(
  declared: readonly Declared[],
  folders: ReadonlySet<string>,
  options: PlatformOptions,
): readonly string[] {
  const told = [options.repository, options.publicUrl].filter((address) => address !== undefined);
  const isKnown = told.some((address) => !isLocalAddress(address));
  if (isKnown) return [...new Set(told.map(normaliseAddress))];
  const votes = new Map<string, number>();
  for (const { repoURL, path } of declared) {
    if (!folders.has(path)) continue;
    const address = normaliseAddress(repoURL);
    votes.set(address, (votes.get(address) ?? 0) + 1);
  }
  const [winner] = [...votes].sort(([a, countA], [b, countB]) => countB - countA || (a < b ? -1 : 1));
  const addresses = told.map(normaliseAddress);
  return winner === undefined ? addresses : [...new Set([...addresses, winner[0]])];
}

function followsBranch(revision: string | undefined, branch: string | undefined): boolean {
  if (revision === undefined || revision === "HEAD" || branch === undefined) return true;
  return revision.replace(/^refs\/heads\//, "") === branch;
}

function withTool(
  { targetRevision: _, madeFrom: __, tool: given, helm, ...application }: Declared,
  detectTool: (folder: string) => RepositoryApplication["tool"],
): RepositoryApplication {
  const tool = given ?? detectTool(application.path);
  return tool === "helm" ? { ...application, tool, helm } : { ...application, tool };
}

/** The same Application found twice (a copy, a backup) counts once. */
function distinct(applications: readonly RepositoryApplication[]): RepositoryApplication[] {
  const seen = new Map<string, RepositoryApplication>();
  for (const application of applications) {
    const { name, namespace, path, recurse, include, exclude, destination, helm } = application;
    const key = JSON.stringify([name, namespace, path, recurse, include, exclude, destination, helm]);
    if (!seen.has(key)) seen.set(key, application);
  }
  return [...seen.values()].sort((a, b) => (a.name === b.name ? compare(a.path, b.path) : compare(a.name, b.name)));
}

function compare(a: string, b: string): number {
  return a < b ? -1 : 1;
}

/** `./apps/web/`, `/apps/web` and `apps/web` are one folder; `.` is the root, "". */
function folderName(path: string): string {
  return path
    .split("/")
    .filter((part) => part !== "" && part !== ".")
    .join("/");
}
