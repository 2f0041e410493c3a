/** Indexes of folders on disk: one folder each, by its key, complete or not there. Several commands may use them at once. */
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readdir, readFile, rename, rm, stat, utimes, writeFile } from "node:fs/promises";
import path from "node:path";
import * as z from "zod";
import type { CorpusState, KnowledgeBook } from "../../shared/knowledge-ports.ts";
import type { Qdrant } from "../local/qdrant/qdrant.ts";
import { FILE as POINTS } from "../local/qdrant/storage.ts";

/** Bytes of all of them; those nobody has used for longest go first. */
const MOST_BYTES = 500_000_000;
/** Begun by somebody who was killed. */
const ABANDONED_MS = 3_600_000;
const BEGUN = "begun-";
const BOOK = "book.json";
const MODEL = "model";

const Book = z.object({
  states: z.array(z.custom<CorpusState>((value) => typeof value === "object" && value !== null)),
  model: z.string().optional(),
  digests: z.object({ points: z.string(), model: z.string().optional() }),
});

export interface KeptIndex {
  /** For a stand-in of Qdrant, to read. */
  readonly dataDir: string;
  readonly states: readonly CorpusState[];
  readonly model: { readonly id: string; readonly bytes: Uint8Array } | undefined;
}

/** Undefined when there is none; one that is damaged is removed. */
export async function findKept(cache: string, key: string): Promise<KeptIndex | undefined> {
  const dataDir = path.join(cache, key);
  if (!existsSync(dataDir)) return undefined;
  try {
    const { states, model, digests } = Book.parse(JSON.parse(await readFile(path.join(dataDir, BOOK), "utf8")));
    const bytes = model === undefined ? undefined : await readFile(path.join(dataDir, MODEL));
    const points = await readFile(path.join(dataDir, POINTS));
    if (digest(points) !== digests.points) throw new Error(`${POINTS} is not what was written`);
    if (bytes !== undefined && digest(bytes) !== digests.model) throw new Error(`${MODEL} is not what was written`);
    const now = new Date();
    await utimes(dataDir, now, now).catch(() => undefined);
    return { dataDir, states, model: model === undefined || bytes === undefined ? undefined : { id: model, bytes } };
  } catch {
    await rm(dataDir, { recursive: true, force: true }).catch(() => undefined);
    return undefined;
  }
}

/** Throws what the disk says; then nothing is kept. */
export async function keep(
  cache: string,
  key: string,
  { qdrant, book }: { readonly qdrant: Pick<Qdrant, "save">; readonly book: Pick<KnowledgeBook, "states" | "model"> },
): Promise<void> {
  // What people wrote is in it: for nobody else.
  await mkdir(cache, { recursive: true, mode: 0o700 });
  const begun = await mkdtemp(path.join(cache, BEGUN));
  try {
    await qdrant.save(begun);
    const points = digest(await readFile(path.join(begun, POINTS)));
    const model = await book.model();
    if (model !== undefined) await writeFile(path.join(begun, MODEL), model.bytes);
    const digests = { points, ...(model && { model: digest(model.bytes) }) };
    const kept = { states: await book.states(), model: model?.id, digests };
    await writeFile(path.join(begun, BOOK), JSON.stringify(kept));
    await rename(begun, path.join(cache, key)).catch((error: NodeJS.ErrnoException) => {
      // Somebody else was faster, with the same.
      if (error.code !== "ENOTEMPTY" && error.code !== "EEXIST") throw error;
    });
  } finally {
    await rm(begun, { recursive: true, force: true });
  }
  await makeRoom(cache, key);
}

/** Removes what was never finished, and the oldest until the rest is small enough; `newest` stays in any case. */
export async function makeRoom(cache: string, newest: string, mostBytes = MOST_BYTES): Promise<void> {
  const names = (await readdir(cache)).filter((name) => name !== newest);
  const entries = await Promise.all([...names, newest].map((name) => entryOf(path.join(cache, name))));
  const present = entries.filter((entry) => entry !== undefined);
  const [begun, kept] = [present.filter(isBegun), present.filter((entry) => !isBegun(entry))];
  for (const { folder, usedAt } of begun) if (Date.now() - usedAt > ABANDONED_MS) await remove(folder);
  let bytes = kept.reduce((sum, entry) => sum + entry.bytes, 0);
  for (const entry of kept.sort((a, b) => a.usedAt - b.usedAt)) {
    if (bytes <= mostBytes) break;
    if (path.basename(entry.folder) === newest) continue;
    await remove(entry.folder);
    bytes -= entry.bytes;
  }
}

interface Entry {
  readonly folder: string;
  readonly bytes: number;
  readonly usedAt: number;
}

/** Undefined when another command has removed it. */
async function entryOf(folder: string): Promise<Entry | undefined> {
  try {
    const files = await readdir(folder);
    const sizes = await Promise.all(files.map(async (name) => (await stat(path.join(folder, name))).size));
    return { folder, bytes: sizes.reduce((sum, size) => sum + size, 0), usedAt: (await stat(folder)).mtimeMs };
  } catch {
    return undefined;
  }
}

function isBegun({ folder }: Entry): boolean {
  return path.basename(folder).startsWith(BEGUN);
}

async function remove(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true });
}

function digest(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}
