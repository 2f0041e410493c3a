/**
 * The index at the size of a large platform: the stand-in of Qdrant as the local school runs it, a process of its own with
 * a folder, asked by the official client. What a machine can do at best stands beside it: a bare look at every number, the
 * same rows written to SQLite and nothing else.
 */
import { mkdtemp, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { QdrantClient } from "@qdrant/js-client-rest";
import { end } from "./bare.ts";
import { residentMegabytes } from "./coordinator-process.ts";
import { type Drawing, drawing } from "./knowledge-points.ts";
import { startQdrantProcess } from "./qdrant-process.ts";
import { median, percentile, type Row, spreadOf } from "./rows.ts";

export interface KnowledgeSizes {
  readonly points: number;
  /** Where figures are taken on the way: the size of one platform. */
  readonly few: number;
  readonly dimension: number;
  /** Questions and updates of each kind. */
  readonly rounds: number;
}

const BATCH = 256;
const NAME = "school_bench";
const FUSION = { rrf: { k: 1, weights: [2, 1] } };

export async function knowledge(sizes: KnowledgeSizes): Promise<Row[]> {
  const folder = await mkdtemp(path.join(tmpdir(), "bench-knowledge-"));
  try {
    const draw = drawing(sizes.dimension);
    let server = await startQdrantProcess(folder);
    const { client } = server;
    await prepare(client, sizes.dimension);
    let writing = await write(client, draw, 0, sizes.few);
    const few = await figures(client, draw, sizes.few, sizes.rounds);
    writing += await write(client, draw, sizes.few, sizes.points);
    const many = await figures(client, draw, sizes.points, sizes.rounds);
    const resident = await residentMegabytes(server.child.pid as number);
    await end(server.child);
    const started = performance.now();
    server = await startQdrantProcess(folder);
    const listening = performance.now() - started;
    await server.client.count(NAME);
    const read = performance.now() - started;
    await end(server.child);
    const bare = { rate: await bareWrite(draw, Math.min(sizes.points, 20_000)), scan: bareScan(draw, sizes) };
    const disk = (await stat(path.join(folder, "qdrant.sqlite"))).size / 1e6;
    return rows(sizes, { few, many, rate: sizes.points / (writing / 1_000), resident, listening, read, disk, bare });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function prepare(client: QdrantClient, size: number): Promise<void> {
  const vectors = { dense: { size, distance: "Cosine" as const } };
  await client.createCollection(NAME, { vectors, sparse_vectors: { bm25: { modifier: "idf" } } });
  for (const field_name of ["source", "path", "kind", "namespace"]) {
    await client.createPayloadIndex(NAME, { wait: true, field_name, field_schema: "keyword" });
  }
}

/** Milliseconds of the requests alone: drawing points is not what is measured. */
async function write(client: QdrantClient, draw: Drawing, from: number, to: number): Promise<number> {
  let spent = 0;
  for (let first = from; first < to; first += BATCH) {
    const points = Array.from({ length: Math.min(BATCH, to - first) }, (_, i) => draw.point(first + i));
    const started = performance.now();
    await client.upsert(NAME, { wait: true, points });
    spent += performance.now() - started;
  }
  return spent;
}

interface Figures {
  readonly dense: readonly number[];
  readonly sparse: readonly number[];
  readonly hybrid: readonly number[];
  readonly filtered: readonly number[];
  readonly update: readonly number[];
}

async function figures(client: QdrantClient, draw: Drawing, points: number, rounds: number): Promise<Figures> {
  const dense = () => ({ query: draw.dense(), using: "dense", limit: 50 });
  const sparse = () => ({ query: draw.sparse(12), using: "bm25", limit: 50 });
  const hybrid = (filter?: object) => ({
    prefetch: [sparse(), dense()].map((each) => (filter === undefined ? each : { ...each, filter })),
    query: FUSION,
    limit: 20,
    with_payload: true,
  });
  const kind = { must: [{ key: "kind", match: { value: "Deployment" } }] };
  return {
    dense: await times(rounds, dense, (query) => client.query(NAME, query)),
    sparse: await times(rounds, sparse, (query) => client.query(NAME, query)),
    hybrid: await times(rounds, hybrid, (query) => client.query(NAME, query)),
    filtered: await times(
      rounds,
      () => hybrid(kind),
      (query) => client.query(NAME, query),
    ),
    update: await times(
      rounds,
      () => [draw.point(draw.below(points))],
      (changed) => client.upsert(NAME, { wait: true, points: changed }),
    ),
  };
}

async function times<Asked>(
  rounds: number,
  make: () => Asked,
  ask: (asked: Asked) => Promise<unknown>,
): Promise<number[]> {
  const spent: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const asked = make();
    const started = performance.now();
    await ask(asked);
    spent.push(performance.now() - started);
  }
  return spent;
}

/** Points per second that SQLite alone takes, in the same batches. */
async function bareWrite(draw: Drawing, points: number): Promise<number> {
  const folder = await mkdtemp(path.join(tmpdir(), "bench-sqlite-"));
  const database = new DatabaseSync(path.join(folder, "bare.sqlite"));
  database.exec(
    "pragma journal_mode = wal; pragma synchronous = normal; create table t (id integer primary key, p text, v blob)",
  );
  const insert = database.prepare("insert into t values (?, ?, ?)");
  const payload = JSON.stringify(draw.point(0).payload);
  const vector = new Uint8Array(Float32Array.from(draw.dense()).buffer);
  const started = performance.now();
  for (let first = 0; first < points; first += BATCH) {
    database.exec("begin");
    for (let id = first; id < Math.min(points, first + BATCH); id += 1) insert.run(id, payload, vector);
    database.exec("commit");
  }
  const seconds = (performance.now() - started) / 1_000;
  database.close();
  await rm(folder, { recursive: true, force: true });
  return points / seconds;
}

/** Milliseconds in which this process multiplies one vector with all others, one sum and nothing else. */
function bareScan(draw: Drawing, { points, dimension, rounds }: KnowledgeSizes): number[] {
  const all = new Float32Array(points * dimension).fill(0.5);
  const query = Float32Array.from(draw.dense());
  return Array.from({ length: Math.min(rounds, 20) }, () => {
    const started = performance.now();
    let best = Number.NEGATIVE_INFINITY;
    for (let from = 0; from < all.length; from += dimension) {
      let sum = 0;
      for (let at = 0; at < dimension; at += 1) sum += (query[at] as number) * (all[from + at] as number);
      if (sum > best) best = sum;
    }
    if (Number.isNaN(best)) throw new Error("what is not used would not be computed");
    return performance.now() - started;
  });
}

interface Measured {
  readonly few: Figures;
  readonly many: Figures;
  readonly rate: number;
  readonly resident: number;
  readonly listening: number;
  readonly read: number;
  /** Megabytes. */
  readonly disk: number;
  readonly bare: { readonly rate: number; readonly scan: readonly number[] };
}

function rows({ points, few: size, dimension }: KnowledgeSizes, measured: Measured): Row[] {
  const { few, many, rate, resident, listening, read, disk, bare } = measured;
  const all = `${points} points of ${dimension} numbers`;
  const scan = percentile(bare.scan, 0.95);
  const vectors = (points * dimension * 4) / 1e6;
  const p95 = (name: string, values: readonly number[], peer?: { name: string; value: number }): Row => ({
    name,
    value: percentile(values, 0.95),
    unit: "ms",
    median: median(values),
    spread: spreadOf(values),
    ...(peer === undefined
      ? {}
      : { peer: `${peer.name} (${peer.value.toFixed(1)} ms)`, ratio: percentile(values, 0.95) / peer.value }),
  });
  const bareLook = { name: "bare scan", value: scan };
  return [
    {
      name: `points written, ${all}`,
      value: rate,
      unit: "per second",
      peer: `SQLite alone (${bare.rate.toFixed(0)})`,
      ratio: rate / bare.rate,
    },
    {
      name: `memory, ${all}`,
      value: resident,
      unit: "MB resident",
      peer: "the dense vectors",
      ratio: resident / vectors,
    },
    { name: `on disk, ${all}`, value: disk, unit: "MB", peer: "the dense vectors", ratio: disk / vectors },
    { name: `start until it listens, ${all}`, value: listening, unit: "ms" },
    { name: `start until all is read, ${all}`, value: read, unit: "ms" },
    p95(`p95 dense, ${all}`, many.dense, bareLook),
    p95(`p95 sparse, ${all}`, many.sparse),
    p95(`p95 hybrid, ${all}`, many.hybrid, bareLook),
    p95(`p95 hybrid of one kind, ${all}`, many.filtered, bareLook),
    p95(`p95 hybrid, ${size} points`, few.hybrid),
    p95(`p95 of one update, ${size} points`, few.update),
    p95(`p95 of one update, ${all}`, many.update, { name: `${size} points`, value: percentile(few.update, 0.95) }),
  ];
}
