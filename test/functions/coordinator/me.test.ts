/** Whoever asks is told who they are, and where commits can be read. */
import { expect, test } from "vitest";
import { startSchool } from "./support.ts";

test.each([
  ["git@github.com:acme/platform.git", undefined, "https://github.com/acme/platform/commit/"],
  ["/srv/mirror.git", "https://gitlab.com/acme/platform.git", "https://gitlab.com/acme/platform/-/commit/"],
  ["/srv/mirror.git", undefined, undefined],
])("of a repository at %s, known as %s", async (repository, known, pages) => {
  const env = { GITOPS_REPO: repository, ...(known === undefined ? {} : { GITOPS_PUBLIC_URL: known }) };
  const school = await startSchool({ env });
  try {
    const { json } = await school.call("viewer", "GET", "/api/me");
    expect(json).toEqual({ name: "vera", role: "viewer", ...(pages === undefined ? {} : { commit_pages: pages }) });
  } finally {
    await school.close();
  }
});
