/** What is read of repositories and of GitHub, with whose credentials, and what of it is asked for again. */
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { gitCli } from "../../shared/adapters/git-cli.ts";
import { docsEnvironment } from "../../shared/adapters/knowledge/docs-repository.ts";
import { knownIssues } from "../../shared/adapters/knowledge/known-issues.ts";
import { knowledgeSources } from "../../shared/adapters/knowledge/sources.ts";
import { memoryBook } from "../../shared/knowledge/memory-book.ts";
import { type GitRemote, gitRemote } from "../support/git-remote.ts";
import { allChunks, type IndexedRepository, indexedRepository } from "../support/knowledge/indexed-repository.ts";

describe("the repository of documents", () => {
  const gitops = {
    GITOPS_REPO: "https://git.example.org/a/gitops.git",
    GITOPS_TOKEN: "t-gitops",
    GITHUB_TOKEN: "t-github",
  };
  test.each<[string, Record<string, string>, string | undefined]>([
    ["on the same host gets the same token", { DOCS_REPO: "https://git.example.org/a/docs" }, "t-gitops"],
    ["on GitHub gets GitHub's", { DOCS_REPO: "https://github.com/a/docs" }, "t-github"],
    ["elsewhere gets none", { DOCS_REPO: "https://elsewhere.example.org/a/docs" }, undefined],
    ["on another port gets none", { DOCS_REPO: "https://git.example.org:8443/a/docs" }, undefined],
    ["over ssh gets none", { DOCS_REPO: "git@git.example.org:a/docs.git" }, undefined],
    [
      "gets its own, wherever it is",
      { DOCS_REPO: "https://elsewhere.example.org/a/docs", DOCS_TOKEN: "t-docs" },
      "t-docs",
    ],
  ])("%s", (_what, env, token) => {
    const made = docsEnvironment({ ...gitops, ...env });
    expect(made?.["GITOPS_REPO"]).toBe(env["DOCS_REPO"]);
    expect([made?.["GITOPS_TOKEN"], made?.["GITHUB_TOKEN"]]).toEqual([token, undefined]);
  });

  test("is none where it is the GitOps repository's own branch, and one where it is another branch", () => {
    const same = { ...gitops, DOCS_REPO: gitops.GITOPS_REPO };
    expect(docsEnvironment(same)).toBeUndefined();
    expect(docsEnvironment({ ...same, DOCS_BRANCH: "docs" })).toMatchObject({ GITOPS_BRANCH: "docs" });
    expect(docsEnvironment(gitops)).toBeUndefined();
  });

  test.each([
    [{ DOCS_REPO: "/x", DOCS_BRANCH: "a..b" }, 'DOCS_BRANCH: "a..b" is not the name of a branch'],
    [{ KNOWN_ISSUES: "no such thing" }, "KNOWN_ISSUES: the path of a YAML file or owner/name of a GitHub repository"],
  ])("what is set up wrongly is named: %o", (env, problem) => {
    expect(() => knowledgeSources({ GITOPS_REPO: "/x", ...env }, memoryBook())).toThrow(problem);
  });
});

const issue = (number: number, over: object = {}) => ({
  number,
  title: `Oven ${number} is cold`,
  body: `It broke on day ${number}.\r\n\r\npassword: hunter2hunter2`,
  state: "open",
  labels: [{ name: "ovens" }, "urgent"],
  html_url: `https://github.com/bakery/troubles/issues/${number}`,
  updated_at: `2026-05-01T10:00:${String(number % 60).padStart(2, "0")}Z`,
  user: { login: "somebody" },
  ...over,
});

