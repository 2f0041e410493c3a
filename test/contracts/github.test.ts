import { afterAll, beforeAll, beforeEach, expect } from "vitest";
import { gitHub } from "../../shared/adapters/git-github.ts";
import { type GitHubServer, gitHubServer } from "../support/github/server.ts";
import { gitContract } from "./git.ts";

let github: GitHubServer;
beforeAll(async () => {
  github = await gitHubServer();
});
beforeEach(() => github.calm());
afterAll(async () => {
  await github.close();
  // Both sides spoke as GitHub's published description says.
  expect(github.violations).toEqual([]);
});

gitContract("github", ({ url }, author) =>
  gitHub({ ...github.serve(url), apiUrl: github.url, author, identity: { kind: "token", token: github.token } }),
);
