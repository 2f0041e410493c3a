/** What may bring objects into a namespace although no manifest of this repository says which. */
import { chartsOf } from "../repository/helm-charts.ts";
import { KUSTOMIZATION_NAMES } from "../repository/kustomize.ts";
import { ofKind, oncePer } from "../repository/lookup.ts";
import type { Platform, RepositoryApplication } from "../repository/platform.ts";
import { fieldsAt, itemsAt, textAt } from "../repository/values.ts";

interface Source {
  readonly namespace: string | undefined;
  /** Of a sentence: `may come from <what>`. */
  readonly what: string;
  /** False when it certainly does not make something of this name. */
  readonly mayMake: (name: string) => boolean;
}

/** Why an object called `name` may be there although nothing here shows it; undefined when nothing speaks for it. */
export function unseenSource(platform: Platform, namespace: string | undefined, name: string): string | undefined {
  const { by, anywhere } = sources(platform);
  const near = namespace === undefined ? [...by.values()].flat() : (by.get(namespace) ?? []);
  return [...near, ...anywhere].find(({ mayMake }) => mayMake(name))?.what;
}

/** True when the repository shows everything there is: no chart of others, no other repository. */
export function isWholeView(platform: Platform): boolean {
  const { by, anywhere } = sources(platform);
  return by.size === 0 && anywhere.length === 0;
}

const sources = oncePer((platform) => {
  const by = new Map<string, Source[]>();
  const anywhere: Source[] = [];
  for (const source of sourcesIn(platform)) {
    if (source.namespace === undefined) anywhere.push(source);
    else by.set(source.namespace, [...(by.get(source.namespace) ?? []), source]);
  }
  return { by, anywhere };
});

function sourcesIn(platform: Platform): readonly Source[] {
  const always = () => true;
  const elsewhere = "whose manifests are not in the repository";
  const read = new Set(platform.applications.map(({ name }) => name));
  const definedIn = new Set(platform.applications.map((one) => one.definedIn));
  return [
    ...charts(platform),
    ...platform.applications
      .filter((one) => one.tool === "kustomize" && hasRemote(platform, one))
      .map(({ name, destination }) => ({
        namespace: destination,
        what: `Application ${name}, whose kustomization takes in what is not in the repository`,
        mayMake: always,
      })),
    ...ofKind(platform, "Application")
      .filter(({ name, apiVersion, object }) => {
        const sources = [fieldsAt(object, "spec", "source"), ...itemsAt(object, "spec", "sources")];
        const hasChart = sources.some((source) => textAt(source, "chart") !== undefined);
        return (!read.has(name) || hasChart) && apiVersion.startsWith("argoproj.io/");
      })
      .map(({ name, object }) => ({
        namespace: textAt(object, "spec", "destination", "namespace"),
        what: `Application ${name}, ${elsewhere}`,
        mayMake: always,
      })),
    ...ofKind(platform, "ApplicationSet")
      .filter(({ path }) => !definedIn.has(path))
      .map(({ name, object }) => {
        const namespace = textAt(object, "spec", "template", "spec", "destination", "namespace");
        return {
          namespace: namespace?.includes("{{") === true ? undefined : namespace,
          what: `ApplicationSet ${name}, ${elsewhere}`,
          mayMake: always,
        };
      }),
    ...[...ofKind(platform, "HelmRelease"), ...ofKind(platform, "HelmChart")]
      .filter(({ apiVersion }) => /^helm\.(?:toolkit\.fluxcd|cattle)\.io\//.test(apiVersion))
      .map(({ kind, name, namespace, object }) => ({
        namespace: textAt(object, "spec", "targetNamespace") ?? namespace,
        what: `${kind} ${name}, ${elsewhere}`,
        mayMake: always,
      })),
    ...unreadable(platform),
  ];
}

/** Charts of this repository that Helm's rules as known here do not render; their text still tells what they cannot make. */
function charts(platform: Platform): readonly Source[] {
  return chartsOf(platform)
    .filter(({ unknown, resources }) => unknown.length > 0 || resources.length === 0)
    .map(({ application }) => ({
      namespace: application.destination,
      what: `Application ${application.name}, whose manifests are not in the repository`,
      mayMake: maker(platform, application),
    }));
}

/**
 * A chart names its objects after the release, the chart or an override, by a word of its values, or by a literal of its
 * templates. One whose templates are elsewhere may make anything.
 */
function maker(platform: Platform, { path, name, helm }: RepositoryApplication): (name: string) => boolean {
  const folder = path === "" ? "" : `${path}/`;
  const texts = [...platform.files.values()].filter((file) => file.path.startsWith(folder));
  const chart = platform.files.get(`${folder}Chart.yaml`)?.content ?? "";
  const isWhole =
    texts.some((file) => file.path.startsWith(`${folder}templates/`)) &&
    !/^dependencies:/m.test(chart) &&
    texts.every((file) => !file.path.startsWith(`${folder}charts/`)) &&
    helm?.unknown === undefined;
  if (!isWhole) return () => true;
  const own = [helm?.releaseName ?? name, /^name:\s*["']?([-\w.]+)/m.exec(chart)?.[1] ?? name];
  const words = new Set(texts.flatMap(({ content }) => content?.match(/[a-z0-9](?:[-a-z0-9.]*[a-z0-9])?/g) ?? []));
  for (const text of [JSON.stringify(helm?.values ?? {})]) {
    for (const word of text.match(/[a-z0-9](?:[-a-z0-9.]*[a-z0-9])?/g) ?? []) words.add(word);
  }
  return (wanted) => own.some((one) => wanted.includes(one)) || words.has(wanted);
}

function hasRemote({ files }: Platform, { path }: RepositoryApplication): boolean {
  const texts = KUSTOMIZATION_NAMES.map((name) => files.get(path === "" ? name : `${path}/${name}`)?.content ?? "");
  return texts.some((text) =>
    /^\s*-\s*["']?(?:https?:\/\/|git@|ssh:|git::|github\.com\/|oci:)|^helmCharts:/m.test(text),
  );
}

/** A file that is applied and cannot be read makes what it names. */
function unreadable(platform: Platform): readonly Source[] {
  const destinations = new Map(platform.applications.map(({ name, destination }) => [name, destination]));
  const paths = [...new Set(platform.unreadable.map(({ path }) => path))];
  return paths.flatMap((path): Source[] => {
    const readers = platform.readers.get(path) ?? [];
    const content = platform.files.get(path)?.content;
    if (readers.length === 0 || content == null || /(?:^|\/)templates\//.test(path)) return [];
    const names = new Set([...content.matchAll(/\bname:\s*["']?([-a-z0-9.]+)/g)].map(([, name]) => name));
    const what = `${path}, which cannot be read`;
    return readers.map((reader) => ({ namespace: destinations.get(reader), what, mayMake: (name) => names.has(name) }));
  });
}