describe("issues of a GitHub repository", () => {
  let server: Server;
  let issues: ReturnType<typeof issue>[] = [];
  const answered: string[] = [];
  let opened: IndexedRepository | undefined;
  beforeAll(async () => {
    server = createServer((request, response) => {
      const url = new URL(request.url ?? "", "http://x");
      const page = Number(url.searchParams.get("page"));
      const size = Number(url.searchParams.get("per_page"));
      const some = issues.slice((page - 1) * size, page * size);
      const tag = `W/"${issues.map(({ updated_at }) => updated_at).join()}-${page}"`;
      const isSame = request.headers["if-none-match"] === tag;
      answered.push(`${page} ${isSame ? 304 : 200}`);
      response.writeHead(isSame ? 304 : 200, { "content-type": "application/json", etag: tag });
      response.end(isSame ? undefined : JSON.stringify(some));
    }).listen(0, "127.0.0.1");
    await new Promise((resolve) => server.once("listening", resolve));
  });
  afterAll(() => server.close());
  afterEach(async () => opened?.close());

  const reader = (school: IndexedRepository) => {
    const { port } = server.address() as AddressInfo;
    const env = { GITHUB_API_URL: `http://127.0.0.1:${port}`, GITHUB_TOKEN: "t" };
    return knownIssues("bakery/troubles", { gits: [], env, book: school.indexer.book });
  };

  test("come page by page, once; as long as nothing changed GitHub is asked for nothing but that", async () => {
    opened = await indexedRepository({ "README.md": "# x\n" });
    issues = Array.from({ length: 130 }, (_, n) => issue(130 - n));
    issues.push(issue(1_000, { pull_request: {} }));
    await opened.index("all", { readers: [reader(opened)] });
    expect(answered.splice(0)).toEqual(["1 200", "2 200"]);
    const chunks = await allChunks((await opened.indexer.writer.published("issues")) as never);
    expect(chunks).toHaveLength(130);
    expect(chunks.find(({ path }) => path.endsWith("/7"))).toMatchObject({
      path: "https://github.com/bakery/troubles/issues/7",
      status: "open",
      source: "issues",
    });
    expect(JSON.stringify(chunks)).not.toMatch(/hunter2|somebody/);

    // Another process: it knows only what the book says.
    expect(await opened.index("all", { readers: [reader(opened)] })).toMatchObject({ changed: 0, failures: [] });
    expect(answered.splice(0)).toEqual(["1 304"]);

    const changed = { ...issue(5, { state: "closed", updated_at: "2026-05-02T00:00:00Z" }) };
    issues = [changed, ...issues.filter(({ number }) => number !== 5 && number !== 9)];
    expect(await opened.index("all", { readers: [reader(opened)] })).toMatchObject({ changed: 2 });
    const after = await allChunks((await opened.indexer.writer.published("issues")) as never);
    expect(after.find(({ path }) => path.endsWith("/5"))).toMatchObject({ status: "closed" });
    expect(after.some(({ path }) => path.endsWith("/9"))).toBe(false);
  });

  test("are read anew when the collection lost them, although nothing changed on GitHub", async () => {
    opened = await indexedRepository({ "README.md": "# x\n" });
    issues = [issue(1), issue(2)];
    await opened.index("all", { readers: [reader(opened)] });
    const collection = await opened.indexer.writer.published("issues");
    await collection?.remove([...(await collection.stored("issues")).keys()].slice(0, 1));
    await opened.index("all", { readers: [reader(opened)] });
    expect(await collection?.count("issues")).toBe(2);
  });
});

describe("issues of a file", () => {
  let docs: GitRemote | undefined;
  let opened: IndexedRepository | undefined;
  afterEach(async () => Promise.all([docs?.close(), opened?.close()]));
  const git = (remote: GitRemote) =>
    gitCli({ remote: remote.url, cacheDir: remote.cacheDir, author: "S <s@example.org>" });

  test("are found in either repository; what is wrong with one is named, with its line", async () => {
    opened = await indexedRepository({ "README.md": "# x\n" });
    docs = await gitRemote({ "known.yaml": "- id: K1\n  title: Cold ovens\n- title: no id\n" });
    const gits = [git(opened.remote), git(docs)];
    const readers = [knownIssues("known.yaml", { gits, env: {}, book: opened.indexer.book })];
    await opened.index("all", { readers });
    const [state] = (await opened.indexer.book.states()).filter(({ corpus }) => corpus === "issues");
    expect(state).toMatchObject({ state: "ready", chunks: 1, commit: await docs.tip() });
    expect(state?.because).toMatch(/^1 file left out: known\.yaml \(known\.yaml:3: /);

    await docs.push({ "known.yaml": "- id: K1\n  title: Cold ovens\n- id: K2\n  title: Wet flour\n" });
    // A push to the repository it lies in is one to it.
    await opened.index("docs", { readers });
    const [after] = (await opened.indexer.book.states()).filter(({ corpus }) => corpus === "issues");
    expect(after).toMatchObject({ state: "ready", chunks: 2 });
    expect(after?.because).toBeUndefined();
  });

  test("that is nowhere is told in the state", async () => {
    opened = await indexedRepository({ "README.md": "# x\n" });
    const readers = [knownIssues("none.yaml", { gits: [git(opened.remote)], env: {}, book: opened.indexer.book })];
    await opened.index("all", { readers });
    const [state] = await opened.indexer.book.states();
    expect(state).toMatchObject({ corpus: "issues", state: "failed" });
    expect(state?.because).toBe("KNOWN_ISSUES names none.yaml, which is in no repository");
  });
});
