import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { keepPrograms } from "../../../build/local/programs.ts";
import { STAGES } from "../../../shared/stages.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "school-programs-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function bundles(name: string, text: string): Promise<string> {
  const dist = path.join(folder, name);
  for (const part of [...STAGES, "coordinator"]) {
    await mkdir(path.join(dist, part, "chunks"), { recursive: true });
    await writeFile(path.join(dist, part, "main.js"), text);
    await writeFile(path.join(dist, part, "chunks", `late-${text}.js`), text);
    await writeFile(path.join(dist, part, "main.js.map"), "{}");
  }
  return dist;
}
const read = (file: string) => readFile(file, "utf8");

test("what runs keeps its files, those it loads late included, whoever bundles meanwhile", async () => {
  const dist = await bundles("dist", "one");
  const programs = await keepPrograms(path.join(folder, "data"), dist);
  const { main, env } = programs.of("plan");
  await rm(dist, { recursive: true });
  await bundles("dist", "two");
  expect(await read(main)).toBe("one");
  expect(await read(path.join(path.dirname(main), "chunks/late-one.js"))).toBe("one");
  expect(env["NODE_COMPILE_CACHE"]).toContain(path.dirname(main));
  await expect(read(`${main}.map`)).rejects.toThrow("ENOENT");
});

test("a change is for who starts from then on, and can be taken back; a start forgets earlier copies", async () => {
  const [one, two] = [await bundles("one", "one"), await bundles("two", "two")];
  const data = path.join(folder, "data");
  const programs = await keepPrograms(data, one);
  const before = programs.of("plan").main;
  const back = await programs.change(two);
  expect([await read(programs.of("plan").main), await read(before)]).toEqual(["two", "one"]);
  back();
  expect(programs.of("plan").main).toBe(before);
  await keepPrograms(data, two);
  expect(await read(before)).toBe("two");
});

test("bundles that are not all there are refused by name, before anything is replaced", async () => {
  const dist = await bundles("dist", "one");
  const programs = await keepPrograms(path.join(folder, "data"), dist);
  await rm(path.join(dist, "notify/main.js"));
  await expect(programs.change(dist)).rejects.toThrow("not bundled: notify; npm run bundle does it");
  expect(await read(programs.of("notify").main)).toBe("one");
});
