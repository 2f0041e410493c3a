/** Which refusals of a push mean that the branch takes pull requests only, in the words of the forges. */
import { describe, expect, test } from "vitest";
import { takesRequestsOnly } from "../../shared/adapters/git/protection.ts";

describe("a pull request is the way around", () => {
  test.each([
    "protected branch hook declined; error: GH006: Protected branch update failed for refs/heads/main.",
    "push declined due to repository rule violations; error: GH013: Repository rule violations found for refs/heads/main.; - Changes must be made through a pull request.",
    "GH013: Repository rule violations found; - Changes must be made through a pull request.; - Commits must have verified signatures.",
    "Changes must be made through the merge queue",
    "At least 2 approving reviews are required by reviewers with write access.",
    '2 of 2 required status checks are expected: "a", "b".',
    "You're not authorized to push to this branch. Visit https://docs.github.com/x for more information.",
    "Cannot update this protected ref.",
    "pre-receive hook declined; GitLab: You are not allowed to push code to protected branches on this project.",
    "pre-receive hook declined; Branch refs/heads/main can only be modified through pull requests.",
    "pre-receive hook declined; Gitea: Not allowed to push to protected branch main",
    "TF402455: Pushes to this branch are not permitted; you must use a pull request to update this branch.",
  ])("%s", (said) => {
    expect(takesRequestsOnly(said)).toBe(true);
  });
});

describe("a pull request would not help", () => {
  test.each([
    "pre-receive hook declined; policy: no changes on Fridays",
    "Commits must have verified signatures.",
    "GH013: Repository rule violations found for refs/heads/main.; - Push cannot contain secrets",
    "GH013: Repository rule violations found; - Commit message must match a given regex pattern: ^JIRA-",
    "GH013: Repository rule violations found; - Committer email must match",
    "GH006: Protected branch update failed; error: Cannot force-push to this protected branch",
    "Repository was archived so is read-only.",
    "Resource not accessible by personal access token",
    "Update is not a fast forward",
  ])("%s", (said) => {
    expect(takesRequestsOnly(said)).toBe(false);
  });
});
