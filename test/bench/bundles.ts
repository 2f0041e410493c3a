/** The size of every bundle. */
import { readdir, stat } from "node:fs/promises";
import path from "node:path";
import { DIST } from "../../build/bundle/targets.ts";
import { STAGES } from "../../shared/stages.ts";
import type { Row } from "./rows.ts";

export async function bundleSizes(): Promise<Row[]> {
  return Promise.all(
    [...STAGES, "coordinator"].map(async (name): Promise<Row> => {
      const files = (await readdir(path.join(DIST, name))).filter((file) => file.endsWith(".js"));
      const sizes = await Promise.all(files.map(async (file) => (await stat(path.join(DIST, name, file))).size));
      return { name: `bundle size, ${name}`, value: sizes.reduce((sum, size) => sum + size, 0) / 1_000, unit: "kB" };
    }),
  );
}
