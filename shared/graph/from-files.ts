/** Files that hold no objects one could read: values and templates of charts, broken YAML. Their text still tells whom they call. */
import { chartsOf } from "../repository/helm-charts.ts";
import { parseFile } from "../repository/parse.ts";
import type { Platform, RepositoryFile } from "../repository/platform.ts";
import { textAt } from "../repository/values.ts";
import { connect, type Draft } from "./draft.ts";
import { connectHosts } from "./from-text.ts";

/** Longer lines are data. */
const LONGEST_LINE = 20_000;

export function addFiles(draft: Draft): void {
  const { platform } = draft;
  const understood = new Set(
    chartsOf(platform)
      .filter(({ unknown, resources }) => unknown.length === 0 && resources.length > 0)
      .flatMap(({ resources }) => resources.map(({ path }) => path)),
  );
  const objects = new Set(platform.resources.map(({ path }) => path));
  const broken = new Set(platform.unreadable.map(({ path }) => path));
  for (const file of platform.files.values()) {
    if (file.content === null || understood.has(file.path)) continue;
    const isRead = objects.has(file.path) && !broken.has(file.path);
    if (!isRead && (broken.has(file.path) || holdsValues(file))) addFile(draft, platform, file);
  }
}

/** YAML that is no Kubernetes object. */
function holdsValues(file: RepositoryFile): boolean {
  return parseFile(file).documents.some(({ value }) => textAt(value, "kind") === undefined);
}

/** Broken documents beside readable ones are read as text with them: an address is then found twice, never lost. */
function addFile(draft: Draft, platform: Platform, { path, content }: RepositoryFile): void {
  if (content === null || !(content.includes(".svc") || content.includes("://") || content.includes("."))) return;
  const id = `File/${path}`;
  const readers = platform.readers.get(path) ?? [];
  const reader = platform.applications.find(({ name }) => readers.includes(name));
  const before = draft.edges.size;
  for (const [index, line] of content.split("\n").entries()) {
    if (line.length > LONGEST_LINE || /^\s*#/.test(line)) continue;
    const evidence = { path, keys: [], line: index + 1 };
    connectHosts(draft, id, reader?.destination, { text: line, variable: "", form: "script", evidence });
  }
  if (draft.edges.size === before) return;
  draft.named.set(id, { kind: "File", namespace: undefined, name: path });
  if (reader === undefined) return;
  const application = { kind: "Application", namespace: reader.namespace, name: reader.name };
  connect(draft, id, "belongs-to", application, { path, keys: [], line: 1 });
}
