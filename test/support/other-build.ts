/** A second build of every program, without building one. */
import { cp, readdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { DIST } from "../../build/bundle/targets.ts";
import { STAGES } from "../../shared/stages.ts";

/** The bundles again, as if made from other sources: another build's name, and that in every file that says it. */
export async function otherBuild(folder: string): Promise<string> {
  const copy = path.join(folder, "other");
  const parts = [...STAGES, "coordinator"];
  for (const part of parts) {
    const from = path.join(DIST, part);
    await cp(from, path.join(copy, part), { recursive: true, filter: (file) => !/\.map$|\.compile-cache/.test(file) });
    const { hash } = JSON.parse(await readFile(path.join(from, "meta.json"), "utf8")) as { hash: string };
    const name = hash.slice(0, 12);
    for (const file of await readdir(path.join(copy, part), { recursive: true })) {
      if (!file.endsWith(".js")) continue;
      const program = path.join(copy, part, file);
      const code = await readFile(program, "utf8");
      if (code.includes(name)) await writeFile(program, code.replaceAll(name, [...name].reverse().join("")));
    }
  }
  return copy;
}
