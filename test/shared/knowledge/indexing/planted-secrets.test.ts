/** A repository full of secrets: none of them gets to an embedder, into the index, into a state, a ledger or a log. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { gitCli } from "../../../../shared/adapters/git-cli.ts";
import { knownIssues } from "../../../../shared/adapters/knowledge/known-issues.ts";
import { keepImprovement } from "../../../../shared/knowledge/indexing/keep-improvement.ts";
import type { CorpusState } from "../../../../shared/knowledge-ports.ts";
import { CORPORA } from "../../../../shared/knowledge-ports.ts";
import { committedImprovement } from "../../../support/improvement.ts";
import { embedded, type IndexedRepository, indexedRepository } from "../../../support/knowledge/indexed-repository.ts";
import { filesWith, plantedSecrets } from "../../../support/knowledge/planted-secrets.ts";

const planted = plantedSecrets(7);
const secrets = planted.flatMap((one) => [...one.secrets, Buffer.from(one.value).toString("base64")]);
let opened: IndexedRepository;
let told: string;

beforeAll(async () => {
  // Every secret in one kind of file; in every kind it is tested where files are cut.
  const files = planted.map((one, n) => {
    const kinds = filesWith(one);
    const { path, text } = kinds[n % kinds.length] ?? { path: "none.md", text: "" };
    return [`p${n}/${path}`, text] as const;
  });
  const issues = planted.map(({ value }, n) => ({
    id: `K${n}`,
    title: `It breaks ${n}`,
    description: `password: ${value}`,
  }));
  opened = await indexedRepository({ ...Object.fromEntries(files), "known-issues.yaml": JSON.stringify(issues) });
  const { indexer, remote } = opened;
  const git = gitCli({ remote: remote.url, cacheDir: remote.cacheDir, author: "School <school@example.org>" });
  const reader = knownIssues("known-issues.yaml", { gits: [git], env: {}, book: indexer.book });
  expect(await opened.index("all", { readers: [...indexer.readers, reader] })).toMatchObject({ failures: [] });
  for (const [n, { value }] of planted.entries()) {
    const about = committedImprovement("c0ffee", [], {
      id: `past-${n}`,
      status: "failed",
      description: `api_key=${value}`,
      failure_reason: `token: ${value}`,
    });
    await keepImprovement(about, { ...indexer, now: () => 0, signal: new AbortController().signal });
  }
  const held = await Promise.all(CORPORA.map(async (corpus) => [...(await opened.indexed(corpus)).values()]));
  const places = await indexer.book.states();
  const ledgers = await Promise.all(places.map(({ corpus, source }) => indexer.book.ledger(corpus, source)));
  told = JSON.stringify([await embedded(opened), held, places, ledgers, opened.logged]);
}, 60_000);
afterAll(() => opened.close());

test("something of every corpus was indexed", async () => {
  const states = await opened.indexer.book.states();
  expect(states.map(({ corpus, state, chunks = 0 }) => `${corpus} ${state} ${chunks > 0}`).sort()).toEqual([
    "documents ready true",
    "improvements ready true",
    "issues ready true",
    "manifests ready true",
  ]);
  expect(states.every((state: CorpusState) => state.because === undefined)).toBe(true);
});

test.each(planted.map(({ kind }, n) => [kind, n] as const))("%s", (_kind, n) => {
  const one = planted[n];
  for (const secret of [...(one?.secrets ?? []), Buffer.from(one?.value ?? "").toString("base64")])
    expect(told.includes(secret), `${one?.kind} is told: ${secret.slice(0, 4)}…`).toBe(false);
});

test("what was taken out is counted", async () => {
  expect(secrets.length).toBeGreaterThan(20);
  const counted = (await opened.indexer.book.states()).map(({ redacted = 0 }) => redacted);
  expect(counted.filter((count) => count > 0).length).toBeGreaterThanOrEqual(3);
});
