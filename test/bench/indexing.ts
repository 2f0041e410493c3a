/**
 * What the school knows, made anew and brought up to date: a repository through real git, the chunks and vectors of the
 * school without a key, the index over HTTP. Beside it what cannot be done without: reading the files and embedding them.
 */
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { gitCli } from "../../shared/adapters/git-cli.ts";
import { knowledgeWriterOf } from "../../shared/adapters/qdrant/writer.ts";
import { hashingEmbedder } from "../../shared/knowledge/embedding/hashing.ts";
import { indexAll } from "../../shared/knowledge/indexing/index-all.ts";
import { isProse, repositorySource } from "../../shared/knowledge/indexing/repository-source.ts";
import { memoryBook } from "../../shared/knowledge/memory-book.ts";
import { end } from "./bare.ts";
import { startQdrantProcess } from "./qdrant-process.ts";
import { median, type Row, spreadOf } from "./rows.ts";

export interface IndexingSizes {
  /** Pages of documents; each becomes `SECTIONS` chunks. */
  readonly pages: number;
  readonly rounds: number;
}

const SECTIONS = 10;
const WORDS = "memory limit probe rollout service backup policy queue latency volume certificate metric".split(" ");

/** The same for the same numbers; no two sections are alike. */
function section(page: number, n: number): string {
  const words = Array.from(
    { length: 120 },
    (_, i) => WORDS[(page * 31 + n * 17 + i * (1 + (page % 7))) % WORDS.length],
  );
  return `## Section ${n} of ${page}\n\nWhat team ${page} knows about ${n}: ${words.join(" ")}.\n`;
}
const pageOf = (page: number, round = 0) =>
  `# Page ${page}\n\n${Array.from({ length: SECTIONS }, (_, n) => section(page, n + round * 1_000)).join("\n")}`;

export async function indexing({ pages, rounds }: IndexingSizes): Promise<Row[]> {
  const root = mkdtempSync(path.join(tmpdir(), "bench-indexing-"));
  const remote = path.join(root, "remote");
  const embedder = hashingEmbedder();
  const [full, one, bare]: [number[], number[], number[]] = [[], [], []];
  let chunks = 0;
  try {
    mkdirSync(path.join(remote, "docs"), { recursive: true });
    for (let page = 0; page < pages; page += 1) writeFileSync(path.join(remote, `docs/page-${page}.md`), pageOf(page));
    runGit(".", "init", "-q", "-b", "main", remote);
    commit(remote, "All of it");
    for (let round = 0; round < rounds; round += 1) {
      const cacheDir = path.join(root, `cache-${round}`);
      const git = gitCli({ remote, cacheDir, author: "Bench <bench@example.org>" });
      bare.push(await timed(() => reading(git, embedder)));
      const server = await startQdrantProcess(path.join(root, `index-${round}`));
      try {
        const writer = knowledgeWriterOf({ QDRANT_URL: server.url });
        const quiet = { info: () => undefined, warn: () => undefined };
        const readers = [repositorySource({ git, corpus: "documents", source: "gitops", takes: isProse })];
        const indexer = { book: memoryBook(), writer, embedder: async () => embedder, readers, log: quiet };
        const index = () => indexed(indexer);
        full.push(await timed(index));
        const collection = await writer.published("documents");
        chunks = 0;
        if (collection !== undefined) for await (const some of collection.chunks()) chunks += some.length;
        writeFileSync(path.join(remote, "docs/page-0.md"), pageOf(0, round + 1));
        commit(remote, `Round ${round}`);
        one.push(await timed(index));
      } finally {
        await end(server.child);
      }
    }
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
  const [whole, changed, least] = [median(full), median(one), median(bare)];
  const of = `${chunks.toLocaleString("en")} chunks`;
  return [
    {
      name: `full index, ${of}`,
      value: whole,
      unit: "s",
      peer: `git and embedding alone (${least.toFixed(2)} s)`,
      ratio: whole / least,
      spread: spreadOf(full),
    },
    {
      name: `one changed file, ${of}`,
      value: changed,
      unit: "s",
      peer: "full index",
      ratio: changed / whole,
      spread: spreadOf(one),
    },
  ];
}

/** Rounds until nothing is left. */
async function indexed(indexer: Parameters<typeof indexAll>[1]): Promise<void> {
  const round = { now: () => Date.now(), isOver: () => false, signal: new AbortController().signal };
  while ((await indexAll("all", indexer, round)).more) continue;
}

async function reading(git: ReturnType<typeof gitCli>, embedder: ReturnType<typeof hashingEmbedder>): Promise<void> {
  const texts = await git.read([...(await git.tree(await git.head())).values()]);
  const sections = [...texts.values()].flatMap((text) => (text ?? "").split(/^## /m).slice(1));
  await embedder.embed(sections, "document");
}

function commit(folder: string, message: string): void {
  runGit(folder, "add", "-A");
  runGit(folder, "commit", "-qm", message);
}

function runGit(folder: string, ...args: readonly string[]): void {
  const who = ["-c", "user.name=Bench", "-c", "user.email=bench@example.org"];
  execFileSync("git", ["-C", folder, ...who, ...args], { stdio: ["ignore", "ignore", "inherit"] });
}

/** Seconds. */
async function timed(work: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  await work();
  return (performance.now() - started) / 1_000;
}
