import fc from "fast-check";
import { expect, test } from "vitest";
import { commitPages } from "../../shared/adapters/git/commit-pages.ts";

test.each([
  ["https://github.com/acme/platform.git", "https://github.com/acme/platform/commit/"],
  ["https://token:x@github.com/acme/platform", "https://github.com/acme/platform/commit/"],
  ["git@github.com:acme/platform.git", "https://github.com/acme/platform/commit/"],
  ["ssh://git@github.com:22/acme/platform.git/", "https://github.com/acme/platform/commit/"],
  ["https://gitlab.com/acme/teams/platform.git", "https://gitlab.com/acme/teams/platform/-/commit/"],
  ["git@gitlab.corp.example:acme/platform", "https://gitlab.corp.example/acme/platform/-/commit/"],
  ["https://gitea.example.org:3000/acme/platform", "https://gitea.example.org:3000/acme/platform/commit/"],
  ["http://my-forgejo.example/acme/platform", "http://my-forgejo.example/acme/platform/commit/"],
  ["https://codeberg.org/acme/platform", "https://codeberg.org/acme/platform/commit/"],
])("%s has its commits at %s", (address, pages) => {
  expect(commitPages(address)).toBe(pages);
});

test.each([
  undefined,
  "",
  "/srv/git/github.com/acme.git",
  "file:///srv/github.com/a/b",
  "https://git.example.org/acme/platform",
  "https://notgithub.example/acme/platform",
  "https://github.com/acme",
  "https://github.com/acme/../..",
  "https://github.com/acme/a%2Fb",
  "javascript://github.com/a/b",
  "C:\\github.com\\a",
])("%s has none that are known", (address) => {
  expect(commitPages(address)).toBeUndefined();
});

test("whatever the address, it is a plain web address without credentials, or none", () => {
  const part = fc.constantFrom(
    "github.com",
    "https://",
    "git@",
    ":",
    "/",
    "..",
    "a",
    "b.git",
    "?",
    "#",
    "@",
    " ",
    "%2e",
  );
  fc.assert(
    fc.property(fc.array(part, { maxLength: 9 }), (parts) => {
      const pages = commitPages(parts.join(""));
      if (pages === undefined) return;
      const url = new URL(`${pages}0123abc`);
      expect([url.username, url.password, url.search, url.hash]).toEqual(["", "", "", ""]);
      expect(url.href).toBe(`${pages}0123abc`);
    }),
  );
});
