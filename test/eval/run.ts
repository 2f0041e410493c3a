/**
 * `npm run eval`: every suite of test/eval/suites, held against the last accepted figures. `-- --only NAME` for a suite
 * (repeat it for several), `-- --json` for machines, `-- --accept` to raise the ratchet, `-- --seed N`.
 * `-- --train NAME`: makes the model of that suite anew from the tuning half of its set, and measures nothing.
 * `-- --docs DIR --gitops DIR --queries FILE.jsonl`: retrieval on repositories of your own; nothing is judged.
 * `-- --only routing --others FILE.jsonl`: the router on labelled lines of your own; nothing is judged.
 * Ends with 1 when a figure fell, a goal that was reached is missed, or a negative control is good.
 */
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { parseArgs } from "node:util";
import { problemsOf, Ratchet, raised } from "./ratchet.ts";
import type { Figure, Suite } from "./suite.ts";
import { tableOf } from "./table.ts";

const { values } = parseArgs({
  options: {
    only: { type: "string", multiple: true, default: [] },
    json: { type: "boolean", default: false },
    accept: { type: "boolean", default: false },
    seed: { type: "string", default: "1" },
    docs: { type: "string" },
    gitops: { type: "string" },
    queries: { type: "string" },
    others: { type: "string" },
    train: { type: "string" },
  },
});
const { only, json, accept, docs, gitops, queries, others } = values;
const seed = Number(values.seed);
if (!Number.isInteger(seed)) throw new Error(`--seed ${values.seed}: a whole number is needed`);

const here = import.meta.dirname;
if (values.train !== undefined) {
  const { train } = (await import(path.join(here, `train-${values.train}.ts`))) as {
    readonly train: () => string | Promise<string>;
  };
  process.stdout.write(`${await train()}\n`);
  process.exit();
}
const ratchetFile = path.join(here, "ratchet.json");
const asksRepositories = docs !== undefined || gitops !== undefined || queries !== undefined;
const isOutside = asksRepositories || others !== undefined;
const ratchet = isOutside ? {} : Ratchet.parse(JSON.parse(readFileSync(ratchetFile, "utf8")));
const suites = isOutside ? await ownLines() : await chosenSuites();
const figures = asksRepositories ? await outside() : await runAll(suites);
const problems = isOutside
  ? []
  : problemsOf(
      figures,
      ratchet,
      suites.map(({ name }) => name),
    );

if (json) for (const figure of figures) process.stdout.write(`${JSON.stringify(figure)}\n`);
else process.stdout.write(`${[tableOf(figures, ratchet), ...summaries()].join("\n")}\n`);
for (const problem of problems) process.stderr.write(`${problem}\n`);
if (accept && !isOutside) {
  writeFileSync(ratchetFile, `${JSON.stringify(raised(figures, ratchet), null, 2)}\n`);
}
process.exitCode = problems.length === 0 ? 0 : 1;

async function chosenSuites(): Promise<readonly Suite[]> {
  const files = readdirSync(path.join(here, "suites")).filter((name) => name.endsWith(".ts"));
  const names = files.map((name) => name.replace(/\.ts$/, "")).sort();
  const unknown = only.filter((name) => !names.includes(name));
  if (unknown.length > 0) throw new Error(`There is no suite ${unknown.join(", ")}; suites are ${names.join(", ")}`);
  const chosen = only.length === 0 ? names : names.filter((name) => only.includes(name));
  const loaded: Suite[] = [];
  for (const name of chosen) {
    const { suite } = (await import(path.join(here, "suites", `${name}.ts`))) as { readonly suite: Suite };
    if (suite.name !== name) throw new Error(`suites/${name}.ts calls itself ${suite.name}`);
    loaded.push(suite);
  }
  return loaded;
}

function summaries(): readonly string[] {
  return suites.flatMap(({ name, summary }) =>
    summary === undefined ? [] : [summary(figures.filter((figure) => figure.name.startsWith(`${name}/`)))],
  );
}

async function runAll(suites: readonly Suite[]): Promise<readonly Figure[]> {
  const all: Figure[] = [];
  for (const suite of suites) {
    const startedAt = performance.now();
    const figures = await suite.run({ seed });
    const stray = figures.find(({ name }) => !name.startsWith(`${suite.name}/`));
    if (stray !== undefined) throw new Error(`suite ${suite.name} measured ${stray.name}`);
    all.push(...figures);
    process.stderr.write(`${suite.name}: ${((performance.now() - startedAt) / 1_000).toFixed(1)} s\n`);
  }
  return all;
}

/** Throws when something else is asked for in the same run. */
async function ownLines(): Promise<readonly Suite[]> {
  if (others === undefined) return [];
  if (asksRepositories || only.some((name) => name !== "routing")) {
    throw new Error("--others FILE.jsonl is for routing alone: --only routing --others FILE.jsonl");
  }
  const { linesOf } = await import("./routing/lines.ts");
  return [linesOf(others)];
}

async function outside(): Promise<readonly Figure[]> {
  if (queries === undefined) throw new Error("--queries FILE.jsonl is needed beside --docs and --gitops");
  const { measureRetrieval } = await import("./retrieval/measure.ts");
  const { readQueries } = await import("./retrieval/queries.ts");
  return await measureRetrieval({ docs, gitops, queries: readQueries(queries), text: "production", seed });
}
