/** Which adapter the environment asks for, and with which settings. */
import { describe, expect, test } from "vitest";
import { changeRequests, commitMode, gitPort } from "../../shared/adapters/git/open.ts";
import { addressOf, gitHubSettings } from "../../shared/adapters/github/settings.ts";
import { ConfigurationError } from "../../shared/runtime/config.ts";

const app = { GITHUB_APP_ID: "7", GITHUB_APP_INSTALLATION_ID: "42", GITHUB_APP_PRIVATE_KEY: "-----\\nx\\n-----" };

test.each([
  ["https://github.com/acme/platform.git", "https://api.github.com", "github.com/acme/platform"],
  ["https://github.com/acme/platform", "https://api.github.com", "github.com/acme/platform"],
  ["git@github.com:acme/platform.git", "https://api.github.com", "github.com/acme/platform"],
  ["ssh://git@GitHub.com/acme/platform.git", "https://api.github.com", "github.com/acme/platform"],
  ["https://git.acme.org/infra/my.platform.git", "https://git.acme.org/api/v3", "git.acme.org/infra/my.platform"],
])("%s is asked at %s", (GITOPS_REPO, apiUrl, address) => {
  const settings = gitHubSettings({ GITOPS_REPO });
  expect(settings).toMatchObject({ apiUrl, branch: "main", mode: "linear" });
  expect(settings.identity).toBeUndefined();
  expect(addressOf(settings)).toBe(address);
});

describe("who asks", () => {
  const repository = { GITOPS_REPO: "https://someone:in%20it@github.com/acme/platform" };
  test.each([
    ["a token of our own name", { GITOPS_TOKEN: "a", GITHUB_TOKEN: "b" }, { kind: "token", token: "a" }],
    ["a token of the usual name", { GITHUB_TOKEN: "b" }, { kind: "token", token: "b" }],
    ["the one in the address", {}, { kind: "token", token: "in it" }],
    [
      "an App rather than a token",
      { ...app, GITHUB_TOKEN: "b" },
      { kind: "app", appId: "7", installation: 42, privateKey: "-----\nx\n-----" },
    ],
  ])("%s", (_name, more, identity) => {
    expect(gitHubSettings({ ...repository, ...more }).identity).toEqual(identity);
  });
});

test.each<[string, Record<string, string>, RegExp]>([
  ["a path", { GITOPS_REPO: "/srv/platform.git" }, /needs a repository on GitHub/],
  ["a folder too many", { GITOPS_REPO: "https://github.com/a/b/c" }, /needs a repository on GitHub/],
  ["only a name", { GITOPS_REPO: "https://github.com/acme" }, /needs a repository on GitHub/],
  ["an API over plain http", { GITOPS_REPO: "https://x.org/a/b", GITHUB_API_URL: "http://x.org" }, /must be an https/],
  ["an App without its key", { GITOPS_REPO: "https://github.com/a/b", GITHUB_APP_ID: "7" }, /needs all three/],
  ["an unknown driver", { GITOPS_REPO: "https://github.com/a/b", GITOPS_DRIVER: "svn" }, /GITOPS_DRIVER/],
  ["an unknown mode", { GITOPS_REPO: "https://github.com/a/b", GITOPS_COMMIT_MODE: "x" }, /GITOPS_COMMIT_MODE/],
  ["no repository", {}, /GITOPS_REPO/],
])("%s is refused at once", (_name, env, text) => {
  const open = () => gitPort({ GITOPS_DRIVER: "github", ...env });
  expect(open).toThrow(ConfigurationError);
  expect(open).toThrow(text);
});

test("a refused address does not show its password", () => {
  const env = { GITOPS_DRIVER: "github", GITOPS_REPO: "https://me:secret@github.com/a/b/c" };
  expect(() => gitPort(env)).toThrow(/^(?!.*secret)/s);
});

describe("pull requests", () => {
  const repository = { GITOPS_REPO: "https://github.com/acme/platform" };
  const token = { GITHUB_TOKEN: "t" };
  const elsewhere = "https://git.acme.org/infra/platform.git";
  test.each<[string, Record<string, string>, boolean]>([
    ["on GitHub, with a token", { ...repository, ...token }, true],
    ["on GitHub over ssh, with a token", { GITOPS_REPO: "git@github.com:acme/platform.git", ...token }, true],
    ["on GitHub, as an App", { ...repository, ...app }, true],
    ["on GitHub, as nobody", repository, false],
    ["elsewhere", { GITOPS_REPO: elsewhere, ...token }, false],
    ["elsewhere that is GitHub by its driver", { GITOPS_REPO: elsewhere, ...token, GITOPS_DRIVER: "github" }, true],
    ["elsewhere that has GitHub's API", { GITOPS_REPO: elsewhere, ...token, GITHUB_API_URL: "https://x.org" }, true],
    ["in a folder", { GITOPS_REPO: "/srv/platform.git", ...token }, false],
    [
      "in a folder, whatever API there is",
      { GITOPS_REPO: "/srv/x.git", ...token, GITHUB_API_URL: "https://x.org" },
      false,
    ],
  ])("%s", (_name, env, possible) => {
    expect(changeRequests(env) !== undefined).toBe(possible);
    const wanted = () => changeRequests({ ...env, GITOPS_COMMIT_MODE: "pull-request" });
    if (possible) expect(wanted()).toBeDefined();
    else expect(wanted).toThrow(/GITOPS_COMMIT_MODE: pull-request needs a repository on GitHub .*GITHUB_TOKEN/);
  });

  test("are how changes reach the branch only where the mode says so", () => {
    const mode = (GITOPS_COMMIT_MODE?: string) =>
      commitMode({ ...repository, ...(GITOPS_COMMIT_MODE === undefined ? {} : { GITOPS_COMMIT_MODE }) });
    expect([mode(), mode("linear"), mode("merge"), mode("pull-request")]).toEqual([
      "direct",
      "direct",
      "direct",
      "pull-request",
    ]);
    expect(() => mode("x")).toThrow(ConfigurationError);
  });
});
