/** Which files make up a folder of manifests: what its kustomization names, or else every YAML file in it. */
import { readdir, readFile, stat } from "node:fs/promises";
import path from "node:path";
import { parse } from "yaml";

const KUSTOMIZATION = "kustomization.yaml";

/**
 * Paths of the files, in the order they are applied. Resources and components are followed into their folders; patches
 * are not applied, and what is not in this tree (an address) is passed over. Throws when a named file does not exist.
 */
export async function manifestFiles(folder: string): Promise<string[]> {
  const names = (await readdir(folder)).sort();
  if (!names.includes(KUSTOMIZATION)) {
    return names.filter((name) => name.endsWith(".yaml")).map((name) => path.join(folder, name));
  }
  const text = await readFile(path.join(folder, KUSTOMIZATION), "utf8");
  const { resources = [], components = [] } = (parse(text) ?? {}) as { resources?: string[]; components?: string[] };
  const files: string[] = [];
  for (const resource of [...resources, ...components]) {
    if (resource.includes("://")) continue;
    const at = path.resolve(folder, resource);
    if ((await stat(at)).isDirectory()) files.push(...(await manifestFiles(at)));
    else files.push(at);
  }
  return files;
}
