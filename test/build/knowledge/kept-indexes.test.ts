/** An index that was made once is used again: only for the same texts, whole or not at all, and never a reason to fail. */
import { cp, mkdir, readdir, readFile, truncate, utimes, writeFile } from "node:fs/promises";
import path from "node:path";
import { beforeEach, expect, test } from "vitest";
import { findKept, makeRoom } from "../../../build/knowledge/kept-indexes.ts";
import { openFolders } from "../../../build/knowledge/open-folders.ts";
import { temporaryDirectory } from "../../support/directory.ts";

let docs: string;
let cache: string;
beforeEach(async () => {
  const directory = await temporaryDirectory();
  [docs, cache] = [path.join(directory, "docs"), path.join(directory, "cache")];
  await mkdir(docs);
  await writeFile(path.join(docs, "backups.md"), "# Backups\n\nEvery database is saved at two in the morning.\n");
});

/** Enough for an embedder to be fitted on them, which has to be kept too. */
async function addMachines(): Promise<void> {
  const files = Array.from({ length: 210 }, (_, i) => {
    return writeFile(path.join(docs, `${i}.md`), `# Machine ${i}\n\nIt stands in room ${i % 9}.\n`);
  });
  await Promise.all(files);
}

const indexes = () => path.join(cache, "indexes");
const kept = () => readdir(indexes());

/** What is said of it, and what is found. */
async function asked(how: { cache?: string | undefined } = { cache }) {
  const said: string[] = [];
  const opened = await openFolders(
    { docs },
    { note: (text) => said.push(text), stopped: new AbortController().signal, ...how },
  );
  try {
    const found = await opened.knowledge.search({ text: "when is the database saved?", limit: 5 });
    const hits = found.kind === "found" ? found.hits : found.because;
    return { said: said.join("\n"), hits, corpora: opened.corpora, notes: opened.notes };
  } finally {
    await opened.close();
  }
}

test("the second time it is only read, and answers the very same", async () => {
  await addMachines();
  const first = await asked();
  expect(first.said).toMatch(/^\d+ parts indexed in/);
  expect(first.hits).toMatchObject([{ chunk: { path: "backups.md" } }, {}, {}, {}, {}]);
  const second = await asked();
  expect(second.said).toMatch(/^\d+ parts, indexed before/);
  expect({ ...second, said: "" }).toEqual({ ...first, said: "" });
  expect(await kept()).toHaveLength(1);
  expect(await readdir(path.join(indexes(), (await kept())[0] ?? ""))).toEqual(["book.json", "model", "qdrant.sqlite"]);
});

test.each<[string, () => Promise<unknown>]>([
  ["a text changed", () => writeFile(path.join(docs, "backups.md"), "# Backups\n\nThe database is saved at noon.\n")],
  ["a file came", () => writeFile(path.join(docs, "new.md"), "# New\n\nThe database is saved twice.\n")],
])("%s: it is indexed anew", async (_what, change) => {
  await asked();
  await change();
  const { said, hits } = await asked();
  expect(said).toContain("parts indexed in");
  expect(JSON.stringify(hits)).toMatch(/at noon|saved twice/);
  expect(await kept()).toHaveLength(2);
});

test("nothing is kept where nobody wants it, nor of folders without a text", async () => {
  await asked({});
  await expect(kept()).rejects.toThrow("ENOENT");
  docs = await temporaryDirectory();
  expect((await asked()).hits).toMatch(/empty/);
  await expect(kept()).rejects.toThrow("ENOENT");
});

test("several at once get in nobody's way, and leave one", async () => {
  const all = await Promise.all([asked(), asked(), asked()]);
  for (const { hits } of all) expect(hits).toEqual(all[0].hits);
  expect(await kept()).toHaveLength(1);
});

test("one that is damaged is noticed, and made again", async () => {
  await addMachines();
  const { hits } = await asked();
  const folder = path.join(indexes(), (await kept())[0] ?? "");
  for (const name of ["book.json", "model", "qdrant.sqlite"]) {
    const copy = `${folder}-${name}`;
    await cp(folder, copy, { recursive: true });
    await truncate(path.join(copy, name), (await readFile(path.join(copy, name))).length - 1);
    expect(await findKept(indexes(), path.basename(copy)), name).toBeUndefined();
    expect(await kept(), "it is removed").toEqual([path.basename(folder)]);
  }
  expect(await findKept(indexes(), path.basename(folder)), "the whole one").toBeDefined();
  await truncate(path.join(folder, "book.json"), 0);
  const again = await asked();
  expect(again.said).toContain("parts indexed in");
  expect(again.hits).toEqual(hits);
  expect((await asked()).said).toContain("indexed before");
});

test("a place that cannot be written costs the next time, not the answer", async () => {
  await writeFile(cache, "no folder");
  const { said, hits } = await asked();
  expect(hits).toHaveLength(1);
  expect(said).toMatch(/not kept for the next time: .*(EEXIST|ENOTDIR)/);
});

test("those nobody has used for longest go when there are too many, and what was never finished", async () => {
  const folder = await temporaryDirectory();
  const ages = { old: 30, older: 40, newest: 50, young: 20, "begun-now": 0, "begun-long-ago": 90 };
  for (const [name, minutes] of Object.entries(ages)) {
    await mkdir(path.join(folder, name));
    await writeFile(path.join(folder, name, "points"), "x".repeat(100));
    const then = new Date(Date.now() - minutes * 60_000);
    await utimes(path.join(folder, name), then, then);
  }
  await makeRoom(folder, "newest", 300);
  expect(await readdir(folder)).toEqual(["begun-now", "newest", "old", "young"]);
  await makeRoom(folder, "newest", 50);
  expect(await readdir(folder)).toEqual(["begun-now", "newest"]);
});
