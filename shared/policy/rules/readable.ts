/** Files that cannot be read as manifests: broken ones are findings, templates and data are left out and said to be. */
import { oncePer } from "../../repository/lookup.ts";
import { isManifestPath, parseFile } from "../../repository/parse.ts";
import type { Platform, RepositoryFile } from "../../repository/platform.ts";
import { positionIn, yamlErrors } from "../../repository/positions.ts";
import { textAt } from "../../repository/values.ts";
import type { Found, Skipped } from "../finding.ts";

export const readability: (platform: Platform) => {
  readonly found: readonly Found[];
  readonly skipped: readonly Skipped[];
} = oncePer((platform) => {
  const found: Found[] = [];
  const skipped: Skipped[] = [];
  for (const [path, reasons] of unreadablePaths(platform)) {
    const file = platform.files.get(path);
    const isBroken = file !== undefined && parseFile(file).unreadable.length > 0;
    if (file === undefined || !isBroken) skipped.push(...reasons.map((because) => ({ path, because })));
    else if (reasons.some((because) => /template/.test(because)))
      skipped.push({ path, because: reasons.find((because) => /Helm/.test(because)) ?? "a template, not YAML" });
    else if (isManifest(platform, file)) found.push(...brokenIn(file));
    else skipped.push({ path, because: `no manifest, and not to be read: ${reasons[0] ?? ""}` });
  }
  for (const file of platform.files.values()) found.push(...nameless(platform, file));
  return { found, skipped };
});

function unreadablePaths({ unreadable }: Platform): ReadonlyMap<string, readonly string[]> {
  const byPath = new Map<string, string[]>();
  for (const { path, because } of unreadable) byPath.set(path, [...(byPath.get(path) ?? []), because]);
  return byPath;
}

/** It says so, or an Application reads it as one. */
function isManifest(platform: Platform, { path, content }: RepositoryFile): boolean {
  const says = /(^|\n)\s*(- )?["']?apiVersion["']?\s*:/.test(content ?? "") && /["']?kind["']?\s*:/.test(content ?? "");
  return says || (platform.readers.get(path)?.length ?? 0) > 0;
}

function brokenIn(file: RepositoryFile): Found[] {
  const { path } = file;
  const errors = yamlErrors(file);
  const [because = "it cannot be read"] = parseFile(file).unreadable;
  if (errors.length === 0) return [{ rule: "valid-yaml", message: because, path, line: 1, column: 1 }];
  const firstOfEach = errors.filter(({ document }, index) => errors[index - 1]?.document !== document);
  return firstOfEach.map(({ code, message, ...place }) =>
    code === "DUPLICATE_KEY"
      ? {
          rule: "no-duplicate-keys",
          message: "a key is given twice; the document was not judged further",
          path,
          ...place,
        }
      : { rule: "valid-yaml", message, path, ...place },
  );
}

/** Objects without a name of their own cannot be told apart, so nothing else is said about them. */
function nameless(platform: Platform, file: RepositoryFile): Found[] {
  if (!isManifestPath(file.path) || file.content?.includes("{{") === true) return [];
  const readers = platform.readers.get(file.path) ?? [];
  const plain = platform.applications.some(({ name, tool }) => tool === "directory" && readers.includes(name));
  if (!plain) return [];
  return parseFile(file).documents.flatMap(({ document, value }): Found[] => {
    const kind = textAt(value, "kind");
    if (kind === undefined || textAt(value, "apiVersion") === undefined || kind === "List") return [];
    if (textAt(value, "metadata", "name") !== undefined) return [];
    const generated = textAt(value, "metadata", "generateName") !== undefined;
    const message = generated
      ? `${kind}: it has no fixed name, so it is another object at every sync`
      : `${kind}: it has no name that is a text`;
    const severity = generated ? "warning" : "error";
    const place = positionIn(file, document, ["metadata", generated ? "generateName" : "name"]);
    return [{ rule: "rfc-1123-names", message, severity, path: file.path, document, ...place }];
  });
}
